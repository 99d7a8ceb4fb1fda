# make report: from a clone to a report.  make test: everything that must hold.  make bench: time it on your machine.  make probes: measure the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BAROMETER_HOME ?= var
export BAROMETER_HOME
# Where the shell forbids bytecode, every process of the tests would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE
# An index that pip reads from its own settings is read by uv only when told.
LOCK = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--constraint scripts/lock-limits.txt --no-emit-index-url --no-annotate --no-header $(if $(PIP_FIND_LINKS),--find-links "$(PIP_FIND_LINKS)")

.PHONY: help report test environments checks collected frameless bench probes bench-setup bench-runner bench-pipeline lock clean

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

report: $(VENV)/run.stamp  ## build the warehouse from the bundled snapshot and write the report
	@$(BIN)/barometer run --offline
	@echo "open $(BAROMETER_HOME)/reports/index.html in a browser"

PYTEST = $(BIN)/python -m pytest -n 4 --dist loadgroup
# Tests that neither need a framework nor share a built home with others.
FRAMELESS = tests/advice tests/sql tests/warehouse

# Making environments waits for the network and the disk, the checks and the frameless tests for a core.
test: $(VENV)/dev.stamp  ## lint, types, import rules and every test
	@$(MAKE) --no-print-directory --jobs=3 environments checks frameless
	$(PYTEST) $(FRAMELESS:%=--ignore=%) --durations=30 -p tests.bench.told

environments: $(VENV)/dev.stamp
	@scripts/ensure-chromium
	@$(BIN)/python -m scripts.ensure_frameworks --all --device cpu

checks: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# pytest compiles every test as it is collected, and four workers who found none compiled would each do so.
collected: $(VENV)/dev.stamp
	@said=$$($(BIN)/python -m pytest --collect-only --quiet 2>&1) || { echo "$$said" | tail -n 40; exit 1; }

frameless: collected
	@said=$$($(PYTEST) --quiet $(FRAMELESS) 2>&1) || { echo "$$said" | tail -n 200; exit 1; }; echo "$$said" | tail -n 1

bench: $(VENV)/dev.stamp  ## time the frameworks on this machine and report it; BENCH_ARGS="--tier smoke" for minutes
	@scripts/run-bench $(BIN) $(BENCH_ARGS)

probes: $(VENV)/dev.stamp  ## measure ease of use, debugging, deployment and more here; PROBE_ARGS="ease --quick" for less
	@scripts/run-probes $(BIN) $(PROBE_ARGS)

bench-setup: $(VENV)/dev.stamp  ## make the environments that hold the frameworks
	@$(BIN)/python -m scripts.ensure_frameworks

bench-runner: $(VENV)/dev.stamp  ## hold the timing runner against a hand-written loop of the same step
	@$(BIN)/python -m scripts.ensure_frameworks torch
	@$(BIN)/python -m bench overhead

bench-pipeline: $(VENV)/dev.stamp  ## measure build, report, start-up, memory, and a large generated world
	$(BIN)/python -m scripts.bench_pipeline

lock: $(VENV)/dev.stamp  ## pin the newest releases that pyproject.toml admits
	$(LOCK) --upgrade --extra install --output-file requirements.txt
	$(LOCK) --upgrade --extra install --extra dev --constraint requirements.txt --output-file requirements-dev.txt

clean:  ## remove the environment, caches and built files; var/ stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/run.stamp: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "barometer needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m scripts.install requirements.txt
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	$(BIN)/python -m scripts.install requirements-dev.txt
	@touch $@
