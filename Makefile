# Everything a newcomer needs: `make run` starts the demo, `make test` proves it.

VENV ?= .venv
PYTHON ?=
# Chosen for the wheels: Redis comes along for 3.11 and 3.12 on Linux.
PYTHONS = $(PYTHON) python3.12 python3.11 python3.13 python3
TEST_DATA ?= $(CURDIR)/.data-test
TEST_ENVIRONMENT = RELINK_ENV=demo RELINK_DATA="$(TEST_DATA)"

.DEFAULT_GOAL := help
.PHONY: help run test bench lint lock install browser

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install ## Start the demo at http://127.0.0.1:8000; Ctrl-C stops it
	@RELINK_ENV=demo exec "$(VENV)/bin/python" -m config.run

test: install browser lint ## Run everything that CI runs
	@$(TEST_ENVIRONMENT) "$(VENV)/bin/python" -m pytest --ignore=tests/browser
	@$(TEST_ENVIRONMENT) "$(VENV)/bin/python" -m pytest tests/browser

bench: install ## Measure what must be fast, beside a bare equivalent
	@$(TEST_ENVIRONMENT) "$(VENV)/bin/python" -m tests.bench

lint: install ## Check style, formatting, the direction of imports and missing migrations
	@"$(VENV)/bin/ruff" check .
	@"$(VENV)/bin/ruff" format --check .
	@"$(VENV)/bin/lint-imports" --no-cache
	@$(TEST_ENVIRONMENT) "$(VENV)/bin/python" manage.py makemigrations --check --dry-run

# The lock names versions and hashes of every platform's files, and no address of any index.
lock: install ## Choose newer versions and write requirements.lock
	@"$(VENV)/bin/python" -m venv "$(VENV)/lock" && "$(VENV)/lock/bin/pip" install --quiet uv
	@env -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS "$(VENV)/lock/bin/uv" \
		pip compile pyproject.toml --group test --universal --python-version 3.11 --upgrade \
		--no-config --generate-hashes --no-emit-index-url --no-emit-find-links --quiet \
		--custom-compile-command "make lock" --output-file requirements.lock

# Installed again only when the lock differs from the one installed.
install:
	@if "$(VENV)/bin/python" -c 'import filecmp as f; exit(not f.cmp("requirements.lock", "$(VENV)/installed.lock", False))' 2>/dev/null; then exit 0; fi; \
	for candidate in $(PYTHONS); do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'Relink needs Python 3.11 or newer: install it, or name it with make run PYTHON=/path/to/python3.12.' >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make virtual environments: install its venv package (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; \
	fi; \
	echo 'Installing the pinned dependencies (first run, about a minute).'; \
	mkdir -p "$(VENV)" && \
	{ "$(VENV)/bin/python" -m pip --version || "$$python" -m venv --clear "$(VENV)"; } >/dev/null 2>&1 && \
	"$(VENV)/bin/python" -m pip install --disable-pip-version-check --no-input --require-hashes \
		--requirement requirements.lock >"$(VENV)/install.log" 2>&1 && \
	cp requirements.lock "$(VENV)/installed.lock" || { \
		tail -n 12 "$(VENV)/install.log" >&2; \
		echo 'The dependencies could not be installed: the lines above say why; try again when that is mended.' >&2; exit 1; \
	}

# Answers whether there is a Chromium: on PATH, or the one Playwright downloaded.
FIND_CHROMIUM = command -v chromium || command -v chromium-browser || command -v google-chrome || \
	"$(VENV)/bin/python" -c 'import os, playwright.sync_api as p; \
	exit(not os.path.exists(p.sync_playwright().start().chromium.executable_path))'

# Without CI, the tests that need a browser that cannot be had are skipped.
browser: install
	@if { $(FIND_CHROMIUM); } >/dev/null 2>&1; then exit 0; fi; \
	echo 'Installing Chromium for the browser tests.'; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	else \
		"$(VENV)/bin/playwright" install chromium; \
	fi; \
	if { $(FIND_CHROMIUM); } >/dev/null 2>&1; then exit 0; fi; \
	echo 'There is no Chromium and none could be installed.' >&2; [ -z "$$CI" ]
