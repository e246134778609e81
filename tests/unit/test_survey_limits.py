"""The survey's limits: generous, forgetful, and fair to people behind one proxy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.survey_limits import A_DAY, BURST, AnswerLimits, address_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_an_address_gets_thirty_at_once_and_then_one_a_minute():
    limits = AnswerLimits()
    assert all(limits.take("s", "203.0.113.5", NOON) for _ in range(BURST))
    assert not limits.take("s", "203.0.113.5", NOON)
    assert limits.take("s", "203.0.113.6", NOON), "another address is not held up"
    assert limits.take("t", "203.0.113.5", NOON), "nor is another survey"
    assert limits.take("s", "203.0.113.5", NOON + timedelta(minutes=1))
    assert not limits.take("s", "203.0.113.5", NOON + timedelta(minutes=1, seconds=30))


def test_a_survey_takes_so_many_a_day_and_begins_anew_the_next():
    limits = AnswerLimits()
    assert sum(limits.take("s", f"address {n}", NOON) for n in range(A_DAY + 10)) == A_DAY
    assert limits.take("s", "one more", NOON + timedelta(days=1))


def test_no_address_is_kept_and_the_salt_changes_with_the_day():
    limits = AnswerLimits()
    limits.take("s", "203.0.113.5", NOON)
    first = set(limits._buckets)
    assert "203.0.113.5" not in repr(vars(limits))
    limits.take("s", "203.0.113.5", NOON + timedelta(days=1))
    assert not first & set(limits._buckets)
    assert len(limits._buckets) == 1, "yesterday is forgotten"


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("8.8.8.8", "1.2.3.4", "8.8.8.8"),  # a stranger may claim what they like
        ("127.0.0.1", "8.8.8.8", "8.8.8.8"),
        ("127.0.0.1", "1.1.1.1, 8.8.8.8", "8.8.8.8"),  # the first was written by the client
        ("10.0.0.2", "8.8.8.8, 10.0.0.9", "8.8.8.8"),
        ("127.0.0.1", "8.8.8.8:51234", "8.8.8.8"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("::1", "2600:1700:1:2:3:4:5:6", "2600:1700:1:2::/64"),
        ("::1", "[2600:1700:1:2::9]:443", "2600:1700:1:2::/64"),
        ("::ffff:8.8.8.8", "", "8.8.8.8"),
        ("", "8.8.8.8", ""),
    ],
)
def test_the_address_is_the_one_our_outermost_proxy_saw(peer, forwarded, found):
    assert address_of(peer, forwarded) == found
