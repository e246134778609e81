"""Faults put into the code by hand, one a file: each must make tests fail that are green without it.

A mutant is a TOML file: `why` (what it breaks), `file`, `before` (text that stands there once), `after`, and who must
notice: `tests`, pytest node ids of which each must fail, or the watch over its database (tests/scope.py,
tests/audited.py) after it; and `by_themselves`, those that must fail without the watch's help.
`python -m tests.trust.mutants [NAME …]` runs them.
"""
