.DEFAULT_GOAL := help
.PHONY: help serve test lint lock bench

help: ## List what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

serve: ## Install what is missing, open a demo clinic, serve on 127.0.0.1:8000
	@bin/install serve
	@.venv/bin/screening serve --demo

test: ## Install what is missing and run the whole suite
	@bin/install test
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/screening check
	@.venv/bin/pytest

lint: ## Put the code into shape
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

lock: ## Pin the newest versions of all libraries, with hashes (needs uv)
	@for list in "" "--extra dev --extra postgresql"; do \
	  out=requirements$${list:+-dev}.txt; \
	  uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    $$list pyproject.toml --group build -o $$out; done
