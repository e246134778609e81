"""The Teams app package: valid by Microsoft's own schema where it is installed, whole, and the same every time."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import handlers
from bot.adapters.teams_package import MENU, manifest, package

APP = "11111111-2222-4333-8444-555555555555"
URL = "https://sip.county.example/"
COMMANDS = [(spec.verb, spec.summary) for spec in handlers.COMMANDS if not spec.hidden]
# npm install @microsoft/app-manifest
NODE = Path(os.environ.get("SIPBOT_NODE_MODULES", Path(__file__).parents[2] / "var" / "node" / "node_modules"))
SCHEMAS = NODE / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"


def made() -> dict[str, Any]:
    return manifest(APP, URL, "1.2.3", COMMANDS)


def pixels(png: bytes) -> tuple[int, int, list[tuple[int, ...]]]:
    """(width, height, RGBA) of a PNG of ours; its checksums are checked."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + data),)
        chunks[kind] = data
        at += 12 + length
    width, height, depth, colours = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colours) == (8, 6)
    raw = zlib.decompress(chunks[b"IDAT"])
    rows = [raw[y * (width * 4 + 1) + 1 : (y + 1) * (width * 4 + 1)] for y in range(height)]
    return width, height, [tuple(row[x : x + 4]) for row in rows for x in range(0, width * 4, 4)]


def test_the_package_holds_the_manifest_and_both_icons() -> None:
    with zipfile.ZipFile(io.BytesIO(package(APP, URL, "1.2.3", COMMANDS))) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
        assert json.loads(archive.read("manifest.json")) == made()
        assert pixels(archive.read("color.png"))[:2] == (192, 192)
        assert pixels(archive.read("outline.png"))[:2] == (32, 32)


def test_the_same_settings_give_the_same_package() -> None:
    assert package(APP, URL, "1.2.3", COMMANDS) == package(APP, URL, "1.2.3", COMMANDS)


def test_the_manifest_is_valid_by_its_schema() -> None:
    path = SCHEMAS / f"v{made()['manifestVersion']}" / "MicrosoftTeams.schema.json"
    if not path.exists():
        pytest.skip(f"no manifest schema at {path}; install @microsoft/app-manifest to try it")
    schema = json.loads(path.read_text("utf-8"))
    faults = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).iter_errors(made())
    assert [f"{'/'.join(map(str, fault.path))}: {fault.message}" for fault in faults] == []


def test_no_newer_schema_is_known() -> None:
    if not SCHEMAS.is_dir():
        pytest.skip(f"no manifest schemas at {SCHEMAS}")
    versions = [tuple(map(int, path.name[1:].split("."))) for path in SCHEMAS.glob("v[0-9]*")]
    assert ".".join(map(str, max(versions))) == made()["manifestVersion"]


def test_menus_hold_what_fits_and_slash_commands_are_offered_where_there_are_others() -> None:
    lists = made()["bots"][0]["commandLists"]
    assert [(found["scopes"], found.get("triggers")) for found in lists] == [
        (["personal"], None),
        (["team", "groupChat"], ["mention", "slash"]),
    ]
    for found in lists:
        assert 0 < len(found["commands"]) <= 12
        assert [command["title"] for command in found["commands"]] == list(MENU)
        assert all(0 < len(command["description"]) <= 128 for command in found["commands"])


def test_a_long_summary_is_cut_where_a_menu_ends() -> None:
    [command] = manifest(APP, URL, "1.2.3", [("update", "x" * 300)])["bots"][0]["commandLists"][0]["commands"]
    assert command["description"] == "x" * 127 + "…"


def test_only_our_own_server_is_a_valid_domain() -> None:
    assert made()["validDomains"] == ["sip.county.example"]


@pytest.mark.parametrize(
    ("app_id", "url", "version", "said"),
    [
        ("", URL, "1.2.3", "TEAMS_APP_ID"),
        ("my-bot", URL, "1.2.3", "TEAMS_APP_ID"),
        (APP, "", "1.2.3", "PUBLIC_URL"),
        (APP, "http://sip.county.example", "1.2.3", "https"),
        (APP, URL, "1.2", "1.2.3"),
        (APP, URL, "1.2.3rc1", "1.2.3"),
    ],
)
def test_settings_that_make_no_package_are_named(app_id: str, url: str, version: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        package(app_id, url, version, COMMANDS)


def test_the_colour_icon_is_white_on_the_consoles_green() -> None:
    _, _, found = pixels(_file("color.png"))
    assert found[0] == found[-1] == (0x15, 0x60, 0x4A, 255)
    assert found.count((255, 255, 255, 255)) > 3000


def test_the_outline_icon_is_white_and_transparent_only() -> None:
    _, _, found = pixels(_file("outline.png"))
    assert {pixel[:3] for pixel in found} == {(255, 255, 255)}
    assert found[0][3] == found[-1][3] == 0
    assert 200 < sum(pixel[3] == 255 for pixel in found) < 700


def _file(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package(APP, URL, "1.2.3", COMMANDS))) as archive:
        return archive.read(name)
