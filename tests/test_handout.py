"""The learner's edition gives nothing away, the teacher's hides nothing, and both are lessons."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from rmsprop_lesson import checks, questions
from rmsprop_lesson.course.checks.source import source_of
from rmsprop_lesson.course.guide import names_bound
from tools import handout, leaks, lessons

ROOT = Path(__file__).resolve().parents[1]
LESSONS = list(lessons.NOTEBOOKS.values())

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def editions():
    """Lesson → the stored notebook, the learner's and the teacher's edition."""
    found = {}
    for path in LESSONS:
        stored = nbformat.read(path, as_version=4)
        found[path] = stored, handout.learner(stored), handout.teacher(stored)
    return found


def part(cell):
    return cell.metadata.get("rmsprop_lesson", {}).get("part")


def exercises_in(notebook):
    names = {cell.metadata.get("rmsprop_lesson", {}).get("exercise") for cell in notebook.cells}
    return [exercise for name, exercise in checks.exercises().items() if name in names]


def telling(code):
    """The lines of a piece of code that say something, without their indentation."""
    return {line.strip() for line in code.splitlines() if len(line.strip()) > 8}


def solution_lines(exercise):
    (source,) = re.findall(r"```python\n(.*?)```", checks.cells(exercise.name)[3]["source"]
                           .partition("<summary>Solution")[2], re.DOTALL)  # fmt: skip
    return telling(source) - telling(exercise.stub) - telling(exercise.task)


def questions_of(notebook):
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return [question for source in code for question, _ in handout.asked(source)]


def feedback_of(question):
    texts = [choice.feedback for choice in question.choices]
    texts += [wrong.feedback for wrong in question.wrong]
    return [text for text in [*texts, question.feedback, question.otherwise] if text]


def ordinary(notebook):
    """Code cells that ask nothing."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return [source for source in code if not handout.asked(source)]


@each_lesson
def test_no_line_of_a_solution_is_in_the_learners_copy(path, editions):
    stored, learner, _ = editions[path]
    teaching = telling("\n".join(ordinary(stored)))  # what the lesson itself shows
    text = "\n".join(cell.source for cell in learner.cells)
    for exercise in exercises_in(stored):
        secret = solution_lines(exercise) - teaching
        told = "\n".join([exercise.task, *exercise.hints[:2]])
        assert [line for line in secret if line in text and line not in told] == [], exercise.name


@each_lesson
def test_no_answer_to_a_question_is_in_the_learners_copy(path, editions):
    stored, learner, _ = editions[path]
    text = "\n".join(cell.source for cell in learner.cells)
    for question in questions_of(stored):
        assert question.question in text
        assert all(choice.text in text for choice in question.choices)
        assert not any(feedback in text for feedback in feedback_of(question))
    assert "<summary>Answer" not in text
    assert "<summary>Solution" not in text


@each_lesson
def test_the_learners_copy_is_not_executed(path, editions):
    _, learner, _ = editions[path]
    assert not questions_of(learner)
    for cell in learner.cells:
        if cell.cell_type == "code":
            assert cell.execution_count is None
            assert cell.outputs == []
    nbformat.validate(learner)


@each_lesson
def test_no_cell_of_the_learners_copy_solves_an_exercise(path, editions):
    _, learner, _ = editions[path]
    exercises = exercises_in(learner)
    assert [
        (names, cell.source)
        for cell in learner.cells
        if cell.cell_type == "code" and not part(cell)
        if (names := leaks.gives_away(cell.source, exercises))
    ] == []


@each_lesson
def test_the_learners_copy_misses_no_name(path, editions):
    """Whatever a cell reads, and a cell of the lesson makes, is made by a cell before it."""
    stored, learner, _ = editions[path]
    code = [cell.source for cell in learner.cells if cell.cell_type == "code"]
    made = set().union(*(names_bound(c.source) for c in stored.cells if c.cell_type == "code"))
    there = set()
    for source in code:
        assert not leaks.reads(source, made - there), source
        there |= names_bound(source)


def test_a_solution_is_seen_whatever_its_names_and_the_order_of_its_parts():
    step = checks.exercises()["rmsprop_step"]
    twin = (
        "for g in (2, -1):\n    S = g**2 * 0.1 + 0.9 * S\n    x = x - 0.1 / np.sqrt(1e-8 + S) * g"
    )
    assert leaks.gives_away(twin, [step]) == ["rmsprop_step"]
    assert leaks.gives_away(twin.replace("0.9 * S", "S"), [step]) == []
    assert leaks.gives_away("S = 0.9 * S + 0.1 * g**2", [step]) == []


@pytest.mark.parametrize("exercise", checks.exercises().values(), ids=lambda e: e.name)
def test_every_solution_is_seen_if_it_is_one_line_only(exercise):
    tree = ast.parse(source_of(exercise.solution))
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node not in called:
            node.id += "_of_mine"
    assert leaks.gives_away(ast.unparse(tree.body[0].body), [exercise]) == [exercise.name]


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("gradient_step", "factor = 1 - rate * curvature"),
        ("valley_gradient", "start = np.array([x, y])"),
        ("largest_stable_rate", "rate = 1.8 / np.max(curvatures)"),
        ("corrected_average", "window = n / (1 - beta)"),
        ("cosine_rate", "rate = eta * (1 - t / steps) / 2"),
        ("from_pytorch", "RMSprop(learning_rate=0.01, beta=0.99)"),
        ("minibatches", "order = rng.permutation(n)"),
        ("clip_gradient", "print(np.linalg.norm(g) > 1)"),
        ("steps_to_reach", "print(loss <= target)"),
    ],
)
def test_what_only_resembles_a_solution_stays(name, harmless):
    assert leaks.gives_away(harmless, [checks.exercises()[name]]) == []


def test_what_needs_a_cell_that_is_left_out_is_left_out_as_well():
    solved = "S = 0.9 * S + 0.1 * g**2\nx = x - 0.1 / np.sqrt(S + 1e-8) * g"
    code = [solved, "k = x + 1", "print(k)", "x = 7", "print(x)", 'text = "x"']
    cells = [nbformat.v4.new_markdown_cell("# 3 · A lesson")]
    cells += [nbformat.v4.new_code_cell(source) for source in code]
    left = handout.learner(nbformat.v4.new_notebook(cells=cells)).cells[1:]
    assert [cell.source for cell in left] == code[3:]


@each_lesson
def test_every_question_has_a_cell_to_answer_in(path, editions):
    stored, learner, _ = editions[path]
    code = "\n".join(cell.source for cell in learner.cells if cell.cell_type == "code")
    for question in questions_of(stored):
        assert f'answer("{question.id}", ""' in code
    written = [cell.source for cell in learner.cells if cell.source.startswith("<!-- answer: ")]
    folds = sum(cell.source.count("<summary>Answer</summary>") for cell in stored.cells)
    assert len(set(written)) == folds


@each_lesson
def test_the_first_two_hints_stay(path, editions):
    stored, learner, _ = editions[path]
    text = "\n".join(cell.source for cell in learner.cells)
    for exercise in exercises_in(stored):
        nudge, step, _ = exercise.hints
        assert nudge in text
        assert step in text


@each_lesson
def test_the_teachers_copy_has_everything_open(path, editions):
    stored, _, teacher = editions[path]
    text = "\n".join(cell.source for cell in teacher.cells)
    assert "<details>" not in text
    assert all(
        line in text for exercise in exercises_in(stored) for line in solution_lines(exercise)
    )
    for question in questions_of(stored):
        assert all(feedback in text for feedback in feedback_of(question))
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    assert [cell for cell in teacher.cells if cell.cell_type == "code"] == code
    nbformat.validate(teacher)


def test_a_prediction_becomes_a_question_and_its_figure():
    name, question = next(iter(questions.lesson(1).predictions.items()))
    call = f'x = 1\npredict("{name}", plots.lines([0, 1], {{"a": [1, 2]}}, "t", "loss"))'
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(call)])
    work, asks, reveals = handout.learner(notebook).cells
    assert work.source == "x = 1"
    assert question.question in asks.source
    figure = 'plots.lines([0, 1], {"a": [1, 2]}, "t", "loss")'
    assert reveals.source.endswith(f'answer("{name}", "", {figure})')


@pytest.mark.parametrize(
    "printed", ["print(1)", "x = 1\nprint(x)", "for x in (1, 2):\n    print(x)", "x = 1\nx + 1"]
)
def test_what_follows_a_prediction_is_folded_up_to_the_next_heading(printed):
    name = next(iter(questions.lesson(1).predictions))
    code = [f'predict("{name}", picture)', printed]
    text = ["It goes down.", "## Next", "Plain."]
    cells = [nbformat.v4.new_code_cell(source) for source in code]
    cells += [nbformat.v4.new_markdown_cell(source) for source in text]
    *_, reveals, after, heading, plain = handout.learner(
        nbformat.v4.new_notebook(cells=cells)
    ).cells
    assert "picture" in reveals.source
    assert after.source.startswith("<details>")
    assert "It goes down." in after.source
    assert [heading.source, plain.source] == text[1:]
    assert printed not in reveals.source


def test_what_a_lesson_marks_as_an_answer_is_folded():
    cell = nbformat.v4.new_markdown_cell(
        "### What came out\n\nIt is 3.", metadata={"tags": ["answer"]}
    )
    (folded,) = handout.learner(nbformat.v4.new_notebook(cells=[cell])).cells
    assert re.fullmatch(r"<details>.*It is 3\..*</details>", folded.source, re.DOTALL)


@each_lesson
def test_no_lesson_uses_a_name_that_its_learners_copy_needs(path, editions):
    stored, *_ = editions[path]
    needed = names_bound(handout.ANSWER.format('"x", ""'))
    assert needed
    for cell in stored.cells:
        if cell.cell_type == "code":
            assert not needed & names_bound(cell.source), cell.source


def test_only_folds_with_secrets_are_cut_out():
    fold = "<details><summary>{}</summary>\n\ntext of {}\n\n</details>"
    markdown = "\n\n".join(
        ["before", *(fold.format(s, s) for s in ("Hint", "Answer", "Solution", "Proof")), "after"]
    )
    kept = handout.without_secrets(markdown)
    assert re.findall(r"text of (\w+)", kept) == ["Hint", "Proof"]
    assert kept.startswith("before")
    assert kept.endswith("after")


def test_the_command_writes_both_editions(tmp_path, capsys):
    handout.main([str(tmp_path), str(LESSONS[0])])
    assert capsys.readouterr().out.startswith("2 notebooks in ")
    for edition in ("learner", "teacher"):
        notebook = nbformat.read(tmp_path / edition / LESSONS[0].name, as_version=4)
        assert len(notebook.cells) > 3


@each_lesson
def test_nbgraders_edition_grades_each_exercise(path, editions):
    stored, learner, _ = editions[path]
    cells = handout.graded(stored).cells
    found = {c.metadata["nbgrader"]["grade_id"]: c for c in cells if "nbgrader" in c.metadata}
    assert set(found) == {exercise.name for exercise in exercises_in(stored)}
    assert all(f'checks.graded("{n}", {n})' in cell.source for n, cell in found.items())
    assert len(cells) == len(learner.cells)
    assert not any("nbgrader" in cell.metadata for cell in stored.cells)


def test_the_command_writes_nbgraders_edition_if_it_is_asked_to(tmp_path, capsys):
    handout.main([str(tmp_path), str(LESSONS[1]), "--nbgrader"])
    assert capsys.readouterr().out.startswith("3 notebooks in ")
    notebook = nbformat.read(tmp_path / "nbgrader" / LESSONS[1].name, as_version=4)
    nbformat.validate(notebook)
