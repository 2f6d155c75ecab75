# README's two commands are `make run` and `make test`; the rest is for engineers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
UV := $(BIN)/uv
ROOMS := policies agent server

.PHONY: run test lint format lab bench package lock clean system-run system-test

run: system-run $(VENV)/.runtime
	@$(BIN)/python packaging/run.py $(if $(ONCE),--once)

test: system-test $(VENV)/.dev
	packaging/test.sh

lint: $(VENV)/.dev
	packaging/lint.sh

format: $(VENV)/.dev
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

# A station of emulated devices (STATION=real: of real servers), in network namespaces that lead nowhere, being audited.
# Needs root.
lab: system-test $(VENV)/.dev
	$(BIN)/python -m tests.lab.show $(STATION)

bench: system-test $(VENV)/.dev
	packaging/bench.sh

package: $(VENV)/.dev
	packaging/wheels.sh

lock: $(VENV)/.dev
	$(BIN)/python packaging/lock.py $(UV)

system-run:
	@packaging/system.sh run

system-test:
	@packaging/system.sh test

$(VENV)/bin/python: | system-run
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Cần Python 3.11 trở lên (Python 3.11 or newer is needed)")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/python requirements/runtime.lock $(ROOMS:%=%/pyproject.toml)
	@echo "Đang cài đặt thư viện (installing libraries) …"
	$(PIP) install --require-hashes -r requirements/runtime.lock
	$(PIP) install --no-deps --no-build-isolation $(ROOMS:%=-e %)
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.lock
	$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

clean:
	rm -rf $(VENV) out var dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
