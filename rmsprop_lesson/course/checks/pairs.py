"""Functions put together from parts, any of which may be wrong: one slip, or two together."""

from functools import wraps
from itertools import combinations


class Slip:
    """A function with some of its parts exchanged; behaves like that function.

    Attributes
    ----------
    build : callable
        ``build(**parts)`` makes the function; without parts it makes the right one.
    parts : dict
        The parts that differ.
    """

    def __init__(self, build, parts):
        self.build, self.parts = build, parts
        self._function = build(**parts)

    def __call__(self, *args, **settings):
        return self._function(*args, **settings)

    def joined(self, other):
        """Both slips in one function, or None where they can't happen together."""
        if self.build is not other.build or self.parts.keys() & other.parts.keys():
            return None
        return Slip(self.build, self.parts | other.parts)


def parts(build):
    """Decorate a function that makes implementations: what it makes remembers its parts.

    Examples
    --------
    >>> @parts
    ... def scaled(factor=2.0, shift=0.0):
    ...     return lambda x: factor * x + shift
    >>> scaled(factor=3.0).joined(scaled(shift=1.0))(10.0)
    31.0
    """

    @wraps(build)
    def slip(**parts):
        return Slip(build, parts)

    return slip


def pairs(entries):
    """Every two slips with different names that can happen together.

    Parameters
    ----------
    entries : iterable of (str, callable)
        Names and functions; what is no `Slip` joins with nothing.

    Returns
    -------
    list of ((str, str), Slip)
    """
    slips = [(name, one) for name, one in entries if isinstance(one, Slip)]
    found = []
    for (first, one), (second, other) in combinations(slips, 2):
        if first != second and (both := one.joined(other)):
            found.append(((first, second), both))
    return found
