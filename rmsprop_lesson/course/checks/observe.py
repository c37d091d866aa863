"""What a function did, as plain data: numbers, words, exceptions; nothing of the learner's own.

Everything that touches an object of the learner happens here, inside the guarded thread.
"""

import copy
import linecache
from dataclasses import dataclass, replace

import numpy as np

from .sandbox import Stop

TOLERANCE = 1e-4  # relative: accepts ε on either side of the root, tells every mistake apart
_ATOL = 1e-15
_MOST_NUMBERS = 1_000_000
_MOST_ITEMS = 2_000


@dataclass(frozen=True)
class Odd:
    """A returned thing that holds no numbers."""

    what: str


@dataclass(frozen=True)
class Raised:
    """An exception, shown short."""

    kind: str
    text: str
    line: int | None = None
    code: str = ""
    on_floats: bool = False  # the function had been given a plain float, not an array

    @property
    def undefined(self):
        """Whether it stands for a number that does not exist, which NumPy would call NaN."""
        return self.kind in {"ZeroDivisionError", "OverflowError", "FloatingPointError"} or (
            self.kind == "ValueError" and "math domain" in self.text
        )


class _Ended(Exception):
    """The probe can't go on."""


def plain(value, depth=0):
    """Copy a value into plain data.

    Numbers, arrays and rectangular sequences of them become one float64 array (complex numbers
    NaN), other sequences tuples, mappings dicts; None and strings stay; anything else is `Odd`.
    """
    if value is None or type(value) is str:
        return value if value is None else value[:200]
    if isinstance(value, dict) and len(value) <= _MOST_ITEMS and depth < 4:
        return {str(key)[:60]: plain(item, depth + 1) for key, item in value.items()}
    numbers = _numbers(value)
    if numbers is not None:
        return numbers
    if isinstance(value, list | tuple) and len(value) <= _MOST_ITEMS and depth < 4:
        return tuple(plain(item, depth + 1) for item in value)
    return Odd(_kind(value))


def _numbers(value):
    """`value` as a new float64 array, or None if it isn't numbers of one shape."""
    if _count(value) > _MOST_NUMBERS:
        return None
    try:
        array = np.asarray(value)
    except Exception:  # ragged, or an __array__ that fails
        return None
    if array.dtype.kind == "c":
        return np.where(array.imag == 0, array.real, np.nan)
    if array.dtype.kind not in "biuf" or array.size > _MOST_NUMBERS:
        return None
    return array.astype(np.float64)


def _count(value, depth=0):
    """How many numbers there are in a value; infinitely many if it isn't made of numbers."""
    if isinstance(value, bool | int | float | complex | np.generic):
        return 1
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, list | tuple) and depth < 5 and len(value) <= _MOST_NUMBERS:
        return sum(_count(item, depth + 1) for item in value)
    return value.size if hasattr(type(value), "__array__") else np.inf


def _kind(value):
    if isinstance(value, np.ndarray | list | tuple | dict):
        return f"a very large or nested {type(value).__name__}, or one that holds no numbers"
    name = type(value).__name__[:40]
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"


def describe_error(error, code=None):
    """An exception as `Raised`, with the last line of the learner's own code that it passed."""
    try:
        text = " ".join(str(error).split())
    except Stop:
        raise
    except BaseException:
        text = ""
    text = text if len(text) <= 160 else text[:157] + "..."
    line, source = None, ""
    trace = error.__traceback__
    while trace is not None and code is not None:
        if trace.tb_frame.f_code.co_filename == code.co_filename:
            line = trace.tb_lineno
            source = linecache.getline(code.co_filename, line).strip()
            line = max(line - code.co_firstlineno + 1, 0)  # 0: in a helper above the function
        trace = trace.tb_next
    return Raised(type(error).__name__[:60], text, line, source[:90])


class Recorder:
    """Calls a function on behalf of a probe and notes what comes back, and what it did.

    Parameters
    ----------
    function : callable
    like : list of records, optional
        The probe ends as soon as what was seen is like none of them.

    Attributes
    ----------
    records : list of (str, plain data)
        What was seen, in order, under its label.
    changed : list of (str, int or str)
        The calls that changed one of their arguments: label, and the argument's position or name.
    """

    def __init__(self, function, like=None):
        self.function, self.like = function, like
        self.code = getattr(function, "__code__", None) if _is_function(function) else None
        self.records = []
        self.changed = []
        self._given = []  # kept, so that no two have one id, by which S may be looked up

    def call(self, label, *args, keep=True, function=None, names=()):
        """Call with copies of `args`; record and return the result as plain data.

        `names` are those of the arguments, if they aren't the exercise's own.
        """
        given = [_copy(arg) for arg in args]
        self._given.append(given)
        try:
            result = plain((function or self.function)(*given))
            self._compare_arguments(label, args, given, names)
        except Stop:
            raise
        except BaseException as error:
            on_floats = any(isinstance(arg, float) for arg in args[:1])
            raised = replace(describe_error(error, self.code), on_floats=on_floats)
            self._add(label, raised)
            raise _Ended from None
        if keep:
            self._add(label, result)
        return result

    def make(self, *args):
        """Call and return the raw object, for functions that are classes; not recorded."""
        try:
            return self.function(*args)
        except Stop:
            raise
        except BaseException as error:
            self._add("making the object", describe_error(error, self.code))
            raise _Ended from None

    def method(self, thing, name):
        """A method of an object that the learner's class made; its absence is recorded."""
        try:
            return getattr(thing, name)
        except Stop:
            raise
        except BaseException as error:
            self._add(f"its method {name}", describe_error(error, self.code))
            raise _Ended from None

    def note(self, label, value):
        """Record something that the probe worked out from results, or a result itself."""
        self._add(label, value if isinstance(value, Odd) else plain(value))

    def end(self):
        """End the probe: what came back can't be used further."""
        raise _Ended

    def _add(self, label, value):
        self.records.append((label, value))
        if self.like is not None:
            self.like = [one for one in self.like if _agrees(self.records, one)]
            if not self.like:
                raise _Ended

    def _compare_arguments(self, label, before, after, names):
        for position, (old, new) in enumerate(zip(before, after, strict=True)):
            if isinstance(old, np.ndarray):
                unchanged = old.shape == new.shape and np.array_equal(old, new, equal_nan=True)
            else:
                unchanged = not isinstance(old, list) or old == new
            if not unchanged:
                self.changed.append((label, names[position] if names else position))


def _copy(arg):
    """A copy that the learner's function may spoil."""
    if isinstance(arg, np.ndarray):
        return arg.copy()
    return arg * 1.0 if type(arg) is float else copy.deepcopy(arg)


def _agrees(records, others):
    """Whether the last of the records is the same among others, or no more to be compared."""
    place = len(records) - 1
    if place >= len(others):
        return any(isinstance(value, Raised) for _, value in others)
    (label, value), (other, want) = records[place], others[place]
    return label == other and same(value, want)


def _is_function(function):
    return type(function).__name__ == "function"


def record(function, probe, like=None):
    """Run one probe on a function.

    Returns
    -------
    records, changed : list
        See `Recorder`, also for `like`.
    """
    recorder = Recorder(function, like)
    try:
        probe.run(recorder)
    except _Ended:
        pass
    except Stop:
        raise
    except Exception as error:  # the probe stumbled over what it got back
        recorder.records.append(("result", Odd(f"unusable ({type(error).__name__})")))
    return recorder.records, recorder.changed


def array_seen(seen, probe=0, record=0):
    """What a function gave, as an array: a slip with an unknown number is inferred from it.

    Returns
    -------
    array or None
        None where there is no such record, or it isn't made of numbers.
    """
    records = seen[probe][0][0]
    value = records[record][1] if record < len(records) else None
    return value if isinstance(value, np.ndarray) else None


def number_seen(seen, probe=0, record=0):
    """Like `array_seen`, for one number; a float or None."""
    value = array_seen(seen, probe, record)
    return float(value) if value is not None and value.ndim == 0 else None


def same(a, b, tolerance=TOLERANCE):
    """Whether two pieces of plain data agree; all numbers that aren't finite count as one."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and bool(agree(a, b, tolerance).all())
    if isinstance(a, Raised) or isinstance(b, Raised):
        return _same_raised(a, b)
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b


def agree(a, b, tolerance=TOLERANCE):
    """Elementwise agreement of two arrays of one shape."""
    finite = np.isfinite(a) & np.isfinite(b)
    a_or_0, b_or_0 = np.where(finite, a, 0), np.where(finite, b, 0)
    gap = np.abs(a_or_0 - b_or_0)
    slack = _ATOL if tolerance else 0
    close = gap <= tolerance * np.maximum(np.abs(a_or_0), np.abs(b_or_0)) + slack
    return np.where(finite, close, np.isfinite(a) == np.isfinite(b))


def _same_raised(a, b):
    if isinstance(a, Raised) and isinstance(b, Raised):
        return (a.kind, a.text) == (b.kind, b.text) or (a.undefined and b.undefined)
    raised, other = (a, b) if isinstance(a, Raised) else (b, a)
    arrays = other if isinstance(other, tuple) else (other,)
    return raised.undefined and any(
        isinstance(array, np.ndarray) and not np.isfinite(array).all() for array in arrays
    )


def first_difference(seen, expected):
    """The first index at which two lists of records differ, or None.

    A calculation that one side could not finish, because a number did not exist, is compared up
    to that point: the other side has NaN there.
    """
    for index, ((label, a), (other, b)) in enumerate(zip(seen, expected, strict=False)):
        if label != other or not same(a, b):
            return index
        if isinstance(a, Raised) or isinstance(b, Raised):
            return None
    return None if len(seen) == len(expected) else min(len(seen), len(expected))
