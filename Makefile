.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
ARGS ?=

.PHONY: help demo test check format bench lock clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: .venv/base ## Watch an alert become a ticket (ARGS=--once ends by itself)
	@$(PYTHON) -m cli demo $(ARGS)

test: .venv/dev ## Run every test (ARGS is passed to pytest)
	@$(PYTHON) -m pytest -q -n 4 $(ARGS)

check: .venv/dev ## Format, lint, types, imports
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy . && .venv/bin/lint-imports --no-logo

format: .venv/dev ## Format and mend what can be mended
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

bench: .venv/dev ## Measure; prints a table and saves bench/results
	@$(PYTHON) -m bench $(ARGS)

lock: .venv/dev ## Pin the dependencies again from pyproject.toml
	@deploy/lock

clean: ## Remove the virtual environment and everything made at run time
	@rm -rf .venv var

.venv/base: requirements/base.txt deploy/install
	@deploy/install base

.venv/dev: requirements/dev.txt deploy/install
	@deploy/install dev
