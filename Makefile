# make viva: set up everything and open the app.   make test: set up everything and run the tests.
# Both need Python 3.11 or newer with venv, and nothing else; the second time they start at once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APP_READY := $(VENV)/.app-ready
TEST_READY := $(VENV)/.test-ready
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --progress-bar off --constraint constraints.txt

.PHONY: viva test quick lint verify bench clean

viva: $(APP_READY)
	@$(BIN)/viva

test: $(TEST_READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

quick: $(TEST_READY)  ## the tests without real training runs
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not run"

lint: $(TEST_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

verify: $(APP_READY)
	$(BIN)/viva verify

bench: $(TEST_READY)
	$(BIN)/python -m bench.bank
	$(BIN)/python -m bench.grading

$(APP_READY): pyproject.toml constraints.txt
	@echo "Setting up viva in $(VENV) (once; PyTorch is large) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --editable .
	@touch $@

$(TEST_READY): $(APP_READY)
	@$(PIP) --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
