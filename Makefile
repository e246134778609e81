# make demo: see it.  make test: trust it.  Everything lives in .venv, from the locked versions.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install dev demo test test-all check format bench mutants audit lock clean

help: ## What there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "sipbot needs Python 3.11 or newer; try make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

install: .venv/installed ## The product in .venv, with .venv/bin/sipbot
dev: .venv/installed-dev ## The product and what its tests need

demo: install ## A sample county in a local web console
	$(BIN)/sipbot demo

test: dev ## The tests, on SQLite and (where one answers) PostgreSQL
	$(BIN)/python -m pytest -n auto -m "not browser and not slow"

test-all: test ## All tests, also the browser's and the slow ones (apart: a browser keeps an event loop of its own)
	$(BIN)/python -m pytest -m "browser or slow"

check: dev ## What CI runs besides: style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: dev ## Put the code in its usual shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: dev ## Speed and memory, as ratios measured side by side
	$(BIN)/python -m tests.bench

mutants: dev ## Faults put into the code by hand, each of which a test must notice
	$(BIN)/python -m tests.trust.mutants

audit: dev ## Known vulnerabilities in what is locked, and its bill of materials (needs the internet)
	test -x var/audit/bin/pip-audit || { $(PYTHON) -m venv var/audit && var/audit/bin/python -m pip install --quiet pip-audit cyclonedx-bom; }
	var/audit/bin/cyclonedx-py requirements --of JSON --output-reproducible -o var/sbom.json requirements.lock
	var/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.lock

lock: ## Lock the newest versions that fit, with hashes (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade --quiet --no-header \
		pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade --quiet --no-header --extra dev \
		pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## Remove what was made here
	rm -rf .venv var build *.egg-info .pytest_cache .mypy_cache .ruff_cache
