"""What each explorer can be given: ``js/settings.mjs`` says it, for here and for the browser."""

import json
from pathlib import Path

from ..._validate import check_count, check_flag, check_number

_SOURCE = Path(__file__).with_name("js") / "settings.mjs"


def _between(low, high):
    def check(name, value):
        allowed = f"one number from {low:g} to {high:g}"
        number = check_number(name, value, lambda x: (x >= low) & (x <= high), allowed)
        if not isinstance(number, float):
            raise TypeError(f"{name} must be {allowed}, got an array")
        return number

    return check


def _count(low, high):
    return lambda name, value: check_count(name, value, low, high)


def _one_of(*allowed):
    def check(name, value):
        for one in allowed:
            if type(one) is str and isinstance(value, str) and one == value:
                return one
            if type(one) is float and isinstance(value, int | float) and one == value:
                return one
        raise ValueError(f"{name} must be one of {', '.join(map(str, allowed))}, got {value!r}")

    return check


def _some_of(*allowed):
    def check(name, value):
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list | tuple):
            raise TypeError(f"{name} must be a list of optimisers, got {value!r}")
        chosen = [_one_of(*allowed)(name, one) for one in given]
        return [one for one in allowed if one in chosen]

    return check


def _list(name, value, what):
    if not isinstance(value, list | tuple) and not hasattr(value, "tolist"):
        raise TypeError(f"{name} must be {what}, got {value!r}")
    return list(value.tolist() if hasattr(value, "tolist") else value)


def _point(*limits):
    def check(name, value):
        parts = _list(name, value, "two numbers")
        if len(parts) != 2:
            raise ValueError(f"{name} must be two numbers, got {value!r}")
        each = enumerate(zip(limits, parts, strict=True))
        return [_between(*limit)(f"{name}[{i}]", x) for i, (limit, x) in each]

    return check


def _numbers(count, low, high):
    def check(name, value):
        what = f"{count} numbers from {low:g} to {high:g}"
        parts = _list(name, value, what)
        if len(parts) != count:
            raise ValueError(f"{name} must be {what}, got {len(parts)}")
        return [_between(low, high)(f"{name}[{i}]", x) for i, x in enumerate(parts)]

    return check


def _verdicts(name, value):
    """Verdicts on claims, {"A7": {"choice": 0, "sure": 0.75}}; sure is None where nobody asked."""
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be a dict of verdicts, got {value!r}")
    for claim, verdict in value.items():
        if not isinstance(verdict, dict) or set(verdict) != {"choice", "sure"}:
            raise ValueError(f"{name}[{claim!r}] must have choice and sure, got {verdict!r}")
    return value


def _check(setting):
    """The check of a setting, as its description asks for it."""
    limits = setting.get("from"), setting.get("to")
    if "one of" in setting:
        return _one_of(*setting["one of"])
    if "some of" in setting:
        return _some_of(*setting["some of"])
    if "point" in setting:
        return _point(*setting["point"])
    if "numbers" in setting:
        return _numbers(setting["numbers"], *limits)
    if "verdicts" in setting:
        return _verdicts
    if "from" not in setting:
        return check_flag
    return _count(*limits) if setting.get("whole") else _between(*limits)


def _described():
    text = _SOURCE.read_text(encoding="utf-8").partition("export const SETTINGS = ")[2]
    return json.JSONDecoder().raw_decode(text)[0]


def _setting(name, described):
    """(default, check); the default as the check returns it: 2.0 where the file has 2."""
    default, check = described["default"], _check(described)
    return (default if default is None else check(name, default)), check


# Explorer → setting → (default, check). A default t of None is the last step.
SETTINGS = {
    explorer: {name: _setting(name, described) for name, described in own.items()}
    for explorer, own in _described().items()
}
METHODS = tuple(_described()["valley"]["shown"]["some of"])


def checked(explorer, given):
    """Return all settings of an explorer, those given checked, the others by default.

    Raises
    ------
    TypeError, ValueError
        If a setting has another name, or isn't what it may be.
    """
    known = SETTINGS[explorer]
    if unknown := [name for name in given if name not in known]:
        raise TypeError(
            f"the explorer {explorer!r} has no setting {unknown[0]!r}; it has {', '.join(known)}"
        )
    settings = {name: default for name, (default, _) in known.items()}
    settings |= {name: known[name][1](name, value) for name, value in given.items()}
    steps = settings.get("steps")
    if "t" in settings and settings["t"] is None:
        settings["t"] = steps
    if steps is not None and settings["t"] > steps:
        if "t" in given:
            raise ValueError(f"t must be at most steps = {steps}, got {settings['t']}")
        settings["t"] = steps
    return settings
