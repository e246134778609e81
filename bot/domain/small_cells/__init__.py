"""Small numbers of people are never shown, nor can they be worked out: the first rule of the county's figures.

Counts of people from 1 to 10 could point at someone, so they read “fewer than 11”, and a percent built on one is not
printed. The limit follows the state's De-Identification Guidelines (counts under 11 are masked, zero is not; then a
complementary cell, so that the first cannot be worked out):
https://kb.data.chhs.ca.gov/ddg/4.-statistical-de-identification/4.4-statistical-masking . We apply it to every count of
people, whatever the publication's score. Counts of steps, meetings, forms and staff are exempt: do not send them here.

`decide` looks at a whole publication and at what earlier ones let everybody read, data month by data month: a newer
month never changes what an older one shows. The reader it guards against knows
- every number printed now or before, and that each is a whole number of people, 0 or more;
- that “fewer than 11” is 1 to 10, and that “not shown” is none of 1 to 10 unless nobody told us the number (so a
  hidden 11 beside a total of 12 gives away the 1);
- every sum it is told of: totals, subtotals, several dimensions, a total that grew since last month, the parts that are
  not printed, and that a printed percent of a count is so many people within its rounding, and so many left out;
- the old number beside the new one where a count was corrected.
What “fewer than 11” says itself (it is 1 to 10) is told on purpose. What that reader must not find is the number: for
every count of 1–10 there is another set of numbers, that would have been printed just so, in which it is different. The
same holds for the sum of what is not printed of a total: “5 people are in one of these two” is a small number as well.
Only what is printed counts: a reader who knows somebody in the group, or who reruns this very search on every possible
input, is outside of it.
"""

from bot.domain.small_cells.decide import decide
from bot.domain.small_cells.model import (
    NOTHING_SHOWN,
    Count,
    Decision,
    Percent,
    Publication,
    Shown,
    ShownCount,
    Sum,
    Verdict,
)
from bot.domain.small_cells.rule import FEWER, NOT_SHOWN, SMALLEST_SHOWN, is_small, show_count

__all__ = [
    "FEWER",
    "NOTHING_SHOWN",
    "NOT_SHOWN",
    "SMALLEST_SHOWN",
    "Count",
    "Decision",
    "Percent",
    "Publication",
    "Shown",
    "ShownCount",
    "Sum",
    "Verdict",
    "decide",
    "is_small",
    "show_count",
]
