"""What a learner wrote is used, in the same lesson and in later ones."""

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from rmsprop_lesson import checks
from rmsprop_lesson.course import progress
from rmsprop_lesson.course.checks import own


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """A kernel in which nothing has passed yet, with a file of its own."""
    monkeypatch.setattr(own, "_passed", {})
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))


def gradient_step(theta, grad, learning_rate):
    return theta - grad * learning_rate


def test_before_it_passes_the_courses_own_is_given_and_says_so(capsys):
    taken = checks.mine("gradient_step")
    assert taken is checks.exercises()["gradient_step"].solution
    assert "gradient_step: the course's own" in capsys.readouterr().out


def test_after_it_has_passed_it_is_given_back(capsys):
    checks.gradient_step(gradient_step)
    assert checks.mine("gradient_step") is gradient_step
    assert "gradient_step: yours" in capsys.readouterr().out


def test_renamed_arguments_are_called_by_the_names_of_the_stub():
    checks.gradient_step(lambda t, g, lr: t - lr * g)
    taken = checks.mine("gradient_step")
    assert taken(1.0, grad=2.0, learning_rate=0.25) == taken(1.0, 2.0, 0.25) == 0.5


def test_a_wrong_one_is_not_given_back():
    checks.gradient_step(lambda theta, grad, learning_rate: theta + learning_rate * grad)
    assert checks.mine("gradient_step") is checks.exercises()["gradient_step"].solution


def test_what_is_marked_is_used_here_and_noted_nowhere(monkeypatch):
    checks.graded("gradient_step", gradient_step)
    assert checks.mine("gradient_step") is gradient_step
    monkeypatch.setattr(own, "_passed", {})
    assert checks.mine("gradient_step") is checks.exercises()["gradient_step"].solution


def test_another_kernel_finds_it(monkeypatch):
    checks.gradient_step(gradient_step)
    monkeypatch.setattr(own, "_passed", {})
    taken = checks.mine("gradient_step")
    assert taken not in (gradient_step, checks.exercises()["gradient_step"].solution)
    assert taken(1.0, 2.0, 0.25) == 0.5


@pytest.mark.parametrize("kept", ["def gradient_step(:", "x = 1", "def gradient_step(*a): ..."])
def test_a_kept_one_that_is_damaged_or_wrong_is_not_used(monkeypatch, tmp_path, kept):
    (tmp_path / "my_code").mkdir()
    (tmp_path / "my_code" / "gradient_step.py").write_text(kept)
    assert checks.mine("gradient_step") is checks.exercises()["gradient_step"].solution


def test_where_nothing_may_be_kept_it_is_there_for_this_kernel(monkeypatch):
    monkeypatch.setenv(progress.VARIABLE, "off")
    checks.gradient_step(gradient_step)
    assert checks.mine("gradient_step") is gradient_step
    monkeypatch.setattr(own, "_passed", {})
    assert checks.mine("gradient_step") is checks.exercises()["gradient_step"].solution


def test_an_unknown_name_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match=r"name must be one of .*rmsprop_step.*got 'RMSProp'"):
        checks.mine("RMSProp")


CLASS = """class MyRMSprop:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.learning_rate, self.beta, self.epsilon, self.S = learning_rate, beta, epsilon, 0.0

    def step(self, theta, grad):
        self.S = self.beta * self.S + (1 - self.beta) * grad**2
        return theta - self.learning_rate * grad / np.sqrt(self.S + self.epsilon)
"""


def test_a_class_from_a_notebook_is_there_in_another_one(tmp_path, monkeypatch):
    sources = [
        "import numpy as np\nfrom rmsprop_lesson import checks",
        CLASS,
        "print(checks.MyRMSprop(MyRMSprop).heading)",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3").execute()
    assert "MyRMSprop: right" in str(notebook.cells[2].outputs)
    optimizer = checks.mine("MyRMSprop")(learning_rate=0.1)
    assert type(optimizer) is not checks.exercises()["MyRMSprop"].solution
    assert optimizer.step(2.0, 2.0) == pytest.approx(2 - 0.1 / np.sqrt(0.1), abs=1e-6)


CORRECTED = """class MyCorrectedRMSprop(MyRMSprop):
    t = 0

    def step(self, theta, grad):
        self.t += 1
        plain = super().step(theta, grad)
        return theta + (plain - theta) * np.sqrt(1 - self.beta**self.t)
"""


def test_a_class_that_builds_on_another_of_the_learners_is_found_with_it(tmp_path):
    (tmp_path / "my_code").mkdir()
    for name, source in (("MyRMSprop", CLASS), ("MyCorrectedRMSprop", CORRECTED)):
        (tmp_path / "my_code" / f"{name}.py").write_text(source)
    optimizer = checks.mine("MyCorrectedRMSprop")(learning_rate=0.1)
    assert type(optimizer).__mro__[1].__name__ == "MyRMSprop"
    assert optimizer.step(2.0, 2.0) == pytest.approx(1.9, abs=1e-6)
