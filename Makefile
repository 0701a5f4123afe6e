# Everything runs from here. Needs Python 3.11 or newer and make; the rest is installed into .venv from locked files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Two tests at a time, each side with a PostgreSQL of its own; what runs beside what: tests/conftest.py.
TWO := -n 2 --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help install demo test storm check unit bench docs format lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | \
		while IFS="$$(printf '\t')" read -r name words; do printf '  make %-9s %s\n' "$$name" "$$words"; done

# The stamp is made anew when the lock changes. Hashes are checked; no index is named.
$(VENV)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

install: $(VENV)/.installed ## Make the virtual environment

demo: $(VENV)/.installed ## Run a distributor's days: make demo ARGS="--once --orders 300 --report out.json"
	@$(BIN)/crossdock demo $(ARGS)

test: $(VENV)/.installed-dev ## All tests but those of `make storm`: also twelve orders in full, and nine planted bugs in one run
	$(BIN)/python -m pytest $(TWO) $(ARGS)

storm: $(VENV)/.installed-dev ## Tests of minutes: 300 orders in full, the days under kills and faults, each planted bug alone
	$(BIN)/python -m pytest -m storm $(ARGS)

unit: $(VENV)/.installed-dev ## Unit and contract tests only
	$(BIN)/python -m pytest tests/unit tests/contract tests/project $(ARGS)

check: $(VENV)/.installed-dev ## Format, lint, types, layers, unit and contract tests but the long ones
	$(BIN)/ruff format --check src tests bench docs
	$(BIN)/ruff check src tests bench docs
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(TWO) -m "not storm and not long" tests/unit tests/contract tests/project

# Readers of others that we are measured beside; one is under the GPL, so nothing of ours depends on them.
$(VENV)/.installed-bench: $(VENV)/.installed requirements-bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

bench: $(VENV)/.installed-dev $(VENV)/.installed-bench ## Measure; results also go to bench/results/*.json
	$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/.installed-dev ## Generate the reference into docs/reference
	$(BIN)/python docs/generate.py

format: $(VENV)/.installed-dev ## Format and mend what can be mended
	$(BIN)/ruff format src tests bench docs
	$(BIN)/ruff check --fix src tests bench docs

lock: ## Lock the dependencies anew (needs uv)
	printf 'hatchling>=1.27\neditables>=0.5\n' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml - -o requirements.txt
	printf 'hatchling>=1.27\neditables>=0.5\n' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml - -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra bench -c requirements-dev.txt pyproject.toml -o requirements-bench.txt

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache bench/results
