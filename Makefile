# Penstock's commands. They need Python 3.11 or newer, git and make, and make .venv themselves.
MAKEFLAGS += --no-print-directory
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help run test check format bench chaos lock clean

help: ## show this list
	@echo "Settings pass through, e.g.: PENSTOCK_PORT=9000 PENSTOCK_DATA_DIR=/tmp/penstock make run"
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 9

run: ## start Penstock with its examples
	@scripts/environment run
	@exec .venv/bin/penstock run --demo

test: check ## run the checks, then every test
	@.venv/bin/python -m pytest -n 3 --dist worksteal

check: ## lint, format, types and the arrows between the rooms
	@scripts/environment dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: ## put the code into the one format and fix what can be fixed
	@scripts/environment dev
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

bench: ## measure speed and memory beside floors and peers; write bench/results.json
	@scripts/environment run
	@.venv/bin/python -m bench

chaos: ## break it on purpose for hours; write chaos/report.json
	@scripts/environment dev
	@.venv/bin/python -m chaos

lock: ## write the locks from pyproject.toml (newest versions: scripts/lock --upgrade)
	@scripts/environment dev
	@scripts/lock

clean: ## remove the environment, caches and builds; keeps data/
	rm -rf .venv .cache build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
