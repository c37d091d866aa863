"""Worksheets for pen and paper: a worked table of RMSprop for each student, and the answer key.

Every student gets other numbers, chosen so that the arithmetic is decent: the first S has at most
four decimals, no position comes close to the minimum, where rounding would tell, gradient descent
would give something else, and no two sheets share their numbers, or differ only in the sign of θ₀.
The key is worked as on paper: each result is rounded to four decimals before it is used.
"""

import random
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from pathlib import Path

from .._validate import check_count

STEPS = 3
TOLERANCE = Decimal("0.001")  # tests/test_worksheets.py: exact arithmetic stays well within
ALL, KEY = "worksheets.html", "answer_key.html"

_STARTS = [Decimal(n) / 2 for n in range(2, 13)]
_RATES = [Decimal(n) for n in ("0.05", "0.1", "0.15", "0.2", "0.25", "0.3")]
_DECAYS = [Decimal(n) for n in ("0.5", "0.6", "0.75", "0.8", "0.9")]


def _rounded(value):
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Row:
    """One update on paper, everything rounded to four decimals."""

    t: int
    theta: Decimal
    square: Decimal
    S: Decimal
    root: Decimal
    step: Decimal
    new_theta: Decimal


@dataclass(frozen=True)
class Sheet:
    """One student's numbers: L(θ) = θ²/2 from θ₀, with learning rate η and decay rate β."""

    start: Decimal
    learning_rate: Decimal
    beta: Decimal

    def rows(self):
        """The worked table.

        Returns
        -------
        list of Row
            S ← βS + (1−β)g², then θ ← θ − ηg/√S, from S = 0, with g = θ.
        """
        theta, S, rows = self.start, Decimal(0), []
        for t in range(STEPS):
            square = _rounded(theta**2)
            S = _rounded(self.beta * S + (1 - self.beta) * square)
            root = _rounded(S.sqrt())
            step = _rounded(self.learning_rate * theta / root)
            rows.append(Row(t, theta, square, S, root, step, theta - step))
            theta -= step
        return rows

    def is_decent(self):
        """Whether the arithmetic is, and the first step is not that of gradient descent."""
        rows = self.rows()
        first_S = (1 - self.beta) * self.start**2
        return (
            first_S == _rounded(first_S)
            and min(row.new_theta for row in rows) >= Decimal("0.3")
            and rows[0].step != self.learning_rate * self.start
        )


def sheets():
    """Return every decent sheet there is, each with a positive start."""
    numbers = product(_STARTS, _RATES, _DECAYS)
    return [sheet for sheet in (Sheet(*three) for three in numbers) if sheet.is_decent()]


def draw(students, seed=0):
    """Draw a sheet for each student, no two the same; half of them, more or less, start left of 0.

    Parameters
    ----------
    students : int
        At least 1, at most as many as there are `sheets`.
    seed : int

    Returns
    -------
    list of Sheet

    Raises
    ------
    TypeError, ValueError
        If `students` is not a whole number in its range.
    """
    pool = sheets()
    students = check_count("students", students, least=1, most=len(pool))
    luck = random.Random(seed)
    return [replace(s, start=s.start * luck.choice((1, -1))) for s in luck.sample(pool, students)]


def write(folder, students, seed=0):
    """Write a page for each student, all pages in one file to print, and the answer key.

    Parameters
    ----------
    folder : str or Path
        Made if it isn't there; sheets of an earlier call are replaced.
    students : int
    seed : int

    Returns
    -------
    list of Path
        What was written: ``worksheet_01.html`` …, ``worksheets.html`` and ``answer_key.html``.

    Raises
    ------
    TypeError, ValueError
        As `draw`.
    OSError
        If the folder can't be made or written to.
    """
    drawn = draw(students, seed)
    digits = len(str(students))
    pages = {f"worksheet_{i:0{digits}}.html": _page(i, s) for i, s in enumerate(drawn, start=1)}
    texts = {name: document("Worksheet: RMSprop by hand", page) for name, page in pages.items()}
    texts[ALL] = document("Worksheets: RMSprop by hand", "\n".join(pages.values()))
    texts[KEY] = document("Answer key: RMSprop by hand", _key(drawn, seed))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("worksheet_*.html"):
        old.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


# ── pages ────────────────────────────────────────────────────────────────────────────────────────

# One page each on A4 (210 × 297 mm) and Letter (216 × 279 mm): the smaller of both sides counts.
_STYLE = """
@page { margin: 15mm }
body { font: 11pt/1.45 Georgia, serif; color: #000; background: #fff }
body { max-width: 180mm; margin: auto }
section { break-after: page; break-inside: avoid }
section:last-child { break-after: auto }
h1 { font-size: 17pt; margin: 0 0 2mm }
h2 { font-size: 12pt; margin: 5mm 0 1mm; break-after: avoid }
p, ol { margin: 2mm 0 }
table { border-collapse: collapse; width: 100%; break-inside: avoid; margin: 3mm 0 }
th, td { border: .3mm solid #444; padding: 1mm 2mm; text-align: right }
td { font-variant-numeric: tabular-nums }
.blank { table-layout: fixed }
.blank th:first-child { width: 6mm }
.blank td { height: 11mm }
.work { border: .3mm dashed #444; height: 60mm; padding: 2mm 4mm }
@media screen { body { padding: 10mm 5mm } section { margin-bottom: 25mm } }
.name { display: flex; gap: 8mm; margin-bottom: 5mm }
.name span { flex: 1; border-bottom: .3mm solid #444 }
.rule { border: .3mm solid #444; padding: 2mm 4mm }
.lines { line-height: 9mm }
.lines span { display: inline-block; min-width: 60mm; border-bottom: .3mm solid #444 }
"""

_HEAD = (
    "<tr><th>t</th><th>θ<sub>t</sub> = g</th><th>g²</th><th>S<sub>t+1</sub></th>"
    "<th>√S<sub>t+1</sub></th><th>step</th><th>θ<sub>t+1</sub></th></tr>"
)


def document(title, body):
    """A page that prints on A4 and on Letter, as HTML."""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _number(value):
    """A decimal as it is written by hand: −1.5, 0.1."""
    return f"{value.normalize():f}".replace("-", "−")


def _page(number, sheet):
    thetas = [_number(sheet.start), "", ""]
    blank = "<td></td>" * 5
    rows = "\n".join(f"<tr><td>{t}</td><td>{x}</td>{blank}</tr>" for t, x in enumerate(thetas))
    return f"""<section>
<div class="name">Name <span></span> Sheet {number}</div>
<h1>RMSprop by hand</h1>
<p>Minimise L(θ) = θ²/2, whose gradient is g = θ, with three updates of RMSprop. Begin with S = 0
and <b>θ₀ = {_number(sheet.start)}</b>; the learning rate is
<b>η = {_number(sheet.learning_rate)}</b>, the decay rate <b>β = {_number(sheet.beta)}</b>.
Leave ε out: here it is too small to be seen.</p>
<p>S<sub>t+1</sub> = β S<sub>t</sub> + (1 − β) g² &emsp; step = η g / √S<sub>t+1</sub> &emsp;
θ<sub>t+1</sub> = θ<sub>t</sub> − step</p>
<p class="rule">Round every result to four decimals (a final 5 is rounded away from zero) and go on
with the rounded number. A result is right if it is within {_number(TOLERANCE)} of the key.</p>
<table class="blank">
{_HEAD}
{rows}
</table>
<h2>Three questions</h2>
<ol class="lines">
<li>How many times as long as η is the first step? <span></span></li>
<li>Which θ₀ would make the first step longer? Why? <span></span></li>
<li>With bias correction S<sub>1</sub> is divided by 1 − β. What is θ<sub>1</sub> then?
<span></span></li>
</ol>
<div class="work">Room for your calculations</div>
</section>"""


def _key(drawn, seed):
    parts = [
        "<h1>Answer key: RMSprop by hand</h1>",
        f"<p>{len(drawn)} sheets, seed {seed}. Each result is rounded to four decimals (a final 5 "
        "away from zero) before it is used. A result counts as right within "
        f"{_number(TOLERANCE)} of the key: that covers whoever rounds less often, or keeps an ε "
        "of 10<sup>−8</sup>. After a slip, go on from the student's own number.</p>",
        "<p>Question 2, all sheets: none. The first step is η/√(1 − β) whatever the gradient, "
        "since S<sub>1</sub> = (1 − β) g² and the size of g cancels.</p>",
    ]
    return "\n".join(parts + [_answers(i, sheet) for i, sheet in enumerate(drawn, start=1)])


def _cells(row):
    values = [row.theta, row.square, row.S, row.root, row.step, row.new_theta]
    return f"<td>{row.t}</td>" + "".join(f"<td>{v:.4f}</td>".replace("-", "−") for v in values)


def _answers(number, sheet):
    table = "\n".join(f"<tr>{_cells(row)}</tr>" for row in sheet.rows())
    factor = _rounded(1 / (1 - sheet.beta).sqrt())
    corrected = sheet.start - sheet.learning_rate.copy_sign(sheet.start)
    return f"""<h2>Sheet {number}: θ₀ = {_number(sheet.start)}, η = {_number(sheet.learning_rate)},
β = {_number(sheet.beta)}</h2>
<table>
{_HEAD}
{table}
</table>
<p>1: 1/√(1 − β) = {_number(factor)}. &emsp; 3: θ<sub>1</sub> = {_number(corrected)}.</p>"""
