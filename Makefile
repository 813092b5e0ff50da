# A Linux machine with git, make and Python 3.11 or newer is enough: everything else goes into .venv.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help: ## print what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## /make \1\t/p' Makefile | expand -t 18

demo: $(VENV)/.installed ## install, then add and find sample pictures in a scratch library
	@PATH="$(abspath $(BIN)):$$PATH" bash demo/run.sh

test: $(VENV)/.installed-dev ## install what the tests need and run all but the deep ones
	$(PYTEST)

test-deep: $(VENV)/.installed-dev ## run every test
	$(PYTEST) --deep

check: static test ## everything that must pass before a commit

static: lint types contracts ## every check but the tests

lint: $(VENV)/.installed-dev ## style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev ## mypy, strict
	$(BIN)/mypy .

contracts: $(VENV)/.installed-dev ## which module may import which
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev ## run the benchmarks
	$(BIN)/python -m benchmarks

format: $(VENV)/.installed-dev ## put the code into the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

venv: $(VENV)/.installed-dev ## create .venv with everything for development

clean: ## remove .venv and everything else that can be made again
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "dam needs Python 3.11 or newer: name one with 'make PYTHON=/path/to/python3.11 ...'" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv module is missing: on Debian and Ubuntu, install the package python3-venv" >&2; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP) --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null  # a venv made by uv has no pip
	@echo "installing dam into $(VENV)"
	@$(PIP) install -qq -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP) --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@echo "installing dam and what its tests need into $(VENV)"
	@$(PIP) install -qq -c constraints.txt -e ".[dev]"
	@touch $@ $(VENV)/.installed

.PHONY: help demo test test-deep check static lint types contracts bench format venv clean
