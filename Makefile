# The two commands of the README are `make demo` and `make test`; .ci/run calls `make test`.
# Needs Python 3.11 or newer and a way for pip to fetch packages; everything is installed into $(VENV).

PYTHON ?= python3
VENV ?= .venv
SERVERS := datasette pygeoapi mapproxy pycsw sensorthings
OUT ?= szxc-results/demo
JOBS ?= 3

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
RUN := $(BIN)/python
PIP := $(RUN) -m pip --disable-pip-version-check -qq install
CODE := pytest_szxc conformance_suites tests benchmarks examples hatch_build.py

# The checks start Python many times: without compiled files each start would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test lint typecheck unit audit selftest servers $(SERVERS) bench prove clean

help:
	@echo "make demo   set up, start the embedded reference platform, judge it, say where the report is"
	@echo "make test   set up with the developer's tools, then every check that CI runs"
	@echo "make lint | unit | audit | selftest | servers   one part of make test"
	@echo "make $(SERVERS)   one of the servers that nobody here wrote"
	@echo "make bench  measure; prints figures    make prove  the long proofs, into docs/proof/"
	@echo "make clean  remove what the above wrote"

# --- set-up: a stamp per kind of environment, redone when pyproject.toml changes -------------------------------

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV), once; this takes a minute ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml hatch_build.py | $(RUN)
	@$(PIP) --editable '.[all]'
	@touch $@

# The dev group is read from pyproject.toml, because the pip that comes with Python 3.11 does not know --group yet.
$(VENV)/installed-dev: $(VENV)/installed
	@$(RUN) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")' > $(VENV)/dev.txt
	@$(PIP) --requirement $(VENV)/dev.txt
	@touch $@

# Each server of examples/ has an environment of its own, as any other platform has.
.venv-%/installed: examples/%/requirements.txt | $(RUN)
	@$(RUN) -m venv .venv-$*
	@.venv-$*/$(notdir $(BIN))/python -m pip --disable-pip-version-check -qq install --no-compile --requirement $<
	@touch $@

# --- the main job ------------------------------------------------------------------------------------------------

demo: $(VENV)/installed
	@$(BIN)/pytest --szxc-target=demo --szxc-allow-write --szxc-out=$(OUT); code=$$?; \
	echo "Report: $(CURDIR)/$(OUT)/report.html (for people), $(CURDIR)/$(OUT)/report.json (for machines)"; exit $$code

# --- every check that CI runs, the quick ones first --------------------------------------------------------------

# What waits (for packages, for servers) goes beside what computes, and before it; tests that measure time come alone.
test: $(VENV)/installed-dev
	@$(MAKE) --no-print-directory --jobs=4 lint typecheck audit selftest servers
	@$(MAKE) --no-print-directory unit
	@echo "make test: all good"

lint: $(VENV)/installed-dev
	$(RUN) -m ruff check $(CODE)
	$(RUN) -m ruff format --check $(CODE)

typecheck: $(VENV)/installed-dev
	$(RUN) -m mypy

audit: $(VENV)/installed-dev
	$(BIN)/szxc audit

selftest: $(VENV)/installed-dev
	nice $(BIN)/szxc selftest

servers: $(SERVERS)

$(SERVERS): %: $(VENV)/installed-dev .venv-%/installed
	$(RUN) examples/$*/run.py

# Only the unit tests are traced, and the engine's coverage by them alone is gated; the suites' own proof is the self-test.
unit: $(VENV)/installed-dev
	$(RUN) -m coverage erase
	$(RUN) -m coverage run -m pytest -q -n $(JOBS) --dist worksteal tests/unit
	@$(RUN) -m coverage combine --quiet
	@printf 'coverage, %%: '; $(RUN) -m coverage report --format=total
	$(RUN) -m pytest -q -n $(JOBS) --dist worksteal --ignore=tests/unit

# --- figures -------------------------------------------------------------------------------------------------------

bench: $(VENV)/installed-dev
	$(RUN) benchmarks/run_all.py

prove: $(VENV)/installed-dev servers
	@mkdir -p docs/proof
	$(BIN)/szxc selftest --all --json docs/proof/kill-matrix.json
	$(RUN) benchmarks/run_all.py --long --out docs/proof

clean:
	rm -rf $(VENV) $(SERVERS:%=.venv-%) .venv-bench-* szxc-results build dist .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
