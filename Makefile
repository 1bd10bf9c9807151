# Every target prints its line with `make help`. Nothing is needed beforehand but Python 3.11 or
# newer and make: the targets set up .venv themselves.
SHELL := /bin/sh
PYTHON ?= python3
STAMP := .venv/.installed
BIN := .venv/bin
ROOMS := base canonical connectors mappings hub dags plugins sso api mocks examples benchmarks tests
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider
ONCE ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test test-unit test-deep check bench system-deps clean

help:  ## list every target with a line
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

# The stamp is newer than what it was installed from; a changed requirement installs again.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The hub needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { \
	  echo "Python's venv module is missing. On Debian or Ubuntu: make system-deps"; exit 1; }
	@echo "Setting up .venv (about a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode \
	  -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

# What tests and benchmarks take from npm: pinned, and by the Node that .venv has.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm install --no-package-lock --no-fund --no-audit \
  --ignore-scripts --loglevel=error
CLIENTS := tests/sso/clients/node_modules/.installed

PEER := benchmarks/tokens/node_modules/.installed

$(CLIENTS): tests/sso/clients/package.json $(STAMP)
	@$(NPM) --prefix $(<D)
	@touch $@

$(PEER): benchmarks/tokens/package.json $(STAMP)
	@$(NPM) --prefix $(<D)
	@touch $@

setup: $(STAMP) $(CLIENTS)  ## set up .venv (the other targets do so themselves)

# Also: BUSINESSES=1000 for a smaller world, HUB_PORT_AIRFLOW=8180, HUB_PORT_MOCKS=8901, HUB_PORT_FRONT=8921.
run: $(STAMP)  ## mocks, Airflow and every sync from one command (ONCE=1: leave when done)
	@exec $(BIN)/python -m hub.local.run $(if $(filter-out 0,$(ONCE)),--once)

# One call, so that its closing line counts everything; a file's tests stay in one process.
test: $(STAMP) $(CLIENTS)  ## unit, integration and end-to-end tests (under ten minutes)
	@$(PYTEST) -q -n 2 --dist loadfile -m "not deep"

UNIT := tests/base tests/canonical tests/connectors tests/mappings tests/benchmarks tests/docs

test-unit: $(STAMP)  ## unit tests: neither Airflow nor a database server (under a minute)
	@$(PYTEST) -q -n 2 --dist loadfile -m "not deep and not postgresql and not airflow and not network" $(UNIT)

test-deep: $(STAMP)  ## every seed and kill point (long)
	@$(PYTEST) -q -n 2 --dist loadfile -m deep

check: $(STAMP)  ## lint, format, types and the import table
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(ROOMS)
	$(BIN)/lint-imports

bench: $(STAMP) $(PEER)  ## measure against peers on the same data (long)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode \
	  -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks

SYSTEM_PACKAGES := git make python3 python3-venv chromium fonts-noto-cjk apache2-bin \
  libapache2-mod-oauth2

system-deps:  ## install what only the system can give (Debian, Ubuntu; asks first)
	@as_root=; test "$$(id -u)" = 0 || as_root=sudo; \
	echo "This runs: $$as_root apt-get install --yes $(SYSTEM_PACKAGES)"; \
	printf "Go on? [y/N] "; read -r answer; \
	case "$$answer" in y|Y|yes) $$as_root apt-get update --quiet && \
	  $$as_root apt-get install --yes --quiet $(SYSTEM_PACKAGES);; \
	  *) echo "Nothing was installed.";; esac

clean:  ## remove .venv, caches and the local run's state (asks first)
	@printf "Remove .venv, .hub (the local store, its archive and secrets) and .airflow? [y/N] "; \
	read -r answer; case "$$answer" in \
	  y|Y|yes) rm -rf .venv .hub .airflow .mypy_cache .ruff_cache .hypothesis .import_linter_cache \
	    build bench-results *.egg-info; \
	    find . -name __pycache__ -type d -prune -exec rm -rf {} +;; \
	  *) echo "Nothing was removed.";; esac
