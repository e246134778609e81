"""No story with protected words passes, and most stories about staff and process pass without review."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.story_privacy import check_story


def labelled(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(__file__).with_name(name).read_text("utf-8").splitlines()]


STORIES = labelled("stories.jsonl")
# Written in one go before the check had seen any of them: at first 18 of 20 `block` were blocked and 2 passed as ok (a
# recovery told in slang, an age after "of"), 16 of 20 `review` asked for review (2 blocked, 2 passed), 20 of 20 `ok`
# passed; and one `review` was wrong: a date beside one person blocks.
UNSEEN = labelled("stories_unseen.jsonl")
# As staff type in chat, in five rounds of 60 (25 block, 15 review, 20 ok): a round was written and committed first,
# checked once, and only then were the rules mended. Rounds two to five were written by someone who knew the rules.
# What the check said at first sight:
#
#   round | block: blocked, review, ok | review: blocked, review, ok | ok: passed, review
#     1   |          12       2    11  |           3       9     3   |      20       0
#     2   |          13      11     1  |           1      13     1   |      17       3
#     3   |          19       6     0  |           2      11     2   |      16       4
#     4   |          18       6     1  |           2      11     2   |      19       1
#     5   |          14      10     1  |           1      13     1   |      20       0
#
# After round one a sentence about one person has to be of plain words to pass. What still slipped through: "one of the
# 2 trans girls", a dropout's tattoos (both spoke of nobody the check saw as one person), "gonna end it all" (plain words).
IN_CHAT = labelled("stories_in_chat.jsonl")
TEXTS = st.sampled_from([story["text"] for story in STORIES + IN_CHAT])


def kinds(text: str, *staff: str) -> set[tuple[str, str]]:
    return {(finding.kind, finding.severity) for finding in check_story(text, frozenset(staff)).findings}


@pytest.mark.parametrize(
    ("told", "blocked"),
    [(STORIES, 0.95), (UNSEEN, 0.95), (IN_CHAT, 0.90)],
    ids=["first set", "second set", "in chat"],
)
def test_protected_stories_never_pass_and_innocent_ones_mostly_do(told: list[dict[str, Any]], blocked: float) -> None:
    figures = Counter((story["label"], check_story(story["text"], frozenset(story["staff"])).verdict) for story in told)
    totals = Counter(story["label"] for story in told)
    print("\nlabel -> verdict:", {f"{label} -> {verdict}": n for (label, verdict), n in sorted(figures.items())})
    assert min(totals.values()) >= 20
    assert figures["block", "ok"] == 0
    assert figures["review", "ok"] == 0
    assert figures["block", "block"] >= blocked * totals["block"]
    assert figures["ok", "ok"] >= 0.90 * totals["ok"]
    assert figures["ok", "block"] == 0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Her number 123-45-6789 was on the form.", "ssn"),
        ("Social: 6789 was all we had.", "ssn"),
        ("CIN 91234567A is approved.", "case number"),
        ("Case # 1B2C345 is closed.", "case number"),
        ("Call (707) 555-0142.", "phone"),
        ("Call 555-0142.", "phone"),
        ("Write to sunny.days@example.com.", "e-mail"),
        ("Write to sunny at example dot com.", "e-mail"),
        ("They live at 1450 laurel street.", "address"),
        ("Send it to P.O. Box 12.", "address"),
        ("She was born on March 14, 1988.", "date of birth"),
        ("The client came on 3/14/2026.", "date"),
        ("A client named maria came in.", "client name"),
        ("Maria’s daughter came in.", "client name"),
        ("Xochitl and her kids moved in.", "client name"),
        ("The Ramirez family moved in.", "client name"),
        ("We helped J.M. today.", "initials"),
        ("Client T. came in.", "initials"),
        ("A mom got her kids back.", "child welfare"),
        ("Her 4-year-old came along.", "child age"),
        ("A father in our county has diabetes.", "health"),
        ("La clienta estaba embarazada.", "health"),
        ("A mother who is undocumented came in.", "immigration"),
        ("He was arrested last year.", "criminal history"),
        ("She left her abusive husband.", "domestic violence"),
        ("Her 3 y/o came along.", "child age"),
        ("my 17yo client graduated", "child age"),
        ("EBT 5077 1234 5678 9012 was locked", "case number"),
        ("text her at seven oh seven five five five zero one four two", "phone"),
        ("write to sunny_92 at gmail", "e-mail"),
        ("he stays on 6th st", "address"),
        ("they live at Orchard Inn room 14", "address"),
        ("the mom has been here since last Tues the 4th", "date"),
        ("got mr. vang his papers from the county", "client name"),
        ("Yesterday Fatuma got her license.", "client name"),
        ("Xiomara got the job.", "client name"),
        ("mi clienta salio de la carcel", "criminal history"),
        ("his PO came along", "criminal history"),
        ("Our participant was 5150'd twice.", "health"),
        ("dad got his 1 year AA chip", "health"),
        ("the client just got her LPR card", "immigration"),
        ("ICE took her husband.", "immigration"),
        ("her kids come home friday", "child welfare"),
        ("she left him and came to us", "domestic violence"),
        ("the mom who lost her twins", "family event"),
    ],
)
def test_what_may_not_leave_the_agency_blocks(text: str, kind: str) -> None:
    assert (kind, "block") in kinds(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Kimberly Otis stayed late.", "name"),
        ("Three families came in.", "small count"),
        ("2 out of 9 participants stayed.", "small count"),
        ("A father found work at Safeway.", "place"),
        ("A 34-year-old mother graduated.", "age"),
        ('A parent said "' + "word " * 26 + '".', "quotation"),
        ("A Hmong mother graduated.", "rare combination"),
        ("The photo of the class is attached.", "picture"),
        ("It happened on March 14, 2025.", "date"),
        ("Zyanya told us about the kiosk.", "name"),
        ("Paradise folks still come to us.", "name"),
        ("A parent now works as a welder.", "place"),
        ("A client told us that the letter is like her quilt.", "particular"),
        ("The barber landed an apartment in our county.", "particular"),
        ("A family of seven came to intake.", "small count"),
        ("She is 52 and came to the class.", "age"),
    ],
)
def test_what_may_point_at_someone_asks_for_review(text: str, kind: str) -> None:
    assert kinds(text) == {(kind, "review")}


@pytest.mark.parametrize(
    "text",
    [
        "A family in our county told us that the letter is easier to read.",
        "We removed 3 forms, 2 signatures and 10 questions from a process that took 5 meetings.",
        "Two staff finished the training, and our child welfare partners joined the workgroup.",
        "Our team trained on domestic violence, mental health and substance use.",
        "Our ten-year-old database is gone, and each client gets a call within three days.",
        "On March 14 our team opened the new desk.",
        "A dad told us that the reminder helped him and he did not feel judged.",
        "Una clienta nos dijo que la carta nueva es más fácil de leer.",
        "Our team lead had a baby shower in the break room.",
        "Thanks to the fiscal unit for giving up her lunch break.",
        "It saved $1,250,000 and 12,345,678 sheets of paper.",
        "",
    ],
)
def test_what_staff_did_and_what_changed_passes(text: str) -> None:
    assert check_story(text).verdict == "ok"


def test_staff_who_agreed_may_be_named_and_others_are_asked_about() -> None:
    text = "Dana Whitfield built the checklist, and Dana trained the unit."
    assert check_story(text, frozenset({"Dana Whitfield"})).verdict == "ok"
    assert check_story(text).verdict == "review"


def test_a_client_with_the_name_of_a_colleague_still_blocks() -> None:
    assert ("client name", "block") in kinds("A client named Dana came in.", "Dana Whitfield")
    assert ("client name", "block") in kinds("Dana's son came along.", "Dana Whitfield")


def test_a_partner_beside_a_family_is_asked_about_because_it_hints_at_a_case() -> None:
    text = "Child welfare staff and our team sat down together with the family."
    assert kinds(text) == {("child welfare", "review")}


def test_findings_mark_the_words_as_they_were_typed() -> None:
    text = "A client named “Maria” got a job."
    (finding,) = check_story(text).findings
    assert text[finding.start : finding.end] == finding.text == "Maria"
    assert finding.why.endswith(".")


@pytest.mark.parametrize(
    "text", ["SSN 123‑45‑6789", "Call 707\u200b-555-0142", "\uff11\uff12\uff13-45-6789", "s\u200bhe relap\u200bsed"]
)
def test_unusual_dashes_digits_and_invisible_letters_hide_nothing(text: str) -> None:
    assert check_story(text).verdict == "block"


@given(st.one_of(st.text(), st.lists(TEXTS, max_size=3).map(" ".join)))
def test_any_text_is_checked_and_findings_are_slices_in_order_without_overlap(text: str) -> None:
    findings = check_story(text).findings
    assert all(text[finding.start : finding.end] == finding.text != "" for finding in findings)
    assert all(first.end <= second.start for first, second in pairwise(findings))


@given(TEXTS)
def test_an_innocent_beginning_does_not_make_a_story_pass(text: str) -> None:
    alone = check_story(text).verdict
    longer = check_story("Our team changed the letter.\n\n" + text).verdict
    assert alone == "ok" or longer != "ok"


@example("wwww")
@given(st.text("qxzjkvw", min_size=4, max_size=12))
def test_a_word_that_nobody_knows_beside_one_person_is_asked_about(word: str) -> None:
    assert check_story(f"A client told us about the {word} in our county.").verdict != "ok"


def test_a_particular_is_asked_about_only_where_nothing_else_was_found() -> None:
    assert kinds("A client with asthma rode her unicycle to class.") == {("health", "block")}


def test_a_long_story_is_checked_within_fifty_milliseconds() -> None:
    text = " ".join(story["text"] for story in IN_CHAT)[:3000]
    times = []
    for _ in range(10):
        start = process_time()
        check_story(text)
        times.append(process_time() - start)
    assert min(times) < 0.05


@pytest.mark.parametrize(
    "piece",
    [
        "a.", "x-", "1-", "Maria ", "1", "A", "client ", '"', "her Maria. ", "one of our ", "lost her ", "she is ", "Santa ",
        "Amy's ", "a b ", "o", "her records ", "got the ", "fri 1 ", "zero oh ", "child welfare and ", "kids were ",
        "someone on ", "mr ", "a@", "4 ", "1 year ", "1234 ", "left him ", "in her ", "Rosa High ", "lives at 1 ",
    ],
)  # fmt: skip
def test_a_hostile_text_is_checked_in_reasonable_time(piece: str) -> None:
    start = perf_counter()
    check_story(piece * (6000 // len(piece)))
    assert perf_counter() - start < 2


@pytest.mark.parametrize(
    "text",
    ["case" + " " * 100 + "x", "case" + " . #" * 50 + "x", "her depression " + "&" * 28, "her depression " + "& " * 28],
    ids=["spaces", "marks", "ands", "ands and spaces"],
)
def test_what_separates_words_can_be_read_in_one_way_only(text: str) -> None:
    # Each took seconds to hours: the ways to share out spaces among five places, or to take each "&" as a word or not.
    start = perf_counter()
    check_story(text)
    assert perf_counter() - start < 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A boy, fıve years old, came along.", "child age"),
        ("Her daughter is SİX YEARS OLD.", "child age"),
        ("case" + " " * 40 + "no." + "\t" * 40 + "1B2C345", "case number"),
        ("Her case number....: 1B2C345 is closed.", "case number"),
    ],
)
def test_other_letters_and_wide_gaps_hide_nothing(text: str, kind: str) -> None:
    assert (kind, "block") in kinds(text)
