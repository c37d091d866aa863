"""Write the parts of the teacher's guide that have another source: python -m tools.teaching

docs/teach_lessons.md is put together from docs/teach_lessons.yaml (what to say, the board, who does
which exercise), the questions' YAML files and the catalogue of the checks. The tables of plans in
docs/teach.md come from docs/plans.yaml, and the map in lesson 0 follows the list of lessons.
tests/test_teach.py sees to it that all are up to date.
"""

import re
import sys
from functools import cache
from textwrap import dedent

from rmsprop_lesson import checks, questions
from rmsprop_lesson.course.checks.engine import Inferred, as_tuple, instantiate

from . import clock, handout, lesson_map, plans
from .clock import notes
from .lessons import NOTEBOOKS, ROOT, minutes, notebook, title

DOCS = ROOT / "docs"
GUIDE, PAGE = DOCS / "teach.md", DOCS / "teach_lessons.md"
PLACES = {"class": "In class", "home": "At home", "exam": "In an exam"}
PLANS = re.compile(r"(?<=<!-- plans -->\n).*(?=<!-- end of plans -->)", re.DOTALL)
CODE = re.compile(r"(`[^`]*`)")


# ── what the lessons say of themselves ───────────────────────────────────────────────────────────


def asked_under(number):
    """The heading under which a lesson asks each of its predictions, by the question's id."""
    found, heading = {}, ""
    for cell in notebook(number).cells:
        if cell.cell_type == "markdown":
            heading = [heading, *re.findall(r"^#+ (.*)", cell.source, re.MULTILINE)][-1]
        else:
            found |= dict.fromkeys(re.findall(r'\bpredict\("([^"]+)"', cell.source), heading)
    return found


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
        f"**{clock.minutes(number)} minutes** in class, {minutes(number)} alone · "
        f"[open the lesson]({_address(number)})\n\n{note['point']}",
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
    return _first_seen(exercise.name, name)


@cache
def _first_seen(exercise_name, name):
    exercise = checks.exercises()[exercise_name]
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


def plan(entry):
    """One plan as Markdown: a table with the time at which each part begins.

    Parameters
    ----------
    entry : tools.plans.Plan
    """
    rows, passed = ["| From | Minutes | Part | What happens |", "|--:|--:|---|---|"], 0
    for part in [*entry.parts, entry.questions]:
        if part.minutes:
            rows.append(f"| {_time(passed)} | {part.minutes} | {_part(part)} | {part.what} |")
        passed += part.minutes
    rows.append(f"| {_time(passed)} | **{passed}** | **Together** | |")
    return f"### {entry.name}\n\n{entry.aim}\n\n" + "\n".join(rows) + "\n"


def course():
    """The sessions of the whole course as Markdown."""
    sessions = plans.sessions()
    rows = ["| Session | Minutes | Lessons |", "|--:|--:|---|"]
    for number, session in enumerate(sessions, 1):
        listed = "; ".join(map(_part, session.parts))
        rows.append(f"| {number} | {session.taken} | {listed} |")
    title = sessions[0].name.partition(",")[0]
    return f"### {title}\n\n{sessions[0].aim}\n\n" + "\n".join(rows) + "\n"


def _time(minutes):
    return f"{minutes // 60}:{minutes % 60:02}"


def _part(part):
    if part.lesson is None:
        return part.name
    link = f"[Lesson {part.lesson}]({_address(part.lesson)})"
    return ", ".join(filter(None, [link, plans.described(part)]))


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def page():
    """The page docs/teach_lessons.md."""
    head = (
        "<!-- Written by `python -m tools.teaching`; the sources are named there. -->\n\n"
        "# Lesson by lesson\n\nFor each lesson: what to say and for how long, the picture on the "
        "board, the questions with the answers to expect, which exercise to do where, and typical "
        "mistakes. The minutes are those of a class. [Teach with it](teach.md) "
        "has the plans.\n"
    )
    return "\n".join([head, *map(lesson, [n for n in NOTEBOOKS if n in notes()])])


def guide(text):
    """The page docs/teach.md with its plans renewed."""
    total = sum(map(clock.minutes, NOTEBOOKS))
    text = re.sub(r"(?<=All lessons together take\s)\d+", str(total), text)
    return PLANS.sub(lambda _: "\n" + "\n".join([*map(plan, plans.plans()), course()]) + "\n", text)


def follow_the_list():
    """Renew the plans in the guide and the map in lesson 0."""
    GUIDE.write_text(guide(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
    lesson_map.main()


def main():
    """Write both pages, and the map in lesson 0."""
    PAGE.write_text(page(), encoding="utf-8")
    follow_the_list()
    pages = [str(page.relative_to(ROOT)) for page in (PAGE, GUIDE)]
    print(f"{pages[0]}, the plans in {pages[1]} and the map in lesson 0")


if __name__ == "__main__":
    sys.exit(main())
