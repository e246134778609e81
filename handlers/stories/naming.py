"""The people a win names: each is told what it says and may decline to be named until it is published."""

from __future__ import annotations

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.replies import Reply
from bot.domain.story_privacy import mentions
from handlers.stories.asking import ask_for_review, reviewers, tell
from handlers.stories.cards import check, credited, credited_people, found, without_credit
from storage.queries import reports, stories
from storage.queries import story_credits as naming
from storage.queries.stories import APPROVED, IN_REVIEW, StoryView
from storage.queries.story_credits import AGREED, ASKED, DECLINED
from storage.uow import Destination, UnitOfWork


def tell_the_credited(uow: UnitOfWork, story: StoryView) -> None:
    """A private message to everybody newly credited; authors who name themselves agree by it."""
    asked = {credit.person_id for credit in naming.credits_of(uow, story.id)}
    for person in credited_people(uow, story.credit):
        if person.id in asked:
            continue
        own = person.id == story.person_id
        naming.note_asked(uow, story.id, person.id, AGREED if own else ASKED)
        if not own:
            message = uow.compose("stories/credited", story=story)
            to = Destination(person_id=person.id)
            uow.post("notice", to, message, key=f"story:{story.id}:credit:{person.id}", subject_id=story.id)


def agree(command: Command, uow: UnitOfWork) -> Reply:
    """“That is fine”."""
    story = found(uow, command.values.get("story", ""))
    _answer(uow, story, AGREED)
    uow.audit("credit agreed", f"story {story.id}")
    return Reply(uow.compose("stories/credit_kept", story=story), replace=True)


def decline(command: Command, uow: UnitOfWork) -> Reply:
    """“Please do not name me”: the name leaves the credit line; a story whose words have it is reviewed anew."""
    story = found(uow, command.values.get("story", ""), change=True)
    _answer(uow, story, DECLINED)
    uow.audit("credit declined", f"story {story.id}")
    in_words = mentions(story.text, uow.person.name)
    credit = without_credit(story.credit, uow.person.name)
    checked = check(uow, story.text, credit)
    data = stories.findings_to_data(checked.findings)
    stories.change_story(uow, story.id, credit=credit, verdict=checked.verdict, findings=data)
    published = reports.told_in(uow, story.id)
    if in_words and story.state in (IN_REVIEW, APPROVED):
        stories.set_state(uow, story, IN_REVIEW)
        ask_for_review(uow, found(uow, str(story.id)), uow.compose("stories/declined_credit", who=uow.person.name))
    if published:
        message = uow.compose("stories/declined_late", who=uow.person.name, story=story, published=published)
        for person in reviewers(uow, story.person_id):
            tell(uow, person.id, story, message, "declined late")
    message = uow.compose("stories/credit_gone", story=story, in_words=in_words, published=published)
    return Reply(message, replace=True)


def _answer(uow: UnitOfWork, story: StoryView, state: str) -> None:
    if not naming.answer(uow, story.id, state):
        raise UserError("You are not named in that win.")


def refused_names(uow: UnitOfWork, credit: str, story_id: int | None) -> list[str]:
    """People of this credit line who declined to be named in this story."""
    if story_id is None:
        return []
    gone = naming.declined_names(uow, [story_id])
    return sorted(credited(uow, credit)[0] & gone)
