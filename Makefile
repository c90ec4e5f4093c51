# Everything a person or a CI runs. `make help` lists it.
PORT ?= 8000
BIN := .venv/bin

.PHONY: help setup run test check lint docs screenshots bench unit integration e2e pwa clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## everything a fresh machine needs; leaves .venv/bin/imaging-hub
	@bash deploy/setup.sh

run: setup ## serve the hub with demo data on http://localhost:8000 (PORT=n for another port)
	@$(BIN)/imaging-hub demo --port $(PORT)

test: setup check integration e2e ## set up, then all tests

check: lint unit ## contracts, style, types, unit tests, the phone app's own checks
	cd mobile_pwa && npm run --silent check

lint: ## formatting, lint, types, import contracts, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

unit: ## fast tests, no servers
	$(BIN)/pytest -q tests/unit

integration: ## tests with the real servers and peers
	$(BIN)/pytest -q tests/integration

e2e: ## the walk in a real browser
	$(BIN)/pytest -q tests/e2e

screenshots: ## renew the README's pictures
	HUB_SCREENSHOTS=1 $(BIN)/pytest -q tests/e2e -k "00 or 01"

docs: ## regenerate docs/settings.md and docs/errors.md
	$(BIN)/python docs/generate.py

pwa: ## build the phone app into web/pwa
	cd mobile_pwa && npm ci --no-audit --no-fund && npm run build

bench: ## measure against peers (bench/README.md)
	$(BIN)/python -m bench

clean: ## remove what setup made
	rm -rf .venv web/pwa mobile_pwa/node_modules .servers
