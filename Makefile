# tocsin: every target does the set-up it needs. `make help` explains each.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || (command -v sudo >/dev/null && sudo -n true 2>/dev/null && echo sudo -n))
MAY_APT := $(shell command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || [ -n "$(SUDO)" ]; } && echo yes)
SERVERS := postgresql prometheus prometheus-alertmanager chromium nats-server
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help install dev servers mcp-servers demo test check bench docs lock clean

help: ## explain each target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.core ## make .venv with tocsin in it, from the hash-locked file
$(VENV)/bin/python:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || [ -z "$(MAY_APT)" ] || { $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq python3.11-venv >/dev/null; }
	@$(PYTHON) -m venv $(VENV) || { echo "No venv module: install Debian's python3.11-venv, then run make again."; exit 1; }
$(VENV)/.core: requirements/core.txt requirements/build.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing tocsin into $(VENV) (half a minute) ..."
	@$(BIN)/pip install -q --require-hashes -r requirements/core.txt -r requirements/build.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

dev: $(VENV)/.dev
$(VENV)/.dev: requirements/dev.txt $(VENV)/.core
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

servers: # the true servers that tests talk to, from Debian, where this user may install them
	@missing=""; for p in $(SERVERS); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then :; \
	elif [ -n "$(MAY_APT)" ]; then echo "Installing$$missing ..."; $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null || echo "Could not install$$missing: their tests will skip."; \
	else echo "Not allowed to install$$missing: their tests will skip."; fi

MCP := .mcp-servers
mcp-servers: $(MCP)/.python $(MCP)/.node ## get other people's MCP servers and the inspector, which tests/real talks to
$(MCP)/.python: requirements/mcp-servers.txt
	@$(PYTHON) -m venv $(MCP)/python && $(MCP)/python/bin/pip install -q --require-hashes -r requirements/mcp-servers.txt && touch $@ || echo "Could not install the Python servers: their tests will skip."
$(MCP)/.node: requirements/mcp-node/package-lock.json
	@command -v npm >/dev/null || { echo "No npm: the tests of its servers will skip."; exit 0; }; \
	mkdir -p $(MCP)/node && cp requirements/mcp-node/package*.json $(MCP)/node/ && cd $(MCP)/node && \
	{ npm install --silent --ignore-scripts --no-audit --no-fund && touch ../.node || echo "Could not install the npm servers: their tests will skip."; }

demo: install ## play an incident from webhook to all-clear, nothing else needed (ARGS=--yes for unattended)
	@$(BIN)/tocsin demo $(ARGS)

test: dev servers ## run all tests, true servers included where they can be had
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: dev ## lint, types, import contracts, the mission's rows, module sizes
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.mission_rows
	@$(BIN)/python -m tests.module_sizes

bench: dev servers ## run every benchmark; one JSON object each
	@$(BIN)/python -m benchmarks $(ARGS)

docs: dev ## run every example of the docs, and refresh the published schema
	@$(BIN)/python -m tests.publish_schema
	@$(BIN)/python -m tests.draw_demo
	@$(BIN)/python -m pytest tests/docs

lock: ## re-resolve the locked requirements (needs uv on the PATH)
	@uv pip compile -q pyproject.toml --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements/core.txt
	@uv pip compile -q requirements/build.in --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -c requirements/core.txt -o requirements/build.txt
	@uv pip compile -q pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -c requirements/core.txt -o requirements/dev.txt
	@uv pip compile -q requirements/mcp-servers.in --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements/mcp-servers.txt
	@uv pip compile -q requirements/peers.in --generate-hashes --no-emit-index-url --no-header --python-version 3.11 -o requirements/peers.txt
	@cd requirements/mcp-node && npm install --silent --package-lock-only --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved

clean: ## remove what make made
	@rm -rf $(VENV) $(MCP) .peers .mypy_cache .ruff_cache .hypothesis .import_linter_cache
