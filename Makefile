# make run    start the window              make test     run every test (its own set-up included)
# make check  format, lint, types, tests    make bench    figures beside the yardsticks
# make torture  the long goals in full      make app      a frozen program in dist/
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: run test check lint bench torture app sample shots clean set-up set-up-test

run: set-up
	@$(BIN)/imagexplorer $(ARGS)

test: set-up-test
	@$(BIN)/python -m pytest $(ARGS)

check: set-up-test lint
	@$(BIN)/python -m pytest $(ARGS)

lint: set-up-test
	$(BIN)/ruff format --check imagexplorer tests packaging
	$(BIN)/ruff check imagexplorer tests packaging
	$(BIN)/mypy

bench: set-up-test
	@$(BIN)/python -m tests.benchmarks $(ARGS)

torture: set-up-test
	@$(BIN)/python -m pytest -m torture $(ARGS)

app: set-up-test
	@$(BIN)/python -m pip install --quiet -c packaging/constraints.txt pyinstaller
	@$(BIN)/python -m PyInstaller --noconfirm --distpath dist --workpath build packaging/imagexplorer.spec

sample: set-up
	@$(BIN)/python packaging/make_sample.py resources/sample.tar

set-up:
	@$(PYTHON) packaging/set_up.py --venv $(VENV)

set-up-test:
	@$(PYTHON) packaging/set_up.py --test --venv $(VENV)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
