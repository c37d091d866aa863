"""Write a learner's and a teacher's edition of the lessons from the one source.

    python -m tools.handout OUT [notebooks/03_*.ipynb …] [--nbgrader]

OUT/learner holds the lessons without solutions and answers, not executed: hints stay, but for the
last one, which is half of the code; predictions and quizzes become questions with room to write.
OUT/teacher holds them executed, with every fold open and the answers to all questions. With
--nbgrader, OUT/nbgrader holds the learner's edition with the checks as nbgrader's graded tests.
"""

import argparse
import ast
import re
import sys
from pathlib import Path

import nbformat

from rmsprop_lesson import questions
from rmsprop_lesson.course import court

from . import lessons, notebooks

ROOT = Path(__file__).resolve().parents[1]
FOLD = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
SECRET = re.compile(r"answer|solution|verdict|half of the code", re.IGNORECASE)


def learner(notebook):
    """The edition without solutions and answers, a new notebook."""
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cells += _markdown(cell, without_secrets(cell.source))
        else:
            cells += _questions_on_paper(cell)
    return _notebook(cells)


def teacher(notebook):
    """The edition with everything open, a new notebook."""
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cells += _markdown(cell, cell.source.replace("<details>", "<details open>"))
        else:
            cells.append(cell)
            cells += [_text(answers(question)) for question, _ in asked(cell.source)]
    return _notebook(cells)


def graded(notebook):
    """The learner's edition as the source of an nbgrader assignment, one point for each exercise.

    Only the checks are nbgrader's cells. The stubs aren't: nbgrader would empty them.
    """
    edition = learner(notebook)
    for cell in edition.cells:
        mark = cell.metadata.get("rmsprop_lesson", {})
        if mark.get("part") == "check":
            name = mark["exercise"]
            call = f"checks.{name}({name})"
            cell.source = cell.source.replace(call, f"assert {call}.passed")
            test = {"schema_version": 3, "grade_id": name, "points": 1, "grade": True}
            test |= {"locked": True, "solution": False, "task": False}
            cell.metadata = nbformat.from_dict({**cell.metadata, "nbgrader": test})
    return edition


def without_secrets(markdown):
    """Markdown without the folds that hold an answer or a solution."""
    kept = FOLD.sub(lambda fold: "" if SECRET.search(fold[1]) else fold[0], markdown)
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def asked(source):
    """The questions that a code cell asks: pairs of a question and the call's AST node."""
    found = []
    for statement in ast.parse(source).body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            continue
        if call.func.id == "predict":
            found.append((questions.prediction(call.args[0].value), call))
        elif call.func.id == "trial":
            found.append((court.question(call.args[0].value), call))
        elif call.func.id == "quiz":
            found += [(question, call) for question in questions.lesson(call.args[0].value).quiz]
    return found


def on_paper(question):
    """A question with boxes to tick or a line to fill."""
    lines = [f"**{question.question}**", ""]
    if question.choices:
        lines += [f"- ☐ {choice.text}" for choice in question.choices]
    else:
        lines.append(f"Your number: \\_\\_\\_\\_\\_\\_\\_\\_ {question.unit}".rstrip())
    return "\n".join(lines)


def answers(question):
    """The right answer to a question, and what to say to the wrong ones."""
    return f"**Answer: {question.question}**\n\n{replies(question)}"


def replies(question):
    """What a question may be answered, and what to say to each answer."""
    if question.choices:
        lines = [f"- {'☑' if c.right else '☐'} {c.text}: {c.feedback}" for c in question.choices]
    else:
        number = f"{question.number:g} {question.unit}".strip()
        lines = [f"{number} (± {question.tolerance:g}): {question.feedback}", ""]
        lines += [f"- {wrong.number:g}: {wrong.feedback}" for wrong in question.wrong]
        lines.append(f"- any other number: {question.otherwise}")
    return "\n".join(lines)


def _questions_on_paper(cell):
    """A code cell without its outputs; what it asks stands before it, as text."""
    pairs = asked(cell.source)
    cells = [_text(on_paper(question)) for question, _ in pairs]
    source = cell.source
    for call in {id(call): call for _, call in pairs}.values():
        source = _without_question(source, call)
    if source.strip():
        code = nbformat.v4.new_code_cell(source.strip(), metadata=cell.metadata)
        cells.append(code)
    return cells


def _without_question(source, call):
    """The source with a call of `predict` replaced by what it reveals, others left out."""
    asks = ast.get_source_segment(source, call)
    reveals = ast.get_source_segment(source, call.args[1]) if len(call.args) > 1 else ""
    return source.replace(asks, reveals)


def _markdown(cell, source):
    return [nbformat.v4.new_markdown_cell(source, metadata=cell.metadata)] if source else []


def _text(source):
    return nbformat.v4.new_markdown_cell(source)


def _notebook(cells):
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebooks.clean(notebook)
    return notebook


EDITIONS = {"learner": learner, "teacher": teacher}
NBGRADER = {"nbgrader": graded}


def write(folder, paths, editions=EDITIONS):
    """Write the editions of some lessons.

    Parameters
    ----------
    folder : Path
    paths : iterable of Path
    editions : dict
        Names of folders, and the functions that make what goes into them.

    Returns
    -------
    list of Path
        What was written.
    """
    written = []
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        for edition, make in editions.items():
            target = Path(folder, edition, path.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(make(notebook), target)
            written.append(target)
    return written


def main(arguments=None):
    """Write the editions of the lessons named on the command line, or of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("lessons", nargs="*", type=Path)
    parser.add_argument("--nbgrader", action="store_true", help="an edition for nbgrader, too")
    options = parser.parse_args(arguments)
    paths = options.lessons or lessons.NOTEBOOKS.values()
    editions = EDITIONS | (NBGRADER if options.nbgrader else {})
    written = write(options.out, paths, editions)
    print(f"{len(written)} notebooks in {options.out}: " + ", ".join(editions))


if __name__ == "__main__":
    sys.exit(main())
