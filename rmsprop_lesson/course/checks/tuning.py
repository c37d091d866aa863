"""Exercises of lesson 07: random search, a schedule, early stopping."""

import numpy as np

from .engine import Exercise, Probe
from .probes import call


def sample_rates(low, high, n, rng):
    """Draw learning rates for a random search: uniformly on a logarithmic scale.

    Parameters
    ----------
    low, high : float
        The ends of the range, 0 < low < high.
    n : int
        How many.
    rng : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    array of shape (n,)
    """
    return 10 ** rng.uniform(np.log10(low), np.log10(high), n)


def cosine_rate(t, steps, learning_rate):
    """Compute the learning rate of a cosine schedule: η at t = 0, 0 at t = steps.

    Parameters
    ----------
    t : int
        The step, 0 ≤ t ≤ steps.
    steps : int
        Length of the schedule.
    learning_rate : float
        η.

    Returns
    -------
    float
        The rate of step t.
    """
    return learning_rate * (1 + np.cos(np.pi * t / steps)) / 2


def best_epoch(losses, patience):
    """Find the epoch whose weights early stopping keeps.

    Training stops as soon as `patience` epochs in a row have brought no new lowest loss; later
    losses are never seen.

    Parameters
    ----------
    losses : sequence of float
        The validation loss after each epoch 0, 1, …
    patience : int
        At least 1.

    Returns
    -------
    int
        The epoch with the lowest loss until then.
    """
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best


def _sampling(name, low, high, n):
    """A probe that looks at where the drawn rates lie, not at the rates themselves."""

    def run(recorder):
        rates = recorder.call("sample", low, high, n, np.random.default_rng(3), keep=False)
        recorder.note("shape", np.zeros(np.shape(rates)))
        position = np.log(rates / low) / np.log(high / low)  # 0 … 1 on the logarithmic scale
        recorder.note("how many are in the range", np.mean((rates >= low) & (rates <= high)))
        for part in (0.25, 0.5, 0.75):
            share = float(np.mean(position < part))
            label = f"share below {low * (high / low) ** part:.3g}, which should be near {part}"
            recorder.note(label, np.round(20 * share) / 20 if abs(share - part) > 0.05 else part)
        different = len(np.unique(rates)) > 0.9 * n
        recorder.note("are nearly all different (1: yes)", float(different))

    text = f"sample_rates({low:g}, {high:g}, {n}, rng)"
    return Probe(name, text, run)


def _two_generators(recorder):
    """A grid is spread as evenly as a draw, but does not depend on the generator."""
    a, b = (
        recorder.call("sample", 0.01, 1.0, 5, np.random.default_rng(seed), keep=False)
        for seed in (1, 2)
    )
    recorder.note("two generators give the same (1: yes)", float(np.array_equal(a, b)))


def _patient(found, last=lambda stop, best: best):
    """Early stopping with another idea of when to stop, or of what to return."""

    def implementation(losses, patience):
        best, stop = 0, len(losses) - 1
        for epoch in range(len(losses)):
            if losses[epoch] < losses[best]:
                best = epoch
            if found(losses, epoch, best, patience):
                stop = epoch
                break
        return last(stop, best)

    return implementation


def _equal_is_better(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss <= losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best


def _stops(losses, epoch, best, patience):
    return epoch - best >= patience


def _rises(losses, epoch, best, patience):
    """Patience counted in rises from one epoch to the next, in a row."""
    steps = np.diff(losses[: epoch + 1])[-patience:]
    return len(steps) == patience and bool(np.all(steps >= 0))


_SAMPLE = Exercise(
    solution=sample_rates,
    lesson=7,
    title="Random search in the right space",
    task="Draw $n$ learning rates for a random search, uniform on a logarithmic scale.",
    probes=(
        _sampling("four decades", 1e-4, 1.0, 4000),
        _sampling("two decades", 1e-3, 0.1, 4000),
        Probe("two generators", "With two seeds", _two_generators),
    ),
    mistakes={
        "uniform on the linear scale": (
            lambda low, high, n, rng: rng.uniform(low, high, n),
            "Are the rates uniform themselves? Then nearly all lie in the last decade.",
        ),
        "exponents returned": (
            (
                lambda low, high, n, rng: rng.uniform(np.log10(low), np.log10(high), n),
                lambda low, high, n, rng: rng.uniform(np.log(low), np.log(high), n),
            ),
            "Are these the exponents? Raise 10 (or e) to them.",
        ),
        "bases mixed": (
            (
                lambda low, high, n, rng: np.exp(rng.uniform(np.log10(low), np.log10(high), n)),
                lambda low, high, n, rng: 10 ** rng.uniform(np.log(low), np.log(high), n),
            ),
            "Are two bases mixed? exp belongs to log, 10** to log10.",
        ),
        "a fixed grid": (
            lambda low, high, n, rng: np.geomspace(low, high, n),
            "This is a grid, evenly spaced. Random search draws from rng.",
        ),
        "powers of ten only": (
            lambda low, high, n, rng: (
                10.0 ** rng.integers(round(np.log10(low)), round(np.log10(high)) + 1, n)
            ),
            "Are only whole exponents drawn? Everything between is allowed.",
        ),
        "one rate for all": (
            lambda low, high, n, rng: np.full(n, 10 ** rng.uniform(np.log10(low), np.log10(high))),
            "Is one rate drawn and repeated? Ask rng for n of them.",
        ),
        "one rate": (
            lambda low, high, n, rng: 10 ** rng.uniform(np.log10(low), np.log10(high)),
            "Is only one rate drawn? Ask rng for n of them.",
        ),
    },
    hints=(
        "Draw the exponents uniformly.",
        r"$$\eta = 10^u, \qquad u \sim U(\log_{10}\text{low},\ \log_{10}\text{high})$$",
        "return 10 ** rng.uniform(...)",
    ),
    explanation="Every decade gets the same share of the draws, however small its rates are.",
)

_COSINE = Exercise(
    solution=cosine_rate,
    lesson=7,
    title="A schedule",
    task="Write the cosine schedule: from $\\eta$ at the start down to 0 at the end.",
    outputs=("the rate",),
    probes=(
        call("start", 0, 100, 0.1),
        call("a quarter", 25, 100, 0.1),
        call("middle", 5, 10, 2.0),
        call("end", 8, 8, 0.5),
    ),
    mistakes={
        "half left out": (
            lambda t, T, lr: lr * (1 + np.cos(np.pi * t / T)),
            "Was the ½ left out? 1 + cos runs from 2 to 0.",
        ),
        "1 left out": (
            (
                lambda t, T, lr: lr * np.cos(np.pi * t / T),
                lambda t, T, lr: lr * np.cos(np.pi * t / T) / 2,
            ),
            "Was the 1 + left out? The cosine alone becomes negative.",
        ),
        "going up": (
            lambda t, T, lr: lr * (1 - np.cos(np.pi * t / T)) / 2,
            "Does it go up? A plus sign belongs before the cosine.",
        ),
        "full period": (
            lambda t, T, lr: lr * (1 + np.cos(2 * np.pi * t / T)) / 2,
            "Is it 2π? Half a period leads from 1 to −1.",
        ),
        "quarter period": (
            lambda t, T, lr: lr * np.cos(np.pi * t / T / 2),
            "This is a quarter of a period; it ends at 0 too, but bends otherwise.",
        ),
        "pi left out": (
            lambda t, T, lr: lr * (1 + np.cos(t / T)) / 2,
            "Was π left out?",
        ),
        "degrees": (
            lambda t, T, lr: lr * (1 + np.cos(180 * t / T)) / 2,
            "np.cos takes radians: π, not 180.",
        ),
        "straight line": (
            lambda t, T, lr: lr * (1 - t / T),
            "This is the linear schedule.",
        ),
    },
    hints=(
        "Which function goes smoothly from 1 to 0 while the cosine goes from 1 to −1?",
        r"$$\eta_t = \frac{\eta}{2}\left(1 + \cos\frac{\pi t}{T}\right)$$",
        "return learning_rate * (1 + ...) / 2",
    ),
    explanation="It is flat at both ends: long at full rate, then long at a small one.",
)

_EARLY = Exercise(
    solution=best_epoch,
    lesson=7,
    title="Early stopping",
    task=(
        "Stop when `patience` epochs in a row have brought no new lowest validation loss, and "
        "return the best epoch seen until then."
    ),
    outputs=("the epoch",),
    probes=(
        call("a late better one", [5.0, 3.0, 4.0, 4.5, 1.0, 2.0], 2),
        call("a short rise", [5.0, 3.0, 4.0, 2.0, 2.5, 2.6, 1.0], 2),
        call("patient", [5.0, 3.0, 4.0, 3.5, 3.2, 1.0, 1.5], 4),
        call("zigzag", [5.0, 2.0, 4.0, 3.0, 4.0, 3.0, 1.0], 3),
        call("always better", [3.0, 2.0, 1.0], 1),
        call("equal losses", [2.0, 1.0, 1.0, 1.0, 0.5], 2),
    ),
    mistakes={
        "lowest of all": (
            lambda losses, p: int(np.argmin(losses)),
            "Does it look at losses after training has stopped?",
        ),
        "first rise stops": (
            _patient(lambda losses, t, best, p: t - best >= 1),
            "Does the first bad epoch stop it? There is patience.",
        ),
        "stops one epoch late": (
            _patient(lambda losses, t, best, p: t - best > p),
            "Is it > instead of >=? After `patience` bad epochs it stops.",
        ),
        "epoch of the stop": (
            _patient(_stops, last=lambda stop, best: stop),
            "Is it the epoch at which training stops? The best one before is asked for.",
        ),
        "counted back from the stop": (
            _patient(_stops, last=lambda stop, best: stop + 1),
            "Is it the number of epochs trained? The best one is asked for.",
        ),
        "compared with the epoch before": (
            _patient(_rises),
            "Is each loss compared with the one before? Compare with the best so far.",
        ),
        "equal counts as better": (
            _equal_is_better,
            "Does an equal loss count as a new lowest? It has to be lower.",
        ),
        "loss returned": (
            lambda losses, p: losses[best_epoch(losses, p)],
            "Is it the loss that is returned? Return the epoch.",
        ),
        "counted from 1": (
            lambda losses, p: best_epoch(losses, p) + 1,
            "Is the epoch one too large? They count from 0.",
        ),
    },
    hints=(
        "Remember the best epoch; how far back it lies is how long you have been patient.",
        r"Stop at the first epoch with $\text{epoch} - \text{best} \ge \text{patience}$.",
        "best = 0\nfor epoch, loss in enumerate(losses):\n    if loss < losses[best]:\n        ...",
    ),
    explanation="A better loss that comes after the stop is never seen: that is the price.",
)

EXERCISES = (_SAMPLE, _COSINE, _EARLY)
