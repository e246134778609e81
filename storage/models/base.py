"""What every table shares: one MetaData with named constraints, and a column type for aware UTC times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Integer, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import Column
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC; SQLite keeps no zone, so it is taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def key() -> Column[int]:
    """The primary key."""
    return Column("id", Integer, primary_key=True)


def organization_key() -> Column[int]:
    """Every row belongs to one organization, so that every query can be scoped to it."""
    return Column("organization_id", ForeignKey("organization.id"), nullable=False, index=True)


def to(table: str, name: str = "", **options: Any) -> Column[int]:
    """A foreign key to `table`, indexed; NOT NULL unless said otherwise."""
    options.setdefault("nullable", False)
    options.setdefault("index", True)
    return Column(name or f"{table}_id", ForeignKey(f"{table}.id"), **options)
