# AEGIS. `make` alone prints this list; every target builds .venv first when it is missing or the lock has changed.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PACKAGES := core prompts agents graphs tools evals runtime configs
SPREAD := -n auto --maxprocesses 4 --dist loadfile
ARGS ?=

# $(call marked,marker,what,usual time): print the plan, then run it; say so when no test carries the marker.
define marked
plan=$$($(BIN)/python -m pytest -m $(1) --collect-only -qq $(ARGS) 2>&1) && found=0 || found=$$?; \
if [ $$found = 5 ]; then echo "$(1): no test carries the marker \`$(1)\` yet, nothing was run"; exit 0; fi; \
if [ $$found != 0 ]; then echo "$$plan"; exit $$found; fi; \
echo "$(1): $(2), $(3); the plan, tests per file:"; echo "$$plan" | grep '^tests/' | sed 's/^/  /'; \
$(BIN)/python -m pytest -m $(1) --hypothesis-profile=campaign --timeout=0 $(ARGS)
endef

.PHONY: help demo test check bench campaign soak record lock docs clean

help:  ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY)  ## run the desk on recorded market data: no account, no key, no network (ARGS="--pace 60" to watch)
	@$(BIN)/aegis-agents serve --profile demo --until-end $(ARGS)

test: $(READY)  ## run the tests (ARGS="-k gate" to choose)
	@$(BIN)/python -m pytest $(SPREAD) $(ARGS)

check: $(READY)  ## lint, format, types, architecture
	@echo "check: ruff, format, mypy --strict (the first time about a minute), architecture tests"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(PACKAGES) docs/examples deploy
	@$(BIN)/python -m pytest tests/architecture -q

bench: $(READY)  ## measure the speed against its bars (a few minutes)
	@$(BIN)/python -m benchmarks $(ARGS)

campaign: $(READY)  ## the long property and fault tests (marker `campaign`)
	@$(call marked,campaign,long property and fault tests,usually tens of minutes)

soak: $(READY)  ## the hours-long endurance tests (marker `soak`)
	@$(call marked,soak,endurance tests,hours)

record: $(READY)  ## record the demo's model calls anew: the providers with all keys set, else the simulator
	@$(BIN)/aegis-agents record --profile demo $(ARGS)

lock: $(if $(UV),,$(READY))  ## rewrite requirements.lock from pyproject.toml (ARGS=--upgrade for newer versions)
	@echo "lock: resolving every platform and Python, a few seconds"
	@$(or $(UV),$(BIN)/uv) pip compile --universal --generate-hashes pyproject.toml --group dev -o requirements.lock \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet $(ARGS)
	@echo "lock: $$(grep -c '^[a-zA-Z]' requirements.lock) packages in requirements.lock"

docs: $(READY)  ## regenerate the tables and diagrams in docs/ and README.md
	@$(BIN)/python docs/generate.py $(ARGS)

clean:  ## remove .venv, caches and build output
	@rm -rf $(VENV) .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.locked: requirements.lock
ifeq ($(UV),)
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.exit(sys.version_info < (3, 11) and f"AEGIS needs Python 3.11 or newer, {sys.executable} is {v}: make PYTHON=/path/to/python3.11")'
	@echo "setup: $(VENV) with pip, $$(grep -c '^[a-zA-Z]' $<) packages by hash, usually one to three minutes, once"
	@$(PYTHON) -m venv $(VENV)
	@while sleep 15 </dev/null >/dev/null 2>&1; do echo "setup: still at it, $$SECONDS s"; done & beat=$$!; trap "kill $$beat" EXIT; \
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r $< \
	  | awk '/^Collecting/ && ++n % 40 == 0 {print "setup: " n " packages fetched"; fflush()} /^Installing/ {print "setup: installing " n " packages"; fflush()}'
else
	@echo "setup: $(VENV) with uv, $$(grep -c '^[a-zA-Z]' $<) packages by hash, usually under half a minute, once"
	@test -x $(BIN)/python || $(UV) venv --quiet --seed --python $(PYTHON) $(VENV)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $<
endif
	@touch $@

$(READY): $(VENV)/.locked pyproject.toml
ifeq ($(UV),)
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
else
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
endif
	@touch $@
