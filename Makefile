# Each target does its own set-up, once, and again when the lock or pyproject.toml changes.

PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
STAMP := .venv/.installed
CONFIG ?= configs/bury.yaml

.PHONY: help setup run test slow parity bench format clean

help:
	@echo "make run     simulate $(CONFIG) and write a report under outputs/"
	@echo "make test    every check that a change must pass"
	@echo "make slow    the long checks"
	@echo "make parity  both engines against each other, at length"
	@echo "make bench   seconds a trial takes"
	@echo "make format  put the code in house style"
	@echo "make clean   remove what was installed and built; outputs/ stays"

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "caresim needs Python 3.11 or newer; none was found on PATH." >&2; exit 1; }
	@if command -v uv >/dev/null; then \
		set -ex; \
		uv venv --quiet --allow-existing --python $(PYTHON) .venv; \
		uv pip install --quiet --python $(BIN)/python -r requirements.lock; \
		uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps -e .; \
	else \
		set -ex; \
		$(PYTHON) -m venv .venv; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements.lock; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .; \
	fi
	@touch $@

run: $(STAMP)
	$(BIN)/caresim run $(CONFIG)

test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q

slow: $(STAMP)
	$(BIN)/pytest -q -m slow

parity: $(STAMP)
	$(BIN)/pytest -q -m slow tests/engine/test_parity_large.py

bench: $(STAMP)
	$(BIN)/python benchmarks/trials.py $(CONFIG)

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
