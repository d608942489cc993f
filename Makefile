# Every task of the project by one name. `make` needs Python 3.11 or newer and nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV := $(shell command -v uv)
BIN := .venv/bin
ARGS ?=

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 16

install: .venv/.dev ## Make .venv with everything that development needs

demo: .venv/.runtime ## Tell Gatepost's story in a quarter of a minute: a server, two companies, their identity providers
	@$(BIN)/gatepost demo $(ARGS)

serve: .venv/.runtime ## Run the server with the settings of this machine
	@$(BIN)/gatepost serve $(ARGS)

test: .venv/.dev ## Run every test, on SQLite and on PostgreSQL
	$(BIN)/pytest -n 2 $(ARGS)

check: .venv/.dev ## Run linters, types, layers, dead code and unused dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/deptry src

fuzz: .venv/.dev ## Run the property tests with many more examples
	$(BIN)/pytest -m hypothesis --hypothesis-profile fuzz $(ARGS)

bench: .venv/.dev ## Measure this tree; results in bench/results
	$(BIN)/python -m bench $(ARGS)

bench-peers: .venv/.dev ## Measure other servers with the same load
	$(BIN)/python -m bench.peers $(ARGS)

docs-generate: .venv/.dev ## Write the reference pages that are made from the code
	$(BIN)/python docs/generate.py

docs-images: .venv/.dev ## Take the pictures that the documentation shows, in a browser
	DOCS_IMAGES=docs/images $(BIN)/pytest tests/browser/test_tour.py

bench-console: .venv/.dev ## Measure the console's pages in a small and in a large tenant, side by side
	$(BIN)/python -m bench.console $(ARGS)

clean: ## Remove everything that can be made again, .venv included
	rm -rf .venv .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist
	rm -rf frontend/dev src/gatepost/web/static/vendor
	find src tests docs -type d -name __pycache__ -prune -exec rm -rf {} +

# One recipe, two extras: `demo` and `serve` must not wait for what only development needs.
.venv/.runtime: EXTRA :=
.venv/.dev: EXTRA := [dev]
# The build fetches the pages' stylesheet and icons with npm (frontend/), unless they are there.
.venv/.runtime .venv/.dev: pyproject.toml constraints.txt $(wildcard frontend/*.*) | .venv/bin/python
ifdef UV
	uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.$(EXTRA)'
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.$(EXTRA)'
endif
	@touch .venv/.runtime $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Gatepost needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
ifdef UV
	uv venv --quiet --python $(PYTHON) .venv
else
	$(PYTHON) -m venv .venv
endif

.PHONY: help install demo serve test check fuzz bench bench-peers bench-console docs-generate docs-images clean
