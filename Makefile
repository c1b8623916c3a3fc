# make demo   the whole workflow, small, on this machine      make test   the checks and tests
# make results  the paper's tables and figures at full scale, from the stored maps and models
# make docs   regenerate what is generated in the docs        make lock   renew the pinned packages
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: demo test checks tests slow-test slurm-test fault-test results choices install docs lock \
	format clean

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
DEMO := results/demo
REPORT := $(DEMO)/report.html
PYTEST := $(BIN)/python -m pytest
# Each worker makes the fixtures of its modules. An idle worker takes over the end of a module.
PARALLEL := -n 2 --dist worksteal
COVERAGE ?=
RESULTS := $(BIN)/snakemake --profile profiles/local --configfile config/results.yaml
SNAKEMAKE := $(BIN)/snakemake --profile profiles/local --configfile config/demo.yaml

# The rules ask for the memory of the paper's images. The demo needs less, so that two jobs fit.
demo: install
	@$(SNAKEMAKE) --resources mem_mb=4000 \
		--set-resources train_model:mem_mb=1500 evaluate_{model,baselines}:mem_mb=1500
	@if [ ! -e $(REPORT) ] || [ -n "$$(find $(DEMO)/{tables,figures,provenance.json} -newer $(REPORT))" ]; then \
		$(SNAKEMAKE) --quiet --report $(REPORT); \
	else \
		echo "The demo is complete and up to date: nothing was done."; \
	fi
	@echo; cat $(DEMO)/tables/ms_ssim.md; echo
	@echo "MS-SSIM of the denoised test image (in brackets: of its noisy input)"
	@echo "  table    $(DEMO)/tables/ms_ssim.csv"
	@echo "  figures  $(DEMO)/figures/"
	@echo "  report   $(REPORT)"

results: install
	@$(RESULTS)
	@echo; cat results/results/tables/ms_ssim.md; echo
	@echo "MS-SSIM at the paper's scale (in brackets: of the noisy input): docs/results.md"

# How the results depend on the open choices: nine runs of half a minute to ten minutes.
choices: install
	PYTHONPATH=workflow/scripts $(BIN)/python docs/choices.py

test: install
	@$(MAKE) --no-print-directory --jobs 2 checks tests

checks: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/mypy

tests: install
	$(PYTEST) $(PARALLEL) $(if $(COVERAGE),--cov)

slow-test: install
	$(PYTEST) -m slow $(PARALLEL) --ignore=tests/slurm

# Needs the SLURM of `bash tests/slurm/cluster.sh start`. Its jobs mostly wait.
slurm-test: install
	$(PYTEST) -m slow -n 5 --dist loadgroup tests/slurm --ignore=tests/slurm/test_nodes.py
	$(PYTEST) -m slow tests/slurm/test_nodes.py

# The kills, two at a time, beside all others.
fault-test: install
	$(PYTEST) -m faults -n 2 --dist loadfile

install: $(INSTALLED)

$(INSTALLED): envs/requirements.txt
	@PYTHON=$(PYTHON) sh envs/check-tools.sh
	$(PYTHON) -m venv --clear .venv
	CC=g++ CXX=g++ $(BIN)/python -m pip install --quiet --progress-bar off -r envs/requirements.txt
	$(BIN)/python -m pip install --quiet --progress-bar off --no-deps -e .
	@touch $@

docs: install
	PYTHONPATH=workflow/scripts $(BIN)/python docs/config_readme.py
	$(BIN)/python docs/rulegraph.py
	$(RESULTS) -- publish_results

lock: install
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --upgrade --no-annotate --no-header \
		--quiet --output-file envs/requirements.txt --all-extras pyproject.toml

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt Snakefile workflow

clean:
	rm -rf .venv .snakemake
