# Partnergraph: `make demo` shows it, `make test` proves it. Needs only make and Python 3.11 or newer; `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# Behind a company's proxy its certificate stands in the system's store; uv looks there only when told, an older uv by its older name.
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1

STARTED := $(shell date +%s)
TOOK = $$(( $$(date +%s) - $(STARTED) )) s

# May be given: `make demo DEMO_MUNICIPALITY=ke-mombasa`, `make test ARGS="tests/storage -x"`.
PYTHON ?=
DEMO_MUNICIPALITY ?= ke-kisumu
DEMO_STORE ?= file:./data/partnergraph.db
NEO4J_VERSION ?= 5.26.12
ARGS ?= -n auto --maxprocesses 4
BENCH ?= benchmarks

# What the web app is built from: a change builds it anew.
WEB := hatch_build.py $(shell find web \( -name node_modules -o -name generated \) -prune -o -type f -print)

# Compares every generated file with what would be generated now.
GENERATED := tests/test_generated.py

# A venv knows its own place: where the directory has moved, it is made anew.
ifneq ($(wildcard $(VENV)/place),)
ifneq ($(shell cat $(VENV)/place),$(CURDIR))
$(shell rm -rf $(VENV))
endif
endif

.PHONY: help install demo test check serve web dist screenshots neo4j bench generate sbom lock clean

help: ## this list
	@sed -n 's/^\([a-z0-9]*\):.* ## /\1|/p' Makefile | while IFS='|' read -r name text; do printf 'make %-11s %s\n' "$$name" "$$text"; done

install: $(VENV)/installed ## set up .venv with the command partnergraph in it, and nothing else
	@echo "Ready: $(BIN)/partnergraph"

demo: install ## load the demo network, print partner candidates for one municipality, serve on http://127.0.0.1:8000
	@echo "Loading the demo network into $(DEMO_STORE) ..."
	@PARTNERGRAPH_STORE=$(DEMO_STORE) $(BIN)/partnergraph load demo
	@PARTNERGRAPH_STORE=$(DEMO_STORE) $(BIN)/partnergraph candidates $(DEMO_MUNICIPALITY) -n 5
	@echo "Ready after $(TOOK). Ctrl-C ends the service."
	@PARTNERGRAPH_STORE=$(DEMO_STORE) exec $(BIN)/partnergraph serve

test: $(VENV)/installed-dev ## run the whole test suite (on Neo4j too, where Java and Maven are there)
	@echo "Running the test suite ..."
	@code=0; $(BIN)/python -m pytest $(ARGS) || code=$$?; \
	[ -n "$$CI" ] || echo "make test took $(TOOK)."; exit $$code

check: $(VENV)/installed-dev ## style, types, layers of the code, generated files up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py check
	@if [ -f $(GENERATED) ]; then echo "$(BIN)/python -m pytest $(GENERATED)"; $(BIN)/python -m pytest $(GENERATED); fi
	@echo "make check took $(TOOK)."

serve: install ## serve the store that the settings name (.env, or the environment)
	@exec $(BIN)/partnergraph serve

web: $(VENV)/installed ## build the web app, which installing does too; here it fails where it cannot be built
	@$(BIN)/python hatch_build.py

dist: $(VENV)/installed-dev ## build a wheel and a source archive into dist/, with the web app in them
	@$(BIN)/hatchling build -d dist

screenshots: $(VENV)/installed-dev ## every page in German and English, wide and narrow, light and dark, into build/screenshots (needs Chromium)
	@$(BIN)/python -m tests.web.screenshots build/screenshots

neo4j: $(VENV)/installed-dev ## run a throw-away Neo4j on loopback, from Maven Central's jars (needs Java and Maven)
	@exec $(BIN)/python -m tests.neo4j_server --version $(NEO4J_VERSION)

bench: $(VENV)/installed-dev ## run the measurements; their results are printed (those of ../shared/data only where it is)
	@set -e; found=; for script in $(BENCH)/bench_*.py; do \
	  if [ -f "$$script" ]; then found=yes; echo "== $$script"; OPENBLAS_NUM_THREADS=1 $(BIN)/python "$$script"; fi; done; \
	[ -n "$$found" ] || { echo "No bench_*.py in $(BENCH)/." >&2; exit 1; }

generate: $(VENV)/installed-dev ## write what is made from the declarations: data model, settings, commands, GraphQL schema
	@$(BIN)/python -m graph_api.documents

sbom: $(VENV)/installed ## write the bill of materials (CycloneDX) to build/sbom.cdx.json; fails where a licence does not fit
	@$(BIN)/python sbom.py

lock: $(VENV)/installed ## choose the versions anew and write the three lock files
	@set -e; export UV_CUSTOM_COMPILE_COMMAND="make lock"; uv=$$($(UV)); \
	compile="pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes"; \
	"$$uv" $$compile --output-file requirements.txt; \
	"$$uv" $$compile --group dev --constraint requirements.txt --output-file requirements-dev.txt; \
	"$$uv" pip compile --group build --constraint requirements-dev.txt --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --output-file requirements-build.txt
	@git diff --stat -- 'requirements*.txt' 2>/dev/null || true

clean: ## delete what was made here, except your data: .venv, caches, the Neo4j jars
	rm -rf $(VENV) graph_api/_web web/node_modules web/generated .neo4j .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- what the targets stand on ---

# uv of the PATH, else the one in .venv.
UV = command -v uv || echo $(BIN)/uv

# Makes sure of a Python that can run this; says which one it takes.
FIND_PYTHON = \
	for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; python=; \
	done; \
	[ -n "$$python" ] || { echo "Partnergraph needs Python 3.11 or newer with venv and pip; none was found on the PATH (name one with: make PYTHON=/path/to/python3)." >&2; exit 1; }

# $(call FETCH,files): installs what the lock files name, hashes checked; uv is the fast way, pip the one that knows every company's proxy.
FETCH = \
	$$($(UV)) pip install --quiet --python $(BIN)/python --require-hashes $(addprefix -r ,$(1)) || { \
	  echo "uv could not install (above); trying the same with pip ..."; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(addprefix -r ,$(1)); }

$(VENV)/python-ready: Makefile
	@set -e; $(FIND_PYTHON); if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	  echo "Setting up .venv with $$("$$python" --version) ..."; "$$python" -m venv --clear $(VENV); fi
	@pwd > $(VENV)/place; touch $@

$(VENV)/installed: $(VENV)/python-ready pyproject.toml requirements.txt requirements-build.txt $(WEB)
	@echo "Installing what Partnergraph needs (the lock file's versions, hashes checked) ..."
	@set -e; if ! command -v uv >/dev/null && [ ! -x $(BIN)/uv ]; then \
	  sed -n '/^uv==/,/# via/p' requirements-build.txt > $(VENV)/uv.txt; $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt; fi
	@$(call FETCH,requirements.txt requirements-build.txt)
	@[ -f graph_api/_web/build.json ] || echo "Building the web app ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@if [ ! -f graph_api/_web/build.json ]; then sed -n 's/.*"reason": "\(.*\)".*/There is no web app, only the API. \1/p' graph_api/_web/unavailable.json; fi
	@touch $@; echo "Set up in $(TOOK)."

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt
	@echo "Installing what the tests need ..."
	@$(call FETCH,requirements-dev.txt)
	@touch $@; echo "Test tools set up after $(TOOK)."
