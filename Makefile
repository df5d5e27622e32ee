# make demo and make test do everything; the rest is for those who work on pmap.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo demo-down test lint types imports unit faults fidelity bench clean

demo: $(VENV)/.installed
	$(BIN)/python compose-examples/demo/tour.py up

demo-down: $(VENV)/.installed
	$(BIN)/python compose-examples/demo/tour.py down

test: lint types imports unit

lint: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.installed
	$(BIN)/mypy manager tui tests/engines

imports: $(VENV)/.installed
	$(BIN)/lint-imports

# Both live engines are fetched and started by the tests themselves, each in a namespace of its
# own; under CI=true an engine that is missing fails the run.
unit: $(VENV)/.installed
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup $(PYTEST_ARGS)

faults: $(VENV)/.installed
	$(BIN)/python tests/change/faults.py $(FAULTS_ARGS)

fidelity: $(VENV)/.installed
	$(BIN)/python tests/change/fidelity.py $(FIDELITY_ARGS)

bench: $(VENV)/.installed
	$(BIN)/python tests/benchmarks/bench.py $(BENCH_ARGS)

# Debian keeps venv in a package of its own, which a fresh machine may lack.
$(VENV)/.installed: pyproject.toml
	@python3 -c 'import ensurepip, venv' 2>/dev/null \
	  || { apt-get update -q && apt-get install -yq --no-install-recommends python3-venv; }
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
