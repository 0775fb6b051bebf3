# Every chore is one target, the same by hand and in CI. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export HF_HUB_DISABLE_TELEMETRY := 1

.PHONY: help prerequisites demo test unit real check format docs screenshots lock gate bench torture chat gpu clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

prerequisites:
	@PYTHON="$(PYTHON)" bash scripts/prerequisites.sh

$(READY): requirements.lock pyproject.toml | prerequisites
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the packages of requirements.lock (llama.cpp is compiled here: about 6 minutes the first time)"
	@bash scripts/install.sh $(BIN)/python
	@touch $@

demo: $(READY) ## Fetch the models, read examples/documents, answer three questions
	@bash scripts/demo.sh $(BIN)

test: $(READY) test-models ## The whole suite: unit tests, the page in a browser where one is here, real models
	$(BIN)/python -m pytest -m "not real and not browser"
	$(BIN)/python -m pytest -m "browser and not real"
	bash scripts/quality_gate.sh $(BIN)
	$(BIN)/python -m pytest -m real

unit: $(READY) ## The unit tests alone
	$(BIN)/python -m pytest -m "not real and not browser"

.PHONY: test-browser
test-browser: $(READY) ## The page in a real browser (Chromium); skipped, and said so, where none is here
	$(BIN)/python -m pytest -m "browser and not real"

.PHONY: models test-models
models: $(READY) ## Fetch the two default models
	$(BIN)/refdesk models pull

test-models: models # the tests also use a small model, too small for answers, and one that listens
	$(BIN)/refdesk models pull gemma-3-270m-q4_k_m faster-whisper-tiny

check: $(READY) ## Format, lint, types, architecture, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py
	$(BIN)/python scripts/write_cli_docs.py --check

format: $(READY) ## Rewrite the code as `make check` wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY) ## Write docs/cli.md from the commands' own help
	$(BIN)/python scripts/write_cli_docs.py

screenshots: $(READY) models ## Take the pictures of docs/chat.md anew (Chromium; slow: a model answers)
	$(BIN)/python scripts/screenshots.py $(ARGS)

lock: ## Resolve pyproject.toml anew into requirements.lock
	@bash scripts/lock.sh $(BIN)

gate: $(READY) ## Is anything lost against tests/quality_gate/baseline? RENEW=1 makes a new baseline
	bash scripts/quality_gate.sh $(BIN) $(if $(RENEW),--renew)

bench: $(READY) models ## Both arms side by side: make bench DATA=<folder in the benchmark format>
	@test -n "$(DATA)" || { echo "Say which data: make bench DATA=<folder with queries.jsonl and pdfs/ or corpus.jsonl>"; exit 2; }
	$(BIN)/python -m benchmarks $(DATA) --out bench-results $(ARGS)

torture: $(READY) ## Prove that nothing is lost: kill -9, power cuts, full disks, damaged and hostile files (about an hour; FILES=<folder of documents>)
	$(BIN)/python -m torture kill --count 300
	$(BIN)/python -m torture power --count 1000
	$(BIN)/python -m torture full --count 300
	$(BIN)/python -m torture vectors --count 667
	$(BIN)/python -m torture files $(or $(FILES),examples/documents) --count 2000
	$(BIN)/python -m torture statistics --count 10000
	@test -z "$(FILES)" || $(BIN)/python -m torture robustness $(FILES)

chat: $(READY) ## Open the chat page
	$(BIN)/refdesk ui

gpu: $(READY) ## Build llama.cpp for the GPU that is here (CUDA, Metal or Vulkan)
	@bash scripts/gpu.sh $(BIN)

clean: ## Remove the environment and what was built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
