# make viva: set up everything and open the app.   make test: set up everything and run the tests.
# Both need Python 3.11 or newer with venv, and nothing else; the second time they start at once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APP_READY := $(VENV)/.app-ready
TEST_READY := $(VENV)/.test-ready
LOWEST := .venv-lowest
LOWEST_READY := $(LOWEST)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --progress-bar off --constraint constraints.txt

MRPC ?=
COMMIT ?= HEAD

.PHONY: viva test test-lowest quick lint verify proofs proofs-versions faults bench bench-page bench-verify bench-bank bench-grading equality clean

viva: $(APP_READY)
	@$(BIN)/viva

test: $(TEST_READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

quick: $(TEST_READY)  ## the tests without real training runs
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not run"

test-lowest: $(LOWEST_READY)  ## the tests with the lowest releases that pyproject.toml allows
	$(LOWEST)/bin/python -m pytest -n 2 --dist loadgroup

lint: $(TEST_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

verify: $(APP_READY)
	$(BIN)/viva verify

proofs: $(APP_READY)  ## what docs/proofs.md is written from: MRPC=FOLDER adds the real corpus; resumable
	$(BIN)/viva verify --seed 1000 --seeds 20 --record docs/proofs.jsonl
	test -z "$(MRPC)" || $(BIN)/viva verify --seed 1000 --seeds 5 --data "$(MRPC)" --record docs/proofs.jsonl
	$(BIN)/viva proofs docs/proofs.jsonl > docs/proofs.md

faults: $(APP_READY)  ## what cases of `viva fault` are drawn from; what is recorded already stays
	$(BIN)/python -m app.faults.recording

bench: $(TEST_READY)  ## viva beside its peers, on a quiet machine, in about eight minutes
	$(BIN)/python -m bench.performance

bench-page: $(TEST_READY)  ## what `make bench` kept, into docs/performance.md
	$(BIN)/python -m bench.performance --page

bench-verify: $(TEST_READY)  ## the time of verifying every answer, beside that of COMMIT
	$(BIN)/python -m bench.verifying "$(COMMIT)"

bench-bank: $(TEST_READY)
	$(BIN)/python -m bench.bank

bench-grading: $(TEST_READY)
	$(BIN)/python -m bench.grading

equality: $(TEST_READY)  ## every variant of every experiment, forked and alone, equal to the last bit
	$(BIN)/python -m bench.equality

proofs-versions: $(TEST_READY)  ## which answers hold with which releases, into docs/versions.md; goes on where it was
	$(BIN)/python -m bench.versions

$(APP_READY): pyproject.toml constraints.txt
	@echo "Setting up viva in $(VENV) (once; PyTorch is large) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --editable .
	@touch $@

$(TEST_READY): $(APP_READY)
	@$(PIP) --editable '.[dev]'
	@touch $@

$(LOWEST_READY): pyproject.toml
	test -x $(LOWEST)/bin/python || $(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m bench.lowest > $(LOWEST)/lowest.txt
	$(LOWEST)/bin/python -m pip install --quiet --progress-bar off --requirement $(LOWEST)/lowest.txt --editable .
	@touch $@

clean:
	rm -rf $(VENV) $(LOWEST) build dist *.egg-info
