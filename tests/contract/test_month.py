"""From the prompt to the roll-up, and from a quarter to its newsletter, wherever people talk."""

from __future__ import annotations

from datetime import date, time

from storage.models import report, update
from tests.contract.driver import County
from tests.contract.platforms import EVERYWHERE_ON_BOTH

pytestmark = EVERYWHERE_ON_BOTH

WIN = "The front desk cut the welcome packet from eleven pages to three, and the lobby is quieter for it."


async def test_a_month_goes_from_the_prompt_to_the_roll_up_and_a_quarter_to_the_newsletter(
    county: County,
) -> None:
    ann, ben, cora = (county.person(name) for name in ("ann", "ben", "cora"))
    await county.travel(date(2026, 3, 5))
    prompt = county.newest("forms", "March 2026 meeting")
    await ann.replies(prompt, "1.1.2 done, the letter is out")
    receipt = ann.card("Saved: 1.1.2")
    await ben.replies(prompt, "1.1.3 blocked, no sender number yet")
    await ann.types(f"win {WIN}")
    await ann.submits(consent="Only staff", step="1.1.2")
    await cora.presses("Approve", cora.card("A win from Ann Ortiz"))
    await county.travel(date(2026, 3, 10), time(15))
    await ann.presses("Record the meeting", prompt)
    await ann.submits(decisions="Large print on every letter.")
    await cora.types("measure record 1 46.5% 2026-02")

    before = len(county.posts("executives"))
    await county.travel(date(2026, 4, 1), time(8, 59))
    assert len(county.posts("executives")) == before
    await county.travel(date(2026, 4, 1))
    assert county.sent("rollup") == ["2026-04-01 09:00"]
    rollup = county.newest("executives")
    for words in ("March 2026 roll-up", "46.5%", "1 of 1 workgroup met", "no sender number yet", WIN[:40]):
        assert words in rollup.words
    await ann.presses("Undo", receipt)
    assert "roll-up with this update is already published" in ann.text
    assert all(row.withdrawn_at is None for row in county.rows(update))

    await county.travel(date(2026, 4, 7))
    assert county.sent("newsletter_draft") == ["2026-04-07 09:00"]
    await publishes(county)
    await withdraws(county)


async def publishes(county: County) -> None:
    """Cora takes the draft from her chat to publication."""
    cora = county.person("cora")
    draft = cora.card("The draft of the quarter's newsletter is ready")
    await cora.presses("Approve", draft)
    assert "is not approved yet" in cora.text
    await cora.presses("None this quarter")
    await cora.presses("Edit", draft)
    await cora.presses("From the manager")
    await cora.submits(text="Thank you all for a steady quarter.")
    assert "it can be approved" in cora.text
    await cora.presses("Preview")
    assert "Thank you all for a steady quarter." in cora.text
    assert not [post for post in county.posts("intake") if "steady quarter" in post.words]
    await cora.presses("Approve")
    assert "Approved. It goes out when you press Publish." in cora.text
    await cora.presses("Publish")
    assert "Published. It will appear in a moment in intake." in cora.text
    edition = county.newest("intake", "Larkspur County newsletter, Q1 2026")
    assert edition.buttons == ["Read the newsletter"]
    (row,) = [row for row in county.rows(report) if row.kind == "newsletter"]
    assert row.state == "published"
    await cora.types("newsletter publish")
    assert "is not approved: it is published" in cora.text
    assert len(county.sent("newsletter")) == 1


async def withdraws(county: County) -> None:
    """Cora takes it back again, and says why under it."""
    cora = county.person("cora")
    await cora.presses("Withdraw", cora.card("Published. It will appear"))
    await cora.submits(reason="The numbers on page one were wrong.")
    assert "Withdrawn. Its page says so now." in cora.text
    assert "Reason: The numbers on page one were wrong." in county.newest("intake", "was withdrawn").words
    (row,) = [row for row in county.rows(report) if row.kind == "newsletter"]
    assert row.state == "withdrawn"
