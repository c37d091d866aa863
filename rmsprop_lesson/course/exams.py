"""Exams from the question bank, in variants A to D, with a key to each.

A variant has the same questions as the others, in another order, with the choices in another order,
and with other numbers where numbers are drawn. Choices count one point, drawn numbers three.
"""

import math
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import measures
from .._validate import check_count
from ..descent import descend
from ..objectives import Parabola
from ..optimizers import RMSprop
from . import questions
from .exchange import with_code
from .worksheets import document

LETTERS = "ABCD"
CHOICE, NUMBER = 1, 3  # points
CHOICE_MINUTES, NUMBER_MINUTES = 1.5, 4.0


@dataclass(frozen=True)
class Task:
    """A question on paper, and its answer.

    Attributes
    ----------
    text : str
    choices : tuple of str
        Empty where a number is asked for.
    answer : str
        A letter, or the number with its tolerance.
    why : str
        How one gets there, or what the bank says to the right answer.
    points : int
    """

    text: str
    choices: tuple
    answer: str
    why: str
    points: int


# ── drawn numbers ────────────────────────────────────────────────────────────────────────────────
# Each function draws its numbers and returns the text, the exact answer and the way to it. The
# package computes the answers; what is asked for is right to three significant digits.

RULE = "S ← βS + (1 − β)g², then θ ← θ − ηg/√S, from S = 0; leave ε out."


def first_step(luck):
    """How long the first step is."""
    eta, beta, g = luck.choice((0.1, 0.2, 0.5)), luck.choice((0.75, 0.9, 0.96)), luck.randint(2, 9)
    step = -RMSprop(eta, beta, epsilon=0).step(0.0, float(g))
    text = f"{RULE} With η = {eta} and β = {beta} the first gradient is {g}. How long is the step?"
    return text, step, f"S = (1 − β)g², so the step is η/√(1 − β), whatever g is: {step:.4g}."


def second_position(luck):
    """Where two updates lead on the parabola."""
    start, eta = luck.choice((2.0, 3.0, 4.0, 5.0)), luck.choice((0.1, 0.2))
    beta = luck.choice((0.75, 0.8, 0.9))
    run = descend(Parabola(), RMSprop(eta, beta, epsilon=0), start=start, steps=2)
    text = (
        f"{RULE} Minimise L(θ) = θ²/2 (so g = θ) from θ₀ = {start:g} with η = {eta} and "
        f"β = {beta}. What is θ after two updates?"
    )
    S, theta = run.state["S"], run.positions
    why = f"S₁ = {S[1]:.4g}, θ₁ = {theta[1]:.4f}, S₂ = {S[2]:.4g}, θ₂ = {theta[2]:.4f}."
    return text, float(theta[2]), why


def settled_step(luck):
    """How long a step is once S has settled."""
    eta, g = luck.choice((0.01, 0.02, 0.05)), luck.choice((0.001, 20, 300))
    scale = luck.choice((3, 10))
    optimizer = RMSprop(eta, 0.9, epsilon=0)
    for _ in range(2000):
        optimizer.step(0.0, float(g))
    step = -optimizer.step(0.0, float(scale * g))
    text = (
        f"{RULE} With η = {eta} and β = 0.9 the gradient was {g} for a long time. Now it is "
        f"{scale} times as large, once. How long is this step?"
    )
    way = f"S = 0.9g² + 0.1·({scale}g)², so the step is {scale}η/√(0.9 + 0.1·{scale**2})"
    return text, step, f"{way} = {step:.4g}."


def weight_left(luck):
    """What share of S comes from the last gradients."""
    beta, n = luck.choice((0.8, 0.9, 0.95)), luck.choice((3, 5, 8))
    pulse = np.r_[np.zeros(4000), np.ones(n)]
    share = 100 * float(measures.ewma(pulse, beta)[-1])
    text = (
        f"β = {beta}. All gradients have had the same size for a long time. What share of S, in "
        f"per cent, comes from the last {n} gradients?"
    )
    return text, share, f"1 − β^{n} = {share:.4g} per cent."


def halved(luck):
    """After how many steps a weight has halved."""
    beta = luck.choice((0.8, 0.9, 0.95, 0.99))
    steps = math.log(0.5) / math.log(beta)
    text = f"β = {beta}. After how many steps has the weight of a gradient in S halved?"
    return text, steps, f"ln 0.5 / ln β = {steps:.4g} steps."


def corrected_step(luck):
    """The first step with bias correction."""
    eta, beta, g = luck.choice((0.1, 0.2, 0.3)), luck.choice((0.9, 0.99)), luck.randint(2, 9)
    step = -RMSprop(eta, beta, epsilon=0, bias_correction=True).step(0.0, float(g))
    text = (
        f"{RULE} With bias correction S is divided by 1 − βᵗ before the root is taken. With "
        f"η = {eta} and β = {beta} the first gradient is {g}. How long is the first step?"
    )
    return text, step, f"S₁/(1 − β) = g², so the step is η = {step:.4g}."


DRAWN = (first_step, second_position, settled_step, weight_left, halved, corrected_step)


# ── choosing ─────────────────────────────────────────────────────────────────────────────────────


def draw(points=20, minutes=45, variants=4, seed=0):
    """Draw an exam.

    Parameters
    ----------
    points : int
        All tasks together.
    minutes : float
        What there is; a choice takes 1.5 minutes, a drawn number 4.
    variants : int
        1 to 4.
    seed : int

    Returns
    -------
    list of list of Task
        The tasks of each variant.

    Raises
    ------
    TypeError, ValueError
        If there is no such exam; the message says what is possible.
    """
    points = check_count("points", points, least=1)
    variants = check_count("variants", variants, least=1, most=len(LETTERS))
    luck = random.Random(seed)
    pool = [q for lesson in questions.lessons().values() for q in lesson.quiz if q.choices]
    numbers = _how_many_numbers(points, minutes, len(pool))
    choices = luck.sample(pool, points - NUMBER * numbers)
    drawn = luck.sample(DRAWN, numbers)
    return [_variant(choices, drawn, luck) for _ in range(variants)]


def _how_many_numbers(points, minutes, pool):
    """How many tasks with drawn numbers: about half of the points, as far as there is time."""
    fitting, least = [], math.inf
    for numbers in range(min(points // NUMBER, len(DRAWN)) + 1):
        choices = points - NUMBER * numbers
        needed = NUMBER_MINUTES * numbers + CHOICE_MINUTES * choices
        if choices <= pool:
            least = min(least, needed)
            if needed <= minutes:
                fitting.append(numbers)
    if math.isinf(least):
        most = pool + NUMBER * len(DRAWN)
        raise ValueError(f"points must be at most {most}: the bank has no more, got {points}")
    if not fitting:
        raise ValueError(f"minutes must be at least {least:g} for {points} points, got {minutes:g}")
    return min(fitting, key=lambda numbers: abs(NUMBER * numbers - points / 2))


def _variant(choices, drawn, luck):
    tasks = [_choice(question, luck) for question in choices]
    tasks += [_number(make, luck) for make in drawn]
    luck.shuffle(tasks)
    return tasks


def _choice(question, luck):
    options = luck.sample(question.choices, len(question.choices))
    right = next(i for i, option in enumerate(options) if option.right)
    texts = tuple(option.text for option in options)
    return Task(question.question, texts, "abcd"[right], options[right].feedback, CHOICE)


def _number(make, luck):
    text, answer, why = make(luck)
    tolerance = 0.005 * abs(answer)
    return Task(text, (), f"{answer:.4g} ± {tolerance:.1g}", why, NUMBER)


# ── paper ────────────────────────────────────────────────────────────────────────────────────────

STYLE = """<style>
.task { break-inside: avoid; margin: 5mm 0 } .task p { margin: 1mm 0 }
.task ol { list-style: lower-alpha; margin: 1mm 0 } .points { float: right; margin-left: 5mm }
.room { border-bottom: .3mm solid #444; height: 22mm }
</style>"""


def write(folder, points=20, minutes=45, variants=4, seed=0):
    """Write a page to print for each variant, and one with the keys.

    Parameters
    ----------
    folder : str or Path
        Made if it isn't there.
    points, minutes, variants, seed
        As for `draw`.

    Returns
    -------
    list of Path
        ``exam_A.html`` … and ``exam_keys.html``. They print on A4 and on Letter.

    Raises
    ------
    TypeError, ValueError
        As `draw`.
    OSError
        If the folder can't be made or written to.
    """
    exam = dict(zip(LETTERS, draw(points, minutes, variants, seed), strict=False))
    pages = {
        f"exam_{letter}.html": _paper(letter, tasks, minutes) for letter, tasks in exam.items()
    }
    keys = [_key(letter, tasks) for letter, tasks in exam.items()]
    pages["exam_keys.html"] = f"<h1>Keys, seed {seed}</h1>" + "\n".join(keys)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in pages.items():
        (folder / name).write_text(document("RMSprop: exam", STYLE + body), encoding="utf-8")
    return [folder / name for name in pages]


def _points(tasks):
    return sum(task.points for task in tasks)


def _paper(letter, tasks, minutes):
    parts = [
        f'<div class="name">Name <span></span> Variant {letter}</div>',
        f"<h1>RMSprop: exam</h1><p>{_points(tasks)} points, {minutes:g} minutes. Of the choices "
        "exactly one is right. Numbers: three significant digits, and the way to them.</p>",
    ]
    for i, task in enumerate(tasks, start=1):
        choices = "".join(f"<li>{with_code(choice)}</li>" for choice in task.choices)
        answer = f"<ol>{choices}</ol>" if choices else '<div class="room"></div>'
        parts.append(
            f'<div class="task"><span class="points">{task.points} P</span>'
            f"<p><b>{i}.</b> {with_code(task.text)}</p>{answer}</div>"
        )
    return "\n".join(parts)


def _key(letter, tasks):
    rows = "".join(
        f"<tr><td>{i}</td><td>{task.answer}</td><td>{task.points}</td>"
        f'<td style="text-align: left">{with_code(task.why)}</td></tr>'
        for i, task in enumerate(tasks, start=1)
    )
    head = "<tr><th>Task</th><th>Answer</th><th>Points</th><th>Why</th></tr>"
    return f"<section><h2>Variant {letter}</h2><table>{head}{rows}</table></section>"
