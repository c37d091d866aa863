# The two commands of the course are `make lab` and `make test`; `make help` lists the others.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LAB_ARGS ?=
TEST_ARGS ?=

# The lessons, as _toc.yml lists them.
NOTEBOOKS := $(shell sed -n "s|.*\(notebooks/[^ ]*\).*|\1.ipynb|p" _toc.yml)

# The same surroundings for everyone: this folder's package, UTF-8, and the notebooks' own
# Matplotlib backend, whatever the user's shell says.
export PYTHONPATH := $(CURDIR)
export PYTHONUTF8 := 1
unexport MPLBACKEND PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help
help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ── set-up ───────────────────────────────────────────────────────────────────────────────────────
# Four environments: .venv for everything in the course, .venv-frameworks with PyTorch and its
# like, .venv-classroom with nbgrader, .venv-oldest. What was installed, the lists of packages in pyproject.toml, is written into
# the environment's .ready; only when they change is the network needed again. An environment that
# is half made, or whose Python has gone, is made anew.

OLD_PYTHON := this course needs Python 3.11 or newer, but "$(PYTHON)" is older or missing: \
	install one, or name it, as in  make setup PYTHON=python3.12
NO_VENV := "$(PYTHON)" cannot make a virtual environment (on Debian and Ubuntu: apt install python3-venv)

LISTS := sed -n '/^dependencies/,/^\[tool/{s/ *\#.*//;/./p;}' pyproject.toml

# Install $(PACKAGES) into the environment that the target lies in.
define install
	@if ! $(LISTS) | cmp -s - $@; then \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
			|| { echo 'make: $(OLD_PYTHON)' >&2; exit 1; }; \
		$(@D)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(@D) \
			|| { echo 'make: $(NO_VENV)' >&2; exit 1; }; \
		echo "Installing $(PACKAGES) into $(@D): a few minutes the first time."; \
		$(@D)/bin/python -m pip install --disable-pip-version-check --quiet $(PACKAGES) || exit 1; \
		$(LISTS) >$@; \
	fi
	@touch $@
endef

.PHONY: setup
setup: $(VENV)/.ready ## make .venv and install the course into it
	@echo 'The course is installed in $(VENV).'

# Matplotlib lists the fonts on its first import; done here, it can't disturb a lesson. The kernels
# of this environment say which cell to run first, even before one has been run; JupyterLab 4.6 asks
# about its news whatever LAB says below, unless the setting has its answer.
$(VENV)/.ready: PACKAGES = --editable '.[course,test]'
$(VENV)/.ready: pyproject.toml
	$(install)
	@$(BIN)/python -c 'import matplotlib.font_manager'
	@mkdir -p $(VENV)/etc/ipython
	@echo 'c.InteractiveShellApp.extensions.append("rmsprop_lesson.course.guide")' \
		>$(VENV)/etc/ipython/ipython_config.py
	@mkdir -p $(VENV)/etc/jupyter/labconfig
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}' \
		>$(VENV)/etc/jupyter/labconfig/default_setting_overrides.json

# An optional group of pyproject.toml, for the targets that ask for it: $(VENV)/.with-dev …
$(VENV)/.with-%: PACKAGES = --editable '.[$*]'
$(VENV)/.with-%: $(VENV)/.ready
	$(install)

.venv-frameworks/.ready: PACKAGES = --editable '.[course,test,studies,frameworks]'
.venv-frameworks/.ready: pyproject.toml
	$(install)

# What a class needs: nbgrader, and other people's readers of the exported questions.
.venv-classroom/.ready: PACKAGES = --editable '.[course,test,site,classroom]'
.venv-classroom/.ready: pyproject.toml
	$(install)

# The oldest NumPy, pandas and Matplotlib that pyproject.toml allows.
.venv-oldest/.ready: PACKAGES = --editable '.[course,test]' numpy==2.0.0 pandas==2.2.2 matplotlib==3.9.0
.venv-oldest/.ready: pyproject.toml
	$(install)

# ── the course ───────────────────────────────────────────────────────────────────────────────────
# JupyterLab without its news and update questions: it calls nobody. Its token stays on. In a
# container the user is root, and Jupyter wants to be told that this is meant.

LAB := $(BIN)/python -m jupyterlab --ServerApp.root_dir=. \
	--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
	--LabApp.news_url=None --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
	--LabApp.extension_manager=readonly $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab
lab: $(VENV)/.ready ## open the course in JupyterLab (LAB_ARGS="--port 9999 --no-browser")
	@$(LAB) $(LAB_ARGS)

# ── checks ───────────────────────────────────────────────────────────────────────────────────────
# Two processes, each with one thread; a notebook stays whole in one of them.

ONE_THREAD := test test-unit test-notebooks test-browser test-frameworks test-hard test-oldest \
	test-classroom class fuzz load mutants mutated site site-teacher
$(ONE_THREAD): export OMP_NUM_THREADS := 1
$(ONE_THREAD): export OPENBLAS_NUM_THREADS := 1
$(ONE_THREAD) notebooks: export RMSPROP_LESSON_PROGRESS := off
PYTEST = $(BIN)/python -m pytest -n 2
UNIT = $(PYTEST) --dist worksteal tests $(TEST_ARGS)
RUN_NOTEBOOKS = $(PYTEST) --dist loadfile --nbval --nbval-current-env $(NOTEBOOKS) $(TEST_ARGS)

.PHONY: test
test: $(VENV)/.ready ## run every test, and every notebook against its stored outputs
	@$(UNIT)
	@$(RUN_NOTEBOOKS)

.PHONY: test-unit
test-unit: $(VENV)/.ready ## the tests alone …
	@$(UNIT)

.PHONY: test-notebooks
test-notebooks: $(VENV)/.ready ## … and the notebooks alone
	@$(RUN_NOTEBOOKS)

.PHONY: lint
lint: $(VENV)/.with-dev ## check the style of code and notebooks
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check rmsprop_lesson tests tools
	@$(BIN)/python -m tools.notebooks --check $(NOTEBOOKS)

.PHONY: test-frameworks
test-frameworks: .venv-frameworks/.ready ## compare ours with PyTorch, Keras and optax, and search on Dask (a large download)
	@.venv-frameworks/bin/python -m pytest tests/test_tuning.py $(TEST_ARGS)
	@.venv-frameworks/bin/python -m pytest tests/frameworks $(TEST_ARGS)

.PHONY: test-classroom
test-classroom: .venv-classroom/.ready ## nbgrader's own commands, readers of Moodle and QTI files, EPUBCheck
	@CLASSROOM=1 .venv-classroom/bin/python -m pytest tests/classroom $(TEST_ARGS)

.PHONY: test-hard
test-hard: $(VENV)/.ready ## lessons with cells run twice, read-only, without network, home or UTF-8
	@HARD=1 $(BIN)/python -m pytest -n 2 tests/hard $(TEST_ARGS)

.PHONY: fuzz
fuzz: $(VENV)/.ready ## 10 000 calls of every public function with wild arguments
	@FUZZ_CALLS=10000 $(BIN)/python -m pytest -n 2 tests/test_fuzz.py $(TEST_ARGS)

.PHONY: mutated
mutated: $(VENV)/.ready ## judge 10 000 programs mutated from each exercise's solution (hours)
	@PROGRAMS=10000 $(BIN)/python -m pytest -n 2 tests/test_checks_mutated.py $(TEST_ARGS)

.PHONY: mutants
mutants: $(VENV)/.with-mutants ## change the code in thousands of small ways: does a test notice? (an hour)
	@$(BIN)/python -m tools.mutants $(MUTANTS_ARGS)

.PHONY: test-oldest
test-oldest: .venv-oldest/.ready ## the tests and lessons with the oldest NumPy that is supported
	@$(subst $(BIN),.venv-oldest/bin,$(UNIT))
	@$(subst $(BIN),.venv-oldest/bin,$(RUN_NOTEBOOKS))

.PHONY: load
load: $(VENV)/.ready ## thirty learners at once on one server (LOAD_ARGS="--learners 10 --lessons 08")
	@$(BIN)/python -m tests.bench.load $(LOAD_ARGS)

.PHONY: class
class: $(VENV)/.ready ## make a class of 120, judge it, and say how long it took (CLASS_ARGS="--learners 30")
	@$(BIN)/python -m tests.bench.collecting $(CLASS_ARGS)

.PHONY: bench
bench: .venv-frameworks/.ready ## measure speed and memory beside PyTorch
	@.venv-frameworks/bin/python -m tests.bench

# ── the site ─────────────────────────────────────────────────────────────────────────────────────

.PHONY: site
site: $(VENV)/.with-site ## build the Jupyter Book into _build/html
	@$(BIN)/python -m tools.book

.PHONY: site-teacher
site-teacher: $(VENV)/.with-site ## … with the teacher's guide, which answers every question
	@$(BIN)/python -m tools.book --teacher

.PHONY: book
book: $(VENV)/.with-site ## make a PDF and an EPUB of the course in _build/book (apt-get install chromium)
	@$(BIN)/python -m tools.ebook

.PHONY: site-serve
site-serve: site ## build the site and show it on http://localhost:8000 (SITE_PORT=…)
	@$(BIN)/python -m http.server $(SITE_PORT) --bind 127.0.0.1 --directory _build/html

SITE_PORT ?= 8000

.PHONY: slides
slides: $(VENV)/.with-site ## make decks of lessons and plans (SLIDES_ARGS='--name "Ada Lovelace" --date 2027-01-12')
	@$(BIN)/python -m tools.slides $(SLIDES_ARGS)

.PHONY: test-browser
test-browser: $(VENV)/.with-browser site slides ## open every page, explorer, lesson and slide in Chromium (apt-get install chromium)
	@BROWSER=1 $(PYTEST) --dist worksteal $(BROWSER_TESTS) $(TEST_ARGS)

BROWSER_TESTS ?= tests/browser

.PHONY: bench-explorers
bench-explorers: $(VENV)/.with-site $(VENV)/.with-browser ## measure how fast explorers and the site's Python answer
	@$(BIN)/python -m tests.bench.explorers
	@$(BIN)/python -m tests.bench.page

# ── maintenance ──────────────────────────────────────────────────────────────────────────────────

.PHONY: notebooks
notebooks: $(VENV)/.ready ## execute every notebook again and store clean outputs
	@$(BIN)/python -m tools.notebooks $(NOTEBOOKS)

.PHONY: handout
handout: $(VENV)/.ready ## write learner's and teacher's editions of the lessons into _build/handout
	@$(BIN)/python -m tools.handout _build/handout

.PHONY: clean
clean: ## remove what was made, the environments too
	rm -rf $(VENV) .venv-frameworks .venv-classroom .venv-oldest _build .pytest_cache .ruff_cache .hypothesis
