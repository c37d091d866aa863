"""What the site's Python worker answers, asked of CPython: the same glue, without a browser."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rmsprop_lesson import RMSprop, Valley, checks, descend
from rmsprop_lesson.course import page
from rmsprop_lesson.course.checks import own, sandbox
from rmsprop_lesson.course.checks.source import source_of
from rmsprop_lesson.course.explorers.settings import checked

IMPORTS = "import numpy as np\nimport nonesuch as ns\nfrom rmsprop_lesson import RMSprop, checks"
SOLUTION = source_of(checks.exercises()["rmsprop_step"].solution)
LOOP = "def rmsprop_step(theta, grad, S, learning_rate, beta, epsilon):\n    1 / 0"


class Asked:
    """A session, and all that it told."""

    def __init__(self, monkeypatch):
        monkeypatch.setattr(sandbox, "HAS_THREADS", False)  # as in a browser
        monkeypatch.setenv("RMSPROP_LESSON_PROGRESS", "off")  # a session replaces it
        monkeypatch.setattr("builtins.input", input)  # a session replaces it
        self.told = []
        self.session = page.Session(lambda kind, value: self.told.append((kind, json.loads(value))))

    def __call__(self, request, **arguments):
        self.told.clear()
        return json.loads(self.session.answer(request, json.dumps(arguments)))

    def of(self, kind):
        return [value for told, value in self.told if told == kind]

    @property
    def text(self):
        return "".join(shown["text"] for shown in self.of("output"))


@pytest.fixture
def ask(monkeypatch):
    """A page in whose Python nothing has passed yet, whatever other tests have checked."""
    monkeypatch.setattr(own, "_passed", {})
    return Asked(monkeypatch)


# ── cells ──


def test_a_cell_prints_and_shows_its_last_expression(ask):
    assert ask("run", code="print('a')\n2 * 21") == {"error": None}
    assert ask.text == "a\n42\n"
    ask("run", code="None")
    assert ask.told == []


def test_names_stay_until_the_session_ends(ask):
    ask("run", code="x = 5")
    ask("run", code="x + 1")
    assert ask.text == "6\n"


def test_the_lessons_names_are_there(ask):
    ask("run", code="np.sqrt(9), RMSprop(0.5).learning_rate", imports=IMPORTS)
    assert "3.0" in ask.text
    assert "0.5" in ask.text


def test_a_module_of_a_package_is_imported_although_nobody_did_before(ask, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "part.py").write_text("x = 5")
    assert ask("run", code="part.x", imports="from whole import part") == {"error": None}
    assert ask.text == "5\n"
    for name in ("whole", "whole.part"):
        monkeypatch.delitem(sys.modules, name)


def test_a_name_that_is_missing_here_says_so_when_it_is_used(ask):
    assert ask("run", code="1", imports=IMPORTS) == {"error": None}
    for use in ("ns.thing", "ns()"):
        error = ask("run", code=use, imports=IMPORTS)["error"]
        assert "nonesuch" in error
        assert "JupyterLab" in error


def test_a_name_that_was_missing_is_there_once_its_package_has_come(ask, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    imports = "import comes_later"
    assert "comes_later" in ask("run", code="comes_later.x", imports=imports)["error"]
    (tmp_path / "comes_later.py").write_text("x = 5")
    assert ask("run", code="comes_later.x", imports=imports) == {"error": None}
    monkeypatch.delitem(sys.modules, "comes_later")


@pytest.mark.parametrize(
    ("code", "line", "what"),
    [
        ("x = 1\ny = x / 0", "line 2:  y = x / 0", "ZeroDivisionError"),
        ("def f():\n    return g\n\nf()", "line 2:  return g", "NameError"),
        ("def f(:\n    pass", "line 1:  def f(:", "SyntaxError"),
        ("def f():\npass", "line 2:  pass", "IndentationError"),
        ("exit()", "line 1:  exit()", "SystemExit"),
        ("import numpy as np\nnp.zeros(3) + np.zeros(4)", "line 2:", "ValueError"),
    ],
)
def test_an_error_is_short_and_names_the_line(ask, code, line, what):
    error = ask("run", code=code)["error"]
    assert error.startswith(line)
    assert error.splitlines()[1].startswith(what)
    assert len(error.splitlines()) == 2


def test_what_was_printed_before_an_error_is_told(ask):
    assert ask("run", code="print('before', end='')\n1 / 0")["error"]
    assert ask.text == "before"


def test_a_flood_is_cut(ask):
    ask("run", code="for k in range(100_000):\n    print(k)")
    assert page.MOST <= len(ask.text) <= page.MOST + 100


def test_display_shows_in_order(ask):
    ask("run", code="print(1, end='')\ndisplay(2)\nprint(3)")
    assert ask.text == "12\n3\n"


def test_rich_values_are_shown_as_a_notebook_would(ask):
    ask("run", code="class A:\n    def _repr_html_(self):\n        return '<b>hi</b>'\nA()")
    assert ask.of("output") == [{"html": "<b>hi</b>"}]


def test_a_figure_is_shown_with_its_words(ask):
    imports = "from rmsprop_lesson import RMSprop, Valley, descend, plots"
    code = "plots.paths(Valley(20), descend(Valley(20), RMSprop(0.1), start=[3.0, 1.0], steps=5))"
    assert ask("run", code=code, imports=imports) == {"error": None}
    (shown,) = ask.of("output")
    assert shown["image"].startswith("data:image/png;base64,")
    assert shown["alt"]


def test_nobody_can_answer_input(ask):
    assert "input()" in ask("run", code="input()")["error"]


# ── checks ──


@pytest.mark.parametrize("name", checks.exercises())
def test_verdicts_are_those_of_the_check(ask, name):
    exercise = checks.exercises()[name]
    answer = ask("check", name=name, code=source_of(exercise.solution), imports=IMPORTS)
    assert answer["error"] is None
    assert answer["verdict"]["text"] == repr(exercise.judge(exercise.solution))
    answer = ask("check", name=name, code=exercise.stub, imports=IMPORTS)
    assert answer["verdict"]["status"] == "open"
    assert "cell" not in answer["verdict"]["text"]


def test_a_check_foretells_what_to_say_if_it_never_comes_back(ask):
    ask("check", name="rmsprop_step", code=SOLUTION, imports=IMPORTS)
    *before, last = [fate["verdict"] for fate in ask.of("fate")]
    probes = checks.exercises()["rmsprop_step"].probes
    assert len(before) == 1 + len(probes)
    assert {fate["mistake"] for fate in before} == {"endless loop"}
    assert last["passed"]
    assert len(ask.of("time")) == 2


def test_the_foretold_verdict_is_the_one_of_jupyterlab(ask, monkeypatch):
    code = SOLUTION.replace("return", "while True:\n        pass\n    return")
    namespace = {"np": np}
    exec(code, namespace)
    with monkeypatch.context() as in_lab:
        in_lab.setattr(sandbox, "HAS_THREADS", True)
        verdict = checks.exercises()["rmsprop_step"].judge(namespace["rmsprop_step"], seconds=0.2)
    ask("check", name="rmsprop_step", code=SOLUTION, imports=IMPORTS)
    first_probe = ask.of("fate")[1]["verdict"]["text"]
    assert first_probe == repr(verdict).replace("0.2 s", "5 s")


def test_a_slip_whose_mending_could_hang_gets_its_verdict(ask):
    """One changed copy would put a list into itself, from which NumPy never comes back."""
    code = source_of(checks.exercises()["ewma"].solution)
    slip = code.replace("beta * average + (1 - beta)", "(1 - beta) * average + beta")
    answer = ask("check", name="ewma", code=slip, imports=IMPORTS)
    assert answer["verdict"]["mistake"] == "beta and 1-beta swapped"


def test_a_statement_that_was_changed_in_the_search_can_be_put_in_words(ask):
    """Without threads nothing hides an exception in the search for a slip's place."""
    code = source_of(checks.exercises()["steps_until_unbiased"].solution)
    slip = code.replace("return t", "return t + 1")
    answer = ask("check", name="steps_until_unbiased", code=slip, imports=IMPORTS)
    assert answer["verdict"]["mistake"] == "one step late"


def test_an_error_comes_before_a_verdict(ask):
    answer = ask("check", name="rmsprop_step", code="x = 1 / 0")
    assert answer["verdict"] is None
    assert "ZeroDivisionError" in answer["error"]


def test_what_an_earlier_run_defined_is_not_checked(ask):
    ask("check", name="rmsprop_step", code=SOLUTION, imports=IMPORTS)
    answer = ask("check", name="rmsprop_step", code="rms_step = 1", imports=IMPORTS)
    assert "rmsprop_step" in answer["error"]


def test_what_passed_on_other_pages_is_the_learners_own(ask):
    imports = "from rmsprop_lesson import checks"
    mine = {"rmsprop_step": SOLUTION.replace("    return", "    extra = 1\n    return")}
    code = "f = checks.mine('rmsprop_step')\n'extra' in f.__code__.co_varnames"
    ask("run", code=code, imports=imports)
    assert ask.text.endswith("False\n")
    ask("run", code=code, imports=imports, mine=mine)
    assert ask.text.endswith("True\n")


# ── the valley ──


def test_a_walk_is_that_of_the_package(ask):
    settings = checked("valley", {"steps": 40, "learning_rate": 0.2})
    own = ask("walk", name="rmsprop_step", code=SOLUTION, settings=settings, imports=IMPORTS)
    run = descend(Valley(settings["condition"]), RMSprop(0.2), settings["start"], 40)
    np.testing.assert_allclose(own["run"]["positions"], run.positions)
    assert own["error"] == ""


@pytest.mark.parametrize(
    ("code", "what"),
    [(LOOP, "ZeroDivisionError"), ("1 / 0", "ZeroDivisionError"), ("x = 1", "rmsprop_step")],
)
def test_a_walk_that_fails_says_why(ask, code, what):
    own = ask("walk", name="rmsprop_step", code=code, settings=checked("valley", {}))
    assert own["run"] is None
    assert what in own["error"]


def test_a_walk_takes_the_newest_code(ask):
    settings = checked("valley", {"steps": 10})
    given = {"name": "rmsprop_step", "settings": settings, "imports": IMPORTS}
    first = ask("walk", code=SOLUTION, **given)
    again = ask("walk", code=SOLUTION.replace("1 - beta", "beta"), **given)
    assert first["run"] != again["run"]


# ── what the worker needs ──


def test_checks_and_walks_need_numpy_alone():
    """Nothing else is on the page: whatever is imported besides ends this."""
    barred = ["pandas", "yaml", "matplotlib", "platformdirs", "anywidget", "IPython", "joblib",
              "pooch", "tqdm", "traitlets"]  # fmt: skip
    code = f"""
import json, sys
for name in {barred}:
    sys.modules[name] = None
from rmsprop_lesson.course.page import Session
from rmsprop_lesson.course.explorers.settings import checked
ask = Session(lambda kind, value: None).answer
code = "import numpy as np\\n" + {SOLUTION!r}
check = dict(name="rmsprop_step", code=code)
assert json.loads(ask("check", json.dumps(check)))["verdict"]["passed"]
walk = dict(name="rmsprop_step", code=code, settings=checked("valley", {{}}))
assert json.loads(ask("walk", json.dumps(walk)))["run"]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_cells_run_without_numpy():
    path = Path(page.__file__)
    code = f"""
import json, runpy, sys
sys.modules["numpy"] = None
told = []
session = runpy.run_path({str(path)!r})["Session"](lambda kind, value: told.append(value))
cell = dict(code="print(6 * 7)", imports="import numpy")
assert json.loads(session.answer("run", json.dumps(cell))) == dict(error=None)
assert "42" in told[0]
"""
    subprocess.run([sys.executable, "-c", code], check=True)
