"""Keys by purpose from one setting: sealed texts open only where they belong, signatures only for their text."""

from __future__ import annotations

import pytest

from bot.keys import LINKS, SLACK_TOKENS, STATE, Keys, Unsealed, faults

OLD, NEW = "old-3PnYfcWQ8xkZ0m5vUeRtLbHg7aJsD2", "new-9TqLrXw4KzB6hNcVyMeFuSd1gPjA8o"
KEYS = Keys.of(NEW)


def test_a_sealed_text_comes_back_and_does_not_show():
    sealed = KEYS.seal(SLACK_TOKENS, "slack/T1/bot", "xoxb-secret")
    assert "xoxb" not in sealed
    assert KEYS.unseal(SLACK_TOKENS, "slack/T1/bot", sealed) == "xoxb-secret"
    assert KEYS.seal(SLACK_TOKENS, "slack/T1/bot", "xoxb-secret") != sealed


@pytest.mark.parametrize(
    ("keys", "purpose", "about"),
    [
        (KEYS, SLACK_TOKENS, "slack/T2/bot"),
        (KEYS, SLACK_TOKENS, "slack/T1/bo"),
        (KEYS, SLACK_TOKENS, ""),
        (KEYS, LINKS, "slack/T1/bot"),
        (Keys.of(OLD), SLACK_TOKENS, "slack/T1/bot"),
    ],
)
def test_it_opens_nowhere_else(keys, purpose, about):
    sealed = KEYS.seal(SLACK_TOKENS, "slack/T1/bot", "xoxb-secret")
    with pytest.raises(Unsealed) as caught:
        keys.unseal(purpose, about, sealed)
    assert "xoxb" not in str(caught.value)


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA", "ünlesbar"])
def test_what_was_never_sealed_is_no_crash(sealed):
    with pytest.raises(Unsealed):
        KEYS.unseal(SLACK_TOKENS, "a", sealed)


def test_a_new_secret_in_front_reads_what_the_old_one_made():
    old, both = Keys.of(OLD), Keys.of(f"{NEW}, {OLD}")
    sealed, signature = old.seal(SLACK_TOKENS, "a", "b"), old.sign(STATE, "text")
    assert both.unseal(SLACK_TOKENS, "a", sealed) == "b"
    assert both.check(STATE, "text", signature)
    assert both.sign(STATE, "text") == KEYS.sign(STATE, "text")
    assert not KEYS.check(STATE, "text", signature)


@pytest.mark.parametrize(
    ("purpose", "text", "signature"),
    [
        (STATE, "text.", KEYS.sign(STATE, "text")),
        (LINKS, "text", KEYS.sign(STATE, "text")),
        (STATE, "text", ""),
        (STATE, "text", "ünlesbar"),
        (STATE, "text", KEYS.sign(STATE, "text")[:-1]),
    ],
)
def test_a_signature_is_good_for_its_text_and_purpose_only(purpose, text, signature):
    assert not KEYS.check(purpose, text, signature)


@pytest.mark.parametrize("weak", ["short", "a" * 64, "abcabcabc" * 9, f"{NEW},short"])
def test_a_secret_that_can_be_guessed_is_refused_and_not_shown(weak):
    assert faults(weak)
    with pytest.raises(ValueError, match="SIPBOT_SECRET_KEY") as caught:
        Keys.of(weak)
    assert weak.split(",")[-1] not in str(caught.value)


def test_nothing_at_all_is_refused():
    assert not faults(" , ")
    with pytest.raises(ValueError, match="empty"):
        Keys.of(" , ")


def test_the_keys_never_show():
    assert NEW not in repr(KEYS)
