"""The wording of what was seen: short, exact, the same on every machine."""

import difflib
import re

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


def same_kinds(got, want):
    """Whether both are numbers of one shape, or as many arrays, each of the right shape."""
    if isinstance(got, tuple) and isinstance(want, tuple) and len(got) == len(want):
        return all(
            not isinstance(a, tuple) and same_kinds(a, b) for a, b in zip(got, want, strict=True)
        )
    return isinstance(got, np.ndarray) and isinstance(want, np.ndarray) and got.shape == want.shape


def asked_for(want, outputs=()):
    """What a right function returns: its kind and shape, not its numbers."""
    if len(outputs) > 1 and isinstance(want, tuple):
        return f"Asked for: {_named(want, outputs)}."
    if len(outputs) > 1 and isinstance(want, np.ndarray):
        return f"Asked for: {' and '.join(outputs)}, each {_kind(want[0])}."
    return f"Asked for: {_kind(want)}."


def _kind(value):
    if isinstance(value, np.ndarray | np.number) and value.ndim == 0:
        return "one number"
    return describe(value)


def _named(values, outputs):
    return "; ".join(
        f"{name}: {describe(value)}" for name, value in zip(outputs, values, strict=True)
    )


def gave(got, want, outputs=()):
    """What a function returned, if that isn't of the kind asked for."""
    parts = isinstance(got, tuple) or (isinstance(got, np.ndarray) and got.ndim > 0)
    if len(outputs) > 1 and isinstance(want, tuple) and parts and len(got) == len(outputs):
        return _named(got, outputs)
    several = len(outputs) > 1 and isinstance(want, np.ndarray)
    if several and isinstance(got, np.ndarray) and got.shape == want.shape[1:]:
        return f"{describe(got)}, where {len(outputs)} are asked for"
    several = several and isinstance(got, np.ndarray | tuple)
    count = len(got) if several and (isinstance(got, tuple) or got.ndim) else 1
    if several and count != len(want):
        return f"{count} things, where {len(outputs)} are asked for"
    return describe(got)


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


_FLOATS = (
    "It has to work for plain Python floats as well as for arrays: without a loop over the "
    "elements and without [...], the operations work on all elements at once."
)
_LISTS = (
    "A list isn't an array: use np.max(x), np.mean(x) … instead of x.max(), and x = np.asarray(x) "
    "before you calculate with it."
)

TOO_EARLY = "used before it is made"

# (pattern in the exception's text, name, what to say): the first that is found counts. In the
# words, {1} is what the pattern's first bracket found.
_ADVICE = [
    (
        r"name 'np' is not defined",
        "NumPy not imported",
        "Run the notebook's first code cell: it imports NumPy as np.",
    ),
    (
        r"name '(sqrt|exp|log|log10|log2|cos|sin|pi|mean|median|zeros|arange|array|inf|nan)' "
        r"is not",
        "np. left out",
        "{1} belongs to NumPy: write np.{1}.",
    ),
    (
        r"name 'math' is not defined",
        "math in place of NumPy",
        "Use NumPy's functions, np.sqrt or np.log, instead of math's.",
    ),
    (
        r"local variable '(\w+)'",
        TOO_EARLY,
        "`{1}` is used before the line that gives it its first value: put that line earlier. (A "
        "value of the same name outside the function doesn't count here.)",
    ),
    (
        r"(?:bitwise_xor|type\(s\) for \^)",
        "^ for **",
        "In Python a power is written **; ^ is another thing.",
    ),
    (r"attribute 'like'", "misspelled", "It is one word: np.zeros_like(x), with an underscore."),
    (
        r"module 'numpy' has no attribute '(\w+)'",
        "misspelled",
        "NumPy has no `{1}`: is it spelled otherwise?",
    ),
    (
        r"has no attribute '(pow|power)'",
        "no such method",
        "A power is written x**2; numbers and arrays have no method `{1}`.",
    ),
    (
        r"'list' object has no attribute '(?!append|sort|copy|index|count)(\w+)'",
        "list instead of an array",
        _LISTS,
    ),
    (
        r"has no attribute '(sqrt|exp|log|square|abs|median|sign)'",
        "no such method",
        "Numbers and arrays have no method `{1}`: write np.{1}(x).",
    ),
    (
        r"'numpy.ndarray' object has no attribute 'append'",
        "append to an array",
        "An array can't grow: append to a list, and make it an array with np.array at the end.",
    ),
    (
        r"'numpy.ndarray' object has no attribute '(\w+)'",
        "PyTorch's method",
        "`{1}` isn't a method of NumPy's arrays: is it PyTorch's? Write the formula with *, +, ** "
        "and np.sqrt, and make a new array.",
    ),
    (
        r"high - low < 0",
        "ends exchanged",
        "The lower end comes first: rng.uniform(low, high, n).",
    ),
    (
        r"Supplied output array must be",
        "random for uniform",
        "rng.random takes only how many; rng.uniform(low, high, n) draws between two ends.",
    ),
    (
        r"__round__|round\(\)",
        "rounded",
        "Don't round: keep all digits, and round only what you print.",
    ),
    (
        r"'NoneType'",
        "None used",
        (
            "Something is None here. Methods such as rng.shuffle, append and sort change a thing "
            "in place and return None: use the thing itself afterwards."
        ),
    ),
    (
        r"'[Ee]llipsis'",
        "dots of the stub left",
        "Are the dots of the stub still there? Put your code in their place.",
    ),
    (
        r"(?:unsupported operand|ufunc).*'(?:builtin_function_or_method|function|method)'",
        "call without brackets",
        "A function is used without being called: its brackets are missing.",
    ),
    (
        r"unsupported operand.*'range'",
        "range instead of an array",
        "range isn't an array, one can't calculate with it: np.arange.",
    ),
    (
        r"unsupported operand.*'tuple'",
        "pair not taken apart",
        "A function that returns two values gives a pair. Take it apart, as in theta, S = f(…). Or "
        "is it a row of numbers? Then take one of them, as in x[0], or np.array(x).",
    ),
    (
        r"'int' object is not iterable",
        "range left out",
        "A loop can't run over one number: `for t in range(n)` goes n times round.",
    ),
    (
        r"(?:unsupported operand.*'list'|bad operand.*'list'|multiply sequence|only concatenate)",
        "list instead of an array",
        _LISTS,
    ),
    (
        r"'(?:float|int|numpy.float64|numpy.ndarray)' object is not callable",
        "* missing before a bracket",
        "Is a * missing before a bracket? Or are square brackets meant, as in x[0]? Round ones "
        "call a number or an array as if it were a function.",
    ),
    (
        r"truth value of an array",
        "if on a whole array",
        (
            "An `if` can't decide for a whole array at once: use np.where, or an elementwise "
            "operation."
        ),
    ),
    (
        r"cannot reshape",
        "reshaped with a rest",
        "An array is reshaped only if no number is left over: a last part that is smaller has to "
        "be cut off with a slice.",
    ),
    (
        r"non-broadcastable output",
        "another shape in place",
        "Operators like += keep the shape that the left side has: write S = S + … instead.",
    ),
    (
        r"could not be broadcast",
        "shapes don't fit",
        (
            "Two arrays don't fit together: compare the two shapes. A sum or maximum over axis=1 "
            "fits its matrix again if it keeps its column: keepdims=True."
        ),
    ),
    (
        r"setting an array element with a sequence",
        "several numbers in one place",
        ("One number has room at this place of an array, and several are put there."),
    ),
    (
        r"for axis \d with size 0",
        "nothing in the array",
        "Nothing is in this array, so it has no first entry: what if nothing was found?",
    ),
    (
        r"axis -?\d+ is out of bounds",
        "no such axis",
        "A plain row of numbers has axis 0 only: write axis=0, or leave `axis` out.",
    ),
    (
        r"(?:out of bounds|index out of range)",
        "index too large",
        ("The last index is one less than the length: range(len(x)) goes from 0 to len(x) − 1."),
    ),
    (
        r"(?:indices must be|only integers, slices|as an integer)",
        "index not whole",
        (
            "An index or a size has to be a whole number: is there a / in it? // divides whole "
            "numbers. And a loop over x goes through its numbers; the places are range(len(x))."
        ),
    ),
    (
        r"unexpected keyword argument '(\w+)'",
        "no such argument",
        ("There is no argument `{1}` here: is it spelled otherwise (axis, keepdims)?"),
    ),
    (
        r"takes no arguments",
        "__init__ misspelled",
        "Python calls __init__, with two underscores on either side.",
    ),
    (
        r"takes (\d+) positional arguments? but (\d+) (?:was|were) given",
        "other arguments than in the stub",
        ("Keep the arguments of the stub, in their order; a method has `self` in front of them."),
    ),
    (
        r"positional argument",
        "other arguments than in the stub",
        "Keep the arguments of the stub, in their order; a function that you call gets those that "
        "its `def` names.",
    ),
    (r"maximum recursion depth", "calls itself", "Does the function call itself?"),
    (r"division by zero", "division by zero", "Something is divided by 0 here."),
    (
        r"math domain error",
        "root of a negative number",
        "Is it the root or the logarithm of a negative number?",
    ),
]
RAISES = "raises"
ARRAYS_ONLY = "for arrays only"
NO_METHOD, UNSET, UNDEFINED = "no method of that name", "attribute never set", "undefined name"
MATH, FLOAT = "math in place of NumPy", "float() of an array"
_ON_FLOATS = (
    r"has no len\(\)|of unsized object|not iterable|not subscriptable|invalid index to scalar"
    r"|does not support item assignment|'(?:float|numpy.float64)' object has no attribute"
)
_OWN_ATTRIBUTE = r"'(\w+)' object has no attribute '(\w+)'"
_TYPES = {"float", "int", "list", "tuple", "dict", "str", "NoneType", "ndarray", "function"}

RAISED = {RAISES, NO_METHOD, UNSET, UNDEFINED, ARRAYS_ONLY, MATH, FLOAT}
RAISED |= {name for _, name, _ in _ADVICE}


def advice(raised, arguments=()):
    """A short name for what usually causes an exception, and what mends it.

    What nobody foresaw "raises", and nothing is said to it.

    Parameters
    ----------
    raised : Raised
    arguments : sequence of str, optional
        The arguments of the exercise's function.
    """
    text = raised.text
    if "only length-1 arrays" in text or "only 0-dimensional arrays" in text:
        return _one_number(raised.code)
    for pattern, name, words in _ADVICE:
        if found := re.search(pattern, text):
            return name, words.replace("{1}", found[found.lastindex or 0])
    if raised.on_floats and re.search(_ON_FLOATS, text):
        return ARRAYS_ONLY, _FLOATS
    own = re.search(_OWN_ATTRIBUTE, text)
    if own and own[1] not in _TYPES:
        return _missing_attribute(own[2])
    if missing := re.search(r"name '(\w+)' is not defined", text):
        return _missing_name(missing[1], arguments)
    return RAISES, ""


def _one_number(code):
    if re.search(r"\b(float|int)\(", code):
        return (
            FLOAT,
            "float(…) and int(…) take one number; an array stays an array without them.",
        )
    return (
        MATH,
        "Functions of the math module take one number: use NumPy's, such as np.sqrt, which work on "
        "whole arrays too.",
    )


def _missing_attribute(name):
    if name in ("step", "__init__"):
        return NO_METHOD, f"The class needs a method that is called `{name}`, as in the stub."
    if name in ("theta", "grad"):
        return UNSET, f"`{name}` is an argument of the method: write it without `self.`."
    return UNSET, f"self.{name} was never set: give it a first value in __init__."


_ALSO_CALLED = {
    "learning_rate": ("eta", "lr", "alpha", "rate"),
    "grad": ("g", "gradient"),
    "epsilon": ("eps",),
    "condition": ("kappa",),
}


def _missing_name(name, arguments):
    if name in ("theta", "grad") and tuple(arguments) == ("learning_rate", "beta", "epsilon"):
        return TOO_EARLY, (
            f"`{name}` isn't there yet when the object is made. Start with the number 0, "
            "self.S = 0.0: with the first gradient it takes that one's shape."
        )
    return UNDEFINED, _what_is_meant(name, arguments)


def _what_is_meant(name, arguments):
    if name in arguments:
        return f"A method sees its own arguments only: what __init__ kept is self.{name}."
    for argument in arguments:
        if name in _ALSO_CALLED.get(argument, ()):
            return f"Is the argument `{argument}` meant?"
    if close := difflib.get_close_matches(name, arguments, n=1):
        return f"Is the argument `{close[0]}` meant?"
    if arguments:
        return (
            f"The function knows its arguments ({', '.join(arguments)}) and what it makes itself; "
            f"`{name}` is neither."
        )
    return "Does the function use a name that is neither an argument of the stub nor made in it?"


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
