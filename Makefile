.DEFAULT_GOAL := help
.PHONY: help serve test test-any-day quick thorough golden bench faults breaks pictures lint texts language lock licences audit medicine-names

help: ## List what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

serve: ## Install what is missing, open a demo clinic, serve on 127.0.0.1:8000
	@bin/install serve
	@.venv/bin/screening serve --demo --patients

test: ## Install what is missing and run the whole suite
	@bin/install test
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/screening check
	@.venv/bin/pytest

test-any-day: ## Run on five other days all that a day can change (tests/any_day.py)
	@bin/install test
	@.venv/bin/python -m tests.any_day

quick: ## Try the rules and the lists: no browser, no database; under 20 seconds
	@bin/install test
	@.venv/bin/pytest -n 2 --dist worksteal --hypothesis-profile quick tests/clinical tests/definitions

thorough: ## Look in thousands of random libraries for someone whom not knowing clears (a quarter of an hour)
	@bin/install test
	@.venv/bin/pytest --hypothesis-profile thorough tests/definitions/test_random_libraries.py \
	  tests/definitions/checking/test_later_days.py \
	  tests/clinical/evaluation/test_population.py tests/clinical/evaluation/test_promises.py

golden: ## Write the golden files anew (tests/golden): commit them only where the change is meant
	@bin/install test
	@.venv/bin/python -m tests.golden.make tests/golden/files
	@git diff --stat -- tests/golden/files

bench: ## Measure pages, growth, reports and a changed list, and print it as Markdown (an hour)
	@bin/install test
	@.venv/bin/python bench/pages.py
	@.venv/bin/python bench/growth.py
	@.venv/bin/python bench/waiting.py
	@.venv/bin/python bench/report.py
	@.venv/bin/python bench/sent.py
	@.venv/bin/python bench/rescreen.py
	@.venv/bin/python bench/lighthouse.py
	@.venv/bin/python bench/reading.py
	@.venv/bin/python bench/medicines.py

faults: ## Kill, fill, damage, restart and scan a served clinic, print what came out (docs/faults.md; over an hour)
	@bin/install test
	@.venv/bin/python -m bench.faults

breaks: ## Make each change of tests/breaks and see a test fail; ROWS="room or row" for some (a quarter of an hour)
	@bin/install test
	@.venv/bin/python -m tests.breaks $(ROWS)

pictures: ## Make a picture of every page in every language, below docs/pictures (some minutes)
	@bin/install test
	@.venv/bin/python bin/pictures.py

audit: ## Ask about known weaknesses of every pinned library (needs uv and the network)
	@uvx pip-audit --strict --require-hashes --disable-pip -r requirements.txt

licences: ## List the licence of every pinned library (docs/licences.md)
	@.venv/bin/python bin/licences > docs/licences.md

medicine-names: ## Take the names of medicines out of their library anew (medicines/library.tsv; needs uv)
	@uv run -q --no-project --python 3.11 --with drug-named-entity-recognition==2.0.9 --with pyyaml \
	  python bin/medicine-names > medicines/library.tsv

lint: ## Put the code into shape
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

texts: ## Collect the texts of the pages and add new ones to every language (never guesses)
	@.venv/bin/pybabel -q extract -F babel.cfg -k _l --no-location --omit-header --sort-output -o messages.pot .
	@.venv/bin/pybabel -q update -N --ignore-obsolete --ignore-pot-creation-date -i messages.pot -d screening/translations
	@rm messages.pot

language: ## Begin another language of the pages: make language CODE=fr
	@.venv/bin/pybabel -q extract -F babel.cfg -k _l --no-location --omit-header --sort-output -o messages.pot .
	@.venv/bin/pybabel -q init -i messages.pot -d screening/translations -l $(CODE)
	@rm messages.pot

lock: ## Pin the newest versions of all libraries, with hashes (needs uv)
	@for list in "" "--extra dev"; do \
	  out=requirements$${list:+-dev}.txt; \
	  uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    $$list pyproject.toml --group build -o $$out; done
	@uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --group bench -o requirements-bench.txt
