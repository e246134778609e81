"""Fixtures of the integration tests: a Slack adapter being served (`house`) and somebody who uses it (`ann`)."""

from tests.slack_house import ann, house

__all__ = ["ann", "house"]
