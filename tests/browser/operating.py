"""Operate an explorer as a person does, and compare what it says with the package.

A hand is "mouse", "keyboard" or "touch". It moves every slider, takes every box and every other
choice, and goes a step back and forth. After each of these the explorer's sentence must hold the
numbers that the package computes from the settings as they are then.
"""

import math
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np

from rmsprop_lesson.course.court import question
from rmsprop_lesson.course.explorers import runs
from rmsprop_lesson.studies import claims

EXPONENTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = re.compile(r"(−?)(\d+(?:\.\d+)?)?(×?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")
CONTROLS = (
    "input[type=range], input[type=checkbox], input[type=radio]:not(:checked), "
    "button[aria-pressed=false]"
)
NAME = "(el) => el.rmspropExplorer.name"
STATE = "(el) => el.rmspropExplorer.settings"
SAID = "(el) => el.rmspropExplorer.describe()"
# A picture follows its input within a frame.
PAINTED = "() => new Promise((go) => requestAnimationFrame(() => setTimeout(go)))"


def numbers(sentence):
    """All numbers of an explorer's sentence, those like −1.5×10⁻⁶ among them."""
    found = set()
    for sign, mantissa, power, exponent in NUMBER.findall(sentence):
        if mantissa or power:
            tens = f"e{exponent.translate(EXPONENTS)}" if power else ""
            found.add(float(f"{'-' if sign else ''}{mantissa or 1}{tens}"))
    return found


def expected(name, settings):
    """What the package makes of an explorer's settings, rounded as the explorer rounds."""
    t = math.floor(settings.get("t", 0))
    return {rounded(v, digits) for v, digits in _FOUND[name](settings, t) if math.isfinite(v)}


def rounded(value, digits):
    """To so many digits as JavaScript does it: what lies in the middle goes away from zero."""
    with localcontext(prec=digits, rounding=ROUND_HALF_UP):
        return float(+Decimal(float(value)))


def _step_by_step(s, t):
    run = runs.step_by_step(s)
    if t == 0 or (run.diverged_at is not None and t >= run.diverged_at):
        return [(s["theta0"], 4)]
    S = run.state["S"][t]
    return [
        (run.positions[t], 7),
        (run.gradients[t - 1], 4),
        (S, 4),
        (run.positions[t] - run.positions[t - 1], 4),
    ]


def _valley(s, t):
    for run in runs.valley(s).values():
        if run.diverged_at is not None and t >= run.diverged_at:
            yield run.diverged_at, 9
            continue
        inside = (abs(run.positions[: t + 1]) <= (4, 2.6)).all(axis=1)  # the map
        if not inside[t]:
            yield np.flatnonzero(inside)[-1] + 1, 9  # the step that left it
        if inside[t] or not _climbs(run.losses[: t + 1]):
            yield from ((value, 3) for value in run.positions[t])
            yield run.losses[t], 2


def _climbs(losses):
    """The loss is above that of the start, and higher of late than before."""
    late = max(1, (len(losses) - 1) // 3)
    return losses[-1] > losses[0] and losses[-late:].max() > losses[-2 * late : -late].max()


def _glasses(s, t):
    positions, seen = runs.glasses(s)
    yield from ((value, 3) for value in positions[t])
    if seen[t] < 1e6:  # further on both ways of computing it round
        yield seen[t], 3


def _average(s, t):
    if t == 0:
        return [(runs.average(s)[2][0], 3)]
    return [(values[t - 1], 3) for values in runs.average(s)]


def _draw(s, t):
    theta, S, steps = runs.draw(s)
    yield from ((value, 3) for value in (sum(s["gradients"]), theta[-1]))
    if t:
        yield from ((value, 3) for value in (S[t - 1], steps[t - 1]))


def _plateau(s, t):
    for run in runs.plateau(s).values():
        diverged = run.diverged_at is not None and t >= run.diverged_at
        yield (run.diverged_at, 9) if diverged else (run.positions[t], 3)


def _winner(s, t):
    rate, places = runs.winner(s)
    yield rate, 3
    yield from ((mine.mean(), 2) for mine in places.values())


def _mnist(s, t):
    run = next(
        run
        for run in runs.mnist_record()["runs"]
        if run["method"] == s["method"] and run["rate"] in (s["rate"], None)  # Adadelta has none
    )
    if 0 < t <= len(run["test"]):
        for share in (run["train"][t - 1], run["test"][t - 1]):
            yield 100 * share, 3 if share >= 0.1 else 2


def _court(s, t):
    judged = [question(name).choices[v["choice"]].right for name, v in s["given"].items()]
    return [(len(claims.claims()), 3), (len(judged), 3), (sum(judged), 3)]


_FOUND = {
    "step-by-step": _step_by_step,
    "valley": _valley,
    "glasses": _glasses,
    "average-and-bias": _average,
    "draw": _draw,
    "plateau-and-noise": _plateau,
    "winner": _winner,
    "mnist": _mnist,
    "court": _court,
}


def operate(page, host, hand):
    """Use every control of the explorer in the element `host`, and compare after each."""
    press, before = _PRESS[hand], host.evaluate(STATE)
    unfold(page)
    for control in host.locator(CONTROLS).element_handles():
        if not control.is_visible():  # it plays no part, or what it belonged to is gone
            continue
        press(page, control, slider=control.get_attribute("type") == "range")
        compare(page, host)
    for label in ("Back", "Step"):
        button = host.get_by_role("button", name=label, exact=True)
        if button.count() and button.is_enabled():
            press(page, button.element_handle())
            compare(page, host)
    assert host.evaluate(STATE) != before


def unfold(page):
    """Open what is folded in all explorers of a page."""
    page.evaluate("document.querySelectorAll('.rx-more').forEach((el) => { el.open = true; })")


def compare(page, host):
    """What an explorer says holds what the package computes."""
    page.evaluate(PAINTED)
    name, settings, said = (host.evaluate(what) for what in (NAME, STATE, SAID))
    missing = expected(name, settings) - numbers(said)
    assert not missing, f"{name} {settings}: {missing} not in “{said}”"


def _by_keyboard(page, control, slider=False):
    control.focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight") if slider else ("Space",):
        page.keyboard.press(key)


def _by_mouse(page, control, slider=False):
    page.mouse.click(*_place(control, slider))


def _by_touch(page, control, slider=False):
    page.touchscreen.tap(*_place(control, slider))


def _place(control, slider):
    """The middle of a control; of a slider, a place left of it."""
    control.scroll_into_view_if_needed()
    box = control.bounding_box()
    return box["x"] + box["width"] * (0.3 if slider else 0.5), box["y"] + box["height"] / 2


_PRESS = {"keyboard": _by_keyboard, "mouse": _by_mouse, "touch": _by_touch}
