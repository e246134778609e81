"""An edition of the newsletter from its draft to its withdrawal, wherever people talk."""

from __future__ import annotations

from datetime import date

from bot.pages import report_page
from storage.models import report
from tests.contract.driver import County, Shown
from tests.contract.platforms import EVERYWHERE

pytestmark = EVERYWHERE

LETTER = "Thank you all for a steady quarter."
WIN = "The front desk cut the welcome packet from eleven pages to three, and the lobby is quieter for it."


def pages(county: County) -> list[str]:
    """What the pages of the editions say, oldest revision first; drafts have none."""
    rows = [row for row in county.rows(report) if row.kind == "newsletter"]
    found = [report_page(county.app.engine, row.token, "md") for row in rows]
    return [page.body.decode() if page else "" for page in found]


def posted(county: County) -> list[Shown]:
    """The editions announced in the newsletter's channel."""
    return [post for post in county.posts("intake") if "Read the newsletter" in post.buttons]


async def test_draft_edit_two_approvals_publish_correct_withdraw(county: County) -> None:
    ann, ben, cora = (county.person(name) for name in ("ann", "ben", "cora"))
    await cora.types(f"people role {ben.mention} coordinator", "intake")
    await cora.types("settings newsletter approvals 2")
    await ann.types(f"win {WIN}")
    await ann.submits(consent="Only staff", step="1.1.2")
    await cora.presses("Approve", cora.card("A win from Ann Ortiz"))

    # The calendar compiles the draft and asks both; two things are for people to say.
    await county.travel(date(2026, 4, 7))
    assert county.sent("newsletter_draft") == ["2026-04-07 09:00"] * 2
    draft = cora.card("The draft of the quarter's newsletter is ready")
    await cora.presses("Approve", draft)
    assert "is not approved yet" in cora.text
    await cora.presses("None this quarter")
    assert "Confirmed" in cora.text
    await cora.presses("Write “From the manager”")
    await cora.submits(text=LETTER)
    assert "Nothing is left to do: it can be approved." in cora.text
    await cora.types("newsletter preview")
    for words in (LETTER, WIN, "None this quarter"):
        assert words in cora.text
    assert pages(county) == [""]

    # Two different people approve; a change in between begins anew.
    await cora.presses("Approve")
    assert "A second person has to approve it" in cora.text
    await cora.types("newsletter approve")
    assert "Another person has to approve it" in cora.text
    await ben.types("newsletter edit hello Good day to all.")
    await ben.types("newsletter approve")
    assert "A second person has to approve it" in ben.text
    await cora.types("newsletter publish")
    assert "is not approved: it is draft" in cora.text
    await cora.types("newsletter approve")
    assert "Approved. It goes out when you press Publish." in cora.text

    # It goes out once: in the channel, and on its page.
    await cora.presses("Publish")
    assert "Published." in cora.text
    await cora.types("newsletter publish")
    (post,) = posted(county)
    assert "Good day to all." in post.words
    (page,) = pages(county)
    assert LETTER in page
    assert WIN in page

    # A correction is a new revision with a reason; the old page points to it and a note stands under the post.
    await cora.presses("Correct")
    await cora.submits(reason="The date of the training was wrong")
    assert "A copy to correct, revision 2" in cora.text
    await cora.types("newsletter edit coming up The training is on 12 May.")
    await cora.types("newsletter approve")
    await ben.types("newsletter approve")
    assert LETTER in pages(county)[0]
    await cora.types("newsletter publish")
    old, new = pages(county)
    assert "corrected this newsletter" in old
    assert "The date of the training was wrong." in new
    assert "The training is on 12 May." in new
    assert "was corrected" in county.newest("intake", "The date of the training was wrong").words
    assert len(posted(county)) == 1

    # Withdrawn, nothing of it is shown any more but the reason.
    await cora.presses("Withdraw")
    await cora.submits(reason="All of it was wrong")
    assert "Withdrawn. Its page says so now." in cora.text
    _, page = pages(county)
    assert "All of it was wrong" in page
    assert LETTER not in page
    assert "was withdrawn" in county.newest("intake", "All of it was wrong").words


async def test_a_draft_is_nobodys_but_the_coordinators(county: County) -> None:
    ann, cora = county.person("ann"), county.person("cora")
    await county.travel(date(2026, 4, 7))
    await ann.types("newsletter preview")
    assert "is for a coordinator" in ann.text
    await cora.types("newsletter test")
    assert "marked TEST" in cora.card("A test copy").words
    assert cora.card("TEST copy, not published")
    assert not posted(county)
