# make run    start the window              make test     run every test (its own set-up included)
# make check  format, lint, types, tests    make bench    figures beside the yardsticks
# make torture  the long goals in full      make app      a frozen program in dist/
# make engines  the tests that need an engine, also on Docker 28 with both image stores
# make matrix   every action on each of these, alone and on many, while the world changes: a table
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=
# Tests run on all processors, eight at most; all tests of one engine on the same one.
PARALLEL := -n auto --maxprocesses 8 --dist loadgroup

.PHONY: run test check lint bench torture engines matrix app sample clean set-up set-up-test

run: set-up
	@$(BIN)/imagexplorer $(ARGS)

test: set-up-test
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: set-up-test lint
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

lint: set-up-test
	$(BIN)/ruff format --check imagexplorer tests packaging
	$(BIN)/ruff check imagexplorer tests packaging
	$(BIN)/mypy

bench: set-up-test
	@$(BIN)/python -m tests.benchmarks $(ARGS)

torture:
	@$(PYTHON) packaging/set_up.py --test --torture --venv $(VENV)
	@$(BIN)/python -m pytest -m torture -s -v -o faulthandler_timeout=20000 $(ARGS)

# Docker 28 is unpacked from a newer Debian, nothing is installed.
ENGINES ?= docker,podman,docker28g,docker28c
engines: set-up-test
	@test -x build/docker28/usr/sbin/dockerd || tests/fetch_engine.sh forky build/docker28
	@IMAGEXPLORER_DOCKER28=build/docker28 IMAGEXPLORER_ENGINES=$(ENGINES) $(BIN)/python -m pytest \
		tests/sources/engine tests/stories tests/indexing/test_remote_contract.py tests/test_cli_engine.py $(ARGS)

matrix: set-up-test
	@test -x build/docker28/usr/sbin/dockerd || tests/fetch_engine.sh forky build/docker28
	@IMAGEXPLORER_DOCKER28=build/docker28 IMAGEXPLORER_ENGINES=$(ENGINES) $(BIN)/python -m pytest -m torture \
		tests/matrix -s -v -o faulthandler_timeout=20000 $(ARGS)

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
