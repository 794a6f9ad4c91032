# One command each. Everything works on a machine that has Python 3.11 or newer and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run dev page check test test-long bench format lock clean

run: ## try it: server, sandbox Plex and films of its own
	@$(PYTHON) tools/bootstrap.py page
	@exec $(BIN)/watchtogether demo

dev: ## the demonstration, with the page rebuilt as it changes
	@$(PYTHON) tools/bootstrap.py page --dev
	@$(BIN)/python tools/dev.py

page: ## build the page
	@$(PYTHON) tools/bootstrap.py page

check: ## format, lint, types, layers, locks, documents
	@$(PYTHON) tools/bootstrap.py page --dev
	@$(BIN)/python tools/check.py

test: ## every suite that belongs to a change
	@$(PYTHON) tools/bootstrap.py page --dev --browser
	@$(BIN)/python tools/test.py

test-long: ## what takes long as well
	@$(PYTHON) tools/bootstrap.py page --dev --browser
	@$(BIN)/python tools/test.py --long

bench: ## every measurement in its short form
	@$(PYTHON) tools/bootstrap.py page --dev --browser
	@$(BIN)/python -m bench

format: ## put the code into form
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

lock: ## write the lock files anew
	@tools/lock.sh

clean: ## remove what was built and installed
	rm -rf $(VENV) web/node_modules src/watchtogether/page
