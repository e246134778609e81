"""The newsletter's pages over HTTP: who gets in, what is stored, and that nobody's words are lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.newsletter_web import CLICKS
from storage.models import person, report, subscriber
from tests.newsletter_house import House, approved, county, house, office
from tests.unit.handlers.newsletter_county import STORY

__all__ = ["county", "house", "office"]
Client = TestClient[web.Request, web.Application]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with TestClient(TestServer(house.web, host="127.0.0.1")) as found:
        yield found


def link(house: House, kind: str, who: str = "Cora") -> str:
    """The path of the newest link of that kind that the bot gave this person."""
    person = house.person(who)
    found = [re.search(rf"/{kind}/[\w-]+", str(said.message)) for said in person.sees("")]
    return next(match[0] for match in reversed(found) if match)


def asked_for_link(house: House, who: str = "Cora") -> str:
    house.person(who).says("/sip newsletter review")
    return link(house, "review", who)


async def form_of(client: Client, path: str) -> dict[str, str]:
    """The fields of the page's form as a browser would send them back."""
    html = await (await client.get(path)).text()
    return fields_of(html)


def fields_of(html: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html))
    for name, text in re.findall(r'<textarea [^>]*?name="([^"]+)"[^>]*>\n(.*?)</textarea>', html, re.S):
        found[name] = unescape(text).replace("\n", "\r\n")
    for name, options in re.findall(r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


# The way out of the mailing list


def token_of(house: House, email: str) -> str:
    with house.app.engine.connect() as connection:
        return str(connection.execute(select(subscriber.c.token).where(subscriber.c.email == email)).scalar_one())


def active(house: House, email: str) -> bool:
    with house.app.engine.connect() as connection:
        row = connection.execute(select(subscriber).where(subscriber.c.email == email)).one()
    return row.unsubscribed_at is None


async def test_opening_the_link_unsubscribes_nobody_but_the_button_does(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter subscribers add bob@larkspur.example")
    path = f"/unsubscribe/{token_of(house, 'bob@larkspur.example')}"
    asked = await client.get(path)
    assert asked.status == 200
    assert "Stop the newsletter?" in await asked.text()
    assert active(house, "bob@larkspur.example")
    done = await client.post(path, data={})
    assert "You are unsubscribed" in await done.text()
    assert not active(house, "bob@larkspur.example")
    assert "Set-Cookie" not in {**asked.headers, **done.headers}
    house.person("Cora").says("/sip audit")
    assert "newsletter unsubscribed" in house.person("Cora").text


async def test_a_mail_programs_one_click_is_enough(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter subscribers add bob@larkspur.example")
    answer = await client.post(f"/unsubscribe/{token_of(house, 'bob@larkspur.example')}", data=ONE_CLICK)
    assert answer.status == 200
    assert not active(house, "bob@larkspur.example")


async def test_an_unknown_link_gets_the_same_answers(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter subscribers add bob@larkspur.example")
    known, unknown = f"/unsubscribe/{token_of(house, 'bob@larkspur.example')}", "/unsubscribe/" + "x" * 32
    for method in ("get", "post"):
        one, other = [await getattr(client, method)(path) for path in (known, unknown)]
        assert (one.status, await one.text()) == (other.status, await other.text())


async def test_the_way_out_speaks_spanish(client: Client) -> None:
    path = "/unsubscribe/" + "x" * 32
    by_browser = await (await client.get(path, headers={"Accept-Language": "es-MX,en;q=0.5"})).text()
    by_link = await (await client.post(f"{path}?lang=es")).text()
    assert '<html lang="es">' in by_browser
    assert "¿Dejar de recibir el boletín?" in by_browser
    assert "Suscripción cancelada" in by_link


async def test_too_many_clicks_wait(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter subscribers add bob@larkspur.example")
    path, nobodys = f"/unsubscribe/{token_of(house, 'bob@larkspur.example')}", "/unsubscribe/" + "x" * 32
    for _ in range(CLICKS):
        assert (await client.post(nobodys)).status == 200, "nobody's keep nobody waiting"
    for _ in range(CLICKS):
        assert (await client.post(path)).status == 200
    assert (await client.post(path)).status == 429
    house.clock.move_to(house.clock.read() + timedelta(minutes=1))
    assert (await client.post(path)).status == 200


# The archive


async def test_the_archive_lists_what_is_public_and_a_new_link_ends_the_old(house: House, client: Client) -> None:
    cora = approved(house)
    cora.says("/sip newsletter archive")
    path = link(house, "archive")
    assert "No edition has been published yet" in await (await client.get(path)).text()
    cora.says("/sip newsletter publish")
    html = await (await client.get(f"{path}?lang=en")).text()
    assert "Q1 2026, January–March" in html
    assert "Published 7 April 2026" in html
    (page, pdf) = re.findall(r'href="(/r/[^"]+)"', html)
    assert STORY in await (await client.get(page)).text()
    assert (await client.get(pdf)).content_type == "application/pdf"
    spanish = await (await client.get(f"{path}?lang=es")).text()
    assert "1.er trimestre 2026, enero–marzo" in spanish
    assert "Publicada el 7 de abril de 2026" in spanish
    cora.says("/sip newsletter withdraw A number was <wrong>.")
    html = await (await client.get(f"{path}?lang=en")).text()
    assert "Withdrawn" in html
    assert "A number was &lt;wrong&gt;." in html
    cora.says("/sip newsletter archive new")
    assert (await client.get(path)).status == 404
    assert (await client.get(link(house, "archive"))).status == 200


async def test_an_edition_in_the_archive_opens_for_good(house: House, client: Client) -> None:
    cora = approved(house)
    cora.says("/sip newsletter publish")
    cora.says("/sip newsletter archive")
    house.clock.move_to(house.clock.read() + timedelta(days=1500))
    html = await (await client.get(link(house, "archive"))).text()
    for page in re.findall(r'href="(/r/[^"]+)"', html):
        assert (await client.get(page)).status == 200


async def test_an_unknown_archive_is_not_there(client: Client) -> None:
    for token in ("x" * 32, "short", "a.b"):
        assert (await client.get(f"/archive/{token}")).status == 404


# The editing page


async def test_the_whole_edition_is_edited_on_one_page(house: House, client: Client) -> None:
    cora = house.person("Cora").says("/sip newsletter draft Q1 2026")
    path = asked_for_link(house)
    sent = await form_of(client, path)
    assert STORY in sent["text_wins"]
    sent["text_manager"] = "Thank you.\r\n\r\n- One\r\n- Two"
    sent["text_equity"] = ""
    answer = await client.post(path, data=sent, allow_redirects=False)
    assert answer.status == 303
    html = await (await client.get(f"/review/{answer.headers['Location']}")).text()
    assert "Saved." in html
    cora.says("/sip newsletter preview")
    assert "Thank you.\n\n- One\n- Two" in cora.text
    assert "Equity corner" not in cora.text
    cora.says("/sip audit")
    assert "manager, equity" in cora.text


async def test_the_same_click_twice_is_stored_once(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    path = asked_for_link(house)
    sent = await form_of(client, path) | {"text_manager": "Thank you."}
    for _ in range(2):
        assert (await client.post(path, data=sent, allow_redirects=False)).status == 303
    house.person("Cora").says("/sip audit")
    assert house.person("Cora").text.count("newsletter edited") == 1


async def test_two_people_who_edit_two_sections_do_not_meet(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    theirs, mine = asked_for_link(house, "Dev"), asked_for_link(house)
    his, hers = await form_of(client, theirs), await form_of(client, mine)
    await client.post(theirs, data={**his, "text_hello": "Dev says hello."})
    await client.post(mine, data={**hers, "text_manager": "Cora thanks you."})
    cora = house.person("Cora").says("/sip newsletter preview")
    assert "Dev says hello." in cora.text
    assert "Cora thanks you." in cora.text


async def test_two_people_who_edit_the_same_section_see_both_texts(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    theirs, mine = asked_for_link(house, "Dev"), asked_for_link(house)
    his, hers = await form_of(client, theirs), await form_of(client, mine)
    await client.post(theirs, data={**his, "text_hello": "Dev says hello."})
    answer = await client.post(mine, data={**hers, "text_hello": "Cora says hello."})
    html = await answer.text()
    assert answer.status == 422
    assert "Dev says hello." in html
    assert fields_of(html)["text_hello"] == "Cora says hello."
    cora = house.person("Cora").says("/sip newsletter preview")
    assert "Dev says hello." in cora.text
    await client.post(mine, data=fields_of(html))
    cora.says("/sip newsletter preview")
    assert "Cora says hello." in cora.text


async def test_the_page_speaks_spanish_and_so_do_its_faults(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    path = asked_for_link(house) + "?lang=es"
    html = await (await client.get(path)).text()
    assert "A «Carta de la gerencia» le falta algo" in html
    assert "Usted dijo, nosotros hicimos" in html
    sent = fields_of(html) | {"text_hello": "palabra " * 500}
    html = await (await client.post(path, data=sent)).text()
    assert "Una sección admite 3,000 caracteres" in html
    assert "Todavía no se guardó" in html
    assert "No se guardó: Editar" in html


async def test_every_audience_is_seen_as_it_will_be(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    path = asked_for_link(house)
    shown = {
        audience: await (await client.get(f"{path}/preview/{audience}")).text()
        for audience in ("channel", "email", "email-es", "web")
    }
    assert "Read the newsletter" in shown["channel"]
    assert STORY not in shown["channel"]
    assert STORY in shown["email"]
    assert "unsubscribe" in shown["email"]
    assert "cancelar la suscripción" in shown["email-es"]
    assert '<div lang="es">' in shown["email-es"]
    assert STORY in shown["web"]
    approved(house).says("/sip newsletter publish")
    with house.app.engine.connect() as connection:
        token = connection.execute(select(report.c.token).where(report.c.kind == "newsletter")).scalar_one()
    public = await (await client.get(f"/r/{token}")).text()
    assert STORY in public
    assert (await client.get(f"{path}/preview/radio")).status == 404


async def test_an_edition_that_is_out_is_not_edited(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    path = asked_for_link(house)
    sent = await form_of(client, path)
    approved(house).says("/sip newsletter publish")
    answer = await client.post(path, data={**sent, "text_hello": "Too late, but not lost."})
    html = await answer.text()
    assert answer.status == 422
    assert "is published and cannot be edited" in html
    assert "Too late, but not lost." in html
    assert "<form" not in await (await client.get(path)).text()


async def test_a_link_ends_with_its_time_with_the_next_and_with_the_role(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    first = asked_for_link(house)
    second = asked_for_link(house)
    devs = asked_for_link(house, "Dev")
    assert [(await client.get(path)).status for path in (first, second, devs)] == [404, 200, 200]
    with house.app.engine.begin() as connection:
        connection.execute(person.update().where(person.c.name == "Dev Rao").values(role=1))
    assert (await client.get(devs)).status == 404
    house.clock.move_to(house.clock.read() + timedelta(days=7))
    assert (await client.get(second)).status == 404
    assert (await client.post(second, data={})).status == 404


async def test_another_site_cannot_send_the_form(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    path = asked_for_link(house)
    sent = await form_of(client, path) | {"text_hello": "Taken over."}
    answer = await client.post(path, data=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 404
    without_its_form = {name: value for name, value in sent.items() if name != "delivery"}
    assert (await client.post(path, data=without_its_form)).status == 404
    house.person("Cora").says("/sip newsletter preview")
    assert "Taken over." not in house.person("Cora").text


async def test_the_pages_load_nothing_and_run_nothing(house: House, client: Client) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    house.person("Cora").says("/sip newsletter edit hello <script>alert(1)</script>")
    path = asked_for_link(house)
    for page in (path, f"{path}/preview/web", f"{path}/preview/email"):
        answer = await client.get(page)
        html = await answer.text()
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
