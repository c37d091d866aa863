"""Which code of a lesson a slide shows."""

import pytest

from tools.worked_code import MOST_LINES, worked

LOOP = """\
import numpy as np

theta, S = 2.0, 0.0
for t in range(5):
    S = 0.9 * S + 0.1 * theta**2
    theta = theta - 0.1 * theta / np.sqrt(S + 1e-8)
    print(f"{theta:.4f}")
plots.lines(range(5), theta)"""


def test_a_worked_loop_is_shown_without_imports_printing_and_plotting():
    assert worked(LOOP).splitlines() == [
        "theta, S = 2.0, 0.0",
        "for t in range(5):",
        "    S = 0.9 * S + 0.1 * theta**2",
        "    theta = theta - 0.1 * theta / np.sqrt(S + 1e-8)",
    ]


def test_a_loop_is_shown_without_the_line_that_fetches_the_learners_own():
    source = 'rule = checks.mine("rule")\nfor g in (1, 2):\n    a = rule(a, g)'
    assert worked(source) == "for g in (1, 2):\n    a = rule(a, g)"


def test_an_update_rule_is_shown_whole():
    rule = "def rule(theta, g, S):\n    S = 0.9 * S + 0.1 * g**2\n    return theta - g / S, S"
    assert worked(rule) == rule


def test_what_is_updated_counts_as_well():
    assert worked("total = 0\nfor x in (1, 2):\n    total += x\ntotal")


@pytest.mark.parametrize(
    "source",
    [
        "run = descend(Parabola(), RMSprop(0.1), steps=5)\nplots.on_curve(Parabola(), run)",
        "for name, run in runs.items():\n    print(name, run.losses[-1])",
        "for n in sizes:\n    low, high = (curve[n] for curve in curves)\n    print(low, high)",
        "names = [n for n in names if n]\nprint(names)",
        "",
    ],
)
def test_what_updates_nothing_is_plumbing(source):
    assert worked(source) == ""


def test_a_loop_that_only_prints_goes_when_another_is_shown():
    source = "for g in (1, 2):\n    a = a + g\nfor g in (1, 2):\n    print(g)"
    assert worked(source) == "for g in (1, 2):\n    a = a + g"


def test_what_is_too_long_for_a_slide_is_left_out():
    lines = ["for g in gradients:"] + ["    a = a + g"] * (MOST_LINES - 1)
    assert worked("\n".join(lines)).count("\n") == MOST_LINES - 1
    assert worked("\n".join([*lines, lines[-1]])) == ""
