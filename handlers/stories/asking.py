"""Who reviews a story, and the private messages about one."""

from __future__ import annotations

from bot.chat.commands import Role
from bot.chat.messages import Message
from handlers.stories.cards import card
from storage.queries import people
from storage.queries.people import Person
from storage.queries.stories import StoryView
from storage.uow import Destination, UnitOfWork


def reviewers(uow: UnitOfWork, author_id: int) -> list[Person]:
    """The coordinators who may review a story of this author: the others, or the author where there is no other.
    Administrators, who are IT, only where there is no coordinator."""
    able = people.people_with_role(uow, Role.COORDINATOR)
    named = [person for person in able if person.role == Role.COORDINATOR] or able
    return [person for person in named if person.id != author_id] or named


def ask_for_review(uow: UnitOfWork, story: StoryView, head: Message | None = None) -> None:
    """One direct message to each reviewer, with `head` above the card; a story that comes back asks again."""
    message = card(uow, story)
    if head is not None:
        message = head.plus(*message.blocks)
    for person in reviewers(uow, story.person_id):
        key = f"story:{story.id}:review:{uow.at.isoformat()}:{person.id}"
        uow.post("review", Destination(person_id=person.id), message, key=key, subject_id=story.id)


def tell(uow: UnitOfWork, person_id: int, story: StoryView, message: Message, what: str) -> None:
    """A private message about a story; `what` and the moment make it one of its own."""
    key = f"story:{story.id}:{what}:{uow.at.isoformat()}:{person_id}"
    uow.post("notice", Destination(person_id=person_id), message, key=key, subject_id=story.id)
