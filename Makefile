# The front door. Each target installs what it needs into .venv first.

PYTHON ?= python3
PORT   ?= 8080
DOC    ?=
ORIGIN ?=
ARGS   ?=
URL    ?=
TARGET ?=
SEEDS  ?= 20
EXAMPLE_PORT ?= 8081

VENV   := .venv
BIN    := $(VENV)/bin
# What is installed, by a file for each: what the mock needs, and everything.
MOCK   := $(VENV)/.mock-installed
ALL    := $(VENV)/.all-installed

UNIT   := tests/tallystick tests/mock_server tests/contract_tests tests/fuzzing tests/benchmarks tests/hostile tests/test_rules.py

.DEFAULT_GOAL := help
.PHONY: help setup mock example test quick test-long shop contract fuzz mutants check wheel documents servers bench bench-peers bench-growth fuzz-bench scale-bench bench-workers soak screenshots

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(ALL)  ## create .venv and install everything (nothing to do when that is done)

# pyproject.toml says what is needed, constraints.txt in which version.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Tallystick needs Python 3.11 or newer; $(PYTHON) is older. Set PYTHON=…"; exit 1; }
	@echo 'Installing tallystick[$(1)] into $(VENV), once; it takes up to a minute …'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(1)]'
endef

$(MOCK): pyproject.toml constraints.txt
	$(call install,mock)
	@touch $@

$(ALL): pyproject.toml constraints.txt
	$(call install,dev)
	@touch $(MOCK) $@

# Pages that may control the mock: those of `make example`, and of ORIGIN=….
ORIGINS = http://127.0.0.1:$(EXAMPLE_PORT) http://localhost:$(EXAMPLE_PORT) $(ORIGIN)

mock: $(MOCK)  ## serve the mock on http://127.0.0.1:8080 (PORT=…, DOC=… another document, ARGS=… more options)
	@exec $(BIN)/tallystick mock $(if $(DOC),'$(DOC)') --port $(PORT) $(ORIGINS:%=--allow-origin '%') $(ARGS)

example:  ## serve the example app on http://127.0.0.1:8081 (EXAMPLE_PORT=…), for make mock beside it
	@echo 'On http://127.0.0.1:$(EXAMPLE_PORT)/$(if $(filter-out 8080,$(PORT)),index.html?api=http://127.0.0.1:$(PORT))'
	@exec $(PYTHON) -m http.server $(EXAMPLE_PORT) --bind 127.0.0.1 -d examples/onboarding

# The project's own tests share two cores, three at a time since many wait, in their order: the quick files
# come last, so that all end together. The contract tests are one run against one mock.
test: $(ALL)  ## run the tests of the project, the contract tests against the mock among them (ten minutes)
	$(BIN)/python -m pytest tests -m 'not long' --numprocesses 3 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest contract_tests

quick: $(ALL)  ## run the unit tests of all packages (under a minute)
	$(BIN)/python -m pytest $(UNIT) -m 'not long and not whole' --numprocesses 2 --dist loadfile

test-long: $(ALL)  ## run what takes longer: real servers, long campaigns, the wheel in a clean environment
	$(BIN)/python -m pytest tests -m long --numprocesses 2 --dist loadfile

shop: $(ALL)  ## build the app of examples/shop and run its own tests, in Vitest and a browser (two minutes; needs npm)
	$(BIN)/python -m pytest tests/end_to_end/test_shop.py -m long

contract: $(ALL)  ## check an implementation: URL=http://… or TARGET=file.toml
	$(BIN)/tallystick test $(if $(URL),--base-url '$(URL)') $(if $(TARGET),--target '$(TARGET)')

fuzz: $(ALL)  ## fuzz a deployment within its budget: TARGET=file.toml (or URL=http://… here)
	$(BIN)/tallystick fuzz $(if $(URL),--base-url '$(URL)') $(if $(TARGET),--target '$(TARGET)')

mutants: $(ALL)  ## measure how many faulty implementations the contract tests catch (two hours)
	$(BIN)/python -m tests.mutants --seeds $(SEEDS)
	$(BIN)/python -m tests.crud.mutants

check: $(ALL)  ## lint, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel: $(ALL)  ## build dist/tallystick-….whl, to be used without a checkout
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

documents: $(ALL)  ## read and serve real documents, beside Prism, and print tables (FOLDER=…; four more from npm)
	$(BIN)/python -m benchmarks.documents $(FOLDER)

servers: $(ALL)  ## judge real servers from PyPI by their own documents, and print a table (ten minutes)
	$(BIN)/python -m tests.real_servers

bench: $(ALL)  ## measure the mock beside a bare ASGI function, and its start on large documents
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.growth

bench-peers: $(ALL)  ## measure the mock beside Connexion, Prism, Mockoon, Scalar, Specmatic and WireMock (under 20 minutes; npm, Java, wrk)
	$(BIN)/python -m benchmarks.peers --json reports/bench-peers.json $(ARGS)

bench-growth: $(ALL)  ## measure what reading and testing cost per operation, beside schemathesis run (a quarter of an hour)
	$(BIN)/python -m benchmarks.suite_growth $(ARGS)

fuzz-bench: $(ALL)  ## measure how tallystick fuzz finds rare faults, beside st fuzz (half an hour)
	$(BIN)/python -m benchmarks.fuzzing

scale-bench: $(ALL)  ## measure what a fuzz on a cluster costs
	$(BIN)/python -m benchmarks.scale

bench-workers: $(ALL)  ## measure what a store in Redis costs, and what several workers bring (needs redis-server, wrk)
	$(BIN)/python -m benchmarks.workers

soak: $(ALL)  ## send a million mixed requests to mocks, and print what came (ten minutes; ARGS='--requests N')
	$(BIN)/python -m tests.hostile.soak $(ARGS)

screenshots: $(ALL)  ## make the pictures of docs/pictures anew (needs Chromium)
	$(BIN)/python -m tests.end_to_end.screenshots
