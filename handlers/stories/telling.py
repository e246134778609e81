"""The verb `win`: a story is told in a form, checked for privacy and handed to the coordinators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import FormErrors
from bot.chat.replies import Reply
from bot.domain.story_privacy import StoryCheck
from handlers.stories.asking import ask_for_review, reviewers, tell
from handlers.stories.cards import check, found, newsletter_title, version, what_to_change
from handlers.stories.form import MAX_TEXT, Told, as_told, read_told, story_form
from handlers.stories.naming import refused_names, tell_the_credited
from storage.queries import plan as plans
from storage.queries import reports, stories
from storage.queries import workgroups as groups
from storage.queries.setup import readable
from storage.queries.stories import APPROVED, DECLINED, IN_REVIEW, PENDING, RELEASE, SENT_BACK, StoryView
from storage.uow import UnitOfWork


def told_by(command: Command, uow: UnitOfWork) -> Reply:
    """`win [text]`: always by form, because consent is asked for; an Edit button opens it with the story in it."""
    told = read_told(command.values)
    told = replace(told, text=readable(uow, command.actor, told.text))
    if command.source == "form":
        return _submit(uow, told, command.values.get("version", ""))
    if len(told.text) > MAX_TEXT:
        raise UserError(
            f"Not stored: a story can have {MAX_TEXT:,} characters and this one has {len(told.text):,}. "
            "Please shorten it and send it again."
        )
    if told.story_id is None:
        return Reply(form=story_form(uow, told))
    story = _own(uow, str(told.story_id))
    _refuse_unless_pending(story)
    return Reply(form=story_form(uow, as_told(story), story.reason if story.state == SENT_BACK else "", version(story)))


def withdraw(command: Command, uow: UnitOfWork) -> Reply:
    """`win withdraw`: the author takes a story back, whatever its state; without one, asks which."""
    if "story" not in command.values:
        mine = [s for s in stories.stories_in(uow, (*PENDING, APPROVED)) if s.person_id == uow.person.id]
        return Reply(uow.compose("stories/which_to_withdraw", stories=mine[::-1][:10]))
    story = _own(uow, command.values["story"])
    if story.state == stories.WITHDRAWN:
        raise UserError("That story was already taken back.")
    stories.set_state(uow, story, stories.WITHDRAWN)
    uow.audit("story withdrawn", f"story {story.id}, was {story.state}")
    published = reports.told_in(uow, story.id)
    if story.state == APPROVED:
        message = uow.compose("stories/author_withdrew", story=story, published=published)
        for coordinator in reviewers(uow, story.person_id):
            tell(uow, coordinator.id, story, message, "withdrawn")
    return Reply(uow.compose("stories/withdrawn", story=story, published=published))


def _submit(uow: UnitOfWork, told: Told, base: str) -> Reply:
    """A filled form: refused with everything still in it, or stored in review. `base`: the version it was opened on."""
    before = _own(uow, str(told.story_id)) if told.story_id is not None else None
    if before is not None:
        _refuse_unless_pending(before)
        if base not in ("", version(before)) and told != as_told(before):
            form = story_form(uow, told, base=version(before))
            return Reply(
                form=replace(form, intro=(*uow.compose("stories/meanwhile", story=before).blocks, *form.intro))
            )
    checked = check(uow, told.text, told.credit)
    faults = _faults(uow, told, checked)
    if faults:
        return Reply(errors=FormErrors(tuple(faults.items())))
    columns = _columns(told, checked)
    if before is None:
        story_id = stories.add_story(uow, **columns)
        uow.audit("story told", f"story {story_id}")
    else:
        story_id = before.id
        stories.change_story(uow, story_id, original_text=told.text, state=IN_REVIEW, reason="", **columns)
        uow.audit("story edited by its author", f"story {story_id}")
    story = found(uow, str(story_id))
    tell_the_credited(uow, story)
    if before is None or before.state == SENT_BACK:
        ask_for_review(uow, story)
    names = [person.name for person in reviewers(uow, story.person_id)]
    return Reply(uow.compose("stories/told", story=story, reviewers=names[:3], edition=newsletter_title(uow)))


def _faults(uow: UnitOfWork, told: Told, checked: StoryCheck) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not told.text:
        faults["text"] = "Tell the story here."
    elif len(told.text) > MAX_TEXT:
        faults["text"] = f"This has {len(told.text):,} characters; please shorten it to {MAX_TEXT:,}."
    elif checked.verdict == "block":
        faults["text"] = what_to_change(checked)
    if not told.consent:
        faults["consent"] = "Choose who is in the story."
    elif told.consent == RELEASE:
        faults |= _release_faults(uow, told)
    refused = refused_names(uow, told.credit, told.story_id)
    if refused:
        faults["credit"] = f"{', '.join(refused)} asked not to be named in this win. Please take the name out."
    if told.step_id is not None and plans.step_by_id(uow, told.step_id) is None:
        faults["step"] = "That step is no longer in the plan. Choose another one or none."
    if told.workgroup_id is not None and groups.workgroup_by_id(uow, told.workgroup_id) is None:
        faults["workgroup"] = "That workgroup is no longer active. Choose another one or none."
    return faults


def _release_faults(uow: UnitOfWork, told: Told) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not told.release_ref:
        faults["release_ref"] = "Say where the signed release is filed, without the client’s name."
    if told.release_on is None:
        faults["release_on"] = "Say on which day the release was signed."
    elif told.release_on > uow.today:
        faults["release_on"] = "That day is still to come. Say on which day the release was signed."
    return faults


def _columns(told: Told, checked: StoryCheck) -> dict[str, Any]:
    return {
        "workgroup_id": told.workgroup_id,
        "step_id": told.step_id,
        "text": told.text,
        "credit": told.credit,
        "consent": told.consent,
        "release_ref": told.release_ref if told.consent == RELEASE else "",
        "release_on": told.release_on if told.consent == RELEASE else None,
        "verdict": checked.verdict,
        "findings": stories.findings_to_data(checked.findings),
        "linkages": told.linkages,
    }


def _own(uow: UnitOfWork, value: str) -> StoryView:
    story = found(uow, value, change=True)
    if story.person_id != uow.person.id:
        raise UserError("Only the person who told a story can change it or take it back.")
    return story


def _refuse_unless_pending(story: StoryView) -> None:
    if story.state == APPROVED:
        raise UserError(
            "That story is approved, so its words stay as they were approved. You can still take it back.",
            (("Take it back", "win withdraw", (("story", str(story.id)),)),),
        )
    if story.state == DECLINED:
        raise UserError("That story was declined. You can tell it anew.", (("Tell a win", "win", ()),))
    if story.state not in PENDING:
        raise UserError("That story was taken back. You can tell it anew.", (("Tell a win", "win", ()),))
