"""Write a learner's and a teacher's edition of the lessons from the one source.

    python -m tools.handout OUT [notebooks/03_*.ipynb …] [--nbgrader]

OUT/learner holds the lessons without solutions and answers, not executed: hints stay, but for the
last one, which is half of the code; predictions, quizzes and questions in words become cells to
answer in, which `python -m rmsprop_lesson collect` reads; and no cell is left that contains or
prints the answer of an exercise, or needs one that does.
OUT/teacher holds them executed, with every fold open and the answers to all questions. With
--nbgrader, OUT/nbgrader holds the learner's edition with the checks as nbgrader's graded tests.
"""

import argparse
import ast
import re
import sys
from pathlib import Path

import nbformat

from rmsprop_lesson import checks, questions
from rmsprop_lesson.course import court
from rmsprop_lesson.course.collecting.submission import PROMPT
from rmsprop_lesson.course.guide import names_bound

from . import leaks, lessons, notebooks

ROOT = Path(__file__).resolve().parents[1]
FOLD = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
ANSWER = "from rmsprop_lesson.course.questions import answer\n\nanswer({})"
GRADED = """from rmsprop_lesson import checks

verdict = checks.graded("{name}", {name})
print(verdict)
assert verdict.passed, verdict.heading"""
WRITTEN = re.compile(r"<details>\s*<summary>Answer</summary>.*?</details>", re.DOTALL)
SECRET = re.compile(r"answer|solution|verdict|half of the code", re.IGNORECASE)


def learner(notebook):
    """The edition without solutions and answers, a new notebook.

    Left out are cells that solve an exercise of this lesson or of a later one, those that print
    something right after a prediction or an answer in words, and those that need one left out.
    """
    lesson, gone, cells, keys = number_of(notebook), set(), [], []
    exercises = [e for e in checks.exercises().values() if (e.lesson or 0) >= lesson]
    in_answer = predicted = False  # behind an answer in words; in the section after a prediction
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            in_answer = "<summary>Answer" in cell.source
            predicted = predicted and not re.search(r"^#", cell.source, re.MULTILINE)
            hidden = predicted or "answer" in cell.metadata.get("tags", ())
            source = _folded(cell.source) if hidden else cell.source
            cells += _markdown(cell, source, lesson, keys)
            continue
        if not _part(cell):
            printed = in_answer and leaks.shows(working(cell.source))
            telling = leaks.gives_away(working(cell.source), exercises)
            if printed or telling or leaks.reads(working(cell.source), gone):
                gone |= names_bound(cell.source)
                cell = nbformat.v4.new_code_cell(_asking(cell.source))
        gone -= names_bound(cell.source)
        cells += _questions_on_paper(cell, gone)
        if "predict" in {call.func.id for _, call in asked(cell.source)}:
            predicted = in_answer = True  # what is printed right after it is the answer
    return _notebook(cells)


def number_of(notebook):
    """A lesson's number, from its heading; 0 where it has none."""
    match = re.match(r"# (\d+) · ", notebook.cells[0].source)
    return int(match[1]) if match else 0


def teacher(notebook):
    """The edition with everything open, a new notebook."""
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            opened = cell.source.replace("<details>", "<details open>")
            cells.append(nbformat.v4.new_markdown_cell(opened, metadata=cell.metadata))
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
            cell.source = GRADED.format(name=name)
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
        elif call.func.id == "review":
            found += [(question, call) for question in questions.earlier(call.args[0].value)]
    return found


def on_paper(question):
    """A question with its choices, each with a letter, or with the unit of its number."""
    lines = [f"**{question.question}**", ""]
    for letter, choice in zip("abcd", question.choices, strict=False):
        lines.append(f"- **{letter}** {choice.text}")
    if question.unit:
        lines.append(f"(a number, in units of {question.unit})")
    return "\n".join(lines).strip()


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


def _questions_on_paper(cell, gone):
    """A code cell without its outputs; what it asks comes after, in words and a cell to answer."""
    pairs = asked(cell.source)
    cells = []
    if work := working(cell.source).strip():
        cells.append(nbformat.v4.new_code_cell(work, metadata=cell.metadata))
    for question, call in pairs:
        reveal = ast.get_source_segment(cell.source, call.args[1]) if len(call.args) > 1 else ""
        if reveal and leaks.reads(reveal, gone):
            reveal = ""
        arguments = ", ".join(part for part in (f'"{question.id}"', '""', reveal) if part)
        cells += [_text(on_paper(question)), nbformat.v4.new_code_cell(ANSWER.format(arguments))]
    return cells


def working(source):
    """The source without the calls that ask a question."""
    for call in {id(call): call for _, call in asked(source)}.values():
        source = source.replace(ast.get_source_segment(source, call), "")
    return source


def _asking(source):
    """Only the calls that ask a question."""
    calls = {id(call): call for _, call in asked(source)}.values()
    return "\n".join(ast.get_source_segment(source, call) for call in calls)


def _part(cell):
    return cell.metadata.get("rmsprop_lesson", {}).get("part")


def _markdown(cell, source, lesson, keys):
    """A Markdown cell without its secrets; where an answer stood, there is a cell to write one."""
    cells, number = [], "1"
    pieces = re.split(
        r"<details>\s*<summary>Answer</summary>.*?</details>", source, flags=re.DOTALL
    )
    for i, piece in enumerate(pieces):
        if text := without_secrets(piece):
            cells.append(nbformat.v4.new_markdown_cell(text, metadata=cell.metadata))
        number = [number, *re.findall(r"^\*\*(\d+)\.\*\*", piece, re.MULTILINE)][-1]
        if i + 1 < len(pieces):
            key = f"lesson {lesson}, question {number}"
            while key in keys:  # a question without a number
                number, key = f"{number}'", f"{key}'"
            keys.append(key)
            cells.append(_text(f"<!-- answer: {key} -->\n{PROMPT}"))
    return cells


def _folded(source):
    """What a lesson says after a prediction or an exercise, to be opened when it is done."""
    if "<details>" in source:
        return source
    return f"<details><summary>After your own try</summary>\n\n{source}\n\n</details>"


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
