"""Each case of the bug-hunt really is wrong in the way its answer says, and can be mended."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from rmsprop_lesson import Parabola, bug_hunt, checks, descend
from rmsprop_lesson.optimizers import GradientDescent, Momentum, RMSprop
from rmsprop_lesson.studies.bug_hunt import WRONG_STEPS, case

CASES = [case(number) for number in range(1, 9)]
IDS = [c.title for c in CASES]


@pytest.mark.parametrize("one", CASES, ids=IDS)
def test_the_slip_shows_and_the_mended_version_passes(one):
    assert one.probe(one.run) == pytest.approx(one.wrong, rel=1e-3, nan_ok=True)
    assert one.probe(one.mended) == pytest.approx(one.right, rel=1e-3)
    assert one.wrong != pytest.approx(one.right, rel=0.05)


@pytest.mark.parametrize("one", CASES, ids=IDS)
def test_code_is_shown_without_the_answer(one):
    assert f"def {one.run.__name__}" in one.code
    assert one.code in one._repr_markdown_()
    assert one.answer not in repr(one)
    assert one.mended.__name__ not in one.code.replace(one.run.__name__, "")
    assert one.code.count("\n") <= 16


@pytest.mark.parametrize("one", CASES, ids=IDS)
def test_the_mended_version_differs_in_little(one):
    """Wrong in one way: but for the checker, the two differ in a few lines."""
    import inspect

    wrong, mended = (
        {line.strip() for line in inspect.getsource(f).splitlines()[1:] if '"""' not in line}
        for f in (one.run, one.mended)
    )
    assert one.number == 8 or len(wrong - mended) <= 3


def test_numbers_of_the_answers():
    """Every figure that an answer mentions."""
    mentions = {
        1: (10, 6.58), 2: (-2, -1.6838), 3: (0.0017, 1.239, 0.35), 4: (0,), 5: (3.16, 0.95),
        6: (-1.21, 0.9), 7: (), 8: (1e-8,),
    }  # fmt: skip
    for number, figures in mentions.items():
        text = case(number).answer.replace("−", "-")
        found = [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]
        assert set(figures) <= set(found), number
    assert np.log(0.5) / np.log(0.9) == pytest.approx(6.58, abs=0.005)
    first = RMSprop(0.1).step(np.array([1.0, -2.0]), np.array([1.0, -2.0]))
    assert first[1] == pytest.approx(-1.6838, abs=5e-5)
    assert pow(0.9, 10) == pytest.approx(0.35, abs=0.005)
    assert case(5).run(Parabola(), 2.0)[1:] == pytest.approx([3.1623] * 4, rel=1e-4)
    assert descend(Parabola(), GradientDescent(0.1), steps=20).positions.min() > 0


def test_the_hidden_momentum_is_momentum():
    path = descend(Parabola(), Momentum(0.1), start=2.0, steps=20).positions
    np.testing.assert_allclose(case(6).run(2.0), path)


def test_the_comparison_names_two_winners():
    assert [case(7).run(rate) for rate in (0.05, 0.5)] == ["RMSprop", "gradient descent"]
    assert [case(7).mended(rate) for rate in (0.05, 0.5)] == ["gradient descent"] * 2


def test_the_blind_checker():
    checker = case(8).run
    assert checker(checks.exercises()["rmsprop_step"].solution)
    for step in WRONG_STEPS:
        assert checker(step)
        assert not checks.rmsprop_step(step).passed
    assert not checker(lambda theta, grad, S, lr, b, e: (theta - lr * grad, S))


def test_the_half_life_by_experiment():
    S, steps = 1.0, 0
    while S > 0.5:
        S, steps = 0.9 * S, steps + 1
    assert steps == 7  # between 6 and 7, far from 10


@pytest.mark.parametrize(("number", "error"), [(0, ValueError), (9, ValueError), (1.5, TypeError)])
def test_no_such_case(number, error):
    with pytest.raises(error, match="number must be"):
        case(number)


@pytest.mark.parametrize("one", CASES, ids=IDS)
def test_the_lesson_shows_each_case_and_folds_its_answer(one):
    lesson = Path(__file__).resolve().parents[1] / "notebooks" / "10_claims_on_trial.ipynb"
    cells = nbformat.read(lesson, as_version=4).cells
    (folded,) = (cell.source for cell in cells if f"Case {one.number}: the slip" in cell.source)
    before, after = folded.split("</details>", 1)
    assert one.hint in before
    assert f"<summary>Case {one.number}: the slip</summary>\n\n{one.answer}\n\n</details>" in after
    assert any(cell.source.endswith(f"case({one.number})") for cell in cells)


def test_nothing_but_the_cases_is_offered():
    assert bug_hunt.__all__ == ["Case", "case"]
