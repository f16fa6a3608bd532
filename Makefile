# `make demo` and `make test` need Python 3.11 or newer and nothing else: .ci/uv brings uv.
UV = .ci/uv
RUN = $(UV) run --frozen --quiet
# More words for pytest: make test ARGS="tests/model -x"
ARGS =
# Processes that run tests: as many as there are cores.
WORKERS = auto
# Rows of each side in `make bench`.
ROWS = 1000000
PEERS = benchmarks/.venv/bin/python

# What was compiled is kept: the tests start some hundred processes.
unexport PYTHONDONTWRITEBYTECODE
# A worker a core: threads of linear algebra beside it would wait for each other, at full speed.
test: export OPENBLAS_NUM_THREADS = 1
test: export OMP_NUM_THREADS = 1

.PHONY: help demo test lint format types layers docs docs-check bench bench-peers

help: ## Show these targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

demo: ## Reconcile practice data and show the result.
	@$(UV) run --frozen --no-dev tieout demo --no-serve

# Each worker has half of the tests in their order, so that what many share is made by one of them.
test: ## Run all tests.
	@.ci/prepare
	@$(UV) sync --frozen --quiet
	@$(RUN) pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: ## Look for mistakes and for formatting that is off.
	@$(RUN) ruff check
	@$(RUN) ruff format --check

format: ## Format the code and sort its imports.
	@$(RUN) ruff check --fix
	@$(RUN) ruff format

types: ## Check types, strictly.
	@$(RUN) mypy

layers: ## Check that the rooms import one way.
	@$(RUN) lint-imports

docs: ## Write the generated pages of docs/reference.
	@$(RUN) python docs/generate.py

docs-check: ## Check that the generated pages are current.
	@$(RUN) python docs/generate.py --check

bench: ## Measure speed and quality; beside other tools too after `make bench-peers`.
	@$(RUN) python benchmarks/reconcile_speed.py --rows $(ROWS) $(if $(wildcard $(PEERS)),--peers $(PEERS))
	@$(RUN) python benchmarks/reconcile_quality.py

bench-peers: ## Install the other tools, in an environment of their own.
	@$(UV) venv --quiet --clear benchmarks/.venv
	@$(UV) pip install --quiet --python $(PEERS) datacompy==1.1.0 fastrecon==0.9.3 pandas polars pyarrow pyod==3.6.7 river==0.26.1 bytewax==0.21.1 quixstreams==3.28.1
