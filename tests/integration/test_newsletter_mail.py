"""An edition as e-mail, received by a real SMTP server: what it carries, who gets it, what comes back."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from bot.adapters.email import EmailAdapter, MailServer
from bot.chat.clock import MovableClock
from bot.chat.compose import built_in, short
from bot.chat.errors import SendError
from bot.chat.messages import say
from bot.chat.ports import Address, Mailing, Post
from bot.delivery import GIVE_UP, LEAST_ATTEMPTS
from storage.models import outbox, person, story, subscriber
from storage.queries.people import organizations
from storage.queries.retelling import retell
from storage.queries.told_stories import TAKEN_BACK
from storage.uow import UnitOfWork
from tests.chat import Talker
from tests.newsletter_house import House, approved, county, house, office
from tests.post_office import PostOffice, open_post_office
from tests.unit.handlers.newsletter_county import APRIL_7, STORY

__all__ = ["county", "house", "office"]
LIST = "ana@larkspur.example, Ana Ruiz, es\nBob Lee <bob@larkspur.example>\ncy@larkspur.example"


def subscribed(house: House) -> None:
    house.person("Cora").says("/sip newsletter subscribers add").submits(text=LIST)


def mail_rows(house: House) -> list[tuple[str, str]]:
    with house.app.engine.connect() as connection:
        statement = select(outbox.c.state, outbox.c.error).where(outbox.c.kind == "newsletter_mail")
        return [tuple(row) for row in connection.execute(statement.order_by(outbox.c.id))]


def test_every_subscriber_gets_a_mail_of_their_own(house: House, office: PostOffice) -> None:
    subscribed(house)
    cora = approved(house)
    assert not office.mails, "nothing goes out before it is published"
    cora.says("/sip newsletter publish")
    assert "It goes by e-mail to 3 subscribers." in cora.text
    assert sorted(mail["To"] for mail in office.mails) == [
        "ana@larkspur.example",
        "bob@larkspur.example",
        "cy@larkspur.example",
    ]
    (mail,) = office.to("bob@larkspur.example")
    assert mail["Subject"] == "Larkspur County newsletter, Q1 2026, January–March"
    assert mail["From"] == "Larkspur County <news@larkspur.example>"
    assert mail["Date"].datetime == APRIL_7
    assert mail["List-Id"] == "Larkspur County newsletter <newsletter.larkspur.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    ways_out = {one["List-Unsubscribe"] for one in office.mails}
    assert len(ways_out) == 3
    assert all(way.startswith("<https://sip.example/unsubscribe/") for way in ways_out)
    assert len({one["Message-ID"] for one in office.mails}) == 3
    assert [row[0] for row in mail_rows(house)] == ["sent"] * 3


def test_the_mail_says_the_same_in_plain_text_and_in_html(house: House, office: PostOffice) -> None:
    subscribed(house)
    approved(house).says("/sip newsletter publish")
    (mail,) = office.to("bob@larkspur.example")
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    way_out = mail["List-Unsubscribe"].strip("<>")
    for body in (plain.get_content(), html.get_content()):
        text = " ".join(body.split())
        assert STORY in text
        assert "Letters are hard to read" in text
        assert way_out in text
    assert "<style" not in html.get_content() or "style=" in html.get_content()
    assert "<script" not in html.get_content()


def test_who_reads_spanish_gets_the_spanish_part_first(house: House, office: PostOffice) -> None:
    subscribed(house)
    cora = house.person("Cora").says("/sip newsletter draft Q1 2026")
    assert "readers who ask for Spanish: 1" in cora.text
    cora.says("/sip newsletter edit spanish Gracias a todos por este trimestre.")
    approved(house).says("/sip newsletter publish")
    texts, spanish = {}, {}
    for name in ("ana", "bob"):
        (mail,) = office.to(f"{name}@larkspur.example")
        body = mail.get_body(("plain",))
        assert body is not None
        texts[name] = body.get_content()
        html = mail.get_body(("html",))
        assert html is not None
        assert '<html lang="en">' in html.get_content()
        spanish[name] = "".join(re.findall(r'<div lang="es">(.*?)</div>', html.get_content(), re.S))
    assert texts["ana"].index("Gracias a todos") < texts["ana"].index("What the workgroups")
    assert texts["bob"].index("Gracias a todos") > texts["bob"].index("What the workgroups")
    assert "Cancelar la suscripción" in texts["ana"]
    assert "Unsubscribe" in texts["bob"]
    assert "Gracias a todos" in spanish["ana"]
    assert "Cancelar la suscripción" in spanish["ana"]
    assert "Gracias a todos" in spanish["bob"]
    assert "Unsubscribe" not in spanish["bob"]
    assert not any("What the workgroups" in part for part in spanish.values())


def test_an_address_that_takes_no_mail_is_noted_and_the_coordinator_is_told_once(
    house: House, office: PostOffice
) -> None:
    subscribed(house)
    office.refused = {
        "ana@larkspur.example": "550 5.1.1 <ana@larkspur.example>: no such mailbox",
        "cy@larkspur.example": "553 5.1.3 no such domain",
    }
    cora = approved(house).says("/sip newsletter publish")
    assert office.to("bob@larkspur.example")
    house.tick()
    house.tick()
    cora.says("/sip newsletter")
    assert "1 sent, 2 came back" in cora.text
    told = [said for said in cora.sees("") if "did not arrive" in str(said.message)]
    assert len(told) == 1
    assert "(an address)>: no such mailbox" in str(told[0].message), "nothing of it is kept in logs and notices"
    assert "no such domain" in str(told[0].message)
    cora.says("/sip newsletter subscribers")
    assert "1 subscriber gets" in cora.text
    assert "no such mailbox" in cora.text


@pytest.mark.parametrize(
    ("refusal", "permanent", "bounced"),
    [
        ("550 5.1.1 no such mailbox", True, True),
        ("550 5.1.10 recipient not found", True, True),
        ("550 5.2.1 the mailbox is switched off", True, True),
        ("550 5.4.1 Recipient address rejected: Access denied", True, True),
        ("550 User unknown", True, True),
        ("552 5.2.2 the mailbox is full", True, False),
        ("452 4.2.2 the mailbox is full", False, False),
        ("554 5.7.1 Relay access denied", False, False),
        ("553 5.7.1 Sender address rejected: not owned by user", False, False),
        ("550 5.7.54 Unable to relay", False, False),
        ("550 5.1.8 Sender domain not found", False, False),
        ("554 5.7.1 Client host blocked using a list", False, False),
        ("550 relay not permitted", False, False),
        ("550 blocked, see our policy", False, False),
    ],
)
async def test_only_what_is_wrong_with_a_mailbox_is_held_against_the_reader(
    clock: MovableClock, refusal: str, permanent: bool, bounced: bool
) -> None:
    office = PostOffice()
    office.refused = {"ann@larkspur.example": refusal}
    with open_post_office(office):
        server = MailServer.of(f"smtp://127.0.0.1:{office.port}", "News <news@larkspur.example>")
        with pytest.raises(SendError) as refused:
            await EmailAdapter(server, clock).send(a_post("one"))
    assert (refused.value.permanent, refused.value.bounced) == (permanent, bounced)


def test_a_mail_server_that_is_down_holds_up_only_the_mail(
    house: House, office: PostOffice, engine: object, clock: MovableClock
) -> None:
    subscribed(house)
    cora = approved(house)
    house.app.adapters[-1] = house.app.delivery._adapters["email"] = EmailAdapter(
        MailServer.of("smtp://127.0.0.1:1", "news@larkspur.example"), clock
    )
    cora.says("/sip newsletter publish")
    assert [message.short() for message in house.chat.posts("everyone")] == [
        "Larkspur County newsletter, Q1 2026, January–March"
    ], "the channel has it"
    assert [row[0] for row in mail_rows(house)] == ["pending"] * 3
    cora.says("/sip newsletter")
    assert "0 sent, 3 waiting" in cora.text
    house.app.delivery._adapters["email"] = EmailAdapter(
        MailServer.of(f"smtp://127.0.0.1:{office.port}", "news@larkspur.example"), clock
    )
    clock.move_to(clock.read() + timedelta(hours=1))
    cora.says("/sip newsletter")
    assert len(office.mails) == 3
    assert [row[0] for row in mail_rows(house)] == ["sent"] * 3


def test_a_server_that_refuses_us_blames_no_reader(house: House, office: PostOffice, clock: MovableClock) -> None:
    subscribed(house)
    office.data_reply = "554 5.7.1 this server is blocked"
    cora = approved(house).says("/sip newsletter publish")
    house.tick()
    cora.says("/sip newsletter subscribers")
    assert "3 subscribers get" in cora.text
    cora.says("/sip newsletter")
    assert "0 sent, 3 came back" in cora.text


def test_what_is_refused_for_now_is_tried_again_until_it_is_given_up(
    house: House, office: PostOffice, clock: MovableClock
) -> None:
    house.person("Cora").says("/sip newsletter subscribers add bob@larkspur.example")
    office.refused = {"bob@larkspur.example": "452 4.2.2 mailbox full"}
    cora = approved(house).says("/sip newsletter publish")
    assert [row[0] for row in mail_rows(house)] == ["pending"]
    for _ in range(LEAST_ATTEMPTS):
        assert [row[0] for row in mail_rows(house)] == ["pending"]
        clock.move_to(clock.read() + GIVE_UP / LEAST_ATTEMPTS)
        cora.says("/sip newsletter")
    assert [row[0] for row in mail_rows(house)] == ["dead"]


def test_a_mail_that_waits_is_not_sent_to_who_left_meanwhile(house: House, office: PostOffice) -> None:
    subscribed(house)
    office.refused = {"bob@larkspur.example": "451 4.7.1 later"}
    cora = approved(house).says("/sip newsletter publish")
    cora.says("/sip newsletter subscribers remove bob@larkspur.example")
    office.refused = {}
    house.clock.move_to(house.clock.read() + timedelta(hours=2))
    cora.says("/sip newsletter")
    assert not office.to("bob@larkspur.example")
    assert "2 sent" in cora.text
    assert "came back" not in cora.text


def test_a_withdrawn_edition_is_not_mailed_any_more(house: House, office: PostOffice) -> None:
    subscribed(house)
    office.refused = {"bob@larkspur.example": "451 4.7.1 later"}
    cora = approved(house).says("/sip newsletter publish")
    cora.says("/sip newsletter withdraw A number was wrong.")
    office.refused = {}
    house.clock.move_to(house.clock.read() + timedelta(hours=2))
    cora.says("/sip newsletter")
    assert not office.to("bob@larkspur.example")


def taken_back(cora: Talker) -> None:
    cora.says("/sip win withdraw").presses(short(STORY, 60))
    assert "Taken back" in cora.text, cora.text


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_a_mail_that_waits_goes_out_without_a_win_that_was_taken_back(house: House, office: PostOffice) -> None:
    subscribed(house)
    office.refused = {"bob@larkspur.example": "451 4.7.1 later"}
    cora = approved(house).says("/sip newsletter publish")
    taken_back(cora)
    office.refused = {}
    house.clock.move_to(house.clock.read() + timedelta(hours=2))
    cora.says("/sip newsletter")
    (mail,) = office.to("bob@larkspur.example")
    assert STORY not in plain(mail)
    assert TAKEN_BACK in plain(mail)
    assert "Letters are hard to read" in plain(mail)
    assert STORY in plain(office.to("ana@larkspur.example")[0]), "what was mailed is with its reader"
    assert [row[0] for row in mail_rows(house)] == ["sent"] * 3


def test_a_mail_that_was_given_up_is_sent_again_without_it_too(house: House, office: PostOffice) -> None:
    house.person("Cora").says("/sip newsletter subscribers add bob@larkspur.example")
    office.data_reply = "554 5.7.1 this server is blocked"
    cora = approved(house).says("/sip newsletter publish")
    assert [row[0] for row in mail_rows(house)] == ["dead"]
    taken_back(cora)
    office.data_reply = ""
    cora.says("/sip outbox retry")
    (mail,) = office.to("bob@larkspur.example")
    assert STORY not in plain(mail)
    assert TAKEN_BACK in plain(mail)


def test_a_mail_that_waits_of_an_edition_corrected_since_goes_out_without_it(house: House, office: PostOffice) -> None:
    subscribed(house)
    office.refused = {"bob@larkspur.example": "451 4.7.1 later"}
    cora = approved(house).says("/sip newsletter publish")
    cora.says("/sip newsletter correct").submits(reason="The date of the training was wrong.")
    for said in ("approve", "publish"):
        cora.says(f"/sip newsletter {said}")
    assert "Published." in cora.text
    taken_back(cora)
    office.refused = {}
    house.clock.move_to(house.clock.read() + timedelta(hours=2))
    cora.says("/sip newsletter")
    (mail,) = office.to("bob@larkspur.example")
    assert STORY not in plain(mail)


def test_a_mail_that_is_under_way_fails_and_comes_without_a_win_taken_back_meanwhile(
    house: House, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.person("Cora").says("/sip newsletter subscribers add bob@larkspur.example")
    adapter = house.app.delivery._adapters["email"]
    send, tried = adapter.send, []

    async def failed_once(post: Post) -> str:
        tried.append(post)
        if len(tried) == 1:
            with house.app.engine.begin() as connection:  # as `win withdraw` does it on another replica
                uow = UnitOfWork(connection, house.clock.read(), built_in())
                uow.organization = organizations(connection)[0]
                uow.change(story, state="withdrawn")
                told = uow.row(select(story))
                retell(uow, told.id, told.text, told.at)
            raise SendError("the connection was cut")
        return await send(post)

    monkeypatch.setattr(adapter, "send", failed_once)
    cora = approved(house).says("/sip newsletter publish")
    house.clock.move_to(house.clock.read() + timedelta(hours=2))
    cora.says("/sip newsletter")
    (mail,) = office.to("bob@larkspur.example")
    assert len(tried) == 2
    assert STORY not in plain(mail)


def test_a_test_copy_goes_to_the_one_who_asks_alone(house: House, office: PostOffice) -> None:
    subscribed(house)
    with house.app.engine.begin() as connection:
        connection.execute(person.update().where(person.c.name == "Cora Diaz").values(email="cora@larkspur.example"))
    cora = approved(house).says("/sip newsletter test")
    (mail,) = office.mails
    assert (mail["To"], mail["Subject"]) == (
        "cora@larkspur.example",
        "TEST: Larkspur County newsletter, Q1 2026, January–March",
    )
    assert mail["List-Unsubscribe"] is None
    assert house.chat.posts("everyone") == []
    assert any("TEST copy, not published" in str(said.message) for said in cora.sees(""))
    cora.says("/sip newsletter")
    assert "approved" in cora.text


async def test_a_password_goes_over_an_encrypted_line_only(clock: MovableClock, tmp_path: Path) -> None:
    server_side, client_side = certificates(tmp_path)
    office = PostOffice(password=("sip", "p@ss:word"))
    with open_post_office(office, server_side):
        url = f"smtp://sip:p%40ss%3Aword@127.0.0.1:{office.port}"
        adapter = EmailAdapter(MailServer.of(url, "News <news@larkspur.example>"), clock, client_side)
        await adapter.send(a_post("one"))
        assert office.encrypted == [True]
        assert office.mails[0]["From"] == "News <news@larkspur.example>"
        wrong = EmailAdapter(MailServer.of(url.replace("p%40ss", "no"), "news@larkspur.example"), clock, client_side)
        with pytest.raises(SendError) as refused:
            await wrong.send(a_post("two"))
        assert (refused.value.permanent, refused.value.bounced) == (False, False)
        distrustful = EmailAdapter(MailServer.of(url, "news@larkspur.example"), clock)
        with pytest.raises(SendError, match=r"(?i)certificate"):
            await distrustful.send(a_post("three"))
    plain = PostOffice(password=("sip", "p@ss:word"))
    with open_post_office(plain):
        url = f"smtp://sip:p%40ss%3Aword@127.0.0.1:{plain.port}"
        with pytest.raises(SendError):
            await EmailAdapter(MailServer.of(url, "news@larkspur.example"), clock).send(a_post("four"))
    assert len(office.mails) == 1
    assert not plain.mails


async def test_the_same_post_has_the_same_message_id(clock: MovableClock, office: PostOffice) -> None:
    adapter = EmailAdapter(MailServer.of(f"smtp://127.0.0.1:{office.port}", "news@larkspur.example"), clock)
    first, again, other = [await adapter.send(a_post(key)) for key in ("one", "one", "two")]
    assert first == again != other
    assert await adapter.find(a_post("one")) is None


async def test_names_and_titles_cannot_add_headers(clock: MovableClock, office: PostOffice) -> None:
    adapter = EmailAdapter(MailServer.of(f"smtp://127.0.0.1:{office.port}", "news@larkspur.example"), clock)
    mailing = Mailing("Larkspur\r\nBcc: all@evil.example", "answers@larkspur.example", "en", "https://sip.example/u/x")
    post = Post(
        "k", Address("email", "", user="ann@larkspur.example"), say("Hello\r\nBcc: x@evil.example"), mailing=mailing
    )
    await adapter.send(post)
    (mail,) = office.mails
    assert mail["Bcc"] is None
    assert mail["Reply-To"] == "answers@larkspur.example"


def a_post(key: str) -> Post:
    return Post(
        key, Address("email", "", user="ann@larkspur.example"), say("Hello"), mailing=Mailing("Larkspur County")
    )


def certificates(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(a server's own certificate for this machine, a client that trusts it)"""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.larkspur.example")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365 * 50))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))


def test_the_mailing_list_is_each_countys_own(house: House) -> None:
    subscribed(house)
    with house.app.engine.connect() as connection:
        assert len(set(connection.execute(select(subscriber.c.organization_id)).scalars())) == 1
