"""Readiness hears of writes that failed, without writing anything for it."""

from __future__ import annotations

from storage.writing import CANNOT, LATELY, LastWrite


def test_a_failed_write_counts_until_one_succeeds_or_nobody_tried_for_a_while():
    now = [0.0]
    last = LastWrite(lambda: now[0])
    assert last.fault() == ""
    last.note(well=False)
    assert last.fault() == CANNOT
    now[0] += LATELY - 1
    assert last.fault() == CANNOT
    last.note(well=False)
    now[0] += LATELY - 1
    assert last.fault() == CANNOT
    last.note(well=True)
    assert last.fault() == ""
    last.note(well=False)
    now[0] += LATELY
    assert last.fault() == ""
