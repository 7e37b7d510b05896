# Two promises: `make demo` and `make test` each work alone on a machine with Python 3.11-3.13,
# make and git. uv is used where it is on the PATH, else venv and pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test lint bench lock clean

setup: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  { test -x $(BIN)/python || uv venv -q --python $$(command -v $(PYTHON)) $(VENV); } && \
	  uv pip sync -q --python $(BIN)/python --require-hashes requirements/dev.txt && \
	  uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  { test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); } && \
	  $(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt && \
	  $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

demo: setup
	@$(BIN)/monitor demo --out demo-output

test: setup
	$(BIN)/python -m pytest -n auto

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install -q --python $(BIN)/python --require-hashes -r requirements/bench.txt; \
	else \
	  $(BIN)/python -m pip install -q --require-hashes -r requirements/bench.txt; \
	fi
	$(BIN)/python -m benchmarks

lock:
	uv pip compile -q --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements/core.txt
	uv pip compile -q --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11 --group dev pyproject.toml -o requirements/dev.txt
	uv pip compile -q --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11 --group bench pyproject.toml -o requirements/bench.txt
	uv pip compile -q --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11 requirements/stac_server.in -o requirements/stac_server.txt
	uv pip compile -q --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11 requirements/matrix_server.in -o requirements/matrix_server.txt

clean:
	rm -rf $(VENV) demo-output build dist
