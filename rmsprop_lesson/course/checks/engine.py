"""Exercises and their checks: probes give observations, a catalogue gives their meaning.

A probe calls the learner's function and records what comes back. The same probes run on the
reference solution, on the valid variants and on every catalogued mistake. A function passes if it
does what the reference does; a mistake has a name only if everything that was seen agrees with
exactly one entry of the catalogue.
"""

import contextlib
import inspect
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np

from ..progress import record as remember
from . import sandbox
from .clues import clues, kept_instead, notebook_data, unused_words
from .diagnosis import MOST_NAMES, Found, agreed
from .mend import mend
from .observe import Odd, Raised, agree, first_difference, record, same
from .own import keep
from .pairs import pairs
from .sayings import SAYINGS, say
from .source import is_stub, stub_of
from .verdict import Verdict, show
from .words import (
    ARRAYS_ONLY,
    RAISED,
    TOO_EARLY,
    advice,
    asked_for,
    at,
    error,
    gave,
    number,
    ratio,
    same_kinds,
)

SECONDS = 5.0  # a right solution takes milliseconds, even with thirty learners on one machine
UNKNOWN = "unknown"
STUB, NOTHING = "still the stub", "returns None"
UNUSED, FOREIGN = "argument not used", "name from the notebook"
ORDERS = {"only the step returned": "", "wrong order returned": "Are they in another order? "}
COUNTS = ("t", "the epoch", "the number of flips")  # they say little: no factor, no half a pair
NOT_LISTED = "This mistake isn't in the catalogue; the hints may help."

# Where the source may say more than the numbers do: names that are no diagnosis, and slips whose
# place is half of it.
RETURNS = ("wrong return", "dict returned", "too few returned", "too many returned")
VAGUE = {
    UNKNOWN,
    *RETURNS,
    "wrong shape",
    NOTHING,
    "endless loop",
    *(RAISED - {ARRAYS_ONLY, "rounded"}),  # more decimals are no mend
}
PLACES = {
    "brackets missing",
    "bracket at the wrong place",
    "* or **",
    "return in the loop",
    "line in the loop",
    "line outside the loop",
    "axis or keepdims",
}
MENDING_SECONDS = 1.0


@dataclass(frozen=True)
class Probe:
    """A question to a function.

    Attributes
    ----------
    name : str
        What it looks at; names the column of the published table.
    text : str
        The numbers, in the learner's words.
    run : callable
        ``run(recorder)`` calls the function through the recorder.
    """

    name: str
    text: str
    run: Callable


class Fresh:
    """A catalogued function with a memory: `make` gives a new one for each comparison."""

    def __init__(self, make):
        self.make = make


class Inferred:
    """A catalogued function with an unknown number in it.

    ``make(observations)`` works the number out from what was seen and returns the function, or
    None if no number fits.
    """

    def __init__(self, make):
        self.make = make


@dataclass(frozen=True)
class Exercise:
    """One source for the notebook, the check, the teacher's guide and the handout.

    Attributes
    ----------
    solution : callable
        The reference; the stub is its signature and docstring.
    lesson : int or None
        None for one that has left the lessons; its check stays for those who have it.
    title, task : str
        Heading and task, in Markdown.
    probes : tuple of Probe
    mistakes : dict
        ``name: (implementation or tuple of implementations, explanation)``.
    variants : dict
        Valid forms, ``name: (implementation or tuple, remark)``: passed, and named.
    hints : tuple of str
        A question, a smaller example or a part of the way, half of the code.
    explanation : str
        Why the solution is what it is.
    outputs : tuple of str
        Names of what the function returns, for the messages.
    draft : callable, optional
        What the learner starts from, if that isn't an empty body: code with a slip, to be mended.
    update : object, optional
        How an update is explained by its parts: ``update.explain(probes, seen)`` gives a `Found`.
    """

    solution: Callable
    lesson: int
    title: str
    task: str
    probes: tuple
    mistakes: dict
    hints: tuple
    explanation: str
    variants: dict = field(default_factory=dict)
    outputs: tuple = ()
    draft: Callable | None = None
    update: object = None

    @property
    def name(self):
        """The name of the function to write."""
        return self.solution.__name__

    @property
    def below(self):
        """What the messages call the average that divides."""
        return "v" if "v" in self.outputs else self.outputs[1] if len(self.outputs) > 1 else "S"

    @property
    def stub(self):
        """Source of what the learner starts from."""
        return stub_of(self.draft or self.solution, self.name, keep_body=self.draft is not None)

    @property
    def argument_names(self):
        """Names of the function's arguments."""
        return tuple(inspect.signature(self.solution).parameters)

    def check(self, function, *, seconds=SECONDS):
        """Check a learner's function, show the verdict in a notebook, and return it.

        A right solution is remembered for `checks.progress`.

        Parameters
        ----------
        function : callable
            The learner's function (or class). It runs guarded: see `sandbox`.
        seconds : float
            Time limit for all probes together.

        Returns
        -------
        Verdict
        """
        verdict = self.judge(function, seconds)
        if verdict.passed:
            remember("exercises", self.name)
            keep(self.name, function)
        return show(verdict)

    def judge(self, function, seconds=SECONDS, foretell=None):
        """Like `check`, without showing anything.

        Parameters
        ----------
        function, seconds
            As in `check`.
        foretell : callable, optional
            ``foretell(verdict)`` is told before each probe, and before the search for the slip's
            place, what the verdict is if it never comes back. A web page needs it, which can only
            end the worker that would say so.
        """
        if not callable(function):
            return self._not_yet(
                "not a function",
                f"Give the function itself: checks.{self.name}({self.name}), "
                "without calling it first.",
            )
        if is_stub(function, self.stub, self.name):
            return self._still_stub()
        progress = []
        if foretell:
            progress = _Foretelling(lambda seen: foretell(self._time_up(seen, seconds)))
        try:
            seen = sandbox.run(lambda: observe(function, self.probes, progress), seconds)
        except sandbox.TimeUp:
            return self._with_place(self._time_up(progress, seconds), function)
        verdict = self._compare(seen)
        if foretell:
            foretell(verdict)  # a search for the place may be what never comes back
        return self._with_place(self._with_names(verdict, function), function)

    def _with_names(self, verdict, function):
        """Say so if what is right leans on the notebook, or if no schedule could set its rate."""
        if not verdict.passed:
            return verdict
        message = verdict.message
        if names := notebook_data(function):
            message += (
                f"\nOne thing more: `{names[0]}` is read from the notebook. Other lessons don't "
                "have it, and take the course's own instead of yours."
            )
        if isinstance(self.solution, type):
            made = sandbox.run(lambda: function(0.1), SECONDS)
            if not hasattr(made, "learning_rate"):
                message += (
                    "\nOne thing more: call the rate self.learning_rate, and read it there in each "
                    "step. A schedule sets it there; with another name, lessons 5 and 7 stop where "
                    "one is used."
                )
        return replace(verdict, message=message)

    def _with_place(self, verdict, function):
        """Say what the source shows: where the slip stands, or what the function leans on."""
        if verdict.passed or verdict.mistake == STUB:
            return verdict
        vague = verdict.mistake in VAGUE
        unused = "" if verdict.mistake in RAISED else unused_words(function)
        unsure = verdict.mistake.startswith("either ") or (vague and verdict.mistake != NOTHING)
        unsure = unsure or (unused and kept_instead(function))
        if unused and unsure and isinstance(function, type):
            return self._leaning(verdict, UNUSED, unused)
        found = self._mend(function, replacing=vague)
        if found and (found.name, verdict.mistake) == ("wrong name", TOO_EARLY):
            return verdict  # the line that names it comes too late: another name is no mend
        if found:
            return self._mended(verdict, found)
        if verdict.mistake == UNKNOWN and notebook_data(function):
            return self._leaning(verdict, FOREIGN, "\n".join(clues(function)))
        if verdict.mistake == UNKNOWN and unused:
            return self._leaning(verdict, UNUSED, unused)
        words = clues(function, verdict.mistake not in RAISED) if vague else ()
        return replace(verdict, message="\n".join([verdict.message, *words]))

    def _mend(self, function, replacing):
        """The small change that mends a function, if there is one and it is found in time."""
        with contextlib.suppress(sandbox.TimeUp):
            return sandbox.run(
                lambda: mend(function, self._works, MENDING_SECONDS, replacing), MENDING_SECONDS
            )
        return None

    def _mended(self, verdict, found):
        """The verdict with the place of the slip; where it had no name for it, with that name."""
        if verdict.mistake in VAGUE:
            # What was guessed beside an unknown part isn't so, if one change mends it all.
            first = verdict.mistake == UNKNOWN
            said = verdict.message.splitlines()[0] if first else verdict.message
            message = f"{said}\n{found.words}"
            return replace(verdict, mistake=found.name, mistakes=(found.name,), message=message)
        if found.name in PLACES and not self._has_a_number_of_its_own(verdict.mistake):
            return replace(verdict, message=f"{verdict.message}\n{found.words}")
        return verdict

    def _has_a_number_of_its_own(self, name):
        """Whether a mistake is a number that shouldn't be there: no bracket mends that."""
        forms = self.mistakes[name][0] if name in self.mistakes else ()
        return any(isinstance(one, Inferred) for one in as_tuple(forms))

    def _leaning(self, verdict, name, words):
        """The verdict on a function that doesn't live on its arguments."""
        message = f"{verdict.message.splitlines()[0]}\n{words}"
        return replace(verdict, mistake=name, mistakes=(name,), message=message)

    def _works(self, function):
        """Whether a function does, probe by probe, what the solution or one valid form does."""
        forms = [f for name in self.variants for f in as_tuple(self.variants[name][0])]
        fitting = [self.solution, *(f for f in forms if callable(f))]
        for probe in self.probes:
            wanted = [_expected(form, probe) for form in fitting]
            records, changed = record(function, probe, wanted)
            fitting = [
                form
                for form, want in zip(fitting, wanted, strict=True)
                if first_difference(records, want) is None
            ]
            if changed or not fitting:
                return False
        return True

    def _compare(self, seen):
        difference = self.difference(self.solution, seen)
        if difference is None:
            return self._right(seen)
        if self._mentions(seen, "NotImplementedError"):
            return self._still_stub()
        if self.update:
            return self._explained(seen, difference)
        for name in self.variants:
            if self._fits(self.variants, name, seen):
                return self._right(seen, name)
        found = [name for name in self.mistakes if self._fits(self.mistakes, name, seen)]
        if len(found) == 1:
            where = self._describe(seen, difference)
            return self._not_yet(found[0], f"{where}\n{self.mistakes[found[0]][1]}")
        together = set() if found or _constant(seen) else self._two_that_fit(seen)
        if len(together) == 1:
            return self._two_mistakes(together.pop(), self._describe(seen, difference))
        if certain := self._agreed_on(together):
            return self._several(certain, self._describe(seen, difference), Found(()))
        return self._unnamed(seen, difference)

    def _agreed_on(self, together):
        """What the pairs of slips that fit agree on, and what may be besides; nothing if little."""
        if set(self.outputs) & set(COUNTS) or not together:
            return ()
        names = set().union(*together)
        if len(together) <= MOST_NAMES and names <= self.mistakes.keys():
            return agreed(together)
        shared = set.intersection(*map(set, together))
        return (*shared, UNKNOWN) if len(shared) == 1 and shared <= self.mistakes.keys() else ()

    def _explained(self, seen, difference):
        """The verdict on an update, by its parts."""
        found = self.update.explain(self.probes, seen)
        if found is None or found.mistakes == (UNKNOWN,):
            return self._listed(seen, difference)
        if any(name.startswith("either ") for name in found.mistakes):
            named = [name for name in self.mistakes if self._fits(self.mistakes, name, seen)]
            if len(named) == 1:
                found = Found(tuple(named))
        broken = "keeps state" not in found.mistakes and self._broken(seen)
        if not found.mistakes and not broken:
            return self._right(seen, *found.variants)
        if broken:
            if not found.mistakes:
                return self._listed(seen, difference)
            verdict = self._unnamed(seen, difference)
            if verdict.mistake not in (UNKNOWN, "keeps state") and (
                verdict.mistake not in RETURNS or "return" not in found.mistakes[0]
            ):
                return self._several(
                    (verdict.mistake, *found.mistakes), verdict.message, found, skip=1
                )
        off = self._averages_off(seen, difference)
        verdict = self._several(found.mistakes, self._describe(seen, difference), found, off=off)
        change = self._first_change(seen)
        return self._and_changed(verdict, change[-1]) if change else verdict

    def _listed(self, seen, difference):
        """The verdict by the list of whole functions, where the parts don't tell."""
        found = [name for name in self.mistakes if self._fits(self.mistakes, name, seen)]
        if len(found) == 1:
            return self._several(found, self._describe(seen, difference), Found(()))
        return self._unnamed(seen, difference)

    def _several(self, names, start, found, skip=0, off=()):
        lines = [start]
        for place, name in enumerate(names):
            if place >= skip:
                lines.append(("Then: " if place else "") + self._say(name, off))
        for name in found.variants:
            lines.insert(1, f"Fine as it is: {name}.")
        return Verdict(self.name, False, names[0], "\n".join(lines), mistakes=tuple(names))

    def _say(self, name, off=()):
        """What is said to a mistake, or to two of which it is one; `off`: the averages that are."""
        average = getattr(name, "of", "") or (off[0] if len(off) == 1 else self.below)
        if name in ORDERS and name not in self.mistakes:
            return f"{ORDERS[name]}Return {' and '.join(self.outputs)}, in this order."
        if name == UNKNOWN:
            return "Something is off that has no name here; the numbers above show where."
        if name.startswith("either "):
            names = sorted({*self.mistakes, *SAYINGS}, key=len, reverse=True)
            parts = re.findall("|".join(map(re.escape, names)), name)  # "and" is in names, too
            return " Or: ".join(self._saying(part, average) for part in parts)
        text = self._saying(name, average)
        note = getattr(name, "note", "")
        return f"Found: {note}. {text}" if note else text

    def _saying(self, name, average):
        if name in self.mistakes:
            return self.mistakes[name][1]
        text = say(name, average)
        return (
            text.replace("β", "ρ").replace("beta", "rho") if "rho" in self.argument_names else text
        )

    def saying(self, mistake):
        """Return what is said to a mistake, by its name; empty to one that has no sentence."""
        with contextlib.suppress(KeyError):
            return self._say(mistake)
        return ""

    def _broken(self, seen):
        """Whether a probe ended before its end, or something else than numbers came back."""
        for probe, runs in zip(self.probes, seen, strict=True):
            expected = _expected(self.solution, probe)
            for records, _ in runs:
                if len(records) != len(expected):
                    return True
                for (_, value), (_, want) in zip(records, expected, strict=True):
                    if not isinstance(value, np.ndarray) or value.shape != want.shape:
                        return True
        return False

    @cached_property
    def _pairs(self):
        """Every two slips of the catalogue, a valid form among them or not, that can meet."""
        groups = (self.variants, self.mistakes)
        slips = [(name, f) for group in groups for name in group for f in as_tuple(group[name][0])]
        return pairs(slips)

    def _two_that_fit(self, seen):
        """The names of all pairs that explain what was seen."""
        return {names for names, both in self._pairs if self.difference(both, seen) is None}

    def _two_mistakes(self, names, where):
        """The verdict on two slips at once; a valid form among them is none."""
        form = [f"This is a valid form: {self.variants[n][1]}" for n in names if n in self.variants]
        wrong = tuple(name for name in names if name in self.mistakes)
        if not wrong:
            return Verdict(self.name, True, None, "\n".join(form), " and ".join(names))
        words = [self.mistakes[name][1] for name in wrong]
        message = "\n".join([where, *form, *words])
        return Verdict(self.name, False, wrong[0], message, mistakes=wrong)

    def _fits(self, group, name, seen):
        return any(self.difference(one, seen) is None for one in as_tuple(group[name][0]))

    def names_that_fit(self, seen):
        """Every name in the catalogue that agrees with what was seen; "right" for the reference."""
        right = ["right"] if self.difference(self.solution, seen) is None else []
        return right + [
            name
            for group in (self.variants, self.mistakes)
            for name in group
            if self._fits(group, name, seen)
        ]

    def difference(self, implementation, seen):
        """Where a catalogued function first does something else than what was seen, or None.

        Returns
        -------
        (int, int, list) or None
            Index of the probe, index of the record, and the records of the catalogued function.
        """
        function = instantiate(implementation, seen)
        if function is None:
            return 0, 0, []
        for position, (probe, runs) in enumerate(zip(self.probes, seen, strict=True)):
            for records, _ in runs:
                if function is implementation:
                    expected = _expected(function, probe)
                else:
                    expected = trusted(function, probe, [records])
                index = first_difference(records, expected)
                if index is not None:
                    return position, index, expected
        return None

    def _first_change(self, seen):
        """The probe, the call and the argument that was changed first; None if none was."""
        for probe, runs in zip(self.probes, seen, strict=True):
            for _, changed in runs:
                if changed:
                    return probe, *changed[0]
        return None

    def _and_changed(self, verdict, argument):
        """The verdict on a function that also changes an argument."""
        words = (
            f"Then: The caller's {self._argument(argument)} is changed, too: operators like += and "
            "*= work in place. Make a new array."
        )
        mistakes = (*verdict.mistakes, "changes its arguments")
        return replace(verdict, message=f"{verdict.message}\n{words}", mistakes=mistakes)

    def _argument(self, argument):
        """The name of an argument, if that or its place is given."""
        if isinstance(argument, str):
            return argument
        return self.argument_names[min(argument, len(self.argument_names) - 1)]

    def _right(self, seen, *variants):
        if change := self._first_change(seen):
            return self._changed(*change)
        if variants:
            remarks = "\n".join(
                f"This is a valid form: {self.variants[name][1]}" for name in variants
            )
            return Verdict(self.name, True, None, remarks, variants[0])
        count = len(self.probes)
        return Verdict(self.name, True, None, f"All {count} probes agree with the reference.")

    def _changed(self, probe, label, argument):
        argument = self._argument(argument)
        return self._not_yet(
            "changes its arguments",
            f"The numbers are right, but your function changed the caller's {argument} "
            f"({probe.name}, {label}).\n"
            f"Operators like += and *= and writing to {argument}[...] change an array in place: "
            "make a new one, or copy first.",
        )

    def _unnamed(self, seen, difference):
        probe_number, index, expected = difference
        again = self._not_repeatable(seen)
        if again:
            return again
        records = seen[probe_number][0][0]
        got = records[index][1] if index < len(records) else None
        want = expected[index][1] if index < len(expected) else None
        where = self._describe(seen, difference)
        if isinstance(got, Raised):
            name, words = advice(got, self.argument_names)
            return self._not_yet(name, f"{where}\n{words}".rstrip())
        if got is None:
            return self._not_yet(
                NOTHING, f"{where}\nIs there a `return` at its end, also in each `if`?"
            )
        if isinstance(got, Odd | str) or type(got) is not type(want):
            name = self._returned(got, want)
            return self._not_yet(name, f"{where}\n{asked_for(want, self.outputs)}")
        if isinstance(got, np.ndarray) and got.shape != want.shape:
            alone = got.shape == want.shape[1:]
            fewer = len(self.outputs) > 1 and (alone or got.shape[:1] != want.shape[:1])
            more = want.ndim > 0 and got.shape[1:] == want.shape
            name = self._returned(got, want) if fewer or more else "wrong shape"
            return self._not_yet(name, f"{where}\n{asked_for(want, self.outputs)}")
        return self._not_yet(
            UNKNOWN,
            f"{where}\n{NOT_LISTED}",
        )

    def _returned(self, got, want):
        """The name of a return that isn't of the kind asked for."""
        several = len(self.outputs) > 1
        results = got if isinstance(got, tuple) else (got,)
        if several and any(isinstance(one, dict) for one in results):
            return "dict returned"
        arrays = isinstance(got, np.ndarray) and isinstance(want, np.ndarray)
        rows = arrays and got.ndim == want.ndim > 0 and got.shape[1:] == want.shape[1:]
        if several and (isinstance(got, tuple) or rows) and len(got) != len(self.outputs):
            return "too few returned" if len(got) < len(self.outputs) else "too many returned"
        return "wrong return"

    def _not_repeatable(self, seen):
        for probe, runs in zip(self.probes, seen, strict=True):
            index = first_difference(runs[1][0], runs[0][0])
            if index is not None:
                return self._not_yet(
                    "keeps state",
                    f"Asked twice the same ({probe.name}), your function answered differently "
                    f"({at(runs[0][0], index)}).\n"
                    "Does it keep something between calls (a global variable, an attribute, a "
                    "default argument), or use random numbers?",
                )
        return None

    def _describe(self, seen, difference):
        """Name the first number that is off, with the probe and the right value."""
        probe_number, index, expected = difference
        probe, runs = self.probes[probe_number], seen[probe_number]
        records = next((r for r, _ in runs if first_difference(r, expected) == index), runs[0][0])
        place = probe.text
        if index >= len(records) or index >= len(expected):
            return f"{place}: {at(records, index)}, but {at(expected, index)} was expected."
        label, got = records[index]
        _, want = expected[index]
        if isinstance(got, Raised):
            return f"{place}, {label}: your function raised {error(got)}."
        if not same_kinds(got, want):
            return f"{place}, {label}: your function gave {gave(got, want, self.outputs)}."
        return f"{place}, {label}: {self._first_number(got, want)}"

    def _first_number(self, got, want):
        """ "S[0] is 9, but should be 0.9 (10 times too large)"; state before parameters."""
        name = self.outputs[0] if len(self.outputs) == 1 else "the result"
        if isinstance(got, tuple) or (self.outputs and got.ndim and len(got) == len(self.outputs)):
            part = max(_parts_off(got, want))
            got, want = got[part], want[part]
            name = self.outputs[part] if part < len(self.outputs) else name
        wrong = ~agree(got, want)
        index = tuple(int(i) for i in np.argwhere(np.atleast_1d(wrong))[0]) if got.ndim else ()
        bracket = f"[{', '.join(map(str, index))}]" if index else ""
        a, b = float(got[index]), float(want[index])
        factor = "" if name in COUNTS else ratio(a, b)
        return f"{name}{bracket} is {number(a, b)}, but should be {number(b, a)}{factor}."

    def _averages_off(self, seen, difference):
        """The names of the averages that aren't what they should be where something first isn't."""
        probe, index, expected = difference
        got, want = seen[probe][0][0][index][1], expected[index][1]
        if len(self.outputs) < 2 or _shapes(got) != _shapes(want):
            return ()
        return [self.outputs[part] for part in _parts_off(got, want) if part]

    def _mentions(self, seen, kind):
        return any(
            isinstance(value, Raised) and value.kind == kind
            for runs in seen
            for records, _ in runs
            for _, value in records
        )

    def _still_stub(self):
        if self.draft is None:
            todo = "Replace the dots by your code"
        else:
            todo = "This is the code as you found it. Mend it"
        return self._not_yet(STUB, f"{todo}, run the cell, then run this one again.")

    def _time_up(self, progress, seconds):
        where = f" ({progress[-1].text})" if progress else ""
        return self._not_yet(
            "endless loop",
            f"Your function had not come back after {seconds:g} s{where}, and was stopped.\n"
            "Does every loop in it come to an end?",
        )

    def _not_yet(self, mistake, message):
        return Verdict(self.name, False, mistake, message, mistakes=(mistake,))


class _Foretelling(list):
    """A list that calls a function with itself whenever something was appended."""

    def __init__(self, tell):
        super().__init__()
        self.tell = tell

    def append(self, item):
        super().append(item)
        self.tell(self)


def observe(function, probes, progress=None):
    """Run every probe twice in a row, so that a function that remembers gives itself away.

    Returns
    -------
    list of list of (records, changed)
        Per probe, its two runs.
    """
    seen = []
    for probe in probes:
        if progress is not None:
            progress.append(probe)
        seen.append([record(function, probe) for _ in range(2)])
    return seen


@contextlib.contextmanager
def quiet():
    """No NumPy warnings from wrong implementations that divide by zero."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def trusted(function, probe, like=None):
    """The records of a probe on a function of the catalogue, without a guard or warnings."""
    with quiet():
        return record(function, probe, like)[0]


# The catalogue's functions without a memory always do the same.
_expected = cache(trusted)


def instantiate(implementation, seen):
    """The function behind an entry of the catalogue; None if nothing like it was seen."""
    if isinstance(implementation, Inferred):
        return implementation.make(seen)
    return implementation.make() if isinstance(implementation, Fresh) else implementation


def _constant(seen):
    """Whether all that was seen is one number, again and again: two slips can't be read off it."""
    values = [value for runs in seen for _, value in runs[0][0]]
    numbers = [value.ravel() for value in values if isinstance(value, np.ndarray)]
    if not numbers:
        return False
    every = np.concatenate(numbers)
    return len(np.unique(np.where(np.isfinite(every), every, np.nan))) == 1


def _shapes(value):
    """The shape of a result, or of each of its parts; None for what is no array."""
    parts = value if isinstance(value, tuple) else (value,)
    return [getattr(part, "shape", None) for part in parts]


def _parts_off(got, want):
    """Which of several results aren't what they should be."""
    pairs = enumerate(zip(got, want, strict=True))
    return [i for i, (a, b) in pairs if not same(np.asarray(a), np.asarray(b))]


def as_tuple(implementations):
    """One implementation or several, as a tuple."""
    return implementations if isinstance(implementations, tuple) else (implementations,)
