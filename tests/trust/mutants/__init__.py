"""Faults put into the code by hand, one a file: each must make a test fail that is green without it.

A mutant is a TOML file: `why` (what it breaks), `file`, `before` (text that stands there once), `after`, and `tests`
(pytest node ids that must notice). `python -m tests.trust.mutants [NAME …]` runs them.
"""
