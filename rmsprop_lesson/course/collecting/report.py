"""The class as a table and as a page: who has what, and which misconceptions it has."""

import csv
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from .. import checks, questions

ORDER = ("broken", "endless loop", "did not run", "not handed in", "ran")  # the worst counts
SIGNS = {"right": "✓", "variant": "✓", "wrong": "✗", "open": "…", "did not run": "✗"}
NOT_THERE = {"status": "not there", "mistakes": [], "message": "No cell defines it.", "cell": None}
UNTAUGHT = {"unknown", "still the stub", "error in the cell", "a cell before it takes long"}


@dataclass
class Learner:
    """One row of the table.

    Attributes
    ----------
    name, id : str
    status : str
        The worst of `ORDER` that holds for any of the learner's notebooks.
    notes : list of str
        What is behind it.
    verdicts, given, written : dict
        By exercise, by question, by question in words.
    """

    name: str
    id: str = ""
    status: str = "ran"
    notes: list = field(default_factory=list)
    verdicts: dict = field(default_factory=dict)
    given: dict = field(default_factory=dict)
    written: dict = field(default_factory=dict)

    def note(self, status, words=""):
        """Remember something that is wrong with a notebook."""
        self.status = min(self.status, status, key=ORDER.index)
        if words:
            self.notes.append(words)

    def add(self, submission, ran):
        """Take over what stands in a notebook and what its processes told."""
        self.written |= submission.written
        self.given |= ran.given
        self.verdicts |= dict.fromkeys(submission.exercises, NOT_THERE) | ran.verdicts
        for trouble in ran.troubles:
            kind = "endless loop" if trouble["kind"] in ("endless", "ended") else "did not run"
            self.note(kind, f"cell {trouble['cell']}: {trouble['error']}")
        if any("endless loop" in v["mistakes"] for v in ran.verdicts.values()):
            self.note("endless loop")
        if ran.failed or not ran.ended:
            self.note("did not run", f"not judged to the end {ran.failed}".strip())

    @property
    def passed(self):
        """How many exercises are right."""
        return sum(v["status"] in ("right", "variant") for v in self.verdicts.values())


@dataclass(frozen=True)
class Misconception:
    """Something that several learners got wrong in the same way.

    Attributes
    ----------
    where : str
        The exercise or the question.
    what : str
        The mistake's name, or what was answered.
    say : str
        What the guide says to it.
    learners : tuple of str
    """

    where: str
    what: str
    say: str
    learners: tuple


class SchoolClass:
    """Everybody's work.

    Attributes
    ----------
    learners : list of Learner
    exercises : list of str
        Those that somebody's notebook has, in the course's order.
    questions : dict of str to Question
        Those that somebody answered.
    """

    def __init__(self, learners):
        self.learners = list(learners)
        seen = {name for learner in self.learners for name in learner.verdicts}
        self.exercises = [name for name in checks.exercises() if name in seen]
        self.questions = _questions(self.learners)
        self.written = sorted({key for learner in self.learners for key in learner.written})

    # ── the table ──

    def rows(self):
        """The table learner × exercise.

        Returns
        -------
        list of dict
            A row for each learner: "learner", "id", "status", "notes", "passed", "of", a column
            for each exercise ("right", "wrong: β and 1 − β swapped", …), each question and each
            answer in words.
        """
        return [self._row(learner) for learner in self.learners]

    def _row(self, learner):
        row = {"learner": learner.name, "id": learner.id, "status": learner.status}
        row |= {"notes": "; ".join(learner.notes), "passed": learner.passed}
        row["of"] = len(self.exercises)
        row |= {name: self._words(learner, name) for name in self.exercises}
        for name, question in self.questions.items():
            given = learner.given.get(name)
            row[name] = "" if given in (None, "") else _said(question, given)
        return row | {key: learner.written.get(key, "") for key in self.written}

    def _words(self, learner, name):
        """The verdict on an exercise in a few words."""
        if learner.status in ("broken", "not handed in") and not learner.verdicts:
            return learner.status
        verdict = learner.verdicts.get(name, NOT_THERE)
        names = verdict.get("variant") or "; ".join(verdict["mistakes"])
        status = {"variant": "right", "open": "to do"}.get(verdict["status"], verdict["status"])
        return f"{status}: {names}" if names and status != "to do" else status

    def write_csv(self, path):
        """Write the table for a spreadsheet. What a learner wrote can't become a formula there."""
        rows = self.rows()
        with open(path, "w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)

    # ── what to repeat ──

    def misconceptions(self):
        """What was got wrong, that of most learners first.

        Returns
        -------
        list of Misconception
            Of exercises the mistakes that have a name, of questions the wrong answers.
        """
        who = defaultdict(list)
        for learner in self.learners:
            for name, verdict in learner.verdicts.items():
                for mistake in verdict["mistakes"]:
                    if mistake not in UNTAUGHT:
                        say = checks.exercises()[name].saying(mistake)
                        who[name, mistake, say].append(learner.name)
            for name, given in learner.given.items():
                question = self.questions.get(name)
                value = question.meant(given) if question else None
                if value is not None and not question.is_right(value):
                    who[question.question, *question.reply(value)].append(learner.name)
        found = [Misconception(*key, tuple(names)) for key, names in who.items()]
        return sorted(found, key=lambda one: (-len(one.learners), one.where, one.what))

    # ── the page ──

    def write_page(self, path):
        """Write a page to look at, complete in itself."""
        Path(path).write_text(page(self), encoding="utf-8")


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


def _questions(learners):
    """The questions that somebody's notebook answers, by id; what is no question is left out."""
    found = {}
    for name in sorted({name for learner in learners for name in learner.given}):
        with suppress(questions.QuestionError):
            found[name] = questions.find(name)
    return found


def _said(question, given):
    """ "b (right)": the letter of a choice or the number, and whether it is right."""
    value = question.meant(given)
    if value is None:
        return f"{given} (no answer)"
    letter = "abcd"[value] if question.choices else f"{value:g}"
    return f"{letter} ({'right' if question.is_right(value) else 'wrong'})"


def _harmless(value):
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } th, td { border: 1px solid #8888; padding: .25rem .5rem }
th { text-align: left; vertical-align: bottom } .scroll { overflow-x: auto }
thead th.exercise { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: normal }
td.right, td.variant { background: #009e7333 } td.wrong, td.did-not-run { background: #d55e0033 }
tbody th { position: sticky; left: 0; background: Canvas; white-space: nowrap }
.misconception { margin: 1rem 0; padding-left: 1rem; border-left: .4rem solid #d55e00 }
pre { white-space: pre-wrap; margin: .25rem 0 }
"""


def page(group):
    """The class as one HTML document."""
    count = defaultdict(int)
    for learner in group.learners:
        count[learner.status] += 1
    counts = ", ".join(f"{count[status]} {status}" for status in reversed(ORDER) if count[status])
    parts = [
        f"<h1>A class of {len(group.learners)}</h1><p>{counts}.</p>",
        "<h2>What to repeat</h2>",
        *(map(_misconception, group.misconceptions()) if group.misconceptions() else [_NOTHING]),
        "<h2>Who has what</h2>",
        _matrix(group),
        "<h2>One by one</h2>",
        *(_learner(group, learner) for learner in group.learners),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>The class</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


_NOTHING = "<p>Nothing was got wrong in a way that has a name.</p>"


def _misconception(one):
    n = len(one.learners)
    title = getattr(checks.exercises().get(one.where), "title", None)
    where = f"{title}, <code>{one.where}</code>" if title else escape(one.where)
    say = f"<p><strong>Say:</strong> {escape(one.say)}</p>" if one.say else ""
    return (
        f'<div class="misconception"><p><strong>{n} × {escape(one.what)}</strong> · {where}</p>'
        f"{say}"
        f"<details><summary>Who</summary>{escape(', '.join(one.learners))}</details></div>"
    )


def _matrix(group):
    heads = "".join(f'<th scope="col" class="exercise">{name}</th>' for name in group.exercises)
    rows = []
    for learner in group.learners:
        cells = "".join(_cell(group, learner, name) for name in group.exercises)
        rows.append(
            f'<tr><th scope="row">{escape(learner.name)}</th><td>{learner.status}</td>'
            f"<td>{learner.passed}</td>{cells}</tr>"
        )
    head = f'<th scope="col">Learner</th><th scope="col">Status</th><th scope="col">✓</th>{heads}'
    return (
        '<p>✓ right, ✗ wrong or not running, … to do, – not there.</p><div class="scroll" '
        'tabindex="0" role="region" aria-label="Learners and exercises"><table><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(group, learner, name):
    status = learner.verdicts.get(name, NOT_THERE)["status"]
    words, sign = group._words(learner, name), SIGNS.get(status, "–")
    return (
        f'<td class="{status.replace(" ", "-")}" title="{escape(words)}">'
        f'<span role="img" aria-label="{escape(words)}">{sign}</span></td>'
    )


def _learner(group, learner):
    lines = [f"<p>{escape(note)}</p>" for note in learner.notes]
    for name, verdict in learner.verdicts.items():
        said = f"<pre>{escape(verdict['message'])}</pre>" if verdict["mistakes"] else ""
        lines.append(f"<p><code>{name}</code>: {escape(group._words(learner, name))}</p>{said}")
    for name, question in group.questions.items():
        if learner.given.get(name) not in (None, ""):
            said = _said(question, learner.given[name])
            lines.append(f"<p>{escape(question.question)}<br>{escape(said)}</p>")
    for key, text in learner.written.items():
        lines.append(f"<p>{escape(key)}</p><pre>{escape(text) or '(nothing)'}</pre>")
    head = f"{escape(learner.name)}: {learner.status}, {learner.passed} right"
    return f"<details><summary>{head}</summary>{''.join(lines)}</details>"
