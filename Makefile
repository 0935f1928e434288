# The front door. Each target installs what it needs into .venv first.

PYTHON ?= python3
PORT   ?= 8080
DOC    ?=
ORIGIN ?=
URL    ?=
TARGET ?=
SEEDS  ?= 20
EXAMPLE_PORT ?= 8081

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup mock example test contract fuzz mutants check bench fuzz-bench novelty-bench scale-bench screenshots

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## create .venv and install (nothing to do when that is done)

# pyproject.toml says what is needed, constraints.txt in which version.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Tallystick needs Python 3.11 or newer; $(PYTHON) is older. Set PYTHON=…"; exit 1; }
	@echo 'Installing into $(VENV), once; it takes about a minute …'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

mock: $(STAMP)  ## serve the mock on http://127.0.0.1:8080 (PORT=…, DOC=… another document, ORIGIN=… that may control it)
	@exec $(BIN)/tallystick mock $(if $(DOC),'$(DOC)') --port $(PORT) $(if $(ORIGIN),--allow-origin '$(ORIGIN)')

example:  ## serve the example app on http://127.0.0.1:8081 (EXAMPLE_PORT=…), for a mock beside it
	@echo 'On http://127.0.0.1:$(EXAMPLE_PORT); for it: make mock ORIGIN=http://127.0.0.1:$(EXAMPLE_PORT)'
	@exec $(PYTHON) -m http.server $(EXAMPLE_PORT) --bind 127.0.0.1 -d examples/onboarding

# The project's own tests share the cores; the contract tests are one run against one mock.
test: $(STAMP)  ## run every test of the project
	$(BIN)/python -m pytest tests --numprocesses 2 --dist loadfile
	$(BIN)/python -m pytest contract_tests

contract: $(STAMP)  ## check an implementation: URL=http://… or TARGET=file.toml
	$(BIN)/tallystick test $(if $(URL),--base-url '$(URL)') $(if $(TARGET),--target '$(TARGET)')

fuzz: $(STAMP)  ## fuzz a deployment within its budget: TARGET=file.toml (or URL=http://… here)
	$(BIN)/tallystick fuzz $(if $(URL),--base-url '$(URL)') $(if $(TARGET),--target '$(TARGET)')

mutants: $(STAMP)  ## measure how many faulty implementations the contract tests catch (under an hour)
	$(BIN)/python -m tests.mutants --seeds $(SEEDS)

check: $(STAMP)  ## lint, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## measure the mock beside a bare ASGI function
	$(BIN)/python -m benchmarks.throughput

fuzz-bench: $(STAMP)  ## measure how tallystick fuzz finds rare faults, beside st fuzz (half an hour)
	$(BIN)/python -m benchmarks.fuzzing

novelty-bench: $(STAMP)  ## measure whether novelty finds rare faults with fewer requests (half an hour)
	$(BIN)/python -m benchmarks.novelty

scale-bench: $(STAMP)  ## measure what a fuzz on a cluster costs
	$(BIN)/python -m benchmarks.scale

screenshots: $(STAMP)  ## make the pictures of docs/pictures anew (needs Chromium)
	$(BIN)/python -m tests.end_to_end.screenshots
