# make engine   the engine's environment in .venv, with the command craterbench
# make demo     a synthetic planet, its index, a search from another observation, pictures
# make test     every test
# make lint     ruff and mypy
# make package  dist/craterbench_qgis_plugin-VERSION.zip, checked by the QGIS repository's rules
# make train  an encoder by a recipe: make train RECIPE=docs/encoder/config.json DATA=DIR RUN=FOLDER
# make qgis     QGIS with the plugin, the demo's mosaics and their index, ready to draw a box
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo-output
QGIS   ?=
RECIPE ?= docs/encoder/config.json
DATA   ?= ../shared/data/moon
RUN    ?= build/training
INSTALL = "$(PYTHON)" -m craterbench_qgis.environment.install "$(VENV)" --project .

.PHONY: engine dev demo test lint bench train package qgis clean

engine:
	@sh tools/prerequisites.sh "$(PYTHON)"
	@$(INSTALL)

dev:
	@sh tools/prerequisites.sh "$(PYTHON)" test
	@$(INSTALL) --extra tools/dev.lock

demo: engine
	"$(BIN)/python" -m craterbench_qgis.engine demo --output "$(DEMO)"

# On two processes what nobody's eye follows; what measures QGIS's responsiveness, one by one.
APART := tests/qgis/test_processing.py tests/qgis/test_processing_duplicates.py

test: dev
	OMP_NUM_THREADS=1 "$(BIN)/python" -m pytest -n 2 --dist loadfile \
	  tests/engine tests/environment tests/test_package.py $(APART)
	"$(BIN)/python" -m pytest tests/qgis $(APART:%=--ignore=%)

lint: dev
	"$(BIN)/python" -m ruff check .
	"$(BIN)/python" -m ruff format --check .
	"$(BIN)/python" -m mypy

bench: dev
	"$(BIN)/python" benchmarks/bench_build.py
	"$(BIN)/python" benchmarks/bench_shortlist.py

train: engine
	"$(BIN)/python" -m training "$(RECIPE)" --data "$(DATA)" --output "$(RUN)"

package: dev
	"$(BIN)/python" tools/translations.py
	"$(BIN)/python" tools/package.py --check

qgis: engine
	"$(PYTHON)" tools/run_qgis.py --engine "$(VENV)" --demo "$(DEMO)" --qgis "$(QGIS)"

clean:
	rm -rf "$(DEMO)" build dist
