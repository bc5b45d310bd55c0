# make engine   the engine's environment in .venv, with the command craterbench
# make demo     a synthetic planet, its index, a search from another observation, pictures
# make test     every test
# make lint     ruff and mypy
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo-output
INSTALL = $(PYTHON) -m craterbench_qgis.environment.install $(VENV) --project .

.PHONY: engine dev demo test lint bench clean

engine:
	@sh tools/prerequisites.sh "$(PYTHON)"
	@$(INSTALL)

dev:
	@sh tools/prerequisites.sh "$(PYTHON)"
	@$(INSTALL) --extra tools/dev.lock

demo: engine
	$(BIN)/craterbench demo --output $(DEMO)

test: dev
	$(BIN)/python -m pytest

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: dev
	$(BIN)/python benchmarks/bench_build.py
	$(BIN)/python benchmarks/bench_shortlist.py

clean:
	rm -rf $(DEMO) build dist
