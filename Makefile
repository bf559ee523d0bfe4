# The few commands of the project. `make run` needs Python 3.11 or newer and nothing else; see README.md.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python3.14; do \
  if "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo "$$p"; break; fi; done)
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 5000

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | column -t -s $$'\t'

.PHONY: run
run: install ## install, load the demo content and serve at http://127.0.0.1:5000; keeps what was entered
	@exec $(BIN)/consult serve --demo --host $(HOST) --port $(PORT)

.PHONY: install
install: $(VENV)/.product ## prepare .venv with the locked product; seconds when nothing changed

$(VENV)/.product: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with the venv module is needed (on Debian: python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

.PHONY: install-dev
install-dev: $(VENV)/.dev system ## the same with what tests and checks need

$(VENV)/.dev: requirements-dev.lock $(VENV)/.product
	@echo "Installing what the tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: system
system: ## Chromium, PostgreSQL and Redis by the system's package manager (root or CI=true only)
	@bash tools/system.sh

.PHONY: test
test: install-dev ## the test suite, at most 15 minutes on two cores
	@$(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder $(ARGS)

.PHONY: test-long
test-long: install-dev ## soak, large data, fault series
	@$(BIN)/python -m pytest -m long $(ARGS)

.PHONY: lint
lint: $(VENV)/.dev ## static checks
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tools/lint.py

.PHONY: format
format: $(VENV)/.dev ## bring the code into its form
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

.PHONY: lock
lock: $(VENV)/.dev ## make the lock files anew (needs uv and a registry)
	@$(BIN)/python tools/lock.py $(ARGS)

.PHONY: sbom
sbom: $(VENV)/.dev ## the list of all parts that others made, as CycloneDX (dist/consult.cdx.json)
	@$(BIN)/python -m tools.sbom $(ARGS)

.PHONY: bench
bench: install-dev ## the benchmark table
	@$(BIN)/python bench/run.py $(ARGS)

.PHONY: clean
clean: ## remove what the tools made, not the data
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis .import_linter_cache build dist
	@find consult tests -name __pycache__ -type d -prune -exec rm -rf {} +
