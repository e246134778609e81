"""The house rules of DESIGN §3 and §4 that a machine can check: who imports whom, and where some words may stand."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("bot", "handlers", "storage")
STDLIB = sys.stdlib_module_names

# module prefix -> what it may import besides the standard library and itself. The longest prefix decides.
MAY = {
    "bot.chat": {"bot.chat", "markdown_it"},
    "bot.chat.compose": {"bot.chat", "jinja2"},
    "bot.domain.charts": {"bot.domain", "bot.chat.messages", "bot.chat.units"},
    "bot.domain": {"bot.domain", "bot.chat.commands", "bot.chat.units", "holidays", "rapidfuzz"},
    "bot.domain.plan_import": {"bot.domain", "rapidfuzz", "docx", "pypdf"},
    "bot.domain.reading_table": {"bot.domain", "bot.chat.units", "python_calamine"},
    "storage": {"storage", "sqlalchemy", "alembic", "rapidfuzz", "bot.chat", "bot.domain"},
    "storage.installations": {"storage", "sqlalchemy", "bot.chat", "bot.keys"},
    "handlers": {"handlers", "storage", "sqlalchemy", "rapidfuzz", "bot.chat", "bot.domain"},
    "bot.renderers": {"bot.renderers", "bot.chat"},
    "bot.renderers.chart": {"bot.renderers", "bot.chat", "matplotlib"},
    "bot.renderers.pdf": {"bot.renderers", "bot.chat", "typst", "matplotlib"},  # matplotlib brings a font
    "bot.renderers.xlsx": {"bot.renderers", "bot.chat", "xlsxwriter"},
    "bot.renderers.email_html": {"bot.renderers", "bot.chat", "css_inline"},
    "bot.adapters": {"bot.adapters", "bot.chat", "bot.renderers", "bot.peers", "aiohttp", "yarl"},
    "bot.adapters.email": {"bot.adapters", "bot.chat", "bot.renderers", "aiosmtplib"},
    "bot.adapters.slack": {"bot.adapters", "bot.chat", "bot.renderers", "aiohttp", "slack_bolt", "slack_sdk"},
    "bot.adapters.teams": {
        "bot.adapters",
        "bot.chat",
        "bot.renderers",
        "bot.peers",
        "aiohttp",
        "yarl",
        "botbuilder",
        "botframework",
        "jwt",
    },
    "bot.replying": {"bot.chat"},
    "bot.dispatch": {
        "bot.chat",
        "bot.replying",
        "bot.limits",
        "bot.links",
        "storage",
        "sqlalchemy",
        "structlog",
        "rapidfuzz",
    },
    "bot.delivery": {"bot.chat", "bot.links", "bot.logs", "storage", "sqlalchemy", "structlog"},
    "bot.config": {"bot.keys", "pydantic", "pydantic_settings"},
    "bot.keys": {"cryptography"},
    "bot.links": {"bot.chat", "bot.keys"},
    "bot.metrics": {"prometheus_client"},
    "bot.logs": {"bot.chat", "sqlalchemy", "structlog"},
    "bot.access": {"bot.logs", "bot.peers", "aiohttp", "structlog"},
    "bot.peers": {"aiohttp"},
    "bot.watch": {"bot.chat", "bot.domain", "storage", "structlog"},
    "bot.scheduler": {"bot.chat", "bot.logs", "bot.watch", "storage", "sqlalchemy", "structlog", "apscheduler"},
    "bot.web": {"bot.access", "bot.limits", "bot.survey_limits", "aiohttp"},
    "bot.limits": set(),
}
ONE_PLACE = {
    "slack_bolt": "bot.adapters.slack",
    "slack_sdk": "bot.adapters.slack",
    "botbuilder": "bot.adapters.teams",
    "botframework": "bot.adapters.teams",
    "apscheduler": "bot.scheduler",
    "prometheus_client": "bot.metrics",
    "aiosmtplib": "bot.adapters.email",
    "jinja2": "bot.chat.compose",
    "pydantic_settings": "bot.config",
    "alembic": "storage.m",
    "matplotlib": "bot.renderers.",
    "typst": "bot.renderers.pdf",
    "xlsxwriter": "bot.renderers.xlsx",
    "css_inline": "bot.renderers.email_html",
    "cryptography": "bot.keys",
}


def modules() -> Iterator[tuple[str, Path]]:
    for top in OURS:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "versions" not in path.parts and path.name != "env.py":
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield name.removesuffix(".__init__"), path


MODULES = dict(modules())


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


@pytest.mark.parametrize("name", [n for n in MODULES if any(within(n, prefix) for prefix in MAY)])
def test_a_module_imports_only_what_its_place_allows(name):
    rule = max((prefix for prefix in MAY if within(name, prefix)), key=len)
    wrong = {
        found
        for found in imports(MODULES[name])
        if found.split(".")[0] not in STDLIB and not any(within(found, allowed) for allowed in MAY[rule])
    }
    assert not wrong, f"{name} (rule of {rule}) may not import {sorted(wrong)}"


@pytest.mark.parametrize("name", [n for n in MODULES if within(n, "handlers") and n != "handlers"])
def test_capabilities_never_import_each_other(name):
    own = ".".join(name.split(".")[:2])
    wrong = {i for i in imports(MODULES[name]) if within(i, "handlers") and not within(i, own)}
    assert not wrong


@pytest.mark.parametrize(("library", "home"), ONE_PLACE.items())
def test_each_sdk_has_one_home(library, home):
    users = {
        n for n, path in MODULES.items() if any(within(i, library) or i.startswith(library) for i in imports(path))
    }
    assert {n for n in users if not n.startswith(home)} == set()


def test_only_the_command_line_imports_the_composition_root():
    users = {n for n, path in MODULES.items() if any(within(i, "bot.app") for i in imports(path))}
    assert users <= {"bot.cli", "bot.cli_data", "bot.cli_install", "bot.demo", "bot.serving", "bot.simulate"}


@pytest.mark.parametrize(
    ("pattern", "homes"),
    [
        (r"\bnow\(", {"bot/chat/clock.py"}),
        (r"os\.environ|getenv\(", {"storage/dumps.py"}),  # handed on to pg_dump, with the password added
        (r"\.commit\(", {"bot/dispatch.py", "bot/delivery.py", "storage/migrate.py"}),
        (
            r"except Exception",
            {
                "bot/dispatch.py",
                "bot/delivery.py",
                "bot/scheduler.py",
                "bot/adapters/slack/adapter.py",
                "bot/adapters/slack/socket.py",
                "bot/adapters/teams/adapter.py",
                "bot/adapters/teams/host.py",
            },
        ),
    ],
)
def test_some_words_stand_in_few_places(pattern, homes):
    found = {
        str(path.relative_to(ROOT))
        for path in MODULES.values()
        if re.search(pattern, re.sub(r'""".*?"""|#[^\n]*', "", path.read_text("utf-8"), flags=re.S))
    }
    assert found <= homes


@pytest.mark.parametrize("name", MODULES)
def test_files_stay_small_and_say_what_they_are_for(name):
    text = MODULES[name].read_text("utf-8")
    assert text.count("\n") <= 400
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{name} has no docstring"


def test_importing_any_module_does_nothing():
    """With an empty environment, in one fresh interpreter: no engine, no scheduler, no thread, no file read of ours."""
    code = (
        "import importlib, threading\n"
        f"names = {[n for n in MODULES if not n.endswith('__main__')]!r}\n"
        "for name in names: importlib.import_module(name)\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_heavy_libraries_wait_until_they_are_used():
    """What an idle server would carry for nothing."""
    code = "import sys, bot.app; print([m for m in ('docx', 'pypdf', 'python_calamine', 'matplotlib', 'typst', 'xlsxwriter', 'css_inline', 'holidays', 'botbuilder', 'botframework') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
