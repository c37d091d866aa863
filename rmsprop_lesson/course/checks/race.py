"""Exercises of lesson 06: the other racers, and a fair race."""

import numpy as np

from . import relatives
from .engine import Exercise
from .pairs import parts
from .probes import call, steps


def adam_step(theta, grad, m, v, t, learning_rate, beta1, beta2, epsilon):
    """Make one update of Adam, with ε outside the root.

    Parameters
    ----------
    theta, grad, m, v : float or array
        Parameters, gradient and the averages of g and g²; leave them unchanged.
    t : int
        Number of this update: 1, 2, …
    learning_rate, beta1, beta2, epsilon : float
        η, β₁, β₂ and ε.

    Returns
    -------
    theta, m, v
        After the update; m and v without the bias correction.
    """
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta = theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return theta, m, v


def adadelta_step(theta, grad, E_g, E_x, rho, epsilon):
    """Make one update of Adadelta.

    Parameters
    ----------
    theta, grad, E_g, E_x : float or array
        Parameters, gradient and the averages of g² and of the squared step; leave them unchanged.
    rho, epsilon : float
        ρ and ε (inside both roots).

    Returns
    -------
    theta, E_g, E_x
        All after the update.
    """
    E_g = rho * E_g + (1 - rho) * grad**2
    step = np.sqrt(E_x + epsilon) / np.sqrt(E_g + epsilon) * grad
    E_x = rho * E_x + (1 - rho) * step**2
    return theta - step, E_g, E_x


def fair_winner(rates, losses):
    """Pick the best learning rate of a sweep with several seeds.

    Parameters
    ----------
    rates : array of shape (n,)
        The learning rates that were tried.
    losses : array of shape (n, seeds)
        The final loss of each run; NaN if it diverged. Leave it unchanged.

    Returns
    -------
    float
        The rate with the smallest median loss; a diverged run counts as infinitely bad.
    """
    losses = np.where(np.isnan(losses), np.inf, losses)
    medians = np.median(losses, axis=1)
    return rates[np.argmin(medians)]


def _adam(m_rule=None, v_rule=None, step=None):
    """Adam with one average or the step worked out differently."""

    def implementation(theta, g, m, v, t, lr, b1, b2, e):
        m = m_rule(m, g, b1) if m_rule else b1 * m + (1 - b1) * g
        v = v_rule(v, g, b2) if v_rule else b2 * v + (1 - b2) * g**2
        m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
        if step:
            return theta - step(g, m, v, m_hat, v_hat, lr, e), m, v
        return theta - lr * m_hat / (np.sqrt(v_hat) + e), m, v

    return implementation


def _adam_with_t(shift):
    def implementation(theta, g, m, v, t, lr, b1, b2, e):
        _, m, v = adam_step(theta, g, m, v, t, lr, b1, b2, e)
        t = t + shift
        m_hat, v_hat = m / np.float64(1 - b1**t), v / np.float64(1 - b2**t)
        return theta - lr * m_hat / (np.sqrt(v_hat) + e), m, v

    return implementation


def _efficient(theta, g, m, v, t, lr, b1, b2, e):
    _, m, v = adam_step(theta, g, m, v, t, lr, b1, b2, e)
    rate = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
    return theta - rate * m / (np.sqrt(v) + e), m, v


def _corrected_kept(theta, g, m, v, t, lr, b1, b2, e):
    theta, m, v = adam_step(theta, g, m, v, t, lr, b1, b2, e)
    return theta, m / (1 - b1**t), v / (1 - b2**t)


def _betas_swapped(theta, g, m, v, t, lr, b1, b2, e):
    return adam_step(theta, g, m, v, t, lr, b2, b1, e)


def _adadelta(step, new_E_x=lambda E_x, step, g, rho: rho * E_x + (1 - rho) * step**2):
    """Adadelta with another step, or another average of the steps."""

    def implementation(theta, g, E_g, E_x, rho, e):
        E_g = rho * E_g + (1 - rho) * g**2
        move = step(g, E_g, E_x, e)
        return theta - move, E_g, new_E_x(E_x, move, g, rho)

    return implementation


def _delta(g, E_g, E_x, e):
    return np.sqrt(E_x + e) / np.sqrt(E_g + e) * g


def _old_E_g(theta, g, E_g, E_x, rho, e):
    move = _delta(g, E_g, E_x, e)
    return theta - move, rho * E_g + (1 - rho) * g**2, rho * E_x + (1 - rho) * move**2


def _infinite(losses):
    return np.where(np.isnan(losses), np.inf, losses)


def _filled_with(number):
    return lambda losses: np.where(np.isnan(losses), number, losses)


def _the_rate(rates, scores, index):
    return rates[index]


def _of_each(score):
    """A score of each rate's runs."""
    return lambda losses: np.array([score(runs) for runs in losses])


def _those_that_arrived(losses):
    """The runs of each rate that have not diverged; in no probe all have."""
    return [runs[~np.isnan(runs)] for runs in losses]


def _none_is_smaller(scores):
    """The first, unless a later one is smaller; nothing is smaller than NaN."""
    return min(range(len(scores)), key=scores.__getitem__)


def _whole_rows(losses):
    """Infinity in the whole row of a run that has diverged."""
    return np.where(np.isnan(losses).any(axis=1, keepdims=True), np.inf, losses)


_median = _of_each(np.median)


@parts
def _winner(handle=_infinite, score=_median, best=np.argmin, result=_the_rate):
    """A choice with its parts to be exchanged."""

    def implementation(rates, losses):
        scores = score(handle(losses))
        return result(rates, scores, best(scores))

    return implementation


_PATH = [(3.0, 4.0, 0.0), (-2.0, 1.5, -1.5), (0.0, 2.0, 0.2)]
_RATES = np.array([0.001, 0.01, 0.1, 1.0])
_UNSORTED = np.array([0.3, 3.0, 0.03])
_LUCKY = np.array([[4.0, 5.0, 4.5], [2.0, 2.2, 2.1], [9.0, 0.1, 8.0], [1.9, 50.0, 60.0]])
_WILD = np.array([[0.5, 0.6, 0.7], [0.3, 0.2, 90.0], [0.45, 0.5, 0.56], [0.35, 0.36, 0.75]])
_DIVERGED = np.array(
    [[np.nan, 9.0, 9.0], [np.nan, np.nan, 3.0], [1.5, 2.0, 1.8], [0.5, np.nan, np.nan]]
)
_ONE_NAN = np.array([[1.0, 1.0, 1.0], [0.1, 0.1, np.nan], [0.5, 0.5, 0.6]])
_FOUR_SEEDS = np.array([[0.1, 0.2, 7.0, 9.0], [3.0, 2.0, 2.0, 2.5], [4.0, 4.0, 0.3, 0.4]])
_SPREAD = np.array([[1.0, 1.0, 9.0, 9.0], [4.5, 4.5, 4.5, 4.5], [6.0, 2.0, 9.0, 5.0]])
_HALF_LOST = np.array([[0.9, np.nan, np.nan], [0.5, 0.6, 0.5], [0.7, 0.8, 0.9]])
_HUGE = np.array([[np.nan, np.nan, 1.0], [3e12, 2e12, 1e12], [2e13, np.nan, 1e11]])


_ADAM = Exercise(
    solution=adam_step,
    lesson=6,
    title="One Adam update",
    task="RMSprop, plus an averaged gradient, plus bias correction: write the update of Adam.",
    outputs=("θ", "m", "v"),
    probes=(
        steps(
            "three steps",
            (1.0, -2.0, 0.5),
            _PATH,
            (0.1, 0.9, 0.99, 1e-8),
            states=2,
            counted=True,
            text="η = 0.1, β₁ = 0.9, β₂ = 0.99, ε = 1e-8",
        ),
        steps(
            "floats",
            2.0,
            (2.0, -1.0, 0.5),
            (0.2, 0.5, 0.8, 1e-3),
            states=2,
            counted=True,
            text="η = 0.2, β₁ = 0.5, β₂ = 0.8, ε = 1e-3",
        ),
        steps(
            "short memories",
            -1.0,
            (1.5, 0.5, -2.0),
            (0.1, 0.3, 0.4, 1e-3),
            states=2,
            counted=True,
            text="η = 0.1, β₁ = 0.3, β₂ = 0.4, ε = 1e-3",
        ),
        steps(
            "tiny gradients",
            (0.0, 0.0),
            [(1e-5, 0.0), (2e-5, 0.0)],
            (0.1, 0.9, 0.99, 0.01),
            states=2,
            counted=True,
            text="η = 0.1, β₁ = 0.9, β₂ = 0.99, ε = 0.01",
        ),
        steps(
            "on the way",
            (1.5, -0.8),
            [(0.6, -2.5), (-1.4, 0.3)],
            (0.3, 0.6, 0.8, 0.02),
            states=2,
            start=[(0.9, -1.7), (3.1, 4.2)],
            counted=4,
            text="From m = (0.9, -1.7), v = (3.1, 4.2) and t = 4, η = 0.3, β₁ = 0.6, β₂ = 0.8, "
            "ε = 0.02",
        ),
    ),
    variants={
        "epsilon inside the root": (
            _adam(step=lambda g, m, v, m_hat, v_hat, lr, e: lr * m_hat / np.sqrt(v_hat + e)),
            "ε stands inside the root; Adam's paper has it outside.",
        ),
        "epsilon as a floor": (
            _adam(step=lambda g, m, v, m_hat, v_hat, lr, e: lr * m_hat / np.maximum(v_hat**0.5, e)),
            "ε is a lower bound of the denominator instead of being added to it.",
        ),
        "efficient form": (
            _efficient,
            "the corrections stand in the rate, η·√(1 − β₂ᵗ)/(1 − β₁ᵗ), as at the end of section 2 "
            "of Adam's paper and in TensorFlow; ε isn't corrected with v then.",
        ),
    },
    mistakes={
        "no bias correction": (
            _adam(step=lambda g, m, v, m_hat, v_hat, lr, e: lr * m / (np.sqrt(v) + e)),
            "Was the bias correction left out? Divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ.",
        ),
        "only m corrected": (
            _adam(step=lambda g, m, v, m_hat, v_hat, lr, e: lr * m_hat / (np.sqrt(v) + e)),
            "Is only m corrected? v needs it as well.",
        ),
        "only v corrected": (
            _adam(step=lambda g, m, v, m_hat, v_hat, lr, e: lr * m / (np.sqrt(v_hat) + e)),
            "Is only v corrected? m needs it as well.",
        ),
        "corrected averages returned": (
            _corrected_kept,
            "Is m or v returned with its bias corrected? The next update needs the plain ones.",
        ),
        "betas exchanged": (
            _betas_swapped,
            "Were β₁ and β₂ exchanged? β₁ belongs to m, β₂ to v.",
        ),
        "gradient in the numerator": (
            _adam(step=lambda g, m, v, m_hat, v_hat, lr, e: lr * g / (np.sqrt(v_hat) + e)),
            "Is g itself in the numerator? That is RMSprop with bias correction; Adam uses m.",
        ),
        "v of the plain gradient": (
            _adam(v_rule=lambda v, g, b: b * v + (1 - b) * g),
            "Is v an average of g? It averages g².",
        ),
        "m of the squared gradient": (
            _adam(m_rule=lambda m, g, b: b * m + (1 - b) * g**2),
            "Is m an average of g²? It averages g.",
        ),
        "no square root": (
            _adam(step=lambda g, m, v, m_hat, v_hat, lr, e: lr * m_hat / (v_hat + e)),
            "Was the root left out?",
        ),
        "t from 0": (_adam_with_t(-1), "Is t − 1 in the power? t counts from 1 already."),
        "t one too large": (_adam_with_t(1), "Is t + 1 in the power? t counts from 1 already."),
        "sign flipped": (
            _adam(step=lambda g, m, v, m_hat, v_hat, lr, e: -lr * m_hat / (np.sqrt(v_hat) + e)),
            "Is the step added? Subtract it.",
        ),
    },
    update=relatives.adam(("efficient form", "epsilon inside the root", "epsilon as a floor")),
    hints=(
        "Which two averages does Adam keep, and why can neither be used as it is at first?",
        r"In the first step, from m = 0, the new m is $(1-\beta_1)\,g$. By what must it be "
        "divided to give g? After t steps? v has the same trouble with its own β.",
        "m = beta1 * m + (1 - beta1) * grad\nv = ...\nm_hat = m / (1 - beta1**t)",
    ),
    explanation="m and v are returned as they are: the correction is made anew at each step.",
)

_ADADELTA = Exercise(
    solution=adadelta_step,
    lesson=6,
    title="One Adadelta update",
    task="Adadelta has no learning rate: the RMS of the past steps takes its place. Write it.",
    outputs=("θ", "E_g", "E_x"),
    probes=(
        steps(
            "three steps", (1.0, -2.0, 0.5), _PATH, (0.9, 1e-3), states=2, text="ρ = 0.9, ε = 1e-3"
        ),
        steps("floats", 2.0, (2.0, -1.0, 0.5), (0.5, 1e-6), states=2, text="ρ = 0.5, ε = 1e-6"),
        steps(
            "from a state",
            (1.5, -0.8),
            [(0.6, -2.5), (-1.4, 0.3)],
            (0.7, 0.02),
            states=2,
            start=[(0.7, 2.5), (0.3, 9.0)],
            text="From E_g = (0.7, 2.5), E_x = (0.3, 9), ρ = 0.7, ε = 0.02",
        ),
    ),
    mistakes={
        "E_x updated first": (
            lambda theta, g, E_g, E_x, rho, e: adadelta_step(
                theta, g, E_g, rho * E_x + (1 - rho) * g**2, rho, e
            ),
            "Is E_x updated before the step? It averages the squared steps, and this step enters "
            "after it was made.",
        ),
        "E_x of the gradient": (
            _adadelta(_delta, lambda E_x, step, g, rho: rho * E_x + (1 - rho) * g**2),
            "Does E_x average g²? It averages the squared step.",
        ),
        "E_x never updated": (
            _adadelta(_delta, lambda E_x, step, g, rho: E_x),
            "Is E_x never updated?",
        ),
        "step not squared": (
            _adadelta(_delta, lambda E_x, step, g, rho: rho * E_x + (1 - rho) * step),
            "Is the step squared before it enters E_x?",
        ),
        "old E_g used": (_old_E_g, "Is the step made with the old E_g? Update E_g first."),
        "roots left out": (
            _adadelta(lambda g, E_g, E_x, e: (E_x + e) / (E_g + e) * g),
            "Were the roots left out?",
        ),
        "fraction upside down": (
            _adadelta(lambda g, E_g, E_x, e: np.sqrt(E_g + e) / np.sqrt(E_x + e) * g),
            "Is the fraction upside down? The steps are on top, the gradients below.",
        ),
        "epsilon outside the roots": (
            _adadelta(lambda g, E_g, E_x, e: (np.sqrt(E_x) + e) / (np.sqrt(E_g) + e) * g),
            "Is ε outside the roots? Here it sets how the movement starts, so its place matters.",
        ),
        "epsilon missing above": (
            _adadelta(lambda g, E_g, E_x, e: np.sqrt(E_x) / np.sqrt(E_g + e) * g),
            "Was ε left out in the numerator? Then nothing ever moves.",
        ),
        "sign flipped": (
            _adadelta(lambda g, E_g, E_x, e: -_delta(g, E_g, E_x, e)),
            "Is the step added? Subtract it.",
        ),
    },
    update=relatives.adadelta(()),
    hints=(
        "Which of the two averages can be updated before the step is known, and which only "
        "afterwards?",
        "The first step with ρ = 0.9 and g = 2: E_g is 0.1·2² = 0.4, and the step is 2·√(0 + "
        "ε)/√(0.4 + ε). What does E_x average?",
        "E_g = rho * E_g + (1 - rho) * grad**2\nstep = ...",
    ),
    explanation="The first step uses E_x = 0, so ε alone starts the movement.",
)

_WINNER = Exercise(
    solution=fair_winner,
    lesson=6,
    title="A fair winner",
    task=(
        "A sweep tried each learning rate with several seeds. Pick the rate with the best median; "
        "a run that diverged is NaN."
    ),
    outputs=("the rate",),
    probes=tuple(
        call(name, rates, losses, text=f"With {text}")
        for name, text, rates, losses in (
            ("one lucky run", "one lucky run", _RATES, _LUCKY),
            ("one wild run", "one wild run", _RATES, _WILD),
            ("diverged runs", "diverged runs", _RATES, _DIVERGED),
            (
                "one NaN beside good runs",
                "losses = ((1, 1, 1), (0.1, 0.1, nan), (0.5, 0.5, 0.6))",
                _UNSORTED,
                _ONE_NAN,
            ),
            ("four seeds", "four seeds for each rate", _UNSORTED, _FOUR_SEEDS),
            ("spread runs", "four seeds, far apart for one rate", _UNSORTED, _SPREAD),
            ("one rate mostly lost", "two NaN of three for one rate", _UNSORTED, _HALF_LOST),
            ("huge losses", "losses up to 2e13, and NaN", _UNSORTED, _HUGE),
        )
    ),
    mistakes={
        "NaN not handled": (
            (
                _winner(handle=lambda losses: losses),
                _winner(handle=lambda losses: losses, best=_none_is_smaller),
            ),
            "Did a NaN win? np.argmin stops at the first NaN, and no number is < NaN: replace it "
            "by infinity. `==` never finds a NaN (NaN == NaN is False); np.isnan(losses) does.",
        ),
        "diverged runs ignored": (
            _winner(handle=_those_that_arrived),
            "Are diverged runs left out? Then a rate that mostly diverges can win.",
        ),
        "rates with one NaN left out": (
            _winner(handle=_whole_rows),
            "Is a rate out of the race as soon as one of its runs diverged? Only that run is "
            "infinitely bad; the median of the others may still be the best.",
        ),
        "diverged runs count as 0": (
            (_winner(handle=_filled_with(0.0)), _winner(handle=_filled_with(-1.0))),
            "Do diverged runs count as 0, or less? That is the best loss there is: a diverged run "
            "is infinitely bad.",
        ),
        "a number instead of infinity": (
            tuple(_winner(handle=_filled_with(10.0**power)) for power in (2, 3, 6, 9, 10)),
            "Does a number stand for a diverged run? A run can end at a larger loss than that: "
            "np.inf is larger than any.",
        ),
        "along the wrong axis": (
            (
                _winner(score=lambda losses: np.median(losses, axis=0)),
                _winner(
                    handle=lambda losses: losses, score=lambda losses: np.median(losses, axis=0)
                ),
            ),
            "Is it axis=0? Each row is one rate, so the median goes along axis=1.",
        ),
        "mean instead of median": (
            _winner(score=_of_each(np.mean)),
            "Was the mean taken? One wild run decides it; the median is robust.",
        ),
        "luckiest run": (
            _winner(score=_of_each(np.min)),
            "Is it the best single run that counts? That rewards luck.",
        ),
        "worst run": (
            _winner(score=_of_each(np.max)),
            "Is it the worst single run that counts?",
        ),
        "one of the two middle runs": (
            (
                _winner(score=lambda losses: np.sort(losses)[:, losses.shape[1] // 2]),
                _winner(score=lambda losses: np.sort(losses)[:, (losses.shape[1] - 1) // 2]),
            ),
            "An even number of runs has two in the middle; the median is their mean: np.median.",
        ),
        "middle column": (
            _winner(score=lambda losses: losses[:, losses.shape[1] // 2]),
            "Is it the run in the middle of the row? Sort the row first, or use np.median.",
        ),
        "one seed only": (
            (_winner(score=lambda losses: losses[:, 0]), _winner(score=lambda x: x[:, -1])),
            "Is only one seed looked at?",
        ),
        "spread instead of median": (
            _winner(handle=lambda losses: losses, score=_of_each(np.std)),
            "Is it the spread of the runs? The median is asked for.",
        ),
        "largest loss": (
            _winner(best=np.argmax),
            "Is it the largest loss that wins?",
        ),
        "index returned": (
            _winner(result=lambda rates, scores, index: float(index)),
            "Is it the position of the rate that is returned? Return the rate.",
        ),
        "loss returned": (
            _winner(result=lambda rates, scores, index: scores[index]),
            "Is it the loss that is returned? Return the rate.",
        ),
        "smallest or largest rate": (
            (lambda rates, losses: np.min(rates), lambda rates, losses: np.max(rates)),
            "Is it always the smallest or the largest rate? The losses decide.",
        ),
        "np.where the wrong way round": (
            lambda rates, losses: rates[
                np.argmin(np.median(np.where(np.isnan(losses), losses, np.inf), axis=1))
            ],
            "Do the good runs become infinite? np.where(condition, a, b) takes a where the "
            "condition holds, and b elsewhere.",
        ),
        "first or last rate": (
            (lambda rates, losses: rates[0], lambda rates, losses: rates[-1]),
            "Is it always the first or the last rate? One number for each rate is needed: the "
            "median along axis=1.",
        ),
    },
    hints=(
        "How bad is a run that ended in NaN? And which one number stands for a rate with "
        "several runs?",
        "With the losses (1, 9, NaN) a rate has the median 9: sorted, NaN comes last, as if it "
        "were infinite. `np.median(a, axis=1)` gives one number for each row.",
        "losses = np.where(np.isnan(losses), np.inf, losses)\nmedians = ...",
    ),
    explanation="With the median, neither a lucky nor a wild run decides.",
)

EXERCISES = (_ADAM, _ADADELTA, _WINNER)
