"""Conversation references in the database: remember, recall, forget. Each function is one short transaction.

What they mean is the adapter's business; it calls these from its own threads.
"""

from __future__ import annotations

from sqlalchemy import Engine, delete, exists, select, update

from storage.db import insert_into, reading
from storage.models import channel, conversation_reference, identity, outbox
from storage.tenancy import across

_there = conversation_reference.c
_FACTS = ("kind", "service_url", "conversation_id", "account_id", "bot_id")


class References:
    """Every reference of every tenant. `engine`: the application's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def remember(
        self,
        workspace: str,
        kind: str,
        external_id: str,
        *,
        service_url: str,
        conversation_id: str,
        account_id: str,
        bot_id: str,
    ) -> None:
        """The newest way to a person ("user") or a conversation ("channel", "group"). A person's chat that is known
        is kept when they are met elsewhere (`conversation_id` "")."""
        facts = dict(zip(_FACTS, (kind, service_url, conversation_id, account_id, bot_id), strict=True))
        changed = {name: value for name, value in facts.items() if value}
        with self._engine.begin() as connection:
            statement = insert_into(connection, conversation_reference).values(
                workspace=workspace, external_id=external_id, **facts
            )
            connection.execute(
                statement.on_conflict_do_update(index_elements=[_there.workspace, _there.external_id], set_=changed)
            )

    def recall(self, workspace: str, external_id: str) -> dict[str, str] | None:
        """`kind`, `service_url`, `conversation_id`, `account_id` and `bot_id` as they were remembered last, or None."""
        statement = select(*(_there[name] for name in _FACTS)).where(
            _there.workspace == workspace, _there.external_id == external_id
        )
        with reading(self._engine) as connection:
            row = connection.execute(statement).first()
        return dict(row._mapping) if row else None

    def latest(self, workspace: str) -> dict[str, str] | None:
        """Some way into the tenant, the newest first: enough to begin a conversation with somebody new there."""
        statement = select(*(_there[name] for name in _FACTS)).where(_there.workspace == workspace)
        with reading(self._engine) as connection:
            row = connection.execute(statement.order_by(_there.id.desc()).limit(1)).first()
        return dict(row._mapping) if row else None

    def forget(self, workspace: str, external_id: str) -> None:
        """We were removed from there."""
        with self._engine.begin() as connection:
            connection.execute(
                delete(conversation_reference).where(_there.workspace == workspace, _there.external_id == external_id)
            )

    def welcome(self, workspace: str, external_id: str) -> bool:
        """True for the first caller, on any replica, since we were added there. Who added us takes messages."""
        mine = (_there.workspace == workspace, _there.external_id == external_id, ~_there.welcomed)
        statement = update(conversation_reference).where(*mine).values(welcomed=True).returning(_there.id)
        theirs = (identity.c.platform == "teams", identity.c.workspace == workspace)
        with self._engine.begin() as connection:
            across(connection)
            account = update(identity).where(*theirs, identity.c.external_id == external_id)
            connection.execute(account.values(refused_at=None))
            return connection.execute(statement).first() is not None

    def posted(self, workspace: str, channel_id: str, message_id: str) -> bool:
        """Whether a message of a Teams channel is one that the outbox delivered."""
        ours = exists().where(
            channel.c.platform == "teams",
            channel.c.workspace == workspace,
            channel.c.external_id == channel_id,
            outbox.c.channel_id == channel.c.id,
            outbox.c.remote_id == message_id,
        )
        with reading(self._engine) as connection:
            across(connection)
            return bool(connection.execute(select(ours)).scalar())
