"""Readiness hears of writes that failed, without writing anything for it."""

from __future__ import annotations

import pytest

from storage.writing import CANNOT, LATELY, LastWrite


class Passing(list):
    """Seconds that pass when they are told to."""

    def __call__(self) -> float:
        return float(sum(self))


@pytest.fixture
def now():
    return Passing()


@pytest.fixture
def last(now):
    return LastWrite(now)


def test_a_failed_write_counts_until_one_succeeds(last, now):
    assert last.fault() == ""
    last.note(last.begun(), well=False)
    now.append(LATELY - 1)
    assert last.fault() == CANNOT
    last.note(last.begun(), well=False)
    now.append(LATELY - 1)
    assert last.fault() == CANNOT
    last.note(last.begun(), well=True)
    assert last.fault() == ""


def test_a_failed_write_counts_until_nobody_has_tried_for_a_while(last, now):
    last.note(last.begun(), well=False)
    now.append(LATELY)
    assert last.fault() == ""


def test_what_began_before_a_failure_does_not_end_it(last, now):
    long = last.begun()
    now.append(1)
    last.note(last.begun(), well=False)
    now.append(1)
    last.note(long, well=True)
    assert last.fault() == CANNOT
