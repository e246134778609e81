"""A file as a field's value, there and back."""

from __future__ import annotations

import pytest

from bot.chat.uploads import LARGEST, Upload, from_value, to_value


@pytest.mark.parametrize("name", ["readings.csv", "März;base64,.csv", '"><script>.csv'])
def test_a_file_comes_back_as_it_was(name):
    upload = Upload(name, bytes(range(256)))
    assert from_value(to_value(upload)) == upload


def test_a_name_is_one_line_and_keeps_its_ending():
    found = from_value(to_value(Upload("very\nlong " * 40 + ".csv", b"x")))
    assert found.name.endswith("very long .csv")
    assert len(found.name) <= 100


def test_the_largest_file_is_taken_and_one_byte_more_is_not():
    assert len(from_value(to_value(Upload("a.csv", bytes(LARGEST)))).data) == LARGEST
    with pytest.raises(ValueError, match=r"^a\.csv has more than 1 MB\. Send the table alone, please\.$"):
        from_value(to_value(Upload("a.csv", bytes(LARGEST + 3))))


@pytest.mark.parametrize("value", ["readings.csv", "C:\\fakepath\\readings.csv", "a.csv;base64,no!", "a.csv;base64,YQ"])
def test_what_is_no_file_is_said_in_a_sentence(value):
    with pytest.raises(ValueError, match="Choose it again"):
        from_value(value)
