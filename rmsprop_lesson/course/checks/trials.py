"""Exercises of lesson 10: measuring what a claim says, and a bug-hunt."""

import numpy as np

from ...measures import count_flips, steps_to_reach
from . import rmsprop
from .engine import Exercise
from .pairs import parts
from .probes import call


def mended_step(theta, grad, S, learning_rate, beta, epsilon):
    """Make one RMSprop update, with ε inside the root. Returns the new (theta, S)."""
    S = beta * S + (1 - beta) * grad**2
    theta = theta - learning_rate * grad / np.sqrt(S + epsilon)
    return theta, S


def _draft(theta, grad, S, learning_rate, beta, epsilon):
    """Make one RMSprop update, with ε inside the root. Returns the new (theta, S)."""
    S = beta * S + (1 - beta) * grad**2
    theta = theta - learning_rate * grad / np.sqrt(S) + epsilon
    return theta, S


def _signs_differ(now, following):
    return np.sign(now) != np.sign(following)


def _in_a_ring(path):
    """Each position with the one before it; the first with the last."""
    return np.roll(path, 1, axis=0), path


@parts
def _flips(
    of=lambda path: path,
    neighbours=lambda path: (path[:-1], path[1:]),
    differ=_signs_differ,
    count=lambda flips: np.sum(flips, axis=0),
    until=None,
    more=0,
):
    """A count of flips with its parts to be exchanged."""

    def implementation(path):
        return count(differ(*neighbours(of(np.asarray(path))))[:until]) + more

    return implementation


def _at_most(loss, target):
    return loss <= target


@parts
def _reached(
    enough=_at_most,
    choose=lambda good: good[0],
    answer=lambda t, losses: t,
    never=lambda losses: -1,
    skip=0,
):
    """The first t at which a loss is low enough, with its parts to be exchanged."""

    def implementation(losses, target):
        good = [t for t in range(skip, len(losses)) if enough(losses[t], target)]
        return (
            answer(choose(good), losses) if good else (never(losses) if callable(never) else never)
        )

    return implementation


_PATH = np.array([[3.0, 1.0], [2.0, -0.8], [1.0, 0.5], [-0.5, -0.3], [-0.4, -0.6]])
_TURNING = np.array([[1.0, -2.0, 4.0], [2.0, -1.0, -1.0], [1.5, 1.0, -3.0], [2.5, 3.0, -2.0]])
_SMALL = np.array(
    [[1e-9, -5.0], [-1e-9, -4.0], [1e-9, 1e-9], [-3.0, 2.0], [-2.0, 1.0], [1.0, -9.0]]
)
_LONGER = np.array(
    [
        [0.7, -1.2, 2.0],
        [-0.4, -0.9, 1.5],
        [-0.6, 0.3, -0.8],
        [0.9, 0.4, -1.1],
        [-1.3, -0.2, -0.3],
        [0.2, -0.7, -0.4],
        [0.5, 0.6, 0.1],
        [-0.3, 0.8, 0.3],
    ]
)

_FLIPS = Exercise(
    solution=count_flips,
    lesson=10,
    title="Which coordinate zig-zags?",
    task="Count the sign changes of each coordinate along a path.",
    outputs=("the number of flips",),
    probes=(
        call("two coordinates", _PATH, text="With a path of five points in the plane"),
        call("three coordinates", _TURNING, text="With a path of four points in space"),
        call("one step", np.array([[1.0], [-1.0]]), text="With the path 1, -1"),
        call("one point", np.array([[1.0, -1.0]]), text="With a path of one point"),
        call("small numbers", _SMALL, text="With a path of six points, some of them near 0"),
        call("a longer path", _LONGER, text="With a path of eight points in space"),
    ),
    mistakes={
        "turns counted": (
            (
                lambda path: np.sum(np.diff(np.sign(np.diff(path, axis=0)), axis=0) != 0, axis=0),
                _flips(of=lambda path: np.diff(path, axis=0)),
            ),
            "Are changes of direction counted? A flip is a change of the sign of the position.",
        ),
        "sum without NumPy": (
            _flips(count=sum),
            "A path of one point has no step, and Python's `sum` of nothing is the number 0. "
            "np.sum(…, axis=0) gives a 0 for each coordinate.",
        ),
        "steps counted": (
            (
                _flips(differ=lambda now, following: now != following),
                lambda path: np.full(path.shape[1], len(path) - 1),
            ),
            "Is every step counted? Only those that change the sign.",
        ),
        "steps downward or upward counted": (
            (
                _flips(differ=lambda now, following: following < now),
                _flips(differ=lambda now, following: following > now),
            ),
            "Is it counted how often the coordinate falls or rises? A flip is a change of sign.",
        ),
        "each flip counted twice": (
            (
                _flips(differ=lambda a, b: np.abs(np.sign(b) - np.sign(a))),
                _flips(count=lambda flips: 2 * np.sum(flips, axis=0)),
            ),
            "Does each flip count twice? From −1 to 1 the sign changes by 2.",
        ),
        "flips cancel": (
            (
                _flips(differ=lambda a, b: np.sign(b) - np.sign(a)),
                _flips(differ=lambda a, b: (np.sign(b) - np.sign(a)) / 2),
                _flips(differ=lambda a, b: np.sign(a) - np.sign(b)),
            ),
            "Do flips up and down cancel? Count where the signs differ, whichever way.",
        ),
        "flips in one direction only": (
            (
                _flips(differ=lambda a, b: (b > 0) & (a < 0)),
                _flips(differ=lambda a, b: (b < 0) & (a > 0)),
            ),
            "Are only flips in one direction counted?",
        ),
        "products added": (
            (
                _flips(differ=lambda a, b: a * b),
                _flips(differ=lambda a, b: np.sign(a) * np.sign(b)),
            ),
            "Are the products themselves added? Count how many of them are negative.",
        ),
        "negative positions counted": (
            (lambda path: np.sum(path < 0, axis=0), lambda path: np.sum(path > 0, axis=0)),
            "Are the negative (or positive) positions counted? Compare each position with the one "
            "before.",
        ),
        "first compared with the last": (
            _flips(neighbours=_in_a_ring),
            "Is the first position compared with the last one? np.roll closes the path to a ring, "
            "and path[-1] is its end. Compare path[1:] with path[:-1].",
        ),
        "always 0": (
            lambda path: np.zeros(path.shape[1]),
            "Is it always 0? Compare each position with the one before, not with itself: path[1:] "
            "with path[:-1].",
        ),
        "compared with the start": (
            lambda path: np.sum(np.sign(path) != np.sign(path[0]), axis=0),
            "Is each position compared with the first one? Compare it with the one before.",
        ),
        "small numbers taken for 0": (
            _flips(of=lambda path: np.where(np.abs(path) < 1e-6, 0.0, path)),
            "Are small numbers taken for 0? They have a sign, too.",
        ),
        "all coordinates together": (
            (_flips(count=np.sum), _flips(count=lambda flips: np.any(flips, axis=1).sum())),
            "Were the coordinates added up? One number for each.",
        ),
        "one coordinate only": (
            (
                _flips(count=lambda flips: np.sum(flips, axis=0)[0]),
                _flips(count=lambda flips: np.sum(flips, axis=0)[-1]),
            ),
            "Is only one coordinate counted? One number for each. (A `return` inside the loop ends "
            "it in the first round.)",
        ),
        "steps instead of coordinates": (
            _flips(count=lambda flips: np.sum(flips, axis=1)),
            "Is the sum along the wrong axis? One number for each coordinate: axis=0.",
        ),
        "neighbouring coordinates compared": (
            (
                lambda path: np.sum(np.sign(path[:, 1:]) != np.sign(path[:, :-1]), axis=0),
                lambda path: np.sum(np.sign(path[:, 1:]) != np.sign(path[:, :-1]), axis=1),
                lambda path: np.sum(np.diff(np.sign(path)) != 0, axis=0),
                lambda path: np.sum(np.diff(np.sign(path)) != 0, axis=1),
                lambda path: np.sum(np.diff(np.sign(path)) != 0),
                _flips(neighbours=lambda path: (np.roll(path, 1), path)),
                _flips(neighbours=lambda path: (np.roll(path, 1)[1:], path[1:])),
            ),
            "Are neighbouring coordinates compared? A row is one position: compare the rows, "
            "path[1:] with path[:-1] (np.diff and np.roll need axis=0).",
        ),
        "unchanged signs counted": (
            _flips(differ=lambda a, b: np.sign(a) == np.sign(b)),
            "Are the steps without a flip counted?",
        ),
        "not counted": (
            (
                _flips(count=lambda flips: flips),
                _flips(count=lambda flips: np.any(flips, axis=0)),
                _flips(count=lambda flips: np.where(flips)[0]),
                _flips(count=np.where),
                _flips(count=np.argwhere),
            ),
            "Is it only said where the signs differ, or whether they do? Count: np.sum(…, axis=0).",
        ),
        "share instead of number": (
            _flips(count=lambda flips: np.mean(flips, axis=0)),
            "Is it the share of the steps? Their number is asked for: np.sum(…, axis=0).",
        ),
        "last step left out": (
            _flips(until=-1),
            "Is the last step left out? A path of n points has n − 1 steps.",
        ),
        "one flip too many": (
            (_flips(more=1), _flips(more=0.5)),
            "Is every number one (or a half) too large? Count from 0: at the start nothing has "
            "changed yet.",
        ),
    },
    hints=(
        "What is different in two neighbouring positions when θ flips?",
        "The path 1, −2, −3, 4 has the signs +, −, −, +. Compare all but the last with all but "
        "the first: they differ twice.",
        "signs = np.sign(path)\nreturn np.sum(..., axis=0)",
    ),
    explanation=(
        "With it you can test who zig-zags in the valley: the coordinate of high curvature, "
        "whatever its name."
    ),
)

_REACH = Exercise(
    solution=steps_to_reach,
    lesson=10,
    title="How many steps?",
    task='"Faster" needs a measure: how many steps does a run take to reach a target loss?',
    outputs=("t",),
    probes=tuple(
        call(name, losses=losses, target=target)
        for name, losses, target in (
            ("reached", [5.0, 3.0, 1.0, 0.4, 0.2], 0.5),
            ("exactly", [5.0, 3.0, 1.0, 0.5], 1.0),
            ("never", [5.0, 4.0, 3.0], 0.5),
            ("from the start", [0.1, 0.05], 0.5),
            ("and left again", [2.0, 0.4, 3.0, 0.3, 0.9], 0.5),
            ("in the last step", [4.0, 3.0, 2.0, 1.5, 1.2, 0.9], 1.0),
            ("rises at first", [2.0, 9.0, 7.0, 1.5, 0.7, 0.6, 0.5], 0.7),
            ("equal losses", [3.0, 3.0, 0.2, 0.2], 0.25),
            ("small target", [0.6, 0.45, 0.2], 0.25),
            ("small losses, and never", [1.5, 1.2, 1.0, 0.9], 0.4),
            ("large target", [5.0, 3.0, 1.9], 4.0),
            ("below zero", [0.5, -0.2, -1.5], -1.0),
            ("left at once", [0.3, 2.0, 3.0, 0.1], 0.5),
        )
    ),
    mistakes={
        "below instead of at most": (
            _reached(enough=lambda loss, target: loss < target),
            "Is it < instead of <=? Reaching the target is enough.",
        ),
        "above instead of below": (
            (
                _reached(enough=lambda loss, target: loss > target),
                _reached(enough=lambda loss, target: loss >= target),
            ),
            "Is the comparison the wrong way round? A loss of at most the target is looked for.",
        ),
        "only equal counts": (
            _reached(enough=lambda loss, target: loss == target),
            "Is it ==? A loss seldom hits the target exactly: <=.",
        ),
        "counted from 1": (
            _reached(answer=lambda t, losses: t + 1),
            "Is t one too large? The first loss is the one before any step: t = 0.",
        ),
        "one step early": (
            (
                _reached(answer=lambda t, losses: t - 1),
                _reached(answer=lambda t, losses: max(t - 1, 0)),
            ),
            "Is t one too small? The loss after t steps stands at losses[t].",
        ),
        "start left out": (
            (
                _reached(skip=1),
                lambda losses, target: steps_to_reach(losses[1:], target),
            ),
            "Is the first loss skipped? It may be low enough already: then t = 0.",
        ),
        "another number if never": (
            (
                _reached(never=len),
                _reached(never=lambda losses: len(losses) + 1),
                _reached(never=lambda losses: len(losses) - 1),
                _reached(never=lambda losses: 0),
                _reached(never=lambda losses: np.inf),
                _reached(never=lambda losses: np.nan),
                _reached(never=lambda losses: -2),
                _reached(never=lambda losses: 1),
                _reached(never=lambda losses: None),
            ),
            "What if the target is never reached? Then −1.",
        ),
        "only the first loss seen": (
            (
                lambda losses, target: 0 if losses[0] <= target else -1,
                lambda losses, target: 0 if losses[0] < target else -1,
            ),
            "Is only the first loss looked at? A `return -1` in the loop (in an `else`, say) ends "
            "it in the first round: it belongs behind the loop.",
        ),
        "only the last loss seen": (
            (
                lambda losses, target: len(losses) - 1 if losses[-1] <= target else -1,
                lambda losses, target: len(losses) if losses[-1] <= target else -1,
            ),
            "Is only the last loss looked at? Return at the first one that is low enough.",
        ),
        "last instead of first": (
            _reached(choose=lambda good: good[-1]),
            "Is it the last time? The first is asked for.",
        ),
        "lowest loss": (
            (
                lambda losses, target: int(np.argmin(losses)),
                lambda losses, target: int(np.argmin(losses)) if min(losses) <= target else -1,
            ),
            "Is it where the loss is lowest? The first one that reaches the target is asked for.",
        ),
        "stays below": (
            lambda losses, target: next(
                (t for t in range(len(losses)) if max(losses[t:]) <= target), -1
            ),
            "Does it have to stay below? The first time is asked for.",
        ),
        "number of good losses": (
            (
                lambda losses, target: sum(loss <= target for loss in losses) or -1,
                lambda losses, target: sum(loss <= target for loss in losses),
            ),
            "Are all losses below the target counted? The first t is asked for.",
        ),
        "steps above the target": (
            (
                lambda losses, target: sum(loss > target for loss in losses),
                lambda losses, target: (
                    sum(loss > target for loss in losses) if min(losses) <= target else -1
                ),
            ),
            "Are all losses above the target counted? A run may leave it again, or never reach it.",
        ),
        "all times returned": (
            _reached(choose=lambda good: good, never=lambda losses: []),
            "Are these all times? The first is asked for.",
        ),
        "yes or no returned": (
            lambda losses, target: float(min(losses) <= target),
            "Is the answer only whether the target is reached? Return t.",
        ),
        "loss returned": (
            (
                _reached(answer=lambda t, losses: losses[t]),
                _reached(answer=lambda t, losses: losses[t], never=lambda losses: 0),
            ),
            "Is it the loss that is returned? Return t.",
        ),
    },
    hints=(
        "At which loss do you know the answer, and when do you know that there is none?",
        "The losses 5, 3, 1 reach the target 3 at number 1, since the count begins at 0. What "
        "does the text ask for if none is low enough?",
        "for t, loss in enumerate(losses):\n    if ...:",
    ),
    explanation="The return inside the loop ends it; the line after it is reached only if none is.",
)

_MEND = Exercise(
    solution=mended_step,
    lesson=10,
    title="Bug-hunt: mend the update",
    task="This update is wrong in one way. Find the slip by experiment, and mend it.",
    outputs=("θ", "S"),
    probes=rmsprop.PROBES,
    variants=rmsprop.VARIANTS,
    mistakes=rmsprop.MISTAKES,
    update=rmsprop.UPDATE,
    hints=(
        "Try a gradient of zero, from S = 0. What should happen to θ?",
        "With S = 0 and g = 0 the step is η·0/√0 = NaN. Which symbol is there to prevent just "
        "that, and what must it be added to?",
        "theta = theta - learning_rate * grad / ...",
    ),
    explanation=(
        "A bracket was missing: ε was added to θ instead of to S. With ordinary gradients nobody "
        "sees it; a gradient that is zero from the start gives 0/0."
    ),
    draft=_draft,
)

EXERCISES = (_FLIPS, _REACH, _MEND)
