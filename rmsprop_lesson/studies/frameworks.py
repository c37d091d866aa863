"""Which RMSprop is it? The conventions of PyTorch, Keras, optax and TensorFlow 1 beside ours.

The libraries agree on S ← βS + (1−β)g² and on dividing by its root. They differ in names and
defaults, in the place of ε, in the start value of S, and in where the learning rate meets the
momentum. Here each library is described once; translation and the table follow from that.

Nothing here imports a library: what they computed was recorded by ``tools/record_frameworks.py``,
and a test repeats it live.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from textwrap import fill

import numpy as np

from .. import __version__
from .._settings import non_negative
from ..optimizers import RMSprop

__all__ = [
    "LibraryRMSprop",
    "agreement",
    "constant_gradient",
    "conventions",
    "keras_example",
    "recordings",
    "replay",
    "to_ours",
    "torch_loop",
    "translate",
]


class LibraryRMSprop(RMSprop):
    r"""RMSprop with everything that the libraries have added to it; all of it is off by default.

    With λ = `weight_decay` and g ← g + λθ first,

    .. math::
        S \leftarrow \beta S + (1-\beta)\, g^2, \qquad m \leftarrow \beta m + (1-\beta)\, g, \qquad
        b \leftarrow \mu b + \frac{g}{\sqrt{S - m^2 + \epsilon}}, \qquad
        \theta \leftarrow \theta - \eta b

    where m² is subtracted in the centred form alone.

    Parameters
    ----------
    learning_rate, beta, epsilon, epsilon_inside, bias_correction
        As for `RMSprop`.
    initial_S : float or array_like
        S before the first step, in units of g². TensorFlow 1 starts at 1.
    centered : bool
        Subtract the squared mean, S − m² with m ← βm + (1−β)g, which estimates the variance
        instead of the mean square. Under a constant gradient the difference vanishes and the
        steps blow up.
    momentum : float or array_like
        Decay rate μ in [0, 1) of a velocity b that sums the scaled gradients; 0 for none.
    rate_inside_momentum : bool
        False for b ← μb + g/√(S+ε), θ ← θ − ηb (PyTorch); True for b ← μb + ηg/√(S+ε), θ ← θ − b
        (Keras, optax). They differ only if η changes between steps.
    weight_decay : float or array_like
        λ ≥ 0: adds λθ to the gradient, as PyTorch does.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is outside its range.

    References
    ----------
    Centred form: A. Graves, "Generating sequences with recurrent neural networks",
    arXiv:1308.0850 (2013).
    """

    name = "RMSprop"
    initial_S = non_negative()
    weight_decay = non_negative()

    def __init__(
        self,
        learning_rate=0.001,
        beta=0.9,
        *,
        epsilon=1e-8,
        epsilon_inside=True,
        bias_correction=False,
        initial_S=0.0,
        centered=False,
        momentum=0.0,
        rate_inside_momentum=False,
        weight_decay=0.0,
    ):
        super().__init__(
            learning_rate,
            beta,
            epsilon=epsilon,
            epsilon_inside=epsilon_inside,
            bias_correction=bias_correction,
        )
        self.initial_S = initial_S
        self.centered = centered
        self.momentum = momentum
        self.rate_inside_momentum = rate_inside_momentum
        self.weight_decay = weight_decay

    def initial_state(self, shape, dtype):
        with np.errstate(over="ignore"):  # S₀ beyond float32 is infinite
            S = np.full(shape, self.initial_S, dtype)
        return {"S": S} | {name: np.zeros(shape, dtype) for name in self._needed()}

    def _needed(self):
        """What is kept beside S."""
        return [name for name, on in (("m", self.centered), ("b", np.any(self.momentum))) if on]

    def step(self, theta, grad, out=None):
        for name in self._needed() if self._state else ():
            if name not in self._state:  # switched on during a run: starts at 0 then
                self._state[name] = np.zeros_like(self._state["S"])
        return super().step(theta, grad, out)

    step.__doc__ = RMSprop.step.__doc__

    def update(self, g, S, m=0.0, b=0.0):
        S = self.beta * S + (1 - self.beta) * g**2
        m = self.beta * m + (1 - self.beta) * g
        if self.rate_inside_momentum:
            b = self.momentum * b + self.learning_rate * (g / self._root(S, m))
            step = b
        else:
            b = self.momentum * b + g / self._root(S, m)
            step = self.learning_rate * b
        return step, S, m, b

    def _root(self, S, m):
        """√(S + ε) or √S + ε, where S may be bias-corrected and m² be subtracted."""
        if self.bias_correction:
            S, m = (value / (1 - self.product("beta")) for value in (S, m))
        if self.centered:
            S = np.maximum(S - m**2, 0.0)  # a variance: only rounding takes it below 0
        return np.sqrt(S + self.epsilon) if self.epsilon_inside else np.sqrt(S) + self.epsilon

    def _renew(self, theta, g, state, part):
        g = g + self.weight_decay * theta if np.any(self.weight_decay) else g
        return super()._renew(theta, g, state, part)

    @property
    def rate(self):
        """The effective learning rate of each parameter, η/√(S + ε); needs a step first."""
        with np.errstate(all="ignore"):
            return self.learning_rate / self._root(self._known("S"), self._state.get("m", 0.0))

    def equations(self):
        g = "g'" if np.any(self.weight_decay) else "g"
        beta, rest, eta = self.tex("beta"), self._rest("beta"), self.tex("learning_rate")
        lines = [rf"g' = g + {self.tex('weight_decay')}\, \theta"] if g == "g'" else []
        lines.append(rf"S = {beta}\, S + {rest}\, {g}^2")
        if self.centered:
            lines.append(rf"m = {beta}\, m + {rest}\, {g}")
        hat = ""
        if self.bias_correction:
            hat = r"\hat "
            averages = "Sm" if self.centered else "S"
            lines += [rf"\hat {a} = {a} / (1 - {beta}^t)" for a in averages]
        S = f"{hat}S" + (f" - {hat}m^2" if self.centered else "")
        root = self._root_tex(S, self.epsilon_inside)
        if not np.any(self.momentum):
            return [*lines, rf"\theta = \theta - \frac{{{eta}}}{{{root}}}\, {g}"]
        inner, outer = (eta, "") if self.rate_inside_momentum else ("1", rf"{eta}\,")
        return [
            *lines,
            rf"b = {self.tex('momentum')}\, b + \frac{{{inner}}}{{{root}}}\, {g}",
            rf"\theta = \theta - {outer} b",
        ]


@dataclass(frozen=True)
class Library:
    """One library's RMSprop, in terms of ours.

    Attributes
    ----------
    optimizer, version : str
        Its full name, and the version that was read and run.
    names : dict of str to str
        The library's name of a setting → ours.
    defaults : dict of str to object
        The library's name → its default; a setting without one is required.
    fixed : dict of str to object
        Our setting → the value that the library has built in.
    foreign : dict of str to str
        The library's settings that ours does not have, all of them off by default → what they do.
    irrelevant : tuple of str
        The library's settings that change how it computes, but not what.
    aliases : dict of str to str
        Names that older versions had → the ones of now.
    gone : dict of str to str
        Settings that only older versions had → what they did.
    source : str
        Where the formula can be read.
    """

    optimizer: str
    version: str
    names: dict
    defaults: dict
    fixed: dict
    foreign: dict = field(default_factory=dict)
    irrelevant: tuple = ()
    aliases: dict = field(default_factory=dict)
    gone: dict = field(default_factory=dict)
    source: str = ""


_OURS = {name: name for name in LibraryRMSprop().hyperparameters}

LIBRARIES = {
    "torch": Library(
        optimizer="torch.optim.RMSprop",
        version="2.13",
        names={
            "lr": "learning_rate",
            "alpha": "beta",
            "eps": "epsilon",
            "weight_decay": "weight_decay",
            "momentum": "momentum",
            "centered": "centered",
        },
        defaults={
            "lr": 1e-2,
            "alpha": 0.99,
            "eps": 1e-8,
            "weight_decay": 0,
            "momentum": 0,
            "centered": False,
        },
        fixed={
            "epsilon_inside": False,
            "initial_S": 0.0,
            "rate_inside_momentum": False,
            "bias_correction": False,
        },
        foreign={"maximize": "it turns descent into ascent"},
        irrelevant=("capturable", "foreach", "differentiable"),
        source="https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html",
    ),
    "keras": Library(
        optimizer="keras.optimizers.RMSprop",
        version="3.15",
        names={
            "learning_rate": "learning_rate",
            "rho": "beta",
            "momentum": "momentum",
            "epsilon": "epsilon",
            "centered": "centered",
        },
        defaults={
            "learning_rate": 1e-3,
            "rho": 0.9,
            "momentum": 0.0,
            "epsilon": 1e-7,
            "centered": False,
        },
        fixed={
            "epsilon_inside": True,
            "initial_S": 0.0,
            "rate_inside_momentum": True,
            "bias_correction": False,
            "weight_decay": 0.0,
        },
        foreign={
            "weight_decay": "it shrinks θ itself by ηλθ, and λθ never enters S (decoupled)",
            "clipnorm": "it shortens each variable's gradient before the update",
            "clipvalue": "it clips each gradient component before the update",
            "global_clipnorm": "it shortens the whole gradient before the update",
            "use_ema": "it keeps an average of θ beside θ",
            "loss_scale_factor": "it scales the loss against underflow in low precision",
            "gradient_accumulation_steps": "it adds up gradients and updates more rarely",
        },
        gone={
            "decay": "in Keras 2 it lowered the learning rate in each step, to η/(1 + decay·t) "
            "with t = 0, 1, …; give that as a schedule of the learning rate",
        },
        aliases={"lr": "learning_rate"},
        irrelevant=("name", "ema_momentum", "ema_overwrite_frequency"),
        source="https://keras.io/api/optimizers/rmsprop/",
    ),
    "optax": Library(
        optimizer="optax.rmsprop",
        version="0.2.8",
        names={
            "learning_rate": "learning_rate",
            "decay": "beta",
            "eps": "epsilon",
            "initial_scale": "initial_S",
            "eps_in_sqrt": "epsilon_inside",
            "centered": "centered",
            "momentum": "momentum",
            "bias_correction": "bias_correction",
        },
        defaults={
            "decay": 0.9,
            "eps": 1e-8,
            "initial_scale": 0.0,
            "eps_in_sqrt": True,
            "centered": False,
            "momentum": None,
            "bias_correction": False,
        },
        fixed={"rate_inside_momentum": True, "weight_decay": 0.0},
        foreign={"nesterov": "it looks one momentum step ahead"},
        source="https://optax.readthedocs.io/en/latest/api/optimizers.html#optax.rmsprop",
    ),
    "tensorflow1": Library(
        optimizer="tf.compat.v1.train.RMSPropOptimizer",
        version="1",
        names={
            "learning_rate": "learning_rate",
            "decay": "beta",
            "momentum": "momentum",
            "epsilon": "epsilon",
            "centered": "centered",
        },
        defaults={"decay": 0.9, "momentum": 0.0, "epsilon": 1e-10, "centered": False},
        fixed={
            "epsilon_inside": True,
            "initial_S": 1.0,
            "rate_inside_momentum": True,
            "bias_correction": False,
            "weight_decay": 0.0,
        },
        irrelevant=("use_locking", "name"),
        source="https://github.com/tensorflow/tensorflow/blob/master/"
        "tensorflow/python/training/rmsprop.py",
    ),
    "ours": Library(
        optimizer="rmsprop_lesson.frameworks.LibraryRMSprop",
        version=__version__,
        names=_OURS,
        defaults=LibraryRMSprop().hyperparameters,
        fixed={},
        source="rmsprop_lesson/studies/frameworks.py",
    ),
}


def conventions():
    """The libraries' names, defaults and formulas side by side.

    Returns
    -------
    pandas.DataFrame
        One column a library. A setting is shown as "name = default", as required, or as built in;
        "–" means that there is no such thing.
    """
    import pandas as pd

    rows = {
        "learning rate η": "learning_rate",
        "decay rate β": "beta",
        "stabiliser ε": "epsilon",
        "start value of S": "initial_S",
        "bias correction": "bias_correction",
        "centred form": "centered",
        "momentum μ": "momentum",
        "weight decay λ": "weight_decay",
    }
    columns = {}
    for name, library in LIBRARIES.items():
        columns[name] = (
            {"optimiser": library.optimizer, "version": library.version}
            | {row: _default(library, setting) for row, setting in rows.items()}
            | {"step": _step(library), "with momentum": _momentum_step(library)}
        )
    return pd.DataFrame(columns)


def _default(library, setting):
    if setting == "initial_S" and setting in library.fixed:
        return f"{library.fixed[setting]:g}, built in"
    if setting in library.fixed:
        return f"{setting}, of another kind" if setting in library.foreign else "–"
    (name,) = (name for name, ours in library.names.items() if ours == setting)
    if name not in library.defaults:
        return f"{name} (required)"
    default = library.defaults[name]
    return f"{name} = {default}" if isinstance(default, bool | None) else f"{name} = {default:g}"


def _root(library):
    """The denominator, as it is by default."""
    ours = {library.names[name]: value for name, value in library.defaults.items()} | library.fixed
    return "√(S + ε)" if ours["epsilon_inside"] else "(√S + ε)"


def _step(library):
    return f"θ ← θ − η g/{_root(library)}"


def _momentum_step(library):
    inside = library.fixed.get("rate_inside_momentum", False)
    if inside:
        return f"b ← μb + η g/{_root(library)}, θ ← θ − b"
    return f"b ← μb + g/{_root(library)}, θ ← θ − η b"


def to_ours(library, **settings):
    """Our RMSprop that computes what a library's RMSprop computes.

    Parameters
    ----------
    library : {"torch", "keras", "optax", "tensorflow1", "ours"}
    **settings
        In the library's own names; what is not given has the library's default.

    Returns
    -------
    RMSprop
        The lessons' own where it has what is needed, otherwise a `LibraryRMSprop`.

    Raises
    ------
    ValueError
        If the library or a setting is unknown, a required one is missing, a value is out of
        range, or a setting does something that our RMSprop can't do.
    TypeError
        If a value is of the wrong type.

    Examples
    --------
    >>> to_ours("torch", lr=0.1)
    RMSprop(learning_rate=0.1, beta=0.99, epsilon_inside=False)
    """
    optimizer, lost = _read(library, settings)
    if lost:
        name, reason = next(iter(lost.items()))
        raise ValueError(f"{name}={settings[name]!r} can't be expressed by our RMSprop: {reason}")
    return _plain(optimizer)


def _plain(optimizer):
    """The lessons' RMSprop, if that does the same: it is the one to be read."""
    settings, off = optimizer.hyperparameters, LibraryRMSprop().hyperparameters
    if not np.any(optimizer.momentum):
        del settings["rate_inside_momentum"]
    plain = {name: settings.pop(name) for name in RMSprop().hyperparameters}
    added = any(np.any(value != off[name]) for name, value in settings.items())
    return optimizer if added else RMSprop(**plain)


@dataclass(frozen=True)
class Translation:
    """What `translate` found.

    Attributes
    ----------
    source, target : str
        The libraries.
    settings : dict of str to object
        All settings of the target, in its own names.
    lost : dict of str to str
        What can't be translated, or only in part → why. The name is the source's, or ours where
        the source has built the thing in.
    """

    source: str
    target: str
    settings: dict
    lost: dict

    @property
    def exact(self):
        """Whether both compute the same."""
        return not self.lost

    def __repr__(self):
        call = ", ".join(f"{name}={value!r}" for name, value in self.settings.items())
        lines = [f"{LIBRARIES[self.target].optimizer}({call})"]
        lines += [f"  not the same: {name}: {reason}" for name, reason in self.lost.items()]
        return "\n".join(fill(line, 96, subsequent_indent="      ") for line in lines)


def translate(settings, source, target):
    """Say in one library's settings what was said in another's.

    Every setting of the target is given, so that none of its defaults slips in unseen.

    Parameters
    ----------
    settings : dict of str to object
        In the source's names; what is not given has the source's default.
    source, target : {"torch", "keras", "optax", "tensorflow1", "ours"}

    Returns
    -------
    Translation
        ``settings``, and in ``lost`` what can't be translated, with the reason.

    Raises
    ------
    ValueError
        If a library or setting is unknown, a required one is missing, or a value out of range.
    TypeError
        If a value is of the wrong type.

    Notes
    -----
    Where the target has ε on the other side of the root, ε becomes ε² (inside) or √ε (outside).
    Then both denominators have the same floor, and as √S + ε is at most √2 times √(S + ε²), the
    steps differ by at most that factor, and hardly at all while √S ≫ ε. The same number on the
    other side would put the floor of ε = 1e-8 at 1e-4.

    Examples
    --------
    >>> translate({"learning_rate": 0.01, "decay": 0.9}, source="optax", target="keras").settings
    {'learning_rate': 0.01, 'rho': 0.9, 'momentum': 0.0, 'epsilon': 1e-08, 'centered': False}
    """
    if not isinstance(settings, dict):
        raise TypeError(f"settings must be a dict of names and values, got {settings!r}")
    for name, value in settings.items():
        if np.ndim(value):
            raise TypeError(f"{name} must be one number to be translated, got an array")
    optimizer, lost = _read(source, settings)
    own, more = _write(target, optimizer.hyperparameters)
    names = {ours: name for name, ours in LIBRARIES[source].names.items()}
    more = {names.get(ours, ours): reason for ours, reason in more.items()}
    return Translation(source, target, own, lost | more)


def _library(name):
    if not isinstance(name, str) or name not in LIBRARIES:
        allowed = ", ".join(map(repr, LIBRARIES))
        raise ValueError(f"library must be one of {allowed}, got {name!r}")
    return LIBRARIES[name]


def _read(name, settings):
    """Our RMSprop with a library's settings, and {setting: reason} for what it can't do."""
    library = _library(name)
    settings = _today(library, settings)
    others = library.foreign | library.gone
    for setting in settings:
        if setting not in (*library.names, *library.irrelevant, *others):
            allowed = ", ".join([*library.names, *library.foreign])
            raise ValueError(f"setting of {library.optimizer} must be {allowed}; got {setting!r}")
    full = library.defaults | settings
    if missing := [setting for setting in library.names if setting not in full]:
        raise ValueError(f"{missing[0]} must be given: {library.optimizer} has no default for it")
    ours = library.fixed | {
        own: 0.0 if full[setting] is None and library.defaults.get(setting, 0) is None
        else full[setting]
        for setting, own in library.names.items()
    }  # fmt: skip
    lost = {setting: reason for setting, reason in others.items() if full.get(setting)}
    return _rmsprop(library, ours), lost


def _today(library, settings):
    """Settings as a library's newest version has them; Keras 2 had None for its own default ε."""
    names = {setting: library.aliases.get(setting, setting) for setting in settings}
    for old, new in names.items():
        if old != new and new in settings:
            raise ValueError(f"{old} is what {new} was called before; give one of them")
    today = {names[setting]: value for setting, value in settings.items()}
    if library.aliases and today.get("epsilon", 0) is None:
        del today["epsilon"]
    return today


def _rmsprop(library, ours):
    """RMSprop(**ours); a complaint about a value names the library's setting instead of ours."""
    try:
        return LibraryRMSprop(**ours)
    except (TypeError, ValueError) as error:
        name, _, rest = str(error).partition(" ")
        names = {own: setting for setting, own in library.names.items()}
        raise type(error)(f"{names[name]} {rest}") from None


def _write(name, ours):
    """Our settings in a library's names, and {our setting: reason} for what it can't do."""
    library = _library(name)
    ours, lost = dict(ours), {}
    for setting, value in library.fixed.items():
        if np.any(ours[setting] != value) and _matters(setting, ours):
            told = {"epsilon_inside": "epsilon", "rate_inside_momentum": "momentum"}
            lost[told.get(setting, setting)] = _reason(setting, name)
    if "epsilon" in lost:
        power = 2 if library.fixed["epsilon_inside"] else 0.5
        ours["epsilon"] = float(f"{ours['epsilon'] ** power:.15g}")  # 1e-16, not 1.0…01e-16
    own = {setting: ours[our] for setting, our in library.names.items()}
    for setting, default in library.defaults.items():
        if default is None and not np.any(own[setting]):
            own[setting] = None
    return own, lost


def _matters(setting, ours):
    """Where ε is zero its place does not matter, nor where η is if there is no momentum."""
    if setting == "epsilon_inside":
        return np.any(ours["epsilon"])
    if setting == "rate_inside_momentum":
        return np.any(ours["momentum"])
    return True


def _reason(setting, target):
    """Why `target` can't have our value of `setting`."""
    library = LIBRARIES[target]
    inside = library.fixed.get("epsilon_inside")
    return {
        "epsilon_inside": f"{library.optimizer} has ε {'inside' if inside else 'outside'} the root;"
        f" {'ε²' if inside else '√ε'} gives the same floor, and steps within a factor of √2",
        "initial_S": f"S starts at {library.fixed.get('initial_S', 0):g} in {library.optimizer}; "
        "the first steps, about 1/(1−β) of them, are of another size",
        "bias_correction": f"{library.optimizer} has none; the learning rate η√(1−βᵗ) at step "
        "t = 1, 2, … does the same as long as ε is negligible",
        "rate_inside_momentum": "the same only while the learning rate is constant: "
        f"{library.optimizer} multiplies by it {_ORDER[library.fixed.get('rate_inside_momentum')]}",
        "weight_decay": _WEIGHT_DECAY.get(target),
    }[setting]


_ORDER = {
    True: "before it adds to the velocity, so that old steps keep their old rate",
    False: "after it has added to the velocity, so that a new rate changes old steps too",
    None: "",
}
_WEIGHT_DECAY = {
    "keras": "weight_decay means something else in Keras: it shrinks θ by ηλθ beside the update, "
    "and λθ never enters S",
    "optax": "optax.rmsprop has none; optax.chain(optax.add_decayed_weights(λ), optax.rmsprop(…)) "
    "does exactly this",
    "tensorflow1": "there is none; add λθ to the gradient, that is (λ/2)·Σθ² to the loss",
}


# ── what the libraries computed ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class Recording:
    """One run of a library in float64, and everything that is needed to repeat it.

    Attributes
    ----------
    library, version : str
        What ran.
    variant : str
        What the run is about, in words.
    settings : dict
        In the library's names.
    shrink : float
        The learning rate at step t = 0, 1, … was ``shrink**t`` times the one in `settings`.
    gradients : ndarray of shape (steps, n), or None
        The gradients that were given; None for the worked example, whose gradient is θ.
    positions : ndarray of shape (steps + 1, n)
        θ₀ … as the library computed them.
    """

    library: str
    version: str
    variant: str
    settings: dict
    shrink: float
    gradients: np.ndarray | None
    positions: np.ndarray

    def __repr__(self):
        call = ", ".join(f"{k}={v}" for k, v in self.settings.items())
        return (
            f"<{self.library} {self.version}, recorded: {self.variant} ({call}), "
            f"{len(self.positions) - 1} steps>"
        )


@cache
def _data():
    text = files(__package__).joinpath("framework_trajectories.json").read_text("utf-8")
    return json.loads(text)


def recordings(library=None, problem="random"):
    """What the libraries computed when ``tools/record_frameworks.py`` was run.

    Parameters
    ----------
    library : {"torch", "keras", "optax", "tensorflow1"}, optional
        All of them by default. TensorFlow 1 is the optimiser that TensorFlow 2 keeps in its
        ``compat.v1``.
    problem : {"random", "worked"}
        50 steps with random gradients of very different sizes, or 5 steps of the worked example
        L = θ²/2 from θ₀ = 2.

    Returns
    -------
    dict of (str, str) to Recording
        By library and variant.

    Raises
    ------
    ValueError
        If nothing was recorded under that name.
    """
    data = _data()
    if library is not None and library not in data["versions"]:
        raise ValueError(f"library must be one of {[*data['versions']]}, got {library!r}")
    if problem not in data["gradients"]:
        raise ValueError(f"problem must be one of {[*data['gradients']]}, got {problem!r}")
    gradients = data["gradients"][problem]
    return {
        (run["library"], run["variant"]): Recording(
            library=run["library"],
            version=data["versions"][run["library"]],
            variant=run["variant"],
            settings=run["settings"],
            shrink=run["shrink"],
            gradients=gradients and np.array(gradients),
            positions=np.array(run["positions"]),
        )
        for run in data["runs"]
        if run["problem"] == problem and library in (None, run["library"])
    }


def replay(recording):
    """Repeat a recorded run with our RMSprop, here and now.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    ndarray of the shape of ``recording.positions``
    """
    optimizer = to_ours(recording.library, **recording.settings)
    rate, theta = optimizer.learning_rate, recording.positions[0]
    positions = [theta]
    for t in range(len(recording.positions) - 1):
        optimizer.learning_rate = rate * recording.shrink**t
        grad = theta if recording.gradients is None else recording.gradients[t]
        theta = optimizer.step(theta, grad)
        positions.append(theta)
    return np.array(positions)


def agreement(problem="random"):
    """How far our RMSprop, run now, is from what the libraries computed.

    Parameters
    ----------
    problem : {"random", "worked"}
        See `recordings`.

    Returns
    -------
    pandas.DataFrame
        One row a recorded run: library, version, variant, steps, and ``difference``, the largest
        ``|θ − θ_library|`` over all steps and parameters.

    Raises
    ------
    ValueError
        If nothing was recorded under that name.
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "library": run.library,
            "version": run.version,
            "variant": run.variant,
            "steps": len(run.positions) - 1,
            "difference": np.abs(replay(run) - run.positions).max(),
        }
        for run in recordings(problem=problem).values()
    )


def constant_gradient():
    """Where PyTorch's centred form ended under a constant gradient, as recorded.

    S − m² tends to 0 there, and what rounding leaves of it may be negative, so that its root is
    NaN. Rounding differs between machines and precisions, and with it the step.

    Returns
    -------
    list of dict
        ``dtype``, ``gradient``, and ``first_nan``, the step at which θ became NaN.
    """
    return _data()["constant_gradient"]


def keras_example():
    """What Keras reported while it trained a network on the MNIST sample.

    Returns
    -------
    dict
        ``version``, ``backend``; ``settings`` of the optimiser; ``sizes`` and ``seed`` of the
        `Network` whose start it was given; ``epochs``, ``batch_size``; ``losses``, for each epoch
        the mean loss so far after each mini-batch, as Keras' progress bar shows it; and
        ``test_accuracy`` at the end.
    """
    return _data()["keras_example"]


def torch_loop():
    """What PyTorch reported while it trained a network on the MNIST sample, gradients clipped.

    Returns
    -------
    dict
        ``version``; ``settings`` of ``torch.optim.RMSprop``; ``sizes`` and ``seed`` of the
        `Network` whose start it was given; ``epochs``, ``batch_size``; ``most``, the norm to which
        longer gradients were shortened; ``losses``, one of each mini-batch; and ``test_accuracy``
        at the end.
    """
    return _data()["torch_loop"]
