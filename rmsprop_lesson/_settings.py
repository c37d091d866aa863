"""Settings: what an object is built with, checked, listed and shown in one way."""

from inspect import Parameter, signature
from types import MappingProxyType

import numpy as np

from ._validate import check_flag, check_number


class Setting:
    """An attribute that is checked when it is assigned, and is read at full speed."""

    def __set_name__(self, owner, name):
        self.name = name

    def __set__(self, instance, value):
        instance.__dict__[self.name] = self.check(value)


class Number(Setting):
    """A validated attribute: a number, or an array of numbers that broadcasts with θ."""

    def __init__(self, is_allowed, allowed):
        self.is_allowed, self.allowed = is_allowed, allowed

    def check(self, value):
        """Return `value` as `check_number` does."""
        return check_number(self.name, value, self.is_allowed, self.allowed)


class Flag(Setting):
    """A validated attribute: True or False."""

    def check(self, value):
        """Return `value` as `check_flag` does."""
        return check_flag(self.name, value)


def positive():
    """A finite number > 0, such as a learning rate."""
    return Number(lambda x: x > 0, "finite and greater than 0")


def non_negative():
    """A finite number ≥ 0, such as ε."""
    return Number(lambda x: x >= 0, "finite and at least 0")


class DecayRate(Number):
    """A validated attribute: a number in [0, 1), whose product over the steps is known."""

    def __init__(self):
        super().__init__(lambda x: (x >= 0) & (x < 1), "in [0, 1)")


# The usual names and what is allowed under them; a class may say otherwise for itself.
USUAL = {"learning_rate": positive, "epsilon": non_negative}
USUAL |= dict.fromkeys(("beta", "beta1", "beta2", "rho", "momentum"), DecayRate)

# What a setting is called in other libraries.
ELSEWHERE = {
    "learning_rate": "lr eta step_size alpha",
    "beta": "alpha rho decay decay_rate gamma momentum",
    "rho": "decay decay_rate gamma",
    "beta1": "betas beta_1 b1",
    "beta2": "betas beta_2 b2",
    "epsilon": "eps",
    "factor": "gamma decay_rate",
    "epsilon_inside": "eps_in_sqrt",
}


def is_grid(value):
    """Whether a setting holds a number for each run of a grid; a tuple, say, is one setting."""
    return isinstance(value, np.ndarray) and value.ndim > 0


class WithSettings:
    """What is built from settings and keeps each as an attribute of the same name.

    Their names and defaults are those of ``__init__``, and of its base's where the base checks
    them: a subclass may fix some, or pass them on. Settings with a usual name, and those that
    default to True or False, are checked whenever they are assigned.
    """

    _parameters = _call = MappingProxyType({})  # all settings; those that can be given
    _takes_any = False
    _hints = MappingProxyType({})  # a setting that the class doesn't have → what to do instead

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.__init__ is object.__init__:
            return
        _, *parameters = signature(cls.__init__).parameters.values()
        named = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
        cls._call = {p.name: p for p in parameters if p.kind in named}
        cls._takes_any = len(cls._call) < len(parameters)  # *args or **kwargs
        for name, parameter in cls._call.items():
            kind = Flag if isinstance(parameter.default, bool) else USUAL.get(name)
            if kind and not hasattr(cls, name):
                setting = kind()
                setting.__set_name__(cls, name)
                setattr(cls, name, setting)
        kept = [n for n in cls._parameters if isinstance(getattr(cls, n, None), Setting)]
        cls._parameters = cls._call | {n: cls._parameters[n] for n in kept if n not in cls._call}

    def __new__(cls, *args, **kwargs):
        if not cls._takes_any:
            cls._check_call(args, kwargs)
        return super().__new__(cls)

    @classmethod
    def _check_call(cls, args, kwargs):
        """Python would complain, too, but it can't say what to write instead."""
        for name in (name for name in kwargs if name not in cls._call):
            ours = [own for own in cls._call if name in ELSEWHERE.get(own, "").split()]
            each = " and " if name == "betas" else " or "
            hint = f"it is called {each.join(ours)} here" if ours else ""
            known = f"its settings are {', '.join(cls._call) or 'none'}"
            hint = cls._hints.get(name) or hint or known
            raise TypeError(f"{cls.__name__} has no setting {name}: {hint}")
        in_order = [n for n, p in cls._call.items() if p.kind is not Parameter.KEYWORD_ONLY]
        if len(args) > len(in_order):
            by_name = "".join(f", {n}=…" for n in cls._call if n not in in_order)
            takes = ", ".join(in_order) + by_name or "no settings"
            raise TypeError(
                f"{cls.__name__} takes {takes}; got {len(args)} settings without a name"
            )

    @property
    def hyperparameters(self):
        """The settings by name, as a dict."""
        values = {name: getattr(self, name, Setting) for name in self._parameters}
        return {n: v for n, v in values.items() if v is not Setting and not isinstance(v, Setting)}
