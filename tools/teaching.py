"""Write the parts of the teacher's guide that have another source: python -m tools.teaching

docs/teach_lessons.md is put together from docs/teach_lessons.yaml (what to say, the board, who does
which exercise), the questions' YAML files and the catalogue of the checks. The tables of plans in
docs/teach.md come from docs/plans.yaml. tests/test_teach.py sees to it that both are up to date.
"""

import re
import sys
from functools import cache
from pathlib import Path
from textwrap import dedent

import nbformat
import yaml

from rmsprop_lesson import checks, questions
from rmsprop_lesson.course.checks.engine import Inferred, as_tuple, instantiate

from . import handout

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
GUIDE, PAGE = DOCS / "teach.md", DOCS / "teach_lessons.md"
NOTEBOOKS = {int(path.stem[:2]): path for path in sorted(ROOT.glob("notebooks/*.ipynb"))}
PLACES = {"class": "In class", "home": "At home", "exam": "In an exam"}
PLANS = re.compile(r"(?<=<!-- plans -->\n).*(?=<!-- end of plans -->)", re.DOTALL)
CODE = re.compile(r"(`[^`]*`)")


# ── what the lessons say of themselves ───────────────────────────────────────────────────────────


@cache
def notebook(number):
    """The stored notebook of a lesson."""
    return nbformat.read(NOTEBOOKS[number], as_version=4)


def title(number):
    """A lesson's title, without its number."""
    return re.match(r"# \d+ · (.*)", notebook(number).cells[0].source)[1]


def minutes(number):
    """The minutes that a lesson states."""
    return int(re.search(r"\*\*Time\*\* (\d+) minutes", notebook(number).cells[0].source)[1])


def asked_under(number):
    """The heading under which a lesson asks each of its predictions, by the question's id."""
    found, heading = {}, ""
    for cell in notebook(number).cells:
        if cell.cell_type == "markdown":
            heading = [heading, *re.findall(r"^#+ (.*)", cell.source, re.MULTILINE)][-1]
        else:
            found |= dict.fromkeys(re.findall(r'\bpredict\("([^"]+)"', cell.source), heading)
    return found


@cache
def notes():
    """What docs/teach_lessons.yaml says, by lesson."""
    entries = yaml.safe_load((DOCS / "teach_lessons.yaml").read_text(encoding="utf-8"))
    return {entry["lesson"]: entry for entry in entries}


# ── a lesson in the guide ────────────────────────────────────────────────────────────────────────


def lesson(number):
    """The guide to one lesson, as Markdown.

    Parameters
    ----------
    number : int
    """
    note = notes()[number]
    parts = [
        f"## {number} · {title(number)}",
        f"**{minutes(number)} minutes** · [open the lesson]({_address(number)})\n\n{note['point']}",
        "### What to say\n\n" + _said(note["say"]),
        f"### On the board\n\n{_board(note)}",
        "### Questions to the room, and the answers to expect\n\n" + _questions(number),
        "### Exercises\n\n" + _exercises(note),
        _mistakes(note["typical"]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _address(number):
    return f"../notebooks/{NOTEBOOKS[number].name}"


def _said(parts):
    return "\n".join(f"- **{part['minutes']} min.** {part['text']}" for part in parts)


def _board(note):
    return f"```text\n{dedent(note['board']).rstrip()}\n```\n\n{note['board_text']}"


def _questions(number):
    bank, places = questions.lesson(number), asked_under(number)
    asked = [_question(q, f"Predict, under *{places[q.id]}*.") for q in bank.predictions.values()]
    return "\n\n".join(asked + [_question(q, "Quiz.") for q in bank.quiz])


def _question(question, head):
    """A question, its choices folded together with what to say to each."""
    replies = handout.replies(question)
    text = f"**{head}** {plain(question.question)}"
    return f"{text}\n\n{_folded('Answers to expect', replies)}"


def _folded(summary, text):
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _exercises(note):
    lines = []
    for place, words in PLACES.items():
        lines += [f"- **{words}:** {_named(name, why)}" for name, why in note[place].items()]
    written = note["written"]
    answer = _folded("Answer", written["answer"])
    return "\n".join(lines) + f"\n\n**On paper.** {written['question']}\n\n{answer}"


def _named(name, why):
    """An exercise of the checks, or one of the lesson's questions in prose."""
    exercise = checks.exercises().get(name)
    return f"{exercise.title}, `{name}`. {why}" if exercise else f"{name}. {why}"


# ── typical mistakes ─────────────────────────────────────────────────────────────────────────────


def _mistakes(typical):
    if not typical:
        return ""
    parts = [_typical(checks.exercises()[name], names) for name, names in typical.items()]
    return "### Typical mistakes, and how to respond\n\n" + "\n\n".join(parts)


def _typical(exercise, names):
    lines = [f"**{exercise.title}**, `{exercise.name}`:", ""]
    for name in names:
        where = first_seen(exercise, name)
        sees = f"The check sees: {plain(where)} " if where else ""
        lines.append(f"- *{plain(name)}*. {sees}**Say:** {plain(exercise.mistakes[name][1])}")
    others = [plain(name) for name in exercise.mistakes if name not in names]
    if others:
        lines += ["", _folded(f"{len(others)} more that the check knows", "; ".join(others) + ".")]
    return "\n".join(lines)


def first_seen(exercise, name):
    """Where the check first sees a catalogued mistake; empty where that depends on the learner."""
    implementation = as_tuple(exercise.mistakes[name][0])[0]
    if isinstance(implementation, Inferred):
        return ""
    verdict = exercise.judge(instantiate(implementation, None))
    return verdict.message.splitlines()[0]


def plain(text):
    """Plain text as Markdown that shows it as it is; what stands between backticks is code."""
    parts = CODE.split(" ".join(text.split()))
    return "".join(p if CODE.fullmatch(p) else re.sub(r"([*_$<\[\]])", r"\\\1", p) for p in parts)


# ── plans ────────────────────────────────────────────────────────────────────────────────────────


def plans():
    """The plans of docs/plans.yaml, each with the minutes of its parts."""
    entries = yaml.safe_load((DOCS / "plans.yaml").read_text(encoding="utf-8"))
    for entry in entries:
        for part in entry["parts"]:
            part.setdefault("minutes", "lesson" in part and minutes(part["lesson"]))
    return entries


def plan(entry):
    """One plan as Markdown: a table with the time at which each part begins."""
    rows, passed = ["| From | Minutes | Part | What happens |", "|--:|--:|---|---|"], 0
    for part in entry["parts"]:
        start = f"{passed // 60}:{passed % 60:02}"
        rows.append(f"| {start} | {part['minutes']} | {_part(part)} | {part.get('what', '')} |")
        passed += part["minutes"]
    rows.append(f"| {passed // 60}:{passed % 60:02} | **{passed}** | **Together** | |")
    return f"### {entry['name']}\n\n{entry['aim']}\n\n" + "\n".join(rows) + "\n"


def _part(part):
    if "lesson" not in part:
        return part["part"]
    link = f"[Lesson {part['lesson']}]({_address(part['lesson'])})"
    if "sections" not in part:
        return link
    numbers = [str(number) for number in part["sections"]]
    listed = " and ".join([", ".join(numbers[:-1]), numbers[-1]] if numbers[1:] else numbers)
    return f"{link}, section{'s' if numbers[1:] else ''} {listed}"


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def page():
    """The page docs/teach_lessons.md."""
    head = (
        "<!-- Written by `python -m tools.teaching`; the sources are named there. -->\n\n"
        "# Lesson by lesson\n\nFor each lesson: what to say and for how long, the picture on the "
        "board, the questions with the answers to expect, which exercise to do where, and typical "
        "mistakes. The minutes add up to those that the lesson states. [Teach with it](teach.md) "
        "has the plans.\n"
    )
    return "\n".join([head, *map(lesson, NOTEBOOKS)])


def guide(text):
    """The page docs/teach.md with its plans renewed."""
    return PLANS.sub(lambda _: "\n" + "\n".join(map(plan, plans())) + "\n", text)


def main():
    """Write both pages."""
    PAGE.write_text(page(), encoding="utf-8")
    GUIDE.write_text(guide(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} and the plans in {GUIDE.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
