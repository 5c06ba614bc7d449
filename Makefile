.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
ARGS ?=
WEB_FILES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*')

.PHONY: help demo test prove check format web types screenshots bench lock clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "  make %-11s %s\n", $$1, $$2}'

demo: .venv/base web/dist/built ## Watch an alert become a ticket (ARGS=--once ends by itself)
	@$(PYTHON) -m cli demo $(ARGS)

test: .venv/dev web/dist/built ## Run every test (ARGS is passed to pytest)
	@$(PYTHON) -m pytest -q -n 4 $(ARGS)

prove: .venv/dev ## Play ten times as many traces of hostile models
	@WIDIP_TRACES=20000 $(PYTHON) -m pytest -q -n 4 tests/hostile $(ARGS)

check: .venv/dev ## Format, lint, types, imports
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy . && .venv/bin/lint-imports --no-logo
	@deploy/web check

format: .venv/dev ## Format and mend what can be mended
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .
	@deploy/web format

web: web/dist/built ## Build the web pages, if a file of web/ has changed

screenshots: .venv/dev web/dist/built ## Take the pictures of the web pages again (docs/img)
	@$(PYTHON) -m tests.web.screenshots

types: .venv/dev ## Write the web pages' types anew from the two OpenAPI documents
	@$(PYTHON) -m cli openapi && deploy/web types

bench: .venv/dev web/dist/built ## Measure; prints a table and saves bench/results
	@$(PYTHON) -m bench $(ARGS)

lock: .venv/dev ## Pin the dependencies again from pyproject.toml
	@deploy/lock

clean: ## Remove the virtual environment and everything made at run time
	@rm -rf .venv var web/node_modules web/dist

.venv/base: requirements/base.txt deploy/install
	@deploy/install base

.venv/dev: requirements/dev.txt deploy/install
	@deploy/install dev

web/dist/built: $(WEB_FILES) deploy/web | .venv/base
	@deploy/web
