"""Exercises of lesson 09: the centred form, another library's settings."""

import numpy as np

from ...optimizers import RMSprop
from . import relatives
from .engine import Exercise, Inferred, Probe
from .observe import number_seen
from .pairs import parts
from .probes import show_value, steps


def centered_step(theta, grad, S, m, learning_rate, beta, epsilon):
    """Make one update of centred RMSprop, with ε inside the root.

    Parameters
    ----------
    theta, grad, S, m : float or array
        Parameters, gradient and the averages of g² and of g; leave them unchanged.
    learning_rate, beta, epsilon : float
        η, β and ε.

    Returns
    -------
    theta, S, m
        All after the update.
    """
    S = beta * S + (1 - beta) * grad**2
    m = beta * m + (1 - beta) * grad
    theta = theta - learning_rate * grad / np.sqrt(S - m**2 + epsilon)
    return theta, S, m


def from_pytorch(lr=0.01, alpha=0.99, eps=1e-8):
    """Translate the settings of PyTorch's RMSprop into those of this course.

    Parameters
    ----------
    lr, alpha, eps : float
        As in ``torch.optim.RMSprop``: θ ← θ − lr·g/(√S + eps), with decay rate alpha.

    Returns
    -------
    dict
        The arguments for this course's ``RMSprop``: learning_rate, beta, epsilon, epsilon_inside.
    """
    return {"learning_rate": lr, "beta": alpha, "epsilon": eps, "epsilon_inside": False}


def _centered(denominator, averaged=lambda m, g, b: b * m + (1 - b) * g):
    """Centred RMSprop with another denominator, ``denominator(S, m, e)``."""

    def implementation(theta, g, S, m, lr, b, e):
        S, m = b * S + (1 - b) * g**2, averaged(m, g, b)
        return theta - lr * g / denominator(S, m, e), S, m

    return implementation


def _old_mean(theta, g, S, m, lr, b, e):
    S = b * S + (1 - b) * g**2
    return theta - lr * g / np.sqrt(S - m**2 + e), S, b * m + (1 - b) * g


def _variance_kept(theta, g, S, m, lr, b, e):
    S, m = b * S + (1 - b) * g**2, b * m + (1 - b) * g
    S = S - m**2
    return theta - lr * g / np.sqrt(S + e), S, m


def _exchanged(theta, g, S, m, lr, b, e):
    theta, S, m = centered_step(theta, g, S, m, lr, b, e)
    return theta, m, S


_PLACE = "epsilon_inside"
_KIND = f"the kind of {_PLACE}"


def _translation(name, *settings):
    """A probe that looks at each translated setting, and whether the place of ε is a bool."""

    def run(recorder):
        def seen(*given):
            result = recorder.function(*given)
            place = result.get(_PLACE) if isinstance(result, dict) else None
            if place is not None and not isinstance(place, str):
                is_bool = isinstance(place, bool | np.bool_)
                result = {**result, _KIND: "True or False" if is_bool else "a number"}
            return result

        result = recorder.call("settings", *settings, keep=False, function=seen)
        if not isinstance(result, dict):
            recorder.note("settings", result)
            recorder.end()
        kind = result.pop(_KIND, None)
        recorder.note("names", ", ".join(sorted(result)))
        for key, value in sorted(result.items()):
            recorder.note(key, value)
        if kind:
            recorder.note(_KIND, kind)

    given = ", ".join(
        f"{key} = {show_value(value)}" for key, value in zip(_PYTORCH, settings, strict=False)
    )
    return Probe(name, f"With {given}" if given else "Without arguments", run)


_PYTORCH = {"lr": 0.01, "alpha": 0.99, "eps": 1e-8}


@parts
def _translated(
    rate=("learning_rate", lambda lr, a, e: lr),
    decay=("beta", lambda lr, a, e: a),
    epsilon=("epsilon", lambda lr, a, e: e),
    place=(_PLACE, lambda lr, a, e: False),
    defaults=_PYTORCH,
    result=dict,
):
    """A translation with another setting, name or default; None leaves a setting out."""

    def implementation(lr=defaults["lr"], alpha=defaults["alpha"], eps=defaults["eps"]):
        entries = [entry for entry in (rate, decay, epsilon, place) if entry]
        return result({name: value(lr, alpha, eps) for name, value in entries})

    return implementation


def _other_default(setting, record):
    """A translation with another default, read off the call without settings."""

    def make(seen):
        value = number_seen(seen, probe=1, record=record)
        if value is None or np.isclose(value, _PYTORCH[setting], rtol=1e-4, atol=0):
            return None
        return _translated(defaults=_PYTORCH | {setting: value})

    return Inferred(make)


_PATH = [(3.0, 4.0, 0.0), (-2.0, 1.5, -1.5), (0.0, 2.0, 0.2)]

_CENTERED = Exercise(
    solution=centered_step,
    lesson=9,
    title="Centred RMSprop",
    task="Divide by an estimate of the standard deviation of g: subtract the squared mean from S.",
    outputs=("θ", "S", "m"),
    probes=(
        steps(
            "three steps",
            (1.0, -2.0, 0.5),
            _PATH,
            (0.1, 0.9, 1e-3),
            states=2,
            text="η = 0.1, β = 0.9, ε = 1e-3",
        ),
        steps(
            "floats",
            2.0,
            (2.0, -1.0, 0.5),
            (0.2, 0.5, 0.01),
            states=2,
            text="η = 0.2, β = 0.5, ε = 0.01",
        ),
        steps(
            "from a state",
            (1.5, -0.8),
            [(0.6, -2.5), (-1.4, 0.3)],
            (0.2, 0.7, 0.05),
            states=2,
            start=[(1.7, 4.5), (0.3, -0.6)],
            text="From S = (1.7, 4.5), m = (0.3, -0.6), η = 0.2, β = 0.7, ε = 0.05",
        ),
    ),
    variants={
        "epsilon outside the root": (
            _centered(lambda S, m, e: np.sqrt(S - m**2) + e),
            "ε stands outside the root, as in PyTorch; the exercise has it inside.",
        ),
        "epsilon as a floor": (
            _centered(lambda S, m, e: np.sqrt(np.maximum(S - m**2, e))),
            "ε is a lower bound under the root instead of being added.",
        ),
    },
    mistakes={
        "mean not subtracted": (
            _centered(lambda S, m, e: np.sqrt(S + e)),
            "Is m computed, but never used? Subtract m² from S.",
        ),
        "mean not squared": (
            _centered(lambda S, m, e: np.sqrt(S - m + e)),
            "Is m subtracted without its square? S has the unit of g².",
        ),
        "mean squared in the average": (
            _centered(
                lambda S, m, e: np.sqrt(S - m**2 + e),
                averaged=lambda m, g, b: b * m + (1 - b) * g**2,
            ),
            "Does m average g²? It averages g.",
        ),
        "mean added": (
            _centered(lambda S, m, e: np.sqrt(S + m**2 + e)),
            "Is m² added? The variance is S − m².",
        ),
        "variance turned round": (
            _centered(lambda S, m, e: np.sqrt(m**2 - S + e)),
            "Is S subtracted from m²? The variance is S − m²; the other way round it is negative.",
        ),
        "mean subtracted outside the root": (
            _centered(lambda S, m, e: np.sqrt(S + e) - m),
            "Is m subtracted after the root? It is m², and under the root.",
        ),
        "difference squared": (
            _centered(lambda S, m, e: np.sqrt((S - m) ** 2 + e)),
            "Is the difference squared? Only m is.",
        ),
        "old mean used": (_old_mean, "Is the old m used? Update it first."),
        "variance kept as S": (
            _variance_kept,
            "Is S − m² returned as S? The next update needs S itself: give the difference a name "
            "of its own.",
        ),
        "wrong order returned": (
            _exchanged,
            "Are S and m returned in the wrong order? First θ, then S, then m.",
        ),
        "epsilon missing": (
            _centered(lambda S, m, e: np.sqrt(S - m**2)),
            "Was ε left out? S − m² can be zero.",
        ),
        "no square root": (
            _centered(lambda S, m, e: S - m**2 + e),
            "Was the root left out?",
        ),
    },
    update=relatives.centred(("epsilon outside the root", "epsilon as a floor")),
    hints=(
        "How does one get a variance from two averages?",
        "The numbers 1 and 3 have the mean square 5 and the mean 2; their variance is 5 − 2² = "
        "1. Which of your averages is which?",
        "S = beta * S + (1 - beta) * grad**2\nm = ...",
    ),
    explanation="Under a constant gradient S − m² goes to 0, and the steps blow up to "
    "$\\eta g/\\sqrt\\epsilon$.",
)

_TRANSLATE = Exercise(
    solution=from_pytorch,
    lesson=9,
    title="From PyTorch to this course",
    task="Translate the settings of `torch.optim.RMSprop`, its defaults included.",
    probes=(
        _translation("given settings", 0.1, 0.9, 1e-6),
        _translation("defaults"),
        _translation("one default", 0.001, 0.8),
        _translation("large epsilon", 0.5, 0.3, 0.25),
    ),
    mistakes={
        "PyTorch's names kept": (
            (
                _translated(
                    rate=("lr", lambda lr, a, e: lr),
                    decay=("alpha", lambda lr, a, e: a),
                    epsilon=("eps", lambda lr, a, e: e),
                ),
                _translated(rate=("lr", lambda lr, a, e: lr)),
                _translated(decay=("alpha", lambda lr, a, e: a)),
                _translated(epsilon=("eps", lambda lr, a, e: e)),
                _translated(rate=("lr", lambda lr, a, e: lr), decay=("alpha", lambda lr, a, e: a)),
                _translated(
                    decay=("alpha", lambda lr, a, e: a), epsilon=("eps", lambda lr, a, e: e)
                ),
                _translated(rate=("lr", lambda lr, a, e: lr), epsilon=("eps", lambda lr, a, e: e)),
            ),
            "Are there names of PyTorch's left? Here they are learning_rate, beta and epsilon.",
        ),
        "Keras's names": (
            _translated(decay=("rho", lambda lr, a, e: a)),
            "Is it rho? That is Keras's name; here it is beta.",
        ),
        "a setting left out": (
            (_translated(rate=None), _translated(decay=None), _translated(epsilon=None)),
            "Is a setting missing? There are four: learning_rate, beta, epsilon, epsilon_inside.",
        ),
        "place of epsilon forgotten": (
            _translated(place=None),
            "Was epsilon_inside left out? Its default is True, PyTorch's place is outside.",
        ),
        "epsilon inside": (
            (
                _translated(place=(_PLACE, lambda lr, a, e: True)),
                _translated(place=(_PLACE, lambda lr, a, e: 1)),
            ),
            "Is ε inside the root? In PyTorch it is outside: epsilon_inside=False.",
        ),
        "place of epsilon as text": (
            (
                _translated(place=(_PLACE, lambda lr, a, e: "False")),
                _translated(place=(_PLACE, lambda lr, a, e: "outside")),
                _translated(place=(_PLACE, lambda lr, a, e: "false")),
            ),
            "Is epsilon_inside a text? Every text but the empty one counts as true: write False, "
            "without quotes.",
        ),
        "place of epsilon as a number": (
            _translated(place=(_PLACE, lambda lr, a, e: 0)),
            "Is epsilon_inside the number 0? It is True or False: write False.",
        ),
        "place of epsilon is None": (
            _translated(place=(_PLACE, lambda lr, a, e: None)),
            "Is epsilon_inside None? It is True or False; here False.",
        ),
        "epsilon squared": (
            _translated(epsilon=("epsilon", lambda lr, a, e: e**2)),
            "Is ε squared? √S + ε isn't √(S + ε²); set epsilon_inside=False instead.",
        ),
        "root of epsilon": (
            _translated(epsilon=("epsilon", lambda lr, a, e: e**0.5)),
            "Is the root taken of ε? It stays as it is; epsilon_inside=False says where it stands.",
        ),
        "epsilon left at its default": (
            _translated(epsilon=("epsilon", lambda lr, a, e: 1e-8)),
            "Is epsilon always 1e-8? It is eps.",
        ),
        "alpha turned into 1-alpha": (
            _translated(decay=("beta", lambda lr, a, e: 1 - a)),
            "Is beta 1 − alpha? PyTorch's alpha is the decay rate itself.",
        ),
        "beta left at its default": (
            (
                _translated(decay=("beta", lambda lr, a, e: 0.9)),
                _translated(decay=("beta", lambda lr, a, e: 0.99)),
            ),
            "Is beta always the same? It is alpha.",
        ),
        "rate left at its default": (
            (
                _translated(rate=("learning_rate", lambda lr, a, e: 0.01)),
                _translated(rate=("learning_rate", lambda lr, a, e: 0.001)),
            ),
            "Is learning_rate always the same? It is lr.",
        ),
        "rate and decay exchanged": (
            _translated(
                rate=("learning_rate", lambda lr, a, e: a), decay=("beta", lambda lr, a, e: lr)
            ),
            "Are lr and alpha exchanged? alpha is the decay rate.",
        ),
        "defaults of this course": (
            _translated(defaults={"lr": 0.001, "alpha": 0.9, "eps": 1e-8}),
            "Are the defaults those of this course? PyTorch's are lr=0.01 and alpha=0.99.",
        ),
        "another default of lr": (
            _other_default("lr", record=4),
            "Is the default of lr another one? PyTorch's is 0.01.",
        ),
        "another default of alpha": (
            _other_default("alpha", record=1),
            "Is the default of alpha another one? PyTorch's is 0.99.",
        ),
        "another default of eps": (
            _other_default("eps", record=2),
            "Is the default of eps another one? PyTorch's is 1e-8.",
        ),
        "an optimiser returned": (
            _translated(result=lambda settings: RMSprop(**settings)),
            "Is an optimiser returned? Return its settings, as a dict: RMSprop(**…) takes them.",
        ),
        "arguments ignored": (
            lambda lr=0.01, alpha=0.99, eps=1e-8: from_pytorch(),
            "Are PyTorch's defaults returned whatever is given? Use the arguments lr, alpha and "
            "eps.",
        ),
        "values without names": (
            (
                _translated(result=lambda settings: tuple(settings.values())),
                _translated(result=lambda settings: tuple(settings.values())[:3]),
            ),
            "Return a dict, with the names of the arguments.",
        ),
        "names without values": (
            (_translated(result=set), _translated(result=lambda settings: tuple(settings))),
            "Are there names without values? In a dict each name stands before a colon, its value "
            "behind it.",
        ),
    },
    hints=(
        "Three settings have other names. A fourth says where ε stands. Which are they?",
        r"Write the two formulas beneath each other, PyTorch's $\text{lr}\cdot g/(\sqrt S + "
        r"\text{eps})$ and ours. `alpha` is the share of the old S that is kept.",
        'return {"learning_rate": lr, "beta": alpha, ...}',
    ),
    explanation="`RMSprop(**from_pytorch())` then makes the very steps of PyTorch.",
)

EXERCISES = (_CENTERED, _TRANSLATE)
