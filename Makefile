# `make demo` and `make test` do all of their own set-up, in .venv. PYTHON=… names another Python than the first that fits.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint types format faults bench performance messages screenshots lock clean

# Where packages come from and how they are reached is the user's to set; whatever else of pip's is in the environment
# (another target folder, other constraints) would change what is installed. A set PYTHONPATH would change what is run.
PIP_KEEP := PIP_CACHE_DIR PIP_CERT PIP_CLIENT_CERT PIP_CONFIG_FILE PIP_DEFAULT_TIMEOUT PIP_EXTRA_INDEX_URL PIP_FIND_LINKS \
	PIP_INDEX_URL PIP_KEYRING_PROVIDER PIP_NO_CACHE_DIR PIP_NO_INDEX PIP_PROXY PIP_RETRIES PIP_TIMEOUT PIP_TRUSTED_HOST
unexport $(filter-out $(PIP_KEEP),$(filter PIP_%,$(.VARIABLES))) PYTHONHOME PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_USER := 0

INSTALL := sh requirements/install.sh
BIN := .venv/bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: ## the bundled course to sample subscribers, all its weeks in seconds (DEMO="--people 5" for other options)
	@$(INSTALL) run
	@$(BIN)/dripcourse demo $(DEMO)

test: lint types ## everything that must hold: ruff, mypy, pytest
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: ## style and format, changing nothing
	@$(INSTALL) dev
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

types: ## mypy, strict
	@$(INSTALL) dev
	@$(BIN)/mypy

format: ## bring style and format into order, where that can be done by machine
	@$(INSTALL) dev
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet

faults: ## senders killed 240 times, lost answers, full disks, jumping clocks: `make test` does some of it
	@$(INSTALL) dev
	@DRIPCOURSE_KILLS=240 $(BIN)/python -m pytest tests/faults

bench: ## the benchmarks: figures, no verdict
	@$(INSTALL) dev
	@$(BIN)/python -m pytest -s tests/benchmarks

performance: ## sending at full size, some minutes: the figures and the plot of docs/performance.md anew
	@$(INSTALL) dev
	@$(BIN)/python -m tests.benchmarks.sending.report

messages: ## collect the templates' words anew for the catalogues in templates/locale
	@$(INSTALL) dev
	@$(BIN)/pybabel -q extract -F pyproject.toml -c TRANSLATORS: --sort-by-file --add-location=file --omit-header --no-wrap \
		-o templates/locale/messages.pot .
	@$(BIN)/pybabel -q update -i templates/locale/messages.pot -d templates/locale --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --no-wrap

screenshots: ## the pictures in docs/ anew, with the fonts of this machine
	@$(INSTALL) dev
	@$(BIN)/python -m tests.browser.screenshots

lock: ## write the locks anew from pyproject.toml and requirements/package.json (UPGRADE=1 takes newer versions)
	@$(INSTALL) dev
	@sh requirements/lock.sh

clean: ## remove .venv, caches and built files
	@rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
