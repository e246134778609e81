"""The console as people use it: with mouse, keyboard, phone and screen reader, in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.chat.messages import say
from bot.chat.ports import Address, Post
from tests.browser.conftest import OpenPage
from tests.browser.looks import overflow, violations
from tests.browser.stub_county import StubCounty
from tests.chat import done

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
pytestmark = pytest.mark.browser

HERE = "?as=ann&in=c-reunification"
PHONE = 380


def send(page: Page, words: str, box: str = "Message #reunification") -> None:
    page.get_by_label(box).fill(words)
    page.get_by_label(box).press("Enter")


def prompt(page: Page) -> None:
    page.get_by_role("button", name="Next prompt").click()
    page.get_by_role("heading", name="Your March meeting: Reunification").wait_for()


def focused(page: Page) -> str:
    """Id of the element with the focus."""
    return str(page.evaluate("document.activeElement.id"))


def test_the_clock_brings_the_prompt_and_says_what_happened(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE)
    prompt(page)
    assert page.locator("#travelled").inner_text() == "One prompt was posted in #reunification."
    assert page.locator("#clock").inner_text() == "Tue 3 Mar 2026, 09:00"
    assert page.get_by_role("progressbar", name="Steps done").is_visible()


def test_a_command_is_answered_privately_and_the_answer_survives_a_reload(
    console_url: str, open_page: OpenPage
) -> None:
    page = open_page(console_url + HERE)
    send(page, "/sip update 1.2.3 done Form piloted")
    answer = page.locator(".mine-only", has_text="Stored.")
    answer.get_by_text("Only visible to you").wait_for()
    assert page.get_by_label("Message #reunification").input_value() == ""
    page.reload()
    answer.wait_for()
    page.get_by_label("You are").select_option("ben")
    page.get_by_role("heading", name="#reunification").wait_for()
    assert answer.count() == 0


def test_colleagues_see_words_within_moments_and_the_unread_mark_elsewhere(
    console_url: str, open_page: OpenPage
) -> None:
    ann, carla = open_page(console_url + HERE), open_page(console_url + "?as=carla&in=c-kinship")
    send(ann, "Good morning @Carla Díaz-Whitfield!")
    link = carla.get_by_role("link", name="reunification, 1 new")
    link.wait_for()
    link.click()
    carla.locator(".mention", has_text="@Carla Díaz-Whitfield").wait_for()
    carla.locator(".unread").wait_for(state="detached")
    assert "in=c-reunification" in carla.url


def test_a_form_keeps_what_was_typed_until_it_is_right(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE)
    send(page, "/sip update")
    form = page.get_by_role("dialog", name="Record an update")
    form.get_by_label("What happened?").fill("ok")
    form.get_by_role("button", name="Save").click()
    form.get_by_role("link", name="Status").click()
    assert page.evaluate("document.activeElement.name") == "status"
    form.get_by_label("Status").select_option("done")
    form.get_by_label("Ben Okafor").check()
    form.get_by_role("button", name="Save").click()
    form.locator(".errors").get_by_text("Say in a few words what happened.").wait_for()
    assert form.get_by_label("What happened?").input_value() == "ok"
    assert form.get_by_label("Status").input_value() == "done"
    assert form.get_by_label("Ben Okafor").is_checked()
    form.get_by_label("What happened?").fill("Form piloted in two units")
    form.get_by_role("button", name="Save").click()
    page.locator(".mine-only", has_text="Form piloted in two units").wait_for()
    assert not form.is_visible()


def test_a_file_is_sent_with_a_form_and_stays_chosen_until_it_is_right(
    console_url: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(console_url + HERE)
    send(page, "/sip readings")
    form = page.get_by_role("dialog", name="Record readings")
    file, save = form.get_by_label("Or a file"), form.get_by_role("button", name="Save")
    save.click()
    form.locator(".errors").get_by_text("Choose a file.").wait_for()
    file.set_input_files({"name": "big.csv", "mimeType": "text/csv", "buffer": b"x" * 1_000_001})
    save.click()
    form.get_by_text("big.csv has more than 1 MB. Choose a smaller file.").wait_for()
    readings = tmp_path / "Über uns.csv"
    readings.write_bytes(b"month,value\n2026-01,many\n")
    file.set_input_files(readings)
    form.get_by_label("Note").fill("first try")
    save.click()
    form.locator(".errors").get_by_text("“many” is not a number.").wait_for()
    assert file.evaluate("control => control.files[0].name") == "Über uns.csv"
    assert form.get_by_label("Note").input_value() == "first try"
    assert violations(page) == []
    file.set_input_files({"name": "mended.csv", "mimeType": "text/csv", "buffer": b"month,value\n2026-01,41\n"})
    save.click()
    page.locator(".mine-only", has_text="Saved: 23 bytes of mended.csv.").wait_for()
    assert not form.is_visible()


def test_closing_a_form_with_words_in_it_asks_first(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE)
    asked: list[str] = []
    page.once("dialog", lambda question: (asked.append(question.message), question.dismiss()))
    send(page, "/sip update")
    form = page.get_by_role("dialog", name="Record an update")
    form.get_by_label("What happened?").fill("Half a sent")
    form.get_by_role("button", name="Close the form").click()
    assert asked == ["Close the form? What you typed in it is not stored."]
    assert form.get_by_label("What happened?").input_value() == "Half a sent"
    page.once("dialog", lambda question: question.accept())
    page.keyboard.press("Escape")
    form.wait_for(state="hidden")


def test_a_button_that_replaces_changes_the_message_for_all(
    console_url: str, open_page: OpenPage, county: StubCounty
) -> None:
    ann, ben = open_page(console_url + HERE), open_page(console_url + "?as=ben")
    prompt(ann)
    ann.get_by_role("button", name="Excuse").click()
    for page in (ann, ben):
        page.locator(".said", has_text="Excused by Ann Alvarez.").wait_for()
        page.get_by_text("(edited)").wait_for()
        assert page.get_by_role("button", name="Excuse").count() == 0


def test_a_reply_in_the_thread_gets_a_reaction_and_a_private_note(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE)
    prompt(page)
    page.get_by_role("button", name="Reply in thread to sipbot's message").click()
    send(page, "1.2.3 done, form piloted", "Reply in the thread")
    thread = page.get_by_role("complementary", name="Thread")
    thread.get_by_role("img", name="sipbot reacted: white check mark").wait_for()
    thread.get_by_text("Stored for 1.2.3.").wait_for()
    page.get_by_role("button", name="2 replies").wait_for()
    page.reload()
    thread.get_by_text("Stored for 1.2.3.").wait_for()
    page.keyboard.press("Escape")
    assert thread.count() == 0


def test_direct_messages_are_commands_and_home_leads_there(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + "?as=ann&in=home")
    page.get_by_role("heading", name="Good morning, Ann").wait_for()
    page.get_by_role("button", name="What can I do here?").click()
    page.get_by_text("Type /sip update, /sip win or /sip plan.").wait_for()
    send(page, "plan", "Message sipbot")
    page.get_by_role("heading", name="The plan at a glance").wait_for()
    assert page.get_by_role("link", name="Open the plan").get_attribute("target") == "_blank"


def test_a_win_is_told_from_a_colleagues_message(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE)
    send(page, "A family is together again.")
    page.get_by_role("button", name="Tell a win from Ann Alvarez's message").click()
    form = page.get_by_role("dialog", name="Tell a win")
    assert form.get_by_label("What went well?").input_value() == "A family is together again."


def test_everything_works_from_the_keyboard(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE)
    keys = page.keyboard
    expect(page.locator("#text")).to_be_focused()
    keys.type("/up")
    keys.press("Escape")
    keys.press("Control+A")
    keys.type("/sip u")
    page.get_by_role("option", name="/sip update").wait_for()
    keys.press("ArrowDown")
    assert page.locator("#text").get_attribute("aria-activedescendant") == "suggest-main-0"
    keys.press("Enter")
    assert page.locator("#text").input_value() == "/sip update "
    keys.press("Enter")
    page.get_by_role("dialog", name="Record an update").wait_for()
    keys.press("Escape")
    expect(page.locator("#text")).to_be_focused()
    keys.type("hello @Be")
    keys.press("Tab")
    keys.press("Shift+Enter")
    keys.type("second line")
    assert page.locator("#text").input_value() == "hello @Ben Okafor \nsecond line"
    keys.press("Enter")
    page.locator(".mention").wait_for()
    reply = page.get_by_role("button", name="Reply in thread to Ann Alvarez's message")
    for _ in range(30):
        keys.press("Shift+Tab")
        if reply.evaluate("element => element === document.activeElement"):
            break
    assert reply.evaluate("element => getComputedStyle(element.parentElement).opacity") != "0"
    keys.press("Enter")
    expect(page.locator("#thread-text")).to_be_focused()
    keys.press("Escape")
    page.get_by_role("complementary", name="Thread").wait_for(state="detached")
    assert reply.evaluate("element => element === document.activeElement")


def test_new_messages_are_announced(console_url: str, open_page: OpenPage, county: StubCounty) -> None:
    page = open_page(console_url + HERE)
    page.get_by_role("heading", name="#reunification").wait_for()
    to = Address("console", "local", "c-reunification")
    done(county.adapter.send(Post("x", to, say("March closes on Tuesday."))))
    expect(page.locator("#announce")).to_have_text("sipbot: March closes on Tuesday.")
    assert page.locator("#announce").get_attribute("role") == "status"


def test_nothing_typed_is_lost_when_the_server_does_not_answer(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE)
    page.route("**/console/say", lambda route: route.abort())
    send(page, "/sip plan")
    page.locator("#composer .problem", has_text="Your words are still here").wait_for()
    assert page.get_by_label("Message #reunification").input_value() == "/sip plan"
    page.unroute("**/console/say")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("heading", name="The plan at a glance").wait_for()


def test_a_retry_after_a_lost_answer_is_the_same_delivery(
    console_url: str, open_page: OpenPage, county: StubCounty
) -> None:
    page = open_page(console_url + HERE)
    lost: list[str] = []

    def lose_the_first_answer(route: object) -> None:
        if lost:
            route.continue_()  # type: ignore[attr-defined]
        else:
            lost.append("answer")
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]

    page.route("**/console/say", lose_the_first_answer)
    send(page, "/sip plan")
    page.locator("#composer .problem").wait_for()
    page.get_by_label("Message #reunification").press("Enter")
    page.locator("#composer .problem").wait_for(state="hidden")
    assert len({command.delivery_id for command in county.commands_seen}) == 1
    assert page.locator(".asked").count() == 1


def test_a_draft_waits_where_it_was_written(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE)
    page.get_by_label("Message #reunification").fill("half a sent")
    page.get_by_role("link", name="kinship-care").click()
    assert page.get_by_label("Message #kinship-care").input_value() == ""
    page.go_back()
    page.get_by_role("heading", level=1, name="reunification").wait_for()
    assert page.get_by_label("Message #reunification").input_value() == "half a sent"


def test_a_phone_shows_one_thing_at_a_time(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE, width=PHONE)
    assert not page.locator("#side").is_visible()
    page.get_by_role("button", name="Menu: places and clock").click()
    assert focused(page) == "you"
    page.get_by_role("button", name="Next prompt").click()
    page.get_by_text("One prompt was posted").wait_for()
    page.get_by_role("link", name="reunification").click()
    page.get_by_role("heading", name="Your March meeting: Reunification").wait_for()
    send(page, "/sip plan")
    page.get_by_role("heading", name="The plan at a glance").wait_for()
    assert overflow(page) == 0
    page.get_by_role("button", name="Reply in thread to sipbot's message").click()
    page.get_by_label("Reply in the thread").wait_for()
    assert not page.locator("#scroll").is_visible()
    assert overflow(page) == 0
    page.get_by_role("button", name="Close the thread").click()
    send(page, "/sip update")
    page.get_by_role("dialog", name="Record an update").wait_for()
    assert overflow(page) == 0
    box = page.locator("#dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, PHONE])
def test_axe_finds_nothing_wrong_in_any_state(
    console_url: str, open_page: OpenPage, county: StubCounty, scheme: str, width: int
) -> None:
    page = open_page(console_url + HERE, width=width, scheme=scheme)
    page.get_by_role("heading", name="#reunification").wait_for()
    found = {"empty": violations(page)}
    done(county.travel("prompt"))
    send(page, "Good morning @Ben Okafor, see https://sip.example.org/form")
    send(page, "/sip plan")
    page.get_by_role("heading", name="The plan at a glance").wait_for()
    page.mouse.move(width / 2, 300)
    found["channel"] = violations(page)
    page.get_by_label("Message #reunification").press_sequentially("/sip")
    page.keyboard.press("ArrowDown")
    found["suggestions"] = violations(page)
    page.get_by_label("Message #reunification").fill("")
    page.get_by_role("button", name="Reply in thread to sipbot's message").click()
    send(page, "1.2.3 done", "Reply in the thread")
    page.get_by_role("img", name="sipbot reacted: white check mark").wait_for()
    found["thread"] = violations(page)
    page.get_by_role("button", name="Close the thread").click()
    send(page, "/sip update")
    form = page.get_by_role("dialog", name="Record an update")
    form.wait_for()
    found["form"] = violations(page)
    form.get_by_role("button", name="Save").click()
    form.locator(".errors").wait_for()
    found["form with errors"] = violations(page)
    form.get_by_role("button", name="Close the form").click()
    if width == PHONE:
        page.get_by_role("button", name="Menu: places and clock").click()
        found["menu"] = violations(page)
    page.get_by_role("link", name="Home").click()
    page.get_by_role("heading", name="Good morning, Ann").wait_for()
    found["home"] = violations(page)
    assert {state: faults for state, faults in found.items() if faults} == {}


def test_a_restart_of_the_server_loses_nothing(console_url: str, open_page: OpenPage) -> None:
    page = open_page(console_url + HERE)
    page.route("**/console/say", lambda route: route.continue_(headers=stale(route.request.headers)), times=1)
    send(page, "/sip plan")
    page.get_by_role("heading", name="The plan at a glance").wait_for()


def stale(headers: dict[str, str]) -> dict[str, str]:
    """The headers as a page has them that was loaded before the server was started anew."""
    return headers | {"x-csrf-token": "of an earlier start"}
