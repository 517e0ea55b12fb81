# Two commands are enough: `make run` and `make test`. What they do is in tools/bootstrap.py.

PYTHON ?= python3
# The scenario that is loaded when the database is new; `make run DEMO=` starts without one.
DEMO ?= day
HOST ?= 127.0.0.1
PORT ?= 8000
# More arguments for pytest or for the benches: make test ARGS="-k door"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check bench

help: ## list these targets
	@grep -hE '^[a-z]+: ## ' $(MAKEFILE_LIST) | sed 's/: ## /\t/' | while IFS="$$(printf '\t')" read -r name does; do printf '  make %-8s %s\n' "$$name" "$$does"; done

run: ## start everything with the demo, print the address; Ctrl-C stops it (DEMO, HOST, PORT)
	@$(PYTHON) tools/bootstrap.py run --host $(HOST) --port $(PORT) $(if $(DEMO),--demo $(DEMO)) $(ARGS)

test: ## run all tests against a real PostgreSQL that they start themselves (ARGS)
	@$(PYTHON) tools/bootstrap.py test $(ARGS)

check: ## format, lint, types, layers, migrations, translations, docs
	@$(PYTHON) tools/bootstrap.py check

bench: ## measure, each figure beside a baseline of the same run (ARGS="ingest --scale S")
	@$(PYTHON) tools/bootstrap.py bench $(ARGS)
