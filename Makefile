# make engine   the engine's environment in .venv, with the command craterbench
# make demo     a synthetic planet, its index, a search from another observation, pictures
# make test     every test
# make lint     ruff, mypy, and who may import whom
# make package  dist/craterbench_qgis_plugin-VERSION.zip, checked by the QGIS repository's rules;
#               RELEASE=1 refuses placeholder addresses too
# make qgis     QGIS with the plugin, the demo's mosaics and their index, ready to draw a box
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo-output
QGIS   ?=
INSTALL = "$(PYTHON)" -m craterbench_qgis.environment.install "$(VENV)" --project .

.PHONY: engine dev demo test lint bench package qgis test-newer-qgis clean

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
	"$(BIN)/lint-imports"

bench: dev
	"$(BIN)/python" benchmarks/bench_build.py
	"$(BIN)/python" benchmarks/bench_shortlist.py

package: dev
	"$(BIN)/python" tools/translations.py
	"$(BIN)/python" tools/package.py --check $(if $(RELEASE),--release)

qgis: engine
	"$(PYTHON)" tools/run_qgis.py --engine "$(VENV)" --demo "$(DEMO)" --qgis "$(QGIS)"

# The plugin's tests in Debian's newer QGIS: make test-newer-qgis SUITE=trixie (3.40) or forky (3.44).
test-newer-qgis: dev
	"$(PYTHON)" tools/newer_qgis.py "$(SUITE)" --venv "$(VENV)"

clean:
	rm -rf "$(DEMO)" build dist
