"""Checks of arguments, shared by the package: each raises at once and says what is allowed."""

import numbers
from inspect import Parameter, signature

import numpy as np

# The largest gradient that can be squared, and the squares of 10^8 steps summed, without overflow.
GRADIENT_LIMIT = {np.dtype(np.float64): 1e150, np.dtype(np.float32): 1e15}
# Types that surely hold nothing but their numbers, and need no second look.
PLAIN = {np.ndarray, float, np.float64, np.float32}


def check_number(name, value, is_allowed, allowed):
    """Return `value` as a float, or as a read-only float array for a grid of settings.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : float or array_like of float
        What the caller gave.
    is_allowed : callable
        Elementwise test, ``is_allowed(array) -> bool array``.
    allowed : str
        What is allowed, in words.

    Raises
    ------
    TypeError
        If `value` is not a real number or an array of real numbers.
    ValueError
        If an element is not finite or fails `is_allowed`; the message gives its index.
    """
    array = _real_array(name, value, allowed)
    bad = ~(np.isfinite(array) & is_allowed(array))
    if bad.any():
        raise ValueError(f"{name} must be {allowed}, got {_first(array, bad)}")
    if array.ndim == 0:
        return float(array)
    array.flags.writeable = False
    return array


def check_scalar(name, value, is_allowed, allowed):
    """Return one number as `check_number` does; an array raises TypeError."""
    number = check_number(name, value, is_allowed, allowed)
    if np.ndim(number):
        raise TypeError(f"{name} must be one number, {allowed}, got shape {np.shape(number)}")
    return number


def as_array(value):
    """Return `value` as an array, of dtype object where it is none (a ragged list, say)."""
    try:
        return np.asarray(value)
    except Exception:  # an object may answer NumPy with anything
        return np.asarray(None)


def _real_array(name, value, allowed):
    array = as_array(value)
    if array.dtype.kind not in "iuf" or array.size == 0:
        raise TypeError(f"{name} must be a number, {allowed}, got {_short(value)}")
    with np.errstate(over="ignore"):  # a long double beyond float64 becomes inf and is refused
        return array.astype(np.float64)


def _first(array, bad):
    """Describe the first bad element of `array`: its value, and its index unless it is a scalar."""
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    return f"{array[index]}{where}"


def _short(value):
    try:
        text = repr(value)
    except ValueError:  # Python refuses to print an integer of more than 4300 digits
        text = f"a very long {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."


def check_flag(name, value):
    """Return `value` as a bool; anything but True or False raises TypeError."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {_short(value)}")
    return bool(value)


def check_count(name, value, least=0, most=None):
    """Return `value` as an int from `least` to `most`, or raise TypeError or ValueError."""
    allowed = f"at least {least}" + ("" if most is None else f" and at most {most}")
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number of {allowed}, got {_short(value)}")
    if value < least or (most is not None and value > most):
        raise ValueError(f"{name} must be {allowed}, got {_short(value)}")
    return int(value)


def check_seed(value):
    """Return the seed of a random stream as an int of at least 0, or raise as `check_count`."""
    return check_count("seed", value)


def check_has(name, value, *attributes):
    """Return `value` if it has the attributes, or raise TypeError; a class in place of an object
    has them, too, and is refused."""
    missing = [attribute for attribute in attributes if not hasattr(value, attribute)]
    if missing or isinstance(value, type):
        raise TypeError(f"{name} must have {', '.join(attributes)}, got {_short(value)}")
    return value


def takes(function, name):
    """Whether a function, a method say, can be given an argument of this name."""
    try:
        parameters = signature(function).parameters.values()
    except (TypeError, ValueError):  # a builtin that doesn't tell
        return False
    return any(p.name == name or p.kind is Parameter.VAR_KEYWORD for p in parameters)


def check_data(data):
    """Return a data set if it has the four arrays of `load_mnist`, or raise TypeError."""
    parts = [f"{part}_{what}" for part in ("train", "test") for what in ("images", "labels")]
    return check_has("data", data, *parts)


def check_plain(name, value):
    """Raise TypeError if `value` is more than its numbers: labels or a mask would be lost.

    Two Series with the same labels in another order would be combined by place.
    """
    for extra in ("iloc", "coords", "mask"):  # pandas, xarray, masked arrays
        if hasattr(value, extra):
            raise TypeError(
                f"{name} must be plain numbers, got {type(value).__name__}, whose labels or mask "
                f"would be lost; give its values, as numpy.asarray({name}) does"
            )


def check_parameters(name, value):
    """Return `value` as a float64 or float32 array; a Python float counts as float64.

    Raises
    ------
    TypeError
        If it holds integers, complex numbers, half or extended precision, or no numbers at all,
        or has labels or a mask.
    """
    if type(value) not in PLAIN:
        check_plain(name, value)
    array = np.asarray(value) if type(value) in PLAIN else as_array(value)
    if array.dtype not in GRADIENT_LIMIT:
        hint = "; write 2.0 instead of 2" if array.dtype.kind in "iu" else ""
        raise TypeError(
            f"{name} must be a float or an array of float64 or float32, "
            f"got {_short(value)} ({array.dtype}){hint}"
        )
    return array


def check_gradient(grad, theta):
    """Return `grad` as an array of θ's dtype, with θ's shape and no unusable element.

    Raises
    ------
    TypeError
        If `grad` does not hold real numbers.
    ValueError
        If its shape is not θ's, or an element is NaN, infinite, or larger in magnitude than
        `GRADIENT_LIMIT` (its square could not be summed); the message gives the index.
    """
    if type(grad) not in PLAIN:
        check_plain("grad", grad)
    given = np.asarray(grad) if type(grad) in PLAIN else as_array(grad)
    if given.dtype.kind not in "iuf":
        raise TypeError(f"grad must be a number or an array of numbers, got {_short(grad)}")
    if given.shape != theta.shape:
        raise ValueError(f"grad must have theta's shape {theta.shape}, got shape {given.shape}")
    limit = GRADIENT_LIMIT[theta.dtype]
    with np.errstate(all="ignore"):
        array = given.astype(theta.dtype, copy=False)
        # Fast path: Σg² ≤ limit² is one dot product, and false for NaN and infinity.
        if np.vdot(array, array) <= limit * limit:
            return array
        bad = ~(np.abs(array) <= limit)
    if bad.any():
        raise ValueError(
            f"grad must be finite, with magnitudes up to {limit:g} in {theta.dtype}, "
            f"got {_first(given, bad)}"
        )
    return array


def check_out(out, shape, dtype):
    """Raise TypeError or ValueError unless `out` is an array that can take such a result."""
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be an array, got {type(out).__name__}")
    if (out.shape, out.dtype) != (shape, dtype) or not out.flags.writeable:
        locked = "" if out.flags.writeable else ", read-only"
        raise ValueError(
            f"out must be a writeable array of shape {shape} and dtype {dtype}, "
            f"got shape {out.shape} and dtype {out.dtype}{locked}"
        )


def check_state(state, names):
    """Return copies of an optimiser's running quantities, and their (shape, dtype).

    Both are empty for an empty state, which stands for that before the first step.

    Raises
    ------
    TypeError
        If `state` is no dict, or an entry doesn't hold float64 or float32.
    ValueError
        If its names are not `names`, or shape or precision differ among its entries.
    """
    if not isinstance(state, dict):
        raise TypeError(f"state must be a dict of arrays, got {_short(state)}")
    if not state:
        return {}, None
    if state.keys() != set(names):
        wanted = ", ".join(names) or "no entries"
        raise ValueError(f"state must have {wanted}, got {', '.join(map(str, state))}")
    copies = {name: np.array(check_parameters(f"state[{name!r}]", state[name])) for name in names}
    likes = {(copy.shape, copy.dtype) for copy in copies.values()}
    if len(likes) > 1:
        shapes = ", ".join(f"{shape} of {dtype}" for shape, dtype in likes)
        raise ValueError(f"state must be of one shape and precision, got {shapes}")
    return copies, likes.pop()
