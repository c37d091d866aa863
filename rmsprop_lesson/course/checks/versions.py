"""Exercises of lesson 09: the centred form, the whole optimiser, another library's settings."""

import numpy as np

from . import hidden, relatives
from .engine import Exercise, Fresh, Inferred, Probe
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


class MyRMSprop:
    """RMSprop, with ε inside the root: an optimiser that keeps its own S.

    Parameters
    ----------
    learning_rate, beta, epsilon : float
        η, β and ε.
    """

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.S = 0.0

    def step(self, theta, grad):
        """Return the parameters after one update; leave `theta` and `grad` unchanged."""
        self.S = self.beta * self.S + (1 - self.beta) * grad**2
        return theta - self.learning_rate * grad / np.sqrt(self.S + self.epsilon)


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


def _optimizer(average=None, step=None, start=0.0, defaults=(0.9, 1e-8)):
    """A class like `MyRMSprop` with one thing different."""

    class Optimizer:
        def __init__(self, learning_rate, beta=defaults[0], epsilon=defaults[1]):
            self.settings = learning_rate, beta, epsilon
            self.S = start

        def step(self, theta, grad):
            lr, b, e = self.settings
            old = self.S
            self.S = average(old, grad, b) if average else b * old + (1 - b) * grad**2
            if step:
                return step(theta, grad, self.S, old, lr, e)
            return theta - lr * grad / np.sqrt(self.S + e)

    return Optimizer


def _shared(anew):
    """A class whose objects all use one S; `anew`: each new object sets it to 0."""

    class Optimizer(MyRMSprop):
        S = 0.0

        def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
            self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon
            if anew:
                type(self).S = 0.0

        def step(self, theta, grad):
            S = type(self).S = self.beta * self.S + (1 - self.beta) * grad**2
            return theta - self.learning_rate * grad / np.sqrt(S + self.epsilon)

    return Optimizer


class _Corrected(MyRMSprop):
    """With bias correction."""

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        super().__init__(learning_rate, beta, epsilon)
        self.t = 0

    def step(self, theta, grad):
        self.t += 1
        self.S = self.beta * self.S + (1 - self.beta) * grad**2
        S_hat = self.S / (1 - self.beta**self.t)
        return theta - self.learning_rate * grad / np.sqrt(S_hat + self.epsilon)


class _ForgottenSettings(MyRMSprop):
    """Takes β and ε, and uses its own."""

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        super().__init__(learning_rate)


def _drive(name, grads, settings, theta):
    """A probe that makes an optimiser and lets it take several steps."""

    def run(recorder):
        step, here = recorder.method(recorder.make(*settings), "step"), theta
        for t, grad in enumerate(grads, start=1):
            label = f"step {t} with g = {show_value(grad)}"
            here = recorder.call(label, here, grad, function=step, names=("theta", "grad"))
            if np.shape(here) != np.shape(theta):
                recorder.end()
            here = float(here) if isinstance(theta, float) else here

    return Probe(name, f"MyRMSprop{settings if len(settings) > 1 else f'({settings[0]})'}", run)


def _two_at_once(recorder):
    first, second = (recorder.method(recorder.make(0.1), "step") for _ in range(2))
    for t in (1, 2):
        recorder.call(f"step {t} of the first optimiser", 2.0, 3.0, function=first)
        recorder.call(f"step {t} of the second optimiser", 2.0, 1.0, function=second)


def _translation(name, *settings):
    """A probe that looks at each translated setting."""

    def run(recorder):
        result = recorder.call("settings", *settings, keep=False)
        if not isinstance(result, dict):
            recorder.note("settings", result)
            recorder.end()
        recorder.note("names", ", ".join(sorted(result)))
        for key, value in sorted(result.items()):
            recorder.note(key, value)

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
    place=("epsilon_inside", lambda lr, a, e: False),
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
_ARRAYS = [np.array(g) for g in _PATH]

_TINY = [np.array([1e-6, -2e-5, 3e-7]), np.array([-3e-6, 1e-4, 2e-5])]

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
        "mean subtracted outside the root": (
            _centered(lambda S, m, e: np.sqrt(S + e) - m),
            "Is m subtracted after the root? It is m², and under the root.",
        ),
        "difference squared": (
            _centered(lambda S, m, e: np.sqrt((S - m) ** 2 + e)),
            "Is the difference squared? Only m is.",
        ),
        "old mean used": (_old_mean, "Is the old m used? Update it first."),
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

_CLASS = Exercise(
    solution=MyRMSprop,
    lesson=9,
    title="The whole optimiser",
    task="Write RMSprop as a class that keeps its own S, from nothing but what you know.",
    outputs=("θ",),
    probes=(
        _drive("defaults", _ARRAYS, (0.1,), np.array([1.0, -2.0, 0.5])),
        _drive("own settings", _ARRAYS, (0.2, 0.5, 0.04), np.array([1.0, -2.0, 0.5])),
        _drive("floats", (2.0, -1.0, 0.5), (0.1, 0.8, 1e-3), 2.0),
        Probe("two optimisers", "With two optimisers at once", _two_at_once),
        _drive("tiny gradients", _TINY, (0.1,), np.array([0.3, -0.2, 0.1])),
    ),
    variants={
        "bias correction": (
            _Corrected,
            "S is divided by 1 − βᵗ (lesson 05), which takes away the large first steps.",
        ),
        "epsilon as a floor": (
            _optimizer(step=lambda x, g, S, old, lr, e: x - lr * g / np.maximum(np.sqrt(S), e)),
            "ε is a lower bound of the denominator instead of being added to it.",
        ),
        "epsilon outside the root": (
            _optimizer(step=lambda x, g, S, old, lr, e: x - lr * g / (np.sqrt(S) + e)),
            "ε stands outside the root, as in PyTorch; the exercise has it inside.",
        ),
    },
    mistakes={
        "S restarted at each step": (
            _optimizer(average=lambda S, g, b: (1 - b) * g**2),
            "Is S made anew in step? Keep it in self.S.",
        ),
        "one S for all objects": (
            (Fresh(lambda: _shared(anew=False)), Fresh(lambda: _shared(anew=True))),
            "Do two optimisers share one S? Set self.S in __init__, not in the class.",
        ),
        "settings ignored": (
            _ForgottenSettings,
            "Are beta and epsilon taken, but not used?",
        ),
        "PyTorch's default": (
            _optimizer(defaults=(0.99, 1e-8)),
            "Is the default of beta 0.99? That is PyTorch's; here it is 0.9.",
        ),
        "S starts at 1": (
            _optimizer(start=1.0),
            "Does S start at 1? TensorFlow 1 did that; here it starts at 0.",
        ),
        "previous S used": (
            _optimizer(step=lambda x, g, S, old, lr, e: x - lr * g / np.sqrt(old + e)),
            "Is the step made with the old S?",
        ),
        "1-beta left out": (
            _optimizer(average=lambda S, g, b: b * S + g**2),
            "Was (1 − β) left out?",
        ),
        "beta and 1-beta swapped": (
            _optimizer(average=lambda S, g, b: (1 - b) * S + b * g**2),
            "Were β and 1 − β exchanged?",
        ),
        "sum instead of average": (
            _optimizer(average=lambda S, g, b: S + g**2),
            "Is S a sum? That is Adagrad.",
        ),
        "gradient not squared": (
            _optimizer(average=lambda S, g, b: b * S + (1 - b) * g),
            "Is S an average of g instead of g²?",
        ),
        "no square root": (
            _optimizer(step=lambda x, g, S, old, lr, e: x - lr * g / (S + e)),
            "Was the root left out?",
        ),
        "sign flipped": (
            _optimizer(step=lambda x, g, S, old, lr, e: x + lr * g / np.sqrt(S + e)),
            "Is the step added? Subtract it.",
        ),
        "step returned": (
            _optimizer(step=lambda x, g, S, old, lr, e: lr * g / np.sqrt(S + e)),
            "Is it the step that is returned? Return the new θ.",
        ),
    },
    update=hidden.my_class(("bias correction", "epsilon outside the root", "epsilon as a floor")),
    hints=(
        "What has to survive from one step to the next? Where does an object keep it?",
        "Your `rmsprop_step` takes S and hands it back. Here nobody holds it in between: "
        "`__init__` makes the first S, and `step` reads `self.S` and puts the new one there.",
        "self.S = 0.0\nself.S = self.beta * self.S + (1 - self.beta) * grad**2\nreturn theta - ...",
    ),
    explanation=(
        "S can start as the number 0: with the first gradient it takes that gradient's shape."
    ),
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
            _translated(place=("epsilon_inside", lambda lr, a, e: True)),
            "Is ε inside the root? In PyTorch it is outside: epsilon_inside=False.",
        ),
        "place of epsilon as text": (
            (
                _translated(place=("epsilon_inside", lambda lr, a, e: "False")),
                _translated(place=("epsilon_inside", lambda lr, a, e: "outside")),
                _translated(place=("epsilon_inside", lambda lr, a, e: "false")),
            ),
            "Is epsilon_inside a text? Every text but the empty one counts as true: write False, "
            "without quotes.",
        ),
        "place of epsilon is None": (
            _translated(place=("epsilon_inside", lambda lr, a, e: None)),
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

EXERCISES = (_CENTERED, _CLASS, _TRANSLATE)
