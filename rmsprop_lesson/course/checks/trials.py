"""Exercises of lesson 10: measuring what a claim says, and a bug-hunt."""

import numpy as np

from ...measures import count_flips, steps_to_reach
from . import rmsprop
from .engine import Exercise
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


def _reached(found, never=-1, shift=0):
    """The first t for which ``found(losses, t, target)``."""

    def implementation(losses, target):
        ts = [t for t in range(len(losses)) if found(losses, t, target)]
        return ts[0] + shift if ts else never

    return implementation


_PATH = np.array([[3.0, 1.0], [2.0, -0.8], [1.0, 0.5], [-0.5, -0.3], [-0.4, -0.6]])
_TURNING = np.array([[1.0, -2.0, 4.0], [2.0, -1.0, -1.0], [1.5, 1.0, -3.0], [2.5, 3.0, -2.0]])

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
    ),
    mistakes={
        "turns counted": (
            lambda path: np.sum(np.diff(np.sign(np.diff(path, axis=0)), axis=0) != 0, axis=0),
            "Are changes of direction counted? A flip is a change of the sign of the position.",
        ),
        "each flip counted twice": (
            lambda path: np.sum(np.abs(np.diff(np.sign(path), axis=0)), axis=0),
            "Does each flip count twice? From −1 to 1 the sign changes by 2.",
        ),
        "flips in one direction only": (
            (
                lambda path: np.sum((path[1:] > 0) & (path[:-1] < 0), axis=0),
                lambda path: np.sum((path[1:] < 0) & (path[:-1] > 0), axis=0),
            ),
            "Are only flips in one direction counted?",
        ),
        "negative positions counted": (
            lambda path: np.sum(path < 0, axis=0),
            "Are the negative positions counted? Compare each position with the one before.",
        ),
        "all coordinates together": (
            lambda path: np.sum(count_flips(path)),
            "Were the coordinates added up? One number for each.",
        ),
        "steps instead of coordinates": (
            lambda path: np.sum(np.sign(path[1:]) != np.sign(path[:-1]), axis=1),
            "Is the sum along the wrong axis? One number for each coordinate: axis=0.",
        ),
        "unchanged signs counted": (
            lambda path: len(path) - 1 - count_flips(path),
            "Are the steps without a flip counted?",
        ),
    },
    hints=(
        "Compare the sign of each position with that of the next.",
        r"Count the $t$ with $\operatorname{sign}\theta_{t+1} \ne \operatorname{sign}\theta_t$.",
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
    probes=(
        call("reached", [5.0, 3.0, 1.0, 0.4, 0.2], 0.5),
        call("exactly", [5.0, 3.0, 1.0, 0.5], 1.0),
        call("never", [5.0, 4.0, 3.0], 0.5),
        call("from the start", [0.1, 0.05], 0.5),
        call("and left again", [2.0, 0.4, 3.0, 0.3, 0.9], 0.5),
    ),
    mistakes={
        "below instead of at most": (
            _reached(lambda losses, t, target: losses[t] < target),
            "Is it < instead of <=? Reaching the target is enough.",
        ),
        "counted from 1": (
            _reached(lambda losses, t, target: losses[t] <= target, shift=1),
            "Is t one too large? The first loss is the one before any step: t = 0.",
        ),
        "number of losses if never": (
            (
                lambda losses, target: steps_to_reach([*losses, -np.inf], target),
                _reached(lambda losses, t, target: losses[t] <= target, never=0),
            ),
            "What if the target is never reached? Then −1.",
        ),
        "last instead of first": (
            lambda losses, target: max(
                (t for t, loss in enumerate(losses) if loss <= target), default=-1
            ),
            "Is it the last time? The first is asked for.",
        ),
        "stays below": (
            _reached(lambda losses, t, target: max(losses[t:]) <= target),
            "Does it have to stay below? The first time is asked for.",
        ),
        "number of good losses": (
            lambda losses, target: sum(loss <= target for loss in losses) or -1,
            "Are all losses below the target counted? The first t is asked for.",
        ),
        "steps above the target": (
            lambda losses, target: sum(loss > target for loss in losses),
            "Are all losses above the target counted? A run may leave it again, or never reach it.",
        ),
        "loss returned": (
            lambda losses, target: next((x for x in losses if x <= target), -1),
            "Is it the loss that is returned? Return t.",
        ),
    },
    hints=(
        "Go through the losses with their number, and return at the first that is low enough.",
        r"$$t^* = \min\{t : L_t \le L_{\text{target}}\}$$",
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
        r"$$\theta \leftarrow \theta - \frac{\eta}{\sqrt{S + \epsilon}}\, g$$",
        "theta = theta - learning_rate * grad / ...",
    ),
    explanation=(
        "A bracket was missing: ε was added to θ instead of to S. With ordinary gradients nobody "
        "sees it; a gradient that is zero from the start gives 0/0."
    ),
    draft=_draft,
)

EXERCISES = (_FLIPS, _REACH, _MEND)
