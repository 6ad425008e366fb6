# Kapasitas: every target works from an empty clone.
SHELL := /bin/sh
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help env env-run run workbench test check lint types imports pytest contract coverage platform docs screenshots bench chaos validate-content messages extract_translations lock dist clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

check: env lint types imports pytest contract ## The quality gates: ruff, mypy, import-linter, pytest

lint:
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types:
	@.venv/bin/mypy

imports:
	@.venv/bin/lint-imports

pytest:
	@$(PY) -m pytest -q -n auto

contract: env ## The contract suite: our apps and blocks as the platform sets them up
	@$(PY) -m pytest -q --ds=tests.edxapp.settings -n auto tests/edxapp

coverage: env ## Coverage by branch of both suites; by itself, because measuring takes thrice the time
	@rm -f .coverage .coverage.*
	@$(PY) -m pytest -q -n auto --cov --cov-report=
	@$(PY) -m pytest -q --ds=tests.edxapp.settings -n auto --cov --cov-append --cov-report=term tests/edxapp

platform: env ## Install the wheel beside the platform's pins, and run the contract suite on it there
	@sh scripts/platform.sh

docs: env ## Build the documentation into build/docs; a warning is an error
	@$(PY) -m sphinx -n -W --keep-going -q -b html docs build/docs
	@echo "Open build/docs/index.html"

screenshots: env ## Take the pictures of the guides anew, from the running one-machine site
	@$(PY) -W ignore -m scripts.screenshots

bench: ## Run the benchmarks; each prints a ratio against its peer or bound
	@sh scripts/env.sh run test bench
	@$(PY) -m benchmarks

chaos: env ## Kill workers, databases, brokers and HR systems while results are sent, and account for each
	@$(PY) -m benchmarks.chaos --database postgresql
	@$(PY) -m benchmarks.chaos --database mariadb

validate-content: env ## Check every course, bank and framework; lists all problems at once
	@$(PY) scripts/validate_content.py

messages: env ## Renew the translation catalogues from the sources and compile them
	@$(PY) scripts/messages.py update compile

extract_translations: env ## Write conf/locale for openedx-translations, whose name for it this is
	@$(PY) scripts/messages.py extract

lock: env ## Renew the locks in requirements/ to the newest fitting versions
	@sh scripts/lock.sh

dist: env ## Build the wheel, the source archive and an archive of each course into dist/
	@$(PY) scripts/packages.py dist
	@$(PY) scripts/course_archives.py dist

clean: ## Remove the environment and everything that was built or run here
	rm -rf .venv .venv-tutor .venv-platform var dist build *.egg-info
