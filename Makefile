# What one does here. `make` alone says it.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
BIN := .venv/bin
BENCH ?= check audit intake identity delivery

.PHONY: help setup setup-dev demo test check bench proof docs clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: ## make .venv with trueup in it (.venv/bin/trueup)
	@scripts/setup.sh run

setup-dev:
	@scripts/setup.sh dev

demo: ## make a quarter-end with planted faults, check it, take it into a ledger, find whose each account is, verify that
	@scripts/demo.sh

test: ## all tests (ARGS="-k zones" picks some)
	@scripts/test.sh $(ARGS)

check: setup-dev ## what a machine can hold in a minute: lint, format, types, imports, house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/contract_gate.py
	$(BIN)/pytest tests/test_house.py tests/contracts

bench: setup-dev ## speed and memory as ratios to what does less (ROWS=1e6, EVENTS=1e5 are quicker; BENCH=intake runs that alone)
ifneq ($(filter check,$(BENCH)),)
	$(BIN)/python benchmarks/bench_check.py --rows $(or $(ROWS),1e6,1e7) $(ARGS)
endif
ifneq ($(filter audit,$(BENCH)),)
	$(BIN)/python benchmarks/bench_audit.py
endif
ifneq ($(filter intake,$(BENCH)),)
	$(BIN)/python benchmarks/bench_intake.py --events $(or $(EVENTS),1e6)
endif
ifneq ($(filter identity,$(BENCH)),)
	$(BIN)/python benchmarks/bench_identity.py --rows $(or $(ROWS),1e4,1e5,1e6) $(ARGS)
endif
ifneq ($(filter delivery,$(BENCH)),)
	scripts/peer_ralph.sh
	$(BIN)/python benchmarks/bench_delivery.py $(ARGS)
endif

proof: setup-dev ## the long proof: what is found of what was planted, five seeds, 400 to 4,000 people; 100 times killed under load, no acknowledged event lost; 100,000 deliveries to a system that fails, workers killed 100 times; a thousand sequences of merges taken back
	$(BIN)/python benchmarks/proof_sample.py $(ARGS)
	TRUEUP_KILLS=50 $(BIN)/pytest -p no:cacheprovider tests/journey/test_arrive_killed.py
	TRUEUP_KILLS=25 $(BIN)/pytest -p no:cacheprovider tests/doors/api/test_killed.py
	TRUEUP_DELIVERIES=100000 TRUEUP_DELIVERY_KILLS=100 $(BIN)/pytest -p no:cacheprovider -n 0 tests/journey/test_deliver_killed.py
	TRUEUP_SEQUENCES=1000 $(BIN)/pytest -p no:cacheprovider -n 0 tests/journey/test_identify.py -k whatever_is_merged

docs: ## the documentation as a site, into site/
	@scripts/docs.sh

clean: ## remove what was generated (.venv stays)
	rm -rf demo site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov .coverage*
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
