"""Ready-made probes: one call, or several steps of an update rule."""

from contextlib import contextmanager

import numpy as np

from .engine import Probe


def show_value(value):
    """A number, a sequence or an array in the few characters that a message has room for."""
    if isinstance(value, np.ndarray):
        value = value.item() if value.ndim == 0 else value
    if isinstance(value, float):
        return f"{value:g}".replace("e-0", "e-").replace("e+0", "e")
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"an array of shape {value.shape}"
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return f"({', '.join(show_value(item) for item in value)})"
    return getattr(value, "__name__", None) or repr(value)


def call(name, /, *args, text=None, **arguments):
    """A probe that makes one call; the text says with which arguments.

    Parameters
    ----------
    name : str
        What the probe looks at.
    *args
        Arguments without a name, for which `text` speaks.
    text : str, optional
        Where the arguments are too large to be shown.
    **arguments
        The arguments by name, in the order of the function's signature.
    """
    text = text or f"With {named(arguments)}"

    def run(recorder):
        recorder.call("result", *args, *arguments.values())

    return Probe(name, text, run)


def named(arguments):
    """ "theta = 2, grad = 3": arguments in the words of a message."""
    return ", ".join(f"{name} = {show_value(value)}" for name, value in arguments.items())


@contextmanager
def untouched():
    """Say whether the code inside leaves NumPy's own generator alone, and put it back.

    Yields
    ------
    callable
        ``left_alone()``, after the code inside.
    """
    before, after = np.random.get_state(), []  # noqa: NPY002
    try:
        yield lambda: bool(np.array_equal(before[1], after[0][1]) and before[2] == after[0][2])
    finally:
        after.append(np.random.get_state())  # noqa: NPY002
        np.random.set_state(before)  # noqa: NPY002


def steps(
    name, theta, grads, settings, *, text, states=1, start=None, counted=False, dtype=np.float64
):
    """A probe that makes one update after the other, each from what the one before returned.

    The function is called as ``f(theta, grad, *state, *settings)`` (with ``t = 1, 2, …`` after the
    state if `counted`, or from a number on if that is one), and returns θ and the state, which
    starts at zero or at what `start` has for each. Python floats stay Python floats.
    """
    start = [np.zeros_like(theta)] * states if start is None else start
    is_float = isinstance(theta, float)

    def cast(value):
        return float(value) if is_float else np.array(value, dtype)

    def run(recorder):
        values = [cast(theta), *map(cast, start)]
        for t, grad in enumerate(grads, start=int(counted) or 1):
            count = (t,) if counted else ()
            label = f"step {t} with g = {show_value(grad)}"
            result = recorder.call(label, values[0], cast(grad), *values[1:], *count, *settings)
            values = [cast(part) for part in _parts(recorder, result, 1 + states, is_float)]

    return Probe(name, text, run)


def in_turn(name, thetas, grads, settings, *, text, states=1):
    """A probe that updates several parameters in turn, each with a state of its own."""

    def run(recorder):
        kept = [[np.array(theta), *[np.zeros_like(theta)] * states] for theta in thetas]
        for t, row in enumerate(grads, start=1):
            for number, grad in enumerate(row):
                label = f"step {t} of parameter {number + 1} with g = {show_value(grad)}"
                theta, *state = kept[number]
                result = recorder.call(label, theta, np.array(grad), *state, *settings)
                kept[number] = _parts(recorder, result, 1 + states, is_float=False)

    return Probe(name, text, run)


def _parts(recorder, result, count, is_float):
    """The returned θ and state, or the end of the probe if they can't be told apart."""
    if isinstance(result, np.ndarray) and result.ndim:
        parts = [np.asarray(part) for part in result]
    else:
        parts = list(result) if isinstance(result, tuple) else []
    usable = all(isinstance(part, np.ndarray) and not (is_float and part.ndim) for part in parts)
    if not usable or len(parts) != count:
        recorder.end()
    return parts


def seeded(rng):
    """NumPy's global generator, seeded anew: what a slip takes in place of the one it is given."""
    np.random.seed(0)  # noqa: NPY002
    return np.random
