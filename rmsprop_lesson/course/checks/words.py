"""The wording of what was seen: short, exact, the same on every machine."""

import numpy as np

from .observe import Odd, Raised


def describe(value):
    """Plain data in a few words."""
    if isinstance(value, np.ndarray | np.number):
        return f"the number {value:.6g}" if value.ndim == 0 else f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        return f"{len(value)} things ({'; '.join(describe(item) for item in value[:4])})"
    if isinstance(value, dict):
        return f"a dict with the keys {', '.join(sorted(value)) or '(none)'}"
    if isinstance(value, Odd):
        return value.what
    return repr(value)


def at(records, index):
    """What a function did at one record."""
    if index >= len(records):
        return "nothing more"
    label, value = records[index]
    return f"{label}: {error(value) if isinstance(value, Raised) else describe(value)}"


def error(raised):
    """An exception, with the learner's line."""
    text = f": {raised.text}" if raised.text else ""
    line = f" in line {raised.line}" if raised.line else ""
    code = f" ({raised.code})" if raised.code else ""
    return f"{raised.kind}{text}{line}{code}"


# The first entry one of whose words is in the exception's text; learners meet these most.
_ADVICE = {
    ("only length-1 arrays", "only 0-dimensional arrays"): (
        "Functions of the math module take one number: use NumPy's, such as np.sqrt, "
        "which work on whole arrays too."
    ),
    ("object does not support item assignment", "not subscriptable", "object has no attribute"): (
        "It has to work for plain Python floats as well as for arrays."
    ),
    ("name 'np' is not defined",): ("Run the notebook's first code cell: it imports NumPy as np."),
    ("bitwise_xor", "type(s) for ^"): "In Python a power is written **; ^ is another thing.",
    ("is not defined",): (
        "Does the function use a name that is neither an argument of the stub nor made in it?"
    ),
    ("truth value of an array",): (
        "An `if` can't decide for a whole array at once: use np.where, or an elementwise operation."
    ),
    ("positional argument",): "Keep the arguments of the stub, in their order.",
    ("unsupported operand",): "Is one of the operands still the dots of the stub, or None?",
    ("maximum recursion depth",): "Does the function call itself?",
}


def advice(raised):
    """What usually causes an exception, or nothing."""
    return next(
        (text for words, text in _ADVICE.items() if any(word in raised.text for word in words)), ""
    )


def number(value, other):
    """Six digits, or as many as it takes to tell `value` from `other`."""
    if not np.isfinite(value):
        return "not a number" if np.isnan(value) else "infinite"
    for digits in (4, 6, 9):
        if f"{value:.{digits}g}" != f"{other:.{digits}g}":
            break
    return f"{value:.{max(digits, 6)}g}"


def ratio(got, want):
    """Say so if a number is a round factor too large or too small, or has the wrong sign."""
    if not (np.isfinite(got) and np.isfinite(want)) or got == 0 or want == 0:
        return ""
    if abs(got + want) <= 1e-6 * abs(want):
        return " (the sign is wrong)"
    factor = got / want
    for value, words in ((factor, "too large"), (1 / factor, "too small")):
        if value > 1.5 and abs(value - round(value)) < 1e-4 * value:
            return f" ({round(value):g} times {words})"
    return ""
