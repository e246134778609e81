"""The databases that are measured on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from tests.postgres import a_database


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Empty ones: SQLite in a file and PostgreSQL where one answers; name → url."""
    with ExitStack() as open_:
        found = {"SQLite": f"sqlite:///{open_.enter_context(tempfile.TemporaryDirectory())}/bench.sqlite3"}
        try:
            engine = open_.enter_context(a_database())
            found["PostgreSQL"] = engine.url.render_as_string(hide_password=False)
        except OperationalError:
            print("PostgreSQL: skipped, none answers")
        yield found


def analyze(engine: Engine) -> None:
    """As autovacuum does by itself within a minute on a living PostgreSQL; SQLite plans without."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
