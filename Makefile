# One command for each thing a person wants; tox.ini has the checks, `kondate --help` the program.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv pip install --quiet --require-hashes

.PHONY: help setup up demo lab test bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/ready ## Make .venv with the program and all it needs

up: setup ## Run the whole picture on this machine until Ctrl-C
	@exec $(VENV)/bin/kondate up

demo: setup ## Show the main job from end to end on real recipes, then stop
	@exec $(VENV)/bin/kondate demo

lab: setup ## Run 2,000 jobs under a fault a second for 5 minutes, and check that none is lost or done twice
	@exec $(VENV)/bin/kondate lab --seconds 300 --jobs 2000

test: $(VENV)/ready-to-test ## Run every check: lint, types, unit and integration tests
	$(VENV)/bin/tox

bench: $(VENV)/ready-to-test ## Measure speed, memory and query plans
	@set -e; for each in claims read_path jobs startup memory reports imports gateway limits overload; do echo "== $$each"; $(VENV)/bin/python -m benchmarks.$$each; done

clean: ## Remove environments, data and caches
	rm -rf $(VENV) .tox .local .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/ready: requirements/setup.txt requirements/runtime.txt requirements/sqs.txt pyproject.toml
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kondate needs Python 3.11 or newer; set PYTHON=…")'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt
	@$(UV) --python $(VENV) -r requirements/runtime.txt
	@$(VENV)/bin/uv pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
	@$(VENV)/bin/uv venv --quiet --clear $(VENV)/sqs
	@$(UV) --python $(VENV)/sqs -r requirements/sqs.txt
	@touch $@

$(VENV)/ready-to-test: $(VENV)/ready requirements/dev.txt
	@$(UV) --python $(VENV) -r requirements/dev.txt
	@touch $@
