"""The learner's own optimiser: as a class in lesson 03, with bias correction in lesson 05."""

import numpy as np

from . import hidden
from .engine import Exercise, Fresh, Probe
from .probes import show_value


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


class MyCorrectedRMSprop:
    """RMSprop with bias correction, and with ε inside the root.

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
        self.t = 0

    def step(self, theta, grad):
        """Return the parameters after one update; leave `theta` and `grad` unchanged."""
        self.t += 1
        self.S = self.beta * self.S + (1 - self.beta) * grad**2
        S_hat = self.S / (1 - self.beta**self.t)
        return theta - self.learning_rate * grad / np.sqrt(S_hat + self.epsilon)


def _as_it_is(S, b, t):
    return S


def _by_its_share(S, b, t):
    return S / (1 - b**t)


def _optimizer(average=None, step=None, correct=_as_it_is, start=0.0, beta=0.9, shared=()):
    """A class like the two above with one thing different; `shared`: what all objects share."""

    class Optimizer:
        S, t = start, 0

        def __init__(self, learning_rate, beta=beta, epsilon=1e-8):
            self.settings = learning_rate, beta, epsilon
            self.S, self.t = start, 0

        def step(self, theta, grad):
            lr, b, e = self.settings
            for name in shared:
                setattr(self, name, getattr(Optimizer, name))
            old = self.S
            self.t += 1
            self.S = average(old, grad, b, self.t) if average else b * old + (1 - b) * grad**2
            for name in shared:
                setattr(Optimizer, name, getattr(self, name))
            S = correct(self.S, b, self.t)
            if step:
                return step(theta, grad, S, old, lr, e, b, self.t)
            return theta - lr * grad / np.sqrt(S + e)

    return Optimizer


def _corrected(**parts):
    """A class like `MyCorrectedRMSprop` with one thing different."""
    return _optimizer(**{"correct": _by_its_share, **parts})


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


class _KeptTheta(MyRMSprop):
    """Goes on from a θ of its own."""

    theta = None

    def step(self, theta, grad):
        self.theta = super().step(theta if self.theta is None else self.theta, grad)
        return self.theta


def _both(cls):
    """A class whose `step` returns θ and S."""

    class Both(cls):
        def step(self, theta, grad):
            theta = super().step(theta, grad)
            return theta, self.S

    return Both


class _ForgottenSettings(MyRMSprop):
    """Takes β and ε, and uses its own."""

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        super().__init__(learning_rate)


def _drive(cls, name, grads, settings, theta):
    """A probe that makes an optimiser and lets it take several steps."""

    def run(recorder):
        step, here = recorder.method(recorder.make(*settings), "step"), theta
        for t, grad in enumerate(grads, start=1):
            label = f"step {t} with g = {show_value(grad)}"
            here = recorder.call(label, here, grad, function=step, names=("theta", "grad"))
            if np.shape(here) == (2, *np.shape(theta)):
                here = here[0]  # S was returned as well
            if np.shape(here) != np.shape(theta):
                recorder.end()
            here = float(here) if isinstance(theta, float) else here

    shown = settings if len(settings) > 1 else f"({settings[0]})"
    return Probe(name, f"{cls.__name__}{shown}", run)


def _two_at_once(recorder):
    first, second = (recorder.method(recorder.make(0.1), "step") for _ in range(2))
    for t in (1, 2):
        recorder.call(f"step {t} of the first optimiser", 2.0, 3.0, function=first)
        recorder.call(f"step {t} of the second optimiser", 2.0, 1.0, function=second)


_PATH = [np.array(g) for g in ((3.0, 4.0, 0.0), (-2.0, 1.5, -1.5), (0.0, 2.0, 0.2))]
_TINY = [np.array([1e-6, -2e-5, 3e-7]), np.array([-3e-6, 1e-4, 2e-5])]


def _probes(cls):
    start = np.array([1.0, -2.0, 0.5])
    return (
        _drive(cls, "defaults", _PATH, (0.1,), start),
        _drive(cls, "own settings", _PATH, (0.2, 0.5, 0.04), start),
        _drive(cls, "floats", (2.0, -1.0, 0.5), (0.1, 0.8, 1e-3), 2.0),
        Probe("two optimisers", "With two optimisers at once", _two_at_once),
        _drive(cls, "tiny gradients", _TINY, (0.1,), np.array([0.3, -0.2, 0.1])),
    )


_CLASS = Exercise(
    solution=MyRMSprop,
    lesson=3,
    title="The whole optimiser",
    task=(
        "Make an optimiser of your update: a class that keeps its own S, and its settings under "
        "their names, such as `self.learning_rate`. From then on it runs wherever the course's "
        "optimisers run."
    ),
    outputs=("θ",),
    probes=_probes(MyRMSprop),
    variants={
        "bias correction": (
            MyCorrectedRMSprop,
            "S is divided by 1 − βᵗ (lesson 05), which takes away the large first steps. The "
            "numbers in the lessons are without it.",
        ),
        "epsilon as a floor": (
            _optimizer(
                step=lambda x, g, S, old, lr, e, b, t: x - lr * g / np.maximum(np.sqrt(S), e)
            ),
            "ε is a lower bound of the denominator instead of being added to it.",
        ),
        "epsilon outside the root": (
            _optimizer(step=lambda x, g, S, old, lr, e, b, t: x - lr * g / (np.sqrt(S) + e)),
            "ε stands outside the root, as in PyTorch; the exercise has it inside.",
        ),
    },
    mistakes={
        "S restarted at each step": (
            _optimizer(average=lambda S, g, b, t: (1 - b) * g**2),
            "Is S made anew in step? Keep it in self.S.",
        ),
        "one S for all objects": (
            (Fresh(lambda: _shared(anew=False)), Fresh(lambda: _shared(anew=True))),
            "Do two optimisers share one S? Set self.S in __init__, not in the class.",
        ),
        "theta kept": (
            _KeptTheta,
            "Does the object keep θ? Go on from the θ that `step` is given.",
        ),
        "settings ignored": (
            _ForgottenSettings,
            "Are beta and epsilon taken, but not used?",
        ),
        "PyTorch's default": (
            _optimizer(beta=0.99),
            "Is the default of beta 0.99? That is PyTorch's; here it is 0.9.",
        ),
        "S starts at 1": (
            _optimizer(start=1.0),
            "Does S start at 1? TensorFlow 1 did that; here it starts at 0.",
        ),
        "previous S used": (
            _optimizer(step=lambda x, g, S, old, lr, e, b, t: x - lr * g / np.sqrt(old + e)),
            "Is the step made with the old S?",
        ),
        "1-beta left out": (
            _optimizer(average=lambda S, g, b, t: b * S + g**2),
            "Was (1 − β) left out?",
        ),
        "beta and 1-beta swapped": (
            _optimizer(average=lambda S, g, b, t: (1 - b) * S + b * g**2),
            "Were β and 1 − β exchanged?",
        ),
        "sum instead of average": (
            _optimizer(average=lambda S, g, b, t: S + g**2),
            "Is S a sum? That is Adagrad.",
        ),
        "no average at all": (
            _optimizer(average=lambda S, g, b, t: g**2),
            "Is the step made from g² alone? The old S has to stay in: βS + (1 − β)g².",
        ),
        "gradient not squared": (
            _optimizer(average=lambda S, g, b, t: b * S + (1 - b) * g),
            "Is S an average of g instead of g²?",
        ),
        "no square root": (
            _optimizer(step=lambda x, g, S, old, lr, e, b, t: x - lr * g / (S + e)),
            "Was the root left out?",
        ),
        "sign flipped": (
            _optimizer(step=lambda x, g, S, old, lr, e, b, t: x + lr * g / np.sqrt(S + e)),
            "Is the step added? Subtract it.",
        ),
        "S returned as well": (
            (_both(_optimizer()), _both(_optimizer(average=lambda S, g, b, t: (1 - b) * g**2))),
            "Is S returned, too? The object keeps it in self.S; return θ alone.",
        ),
        "step returned": (
            _optimizer(step=lambda x, g, S, old, lr, e, b, t: lr * g / np.sqrt(S + e)),
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

_OUTSIDE = _corrected(step=lambda x, g, S, old, lr, e, b, t: x - lr * g / (np.sqrt(S) + e))
_IN_THE_RATE = _optimizer(
    step=lambda x, g, S, old, lr, e, b, t: x - lr * np.sqrt(1 - b**t) * g / np.sqrt(S + e)
)

_CORRECTED = Exercise(
    solution=MyCorrectedRMSprop,
    lesson=5,
    title="Your optimiser, corrected",
    task=(
        "Give your class bias correction: it counts its steps, and divides S by $1-\\beta^t$ "
        "before the root. The S that it keeps stays as it is."
    ),
    outputs=("θ",),
    probes=_probes(MyCorrectedRMSprop),
    variants={
        "correction in the rate": (
            _IN_THE_RATE,
            "η is multiplied by √(1 − βᵗ) instead of dividing S: the same but for ε.",
        ),
        "epsilon outside the root": (
            _OUTSIDE,
            "ε stands outside the root, as in Adam; the exercise has it inside.",
        ),
        "epsilon as a floor": (
            _corrected(
                step=lambda x, g, S, old, lr, e, b, t: x - lr * g / np.maximum(np.sqrt(S), e)
            ),
            "ε is a lower bound of the denominator instead of being added to it.",
        ),
    },
    mistakes={
        "no bias correction": (
            _optimizer(),
            "Is S used as it is? Divide it by 1 − βᵗ before the root is taken.",
        ),
        "power t left out": (
            _corrected(correct=lambda S, b, t: S / (1 - b)),
            "Is S divided by 1 − β at every step? It is 1 − βᵗ: count t in self.t.",
        ),
        "correction kept in S": (
            _corrected(
                average=lambda S, g, b, t: (b * S + (1 - b) * g**2) / (1 - b**t),
                correct=_as_it_is,
            ),
            "Is the corrected S kept in self.S? Keep the plain one; correct a copy for the step.",
        ),
        "corrected twice": (
            _corrected(
                step=lambda x, g, S, old, lr, e, b, t: (
                    x - lr * np.sqrt(1 - b**t) * g / np.sqrt(S + e)
                )
            ),
            "Is the bias corrected twice, in S and in the rate? Once is enough.",
        ),
        "bias correction multiplied": (
            _corrected(correct=lambda S, b, t: S * (1 - b**t)),
            "Is S multiplied by 1 − βᵗ? It is too small; divide.",
        ),
        "bias correction from t = 0": (
            _corrected(correct=lambda S, b, t: S / (1 - b ** (t - 1))),
            "Does t count from 0? Then 1 − βᵗ is 0 at first. Raise self.t before you use it.",
        ),
        "t never raised": (
            _corrected(correct=lambda S, b, t: S / 0.0),
            "Does t stay at 0? Then 1 − βᵗ is 0 for ever. Raise self.t in each step, first of all.",
        ),
        "bias correction from t = 2": (
            _corrected(correct=lambda S, b, t: S / (1 - b ** (t + 1))),
            "Is t one too large? It is 1 in the first step.",
        ),
        "bias correction of the whole step": (
            _optimizer(
                step=lambda x, g, S, old, lr, e, b, t: x - lr / (1 - b**t) * g / np.sqrt(S + e)
            ),
            "Is the step divided by 1 − βᵗ? It is too long already. S is divided, below the root.",
        ),
        "correction outside the root": (
            (
                _corrected(
                    step=lambda x, g, S, old, lr, e, b, t: x - lr * g / np.sqrt(S + e),
                    correct=lambda S, b, t: S / (1 - b**t) ** 2,
                ),
                _optimizer(
                    step=lambda x, g, S, old, lr, e, b, t: x - lr * (1 - b**t) * g / np.sqrt(S + e)
                ),
            ),
            "Is the root taken first, and divided by 1 − βᵗ then? Correct S, then take the root.",
        ),
        "one t for all objects": (
            Fresh(lambda: _corrected(shared=("t",))),
            "Do two optimisers count together? Set self.t in __init__, not in the class.",
        ),
        "one S for all objects": (
            Fresh(lambda: _corrected(shared=("S",))),
            "Do two optimisers share one S? Set self.S in __init__, not in the class.",
        ),
        "S restarted at each step": (
            _corrected(average=lambda S, g, b, t: (1 - b) * g**2),
            "Is S made anew in step? Keep it in self.S.",
        ),
        "sign flipped": (
            _corrected(step=lambda x, g, S, old, lr, e, b, t: x + lr * g / np.sqrt(S + e)),
            "Is the step added? Subtract it.",
        ),
        "S returned as well": (
            _both(_corrected()),
            "Is S returned, too? The object keeps it in self.S; return θ alone.",
        ),
        "step returned": (
            _corrected(step=lambda x, g, S, old, lr, e, b, t: lr * g / np.sqrt(S + e)),
            "Is it the step that is returned? Return the new θ.",
        ),
    },
    update=hidden.my_corrected_class(
        ("correction in the rate", "epsilon outside the root", "epsilon as a floor")
    ),
    hints=(
        "What does the correction need to know besides S? Who counts it, and from which number?",
        "With g = 2 twice and β = 0.9, S is 0.4 and then 0.76, and the class keeps these. It "
        "divides them by 0.1 and by 0.19: 4 both times, and the step is η.",
        "self.t = 0\nself.t += 1\nS_hat = self.S / ...",
    ),
    explanation=(
        "`self.S` goes on as before; only the copy in the denominator is corrected. That t is "
        "raised first makes it 1 in the first step."
    ),
)

EXERCISES = (_CLASS, _CORRECTED)
