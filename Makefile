# Kapasitas: every target works from an empty clone.
SHELL := /bin/sh
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help env env-run run workbench test check lint types imports pytest bench chaos validate-content messages lock dist clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: ## Make .venv with everything: the product, its tests and its tools
	@sh scripts/env.sh run test

env-run:
	@sh scripts/env.sh run

run: env-run ## Serve the course site and the demo SIMPEG, with courses and demo people
	@$(PY) -m standalone.run

workbench: env ## Serve the blocks in the XBlock workbench, for developing one block
	@$(PY) -m standalone.workbench

test: ## Everything that CI runs; says in its last line what it could not run here
	@sh scripts/test.sh

check: env lint types imports pytest ## The quality gates: ruff, mypy, import-linter, pytest

lint:
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types:
	@.venv/bin/mypy

imports:
	@.venv/bin/lint-imports

pytest:
	@$(PY) -m pytest -n auto --cov --cov-report=term

bench: env ## Run the benchmarks; each prints a ratio against its peer or bound
	@$(PY) -m benchmarks

chaos: env ## Break the demo SIMPEG while results are being sent, and count what arrived
	@$(PY) -m benchmarks.chaos

validate-content: env ## Check every course, bank and framework; lists all problems at once
	@$(PY) scripts/validate_content.py

messages: env ## Renew the translation catalogues from the sources and compile them
	@$(PY) scripts/messages.py update compile

lock: env ## Renew the locks in requirements/ to the newest fitting versions
	@sh scripts/lock.sh

dist: env ## Build the wheel and the source archive into dist/
	@$(PY) -m build --no-isolation --outdir dist .

clean: ## Remove the environment and everything that was built or run here
	rm -rf .venv var dist build *.egg-info
