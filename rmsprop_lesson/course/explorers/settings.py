"""What each explorer can be given, with its defaults: the same as in the ES modules."""

from ..._validate import check_count, check_flag, check_number

METHODS = ("gradient descent", "momentum", "Adagrad", "RMSprop", "Adadelta", "Adam")
DECADES = tuple(10.0**k for k in range(-5, 2))


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


def _point(name, value):
    if not isinstance(value, list | tuple) and not hasattr(value, "tolist"):
        raise TypeError(f"{name} must be two numbers, got {value!r}")
    parts = list(value.tolist() if hasattr(value, "tolist") else value)
    if len(parts) != 2:
        raise ValueError(f"{name} must be two numbers, got {value!r}")
    limits = ((-4, 4), (-2.6, 2.6))
    checks = (_between(*limit) for limit in limits)
    return [
        check(f"{name}[{i}]", x) for i, (check, x) in enumerate(zip(checks, parts, strict=True))
    ]


_DECAY = _between(0, 0.999)
_SEED = _count(0, 999)

# Explorer → setting → (default, check). A default t of None is the last step.
SETTINGS = {
    "step-by-step": {
        "theta0": (2.0, _between(-4, 4)),
        "learning_rate": (0.1, _between(0.001, 1)),
        "beta": (0.9, _DECAY),
        "epsilon": (1e-8, _between(0, 1)),
        "convention": ("inside", _one_of("inside", "outside", "none")),
        "bias_correction": (False, check_flag),
        "t": (0, _count(0, 60)),
    },
    "valley": {
        "condition": (20.0, _between(1, 1000)),
        "angle": (0.0, _between(0, 90)),
        "start": ([3.0, 1.0], _point),
        "shown": (["gradient descent", "RMSprop"], _some_of(*METHODS)),
        "rate_descent": (0.09, _between(1e-4, 2)),
        "learning_rate": (0.1, _between(1e-4, 2)),
        "momentum": (0.9, _between(0, 0.99)),
        "beta": (0.9, _DECAY),
        "steps": (60, _count(10, 300)),
        "t": (None, _count(0, 300)),
    },
    "average-and-bias": {
        "beta": (0.9, _DECAY),
        "gradient": ("constant", _one_of("constant", "noisy", "rise", "fall")),
        "steps": (60, _count(10, 2000)),
        "seed": (0, _SEED),
        "t": (10, _count(0, 2000)),
    },
    "plateau-and-noise": {
        "landscape": ("plateau", _one_of("plateau", "parabola")),
        "theta0": (4.0, _between(-6, 6)),
        "sigma": (0.0, _between(0, 2)),
        "seed": (0, _SEED),
        "shown": (
            ["gradient descent", "RMSprop"],
            _some_of("gradient descent", "momentum", "RMSprop", "Adam"),
        ),
        "rate_descent": (0.5, _between(0.001, 2)),
        "learning_rate": (0.1, _between(0.001, 2)),
        "beta": (0.9, _DECAY),
        "epsilon": (1e-8, _between(0, 1)),
        "steps": (100, _count(20, 1000)),
        "t": (None, _count(0, 1000)),
    },
    "mnist": {
        "method": ("RMSprop", _one_of(*METHODS)),
        "rate": (0.001, _one_of(*DECADES)),
        "compare": ("rates", _one_of("rates", "methods")),
        "t": (6, _count(0, 6)),
    },
}


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
    if settings["t"] is None:
        settings["t"] = steps
    if steps is not None and settings["t"] > steps:
        if "t" in given:
            raise ValueError(f"t must be at most steps = {steps}, got {settings['t']}")
        settings["t"] = steps
    return settings
