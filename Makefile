# Two commands: `make run` and `make test`. Each creates .venv and installs what it needs, once.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test clean

run: .venv/installed
	$(BIN)/python -m simulator run chip_configs/ibm14nm.yaml

test: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

.venv/installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

.venv/installed-test: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	touch $@

clean:
	rm -rf .venv build *.egg-info results
