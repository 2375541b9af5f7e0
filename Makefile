# What a user types. Everything runs from .venv, which holds exactly what requirements.lock pins.
#   make setup PYTHON=/path/to/python3.12   another Python, 3.11 or newer, for a new .venv
#   make setup UV=                          install with pip although uv is here
#   make run CORES=4                        fewer cores than all; test and check: so many processes
#   make test ARGS="-k sobol"               options for pytest
#   make bench RIVAL=/path/to/python        a Python with PyTorch, to compare networks with
#   make bench OWN_CELLS="a.mmt b.cellml"   models in files; TWINS="akwaboah2021/corrected=c.mmt" beside gbar's own
#   make lock ARGS=--upgrade                newer versions than the ones already pinned

# The newest that runs; 3.14 comes late because there some packages must still be compiled.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
ifeq ($(origin UV),undefined)
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
endif
CORES ?= all
RIVAL ?=
OWN_CELLS ?=
TWINS ?=
ARGS ?=

VENV := .venv
PYTEST = $(VENV)/bin/python -m pytest -n $(patsubst all,auto,$(CORES))
STAMP := $(VENV)/installed
RIVALS := $(VENV)/rivals-installed
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Only Pythons that are here already: uv would otherwise fetch its own.
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help setup rivals run test check lint bench lock

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## make .venv from requirements.lock (seconds with uv, a minute with pip)
	@echo "$(VENV) is ready; to use it in this shell: source $(VENV)/bin/activate"

rivals: $(RIVALS) ## add NEURON, Myokit and numba to .venv, for the tests and benchmarks that compare with them

run: $(STAMP) ## run the study of config.yaml; ends at results/report.html
	@$(VENV)/bin/snakemake --cores $(CORES)
	@echo "The report is results/report.html"

test: $(STAMP) ## run all tests on all cores, the checks of `make lint` among them
	@$(PYTEST) $(ARGS)

check: $(STAMP) ## run the checks of `make lint` and the quick tests: minutes
	@$(PYTEST) -m "not slow" $(ARGS)

lint: $(STAMP) ## check style, types and workflow: ruff, snakefmt, snakemake --lint, pyright
	@$(VENV)/bin/python -m pytest tests/test_house.py tests/test_envs.py $(ARGS)

bench: $(RIVALS) ## measure speed on one core, beside NEURON, Myokit, numba and PyTorch; writes benchmarks/RESULTS.md
	@$(VENV)/bin/python benchmarks/published_design.py
	@for script in point_cells cables izhikevich steady_state scaling planning; do $(VENV)/bin/python benchmarks/$$script.py || exit 1; done
	@for script in dlstm_epoch regressor_epoch; do \
	  $(VENV)/bin/python benchmarks/$$script.py $(if $(RIVAL),--rival-python $(RIVAL)) || exit 1; done
ifneq ($(strip $(OWN_CELLS)$(TWINS)),)
	@$(VENV)/bin/python benchmarks/own_cell.py $(OWN_CELLS) $(if $(TWINS),--twins $(TWINS))
endif

lock: ## pin the dependencies of pyproject.toml anew (needs uv), then install them
	@test -n "$(UV)" || { echo "make lock needs uv" >&2; exit 1; }
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --extra workflow --extra slurm --extra formats --extra cells --extra dev --output-file requirements.lock $(ARGS) pyproject.toml
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --all-extras --constraint requirements.lock --output-file requirements-rivals.lock $(ARGS) pyproject.toml
	@$(MAKE) --no-print-directory setup
	@$(VENV)/bin/python envs/generate.py

# The package itself goes in editable, built by the hatchling of the lock: nothing unpinned is fetched.
$(STAMP): requirements.lock pyproject.toml | $(VENV)/bin/python
ifneq ($(strip $(UV)),)
	@echo "Installing the packages of requirements.lock into $(VENV) with uv"
	@$(UV) pip sync --quiet --python $(VENV)/bin/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation --editable .
else
	@echo "Installing the packages of requirements.lock into $(VENV) with pip: about a minute"
	@$(VENV)/bin/python -m pip --version >/dev/null 2>&1 || $(VENV)/bin/python -m ensurepip >/dev/null
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	@touch $@

# After every $(STAMP), which removes what its lock does not name.
$(RIVALS): requirements-rivals.lock $(STAMP)
	@echo "Installing the rivals of requirements-rivals.lock into $(VENV)"
ifneq ($(strip $(UV)),)
	@$(UV) pip install --quiet --python $(VENV)/bin/python --require-hashes -r requirements-rivals.lock
else
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-rivals.lock
endif
	@touch $@

$(VENV)/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "gbar needs Python 3.11 or newer; tell where it is: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(if $(strip $(UV)),--without-pip) $(VENV)
