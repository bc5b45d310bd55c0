# make engine   the engine's environment in .venv, with the command craterbench
# make demo     a synthetic planet, its index, a search from another observation, pictures
# make test     every test; make test-qgis only those of the plugin
# make lint     ruff, mypy, who may import whom, and the rules of QGIS's plugin repository
# make fuzz     spoiled files for half an hour; make kills: a thousand killed writers; make soak
# make package  dist/craterbench_qgis_plugin-VERSION.zip, checked by the QGIS repository's rules;
#               RELEASE=1 refuses placeholder addresses too
# make images   the pictures of the documents; make images ONLY=demo those that need no QGIS
# make train    an encoder by a recipe: make train RECIPE=docs/encoder/config.json DATA=DIR RUN=FOLDER
# make qgis     QGIS with the plugin, the demo's mosaics and their index, ready to draw a box
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo-output
QGIS   ?=
ONLY   ?=
RECIPE ?= docs/encoder/config.json
DATA   ?= ../shared/data/moon
RUN    ?= build/training
# The Python that has QGIS, and where its pytest is put.
QGIS_PYTHON ?= /usr/bin/python3
QGIS_VENV   ?= .venv-qgis
# Compiled once and not by each of hundreds of processes, also where the surroundings forbid it.
export PYTHONDONTWRITEBYTECODE :=
INSTALL = "$(PYTHON)" -m craterbench_qgis.environment.install "$(VENV)" --project .

.PHONY: engine dev demo test test-qgis test-engine test-held lint bench images fuzz kills kills-cluster soak train package \
  qgis test-newer-qgis clean

engine:
	@sh tools/prerequisites.sh "$(PYTHON)"
	@$(INSTALL)

dev:
	@sh tools/prerequisites.sh "$(PYTHON)" test
	@$(INSTALL) --extra tools/dev.lock
	@sh tools/qgis_tests_env.sh "$(QGIS_PYTHON)" "$(QGIS_VENV)"

demo: engine
	"$(BIN)/python" -m craterbench_qgis.engine demo --output "$(DEMO)"

# Tests of tests/qgis that start QGIS themselves, with the engine's Python. The longest file is begun
# first: with a file for each of two processes, what comes last keeps one of them waiting.
OUTSIDE := $(shell grep -l "^from support import" tests/qgis/test_*.py)
LONGEST := tests/qgis/test_desktop.py

# A file for each of two processes. One that crashes is a fault and not replaced: the others would
# wait for its files for ever (pytest-xdist 3.8).
SHARED := -n 2 --dist loadfile --max-worker-restart 0

# What writes files, once more under Windows' rules for files that are open (tests/windows_rules.py).
HELD := $(addprefix tests/engine/test_,index.py index_lock.py index_where.py held_files.py \
  formats_failing.py formats_craterstats.py)

# QGIS's and the engine's tests wait for other processes now and then: side by side they do not.
test: dev
	@sh tools/in_memory.sh $(MAKE) --no-print-directory -j 2 test-qgis test-engine test-held

test-engine: dev
	OMP_NUM_THREADS=1 "$(BIN)/python" -m pytest $(SHARED) --no-loadscope-reorder \
	  $(LONGEST) $(filter-out $(LONGEST),$(OUTSIDE)) \
	  tests/engine tests/environment tests/security tests/test_package.py tests/test_docs.py

test-held: dev
	OMP_NUM_THREADS=1 "$(BIN)/python" -m pytest --windows-rules $(HELD)

# The plugin's tests, by the Python that has QGIS: make test-qgis QGIS_PYTHON=... QGIS_VENV=...
test-qgis: dev
	@if [ -x "$(QGIS_VENV)/bin/python" ]; then \
	  OMP_NUM_THREADS=1 CRATERBENCH_TEST_PYTHON="$(abspath $(BIN)/python)" \
	    "$(QGIS_VENV)/bin/python" -m pytest $(SHARED) --timeout 600 tests/qgis; \
	else \
	  echo "SKIPPED: tests/qgis (no QGIS with Python bindings behind $(QGIS_PYTHON))"; \
	fi

lint: dev
	"$(BIN)/python" -m ruff check .
	"$(BIN)/python" -m ruff format --check .
	"$(BIN)/python" -m mypy
	"$(BIN)/lint-imports"
	"$(BIN)/python" tools/package.py --check --output build/package

bench: dev
	"$(BIN)/python" benchmarks/bench_build.py
	"$(BIN)/python" benchmarks/bench_shortlist.py
	@[ ! -x "$(QGIS_VENV)/bin/python" ] || { "$(QGIS_VENV)/bin/python" benchmarks/bench_plugin.py && \
	  "$(QGIS_VENV)/bin/python" benchmarks/bench_pauses.py; }

images: dev
	"$(BIN)/python" tools/make_images.py $(ONLY)

fuzz: dev
	CRATERBENCH_FUZZ_SECONDS=1800 "$(BIN)/python" -m pytest tests/security/test_fuzz.py tests/security/test_fuzz_lines.py

kills: dev
	CRATERBENCH_KILLS=1000 "$(BIN)/python" -m pytest tests/security/test_kills.py

# On four Dask workers; distributed is put beside the environment, not into it.
kills-cluster: dev
	"$(BIN)/python" -m pip install --quiet --no-deps --target build/cluster \
	  -r craterbench_qgis/environment/cluster.lock
	PYTHONPATH="$(CURDIR):build/cluster" "$(BIN)/python" -m tests.security.cluster_kills build/kills

soak: dev
	CRATERBENCH_CALLS=20000 "$(BIN)/python" -m pytest tests/security/test_soak.py

train: engine
	"$(BIN)/python" -m training "$(RECIPE)" --data "$(DATA)" --output "$(RUN)"

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
