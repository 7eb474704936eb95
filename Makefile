# The verbs of this project; `make` alone lists them.

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt
INSTALLED := .venv/.installed
INSTALLED_FOR_WORK := .venv/.installed-for-work
export Q ?= How many people have been killed in the strikes?

.DEFAULT_GOAL := help
.PHONY: help install install-for-work serve ask test evals check fix clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## Create .venv and install, once

install-for-work: $(INSTALLED_FOR_WORK)

serve: install ## Serve the chat page over the articles and print its address
	@$(BIN)/qa serve

ask: install ## Answer one question: make ask Q="…"
	@$(BIN)/qa ask "$$Q"

test: install-for-work ## Run everything that CI runs
	@$(MAKE) --no-print-directory check
	QA_CHAT_MODEL= QA_CORPUS_DIR=seeds $(BIN)/python -m evals lint
	QA_CHAT_MODEL= QA_CORPUS_DIR=seeds $(BIN)/python -m evals
	QA_CHAT_MODEL= QA_CORPUS_DIR=seeds $(BIN)/python -m evals check
	$(BIN)/python -m pytest

evals: install ## Measure answers, citations and abstention over the question set
	@$(BIN)/python -m evals

check: install-for-work ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: install-for-work ## Mend what the linter and the formatter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove .venv, the index and all caches
	rm -rf .venv .footnote .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): $(BIN)/pip pyproject.toml constraints.txt
	@echo "Installing into .venv; this takes some minutes the first time."
	@$(PIP_INSTALL) -e .
	@touch $@

$(INSTALLED_FOR_WORK): $(BIN)/pip pyproject.toml constraints.txt
	@echo "Installing into .venv, with what tests need; this takes some minutes the first time."
	@$(PIP_INSTALL) -e '.[dev]'
	@touch $(INSTALLED) $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Footnote needs Python 3.11 or newer as $(PYTHON); name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
