"""Exercises of lesson 07: random search, a schedule, early stopping."""

import numpy as np

from .engine import Exercise, Inferred, Probe
from .observe import number_seen
from .pairs import parts
from .probes import call, seeded, untouched


def sample_rates(low, high, n, rng):
    """Draw learning rates for a random search: uniformly on a logarithmic scale.

    Parameters
    ----------
    low, high : float
        The ends of the range, 0 < low < high.
    n : int
        How many.
    rng : numpy.random.Generator
        Where the randomness comes from: `rng.uniform(a, b, n)` draws n numbers from a to b, evenly.

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
    """A probe that looks at where the drawn rates lie, not at the rates themselves.

    It ends where what follows would depend on the draw: that is no fingerprint.
    """

    def run(recorder):
        def draw(seed, times=1.0):
            rng = np.random.default_rng(seed)
            return recorder.call("sample", times * low, times * high, n, rng, keep=False)

        with untouched() as left_alone:
            rates, again, other, moved = draw(3), draw(3), draw(4), draw(3, times=1e6)
        usable = isinstance(rates, np.ndarray)
        recorder.note("sample", np.zeros(np.shape(rates)) if usable else rates)
        if not usable or np.shape(rates) != (n,):
            recorder.end()
        _end_unless(recorder, "are all rates numbers", np.isfinite(rates).all())
        follow = not np.allclose(np.median(rates / moved), 1, 0.5)
        _end_unless(recorder, "do the rates follow low and high", follow)
        recorder.note("is it a grid (1: yes)", _is_grid(rates))
        recorder.note("is np.random left alone (1: yes)", left_alone())
        again = np.array_equal(rates, again)
        _end_unless(recorder, "does the same generator give the same rates again", again)
        differ = not np.array_equal(rates, other)
        _end_unless(recorder, "do two generators give different rates", differ)
        recorder.note("are all the same (1: yes)", len(np.unique(rates)) == 1)
        _end_unless(recorder, "are nearly all different", len(np.unique(rates)) > 0.9 * n)
        inside = float(np.mean((rates >= low) & (rates <= high)))
        recorder.note("share in the range", inside if inside == 1 else np.floor(20 * inside) / 20)
        if inside < 0.05:
            recorder.note("middle of the rates, rounded", np.round(np.median(rates)))
            recorder.note("largest rate, rounded", np.round(np.max(rates)))
            recorder.end()
        for part in (0.25, 0.5, 0.75):
            border = low * (high / low) ** part
            share = float(np.mean(rates < border))
            label = f"share below {border:.3g}, which should be near {part}"
            recorder.note(label, np.round(20 * share) / 20 if abs(share - part) > 0.05 else part)

    text = f"With low = {low:g}, high = {high:g}, n = {n}"
    return Probe(name, text, run)


def _end_unless(recorder, label, holds):
    recorder.note(f"{label} (1: yes)", holds)
    if not holds:
        recorder.end()


def _is_grid(rates):
    """Whether the rates are evenly spaced, on either scale."""
    with np.errstate(all="ignore"):
        gaps = [np.diff(np.sort(values)) for values in (rates, np.log(rates))]
    return any(gap[0] > 0 and np.allclose(gap, gap[0], rtol=1e-3) for gap in gaps)


def _shuffled_grid(rng, a, b, n):
    return rng.permutation(np.linspace(a, b, n))


@parts
def _sample(
    source=lambda rng: rng,
    ends=lambda low, high: (low, high),
    forward=np.log10,
    back=lambda u: np.power(10.0, u),  # infinite where a float's power raises
    draw=lambda rng, a, b, n: rng.uniform(a, b, n),
):
    """Random learning rates with the parts of their making to be exchanged."""

    def implementation(low, high, n, rng):
        a, b = map(forward, ends(low, high))
        return back(draw(source(rng), a, b, n))

    return implementation


def _same(x):
    return x


@parts
def _cosine(
    half=0.5,
    wave=lambda phase: 1 + np.cos(phase),
    pi=np.pi,
    share=lambda t, steps: t / steps,
    rate=lambda lr, x: lr * x,
):
    """The cosine schedule with its parts to be exchanged."""

    def implementation(t, steps, lr):
        with np.errstate(all="ignore"):
            return rate(lr, half * wave(pi * np.float64(share(t, steps))))

    return implementation


def _above_zero(seen):
    """A schedule that ends above 0, at what the last probe saw; as a number or a share of η."""
    last = number_seen(seen, probe=3)
    if last is None or not 1e-9 < abs(last) < 0.4:  # a π of few digits leaves less
        return None
    start = number_seen(seen, probe=0)
    if start is not None and abs(start - 0.1) < 1e-9:
        share = number_seen(seen, probe=2)
        if share is not None and abs(share - 1.0) < 1e-9:  # half-way nothing is added
            return _cosine(rate=lambda lr, x: max(lr * x, last))
        relative = share is not None and np.isclose(share, 1.0 + 2 * last, rtol=1e-5)
        floor = (lambda lr: 2 * last * lr) if relative else (lambda lr: last)
        return _cosine(rate=lambda lr, x: floor(lr) + (lr - floor(lr)) * x)
    return _cosine(rate=lambda lr, x: last + lr * x)


def _lower(loss, lowest, previous):
    return loss < lowest


def _any_other(loss, lowest):
    return True


@parts
def _stopped(
    better=_lower,
    worse=_any_other,
    needed=lambda patience: patience,
    resets=True,
    counts_good=False,
    first=None,
    never=None,
    result=lambda losses, best, stop, patience: best,
):
    """Early stopping, counted; with its parts to be exchanged.

    `first` is a number that the best loss starts at, and whether epoch 0 is then a bad one.
    """

    def implementation(losses, patience):
        lowest, judged = (losses[0], False) if first is None else first
        best, bad, stop = 0, 0, len(losses) - 1
        for epoch, loss in enumerate(losses):
            previous = losses[epoch - 1] if epoch else np.inf
            if epoch + judged and better(loss, lowest, previous):
                lowest, best = loss, epoch
                bad = 0 if resets else bad
                bad += counts_good
            elif (epoch or counts_good or judged) and worse(loss, lowest):
                bad += 1
            if bad and bad >= needed(patience):
                stop = epoch
                break
        else:
            best = never(losses) if never else best
        return result(losses, best, stop, patience)

    return implementation


def _lower_by(margin):
    return lambda loss, lowest, previous: loss < lowest - margin


def _rises_in_a_row(losses, patience):
    """Patience counted in rises from one epoch to the next; the lowest loss is right."""
    rises = best = 0
    for epoch in range(1, len(losses)):
        best = epoch if losses[epoch] < losses[best] else best
        rises = rises + 1 if losses[epoch] >= losses[epoch - 1] else 0
        if rises >= patience:
            break
    return best


def _returned_in_the_loop(losses, patience):
    """The epoch at which training stops; the best one where it never does."""
    best = 0
    for epoch, loss in enumerate(losses):
        best = epoch if loss < losses[best] else best
        if epoch - best >= patience:
            return epoch
    return best


def _compared_with_the_first(losses, patience):
    best = bad = 0
    for epoch, loss in enumerate(losses):
        best, bad = (epoch, 0) if loss < losses[0] else (best, bad + bool(epoch))
        if bad >= patience:
            break
    return best


_SAMPLE = Exercise(
    solution=sample_rates,
    lesson=7,
    title="Random search in the right space",
    task="Draw $n$ learning rates for a random search, uniform on a logarithmic scale.",
    probes=(
        _sampling("four decades", 1e-4, 1.0, 2000),
        _sampling("two decades", 1e-3, 0.1, 1500),
        _sampling("between powers of ten", 0.002, 0.7, 1800),
        _sampling("above 1", 0.02, 30.0, 1500),
    ),
    mistakes={
        "low and high ignored": (
            _sample(ends=lambda low, high: (1e-4, 1.0)),
            "Are low and high used? Whatever range is given, the rates are the same.",
        ),
        "generator not used": (
            (
                _sample(source=lambda rng: np.random),
                _sample(source=lambda rng: np.random.default_rng()),
                _sample(source=seeded),
            ),
            "Is it the generator `rng` that draws? With the same generator the rates must be the "
            "same again: rng.uniform, not np.random.uniform.",
        ),
        "generator made anew": (
            _sample(source=lambda rng: np.random.default_rng(0)),
            "Is a generator with a seed of its own made inside? Then every search draws the same "
            "rates: use `rng`.",
        ),
        "uniform on the linear scale": (
            _sample(forward=_same, back=_same),
            "Are the rates uniform themselves? Then nearly all lie in the last decade.",
        ),
        "exponents returned": (
            (_sample(back=_same), _sample(forward=np.log, back=_same)),
            "Are these the exponents? Raise 10 (or e) to them.",
        ),
        "logarithms left out": (
            (_sample(forward=_same), _sample(forward=_same, back=np.exp)),
            "Are low and high themselves the exponents? Their logarithms are.",
        ),
        "bases mixed": (
            (_sample(back=np.exp), _sample(forward=np.log), _sample(back=lambda u: 2.0**u)),
            "Are two bases mixed? exp belongs to log, 10** to log10.",
        ),
        "logarithm returned": (
            (
                _sample(forward=_same, back=np.log10),
                _sample(forward=_same, back=np.log),
            ),
            "Is the logarithm taken after drawing? Draw between log10(low) and log10(high), then "
            "raise 10 to the power.",
        ),
        "a fixed grid": (
            (
                lambda low, high, n, rng: np.geomspace(low, high, n),
                lambda low, high, n, rng: np.linspace(low, high, n),
                _sample(draw=lambda rng, a, b, n: np.linspace(a, b, n)),
                _sample(draw=_shuffled_grid),
                _sample(forward=_same, back=_same, draw=_shuffled_grid),
            ),
            "This is a grid, evenly spaced. Random search draws from rng.",
        ),
        "powers of ten only": (
            (
                lambda low, high, n, rng: (
                    10.0 ** rng.integers(round(np.log10(low)), round(np.log10(high)) + 1, n)
                ),
                _sample(back=lambda u: 10.0 ** np.round(u)),
                _sample(back=lambda u: 10.0 ** np.floor(u)),
            ),
            "Are only a few different rates drawn, such as whole powers of ten? Everything between "
            "is allowed.",
        ),
        "rounded": (
            tuple(_sample(back=lambda u, k=k: np.round(10.0**u, k)) for k in (4, 5)),
            "Are the rates rounded? Keep all their digits; small rates lose most by it.",
        ),
        "one rate for all": (
            _sample(draw=lambda rng, a, b, n: np.full(n, rng.uniform(a, b))),
            "Is one rate drawn and repeated? Ask rng for n of them.",
        ),
        "one rate": (
            (
                _sample(draw=lambda rng, a, b, n: rng.uniform(a, b)),
                _sample(draw=lambda rng, a, b, n: rng.uniform(a, b, 1)),
            ),
            "Is only one rate drawn? Ask rng for n of them. (A `return` inside a loop ends it in "
            "the first round.)",
        ),
        "normal instead of uniform": (
            (
                *(
                    _sample(draw=lambda rng, a, b, n, k=k: rng.normal((a + b) / 2, (b - a) / k, n))
                    for k in (1, 2, 3, 4, 6)
                ),
                _sample(draw=lambda rng, a, b, n: rng.normal(a, b, n)),
            ),
            "Are the exponents drawn from a normal distribution? Then some lie outside, and the "
            "middle is preferred.",
        ),
    },
    hints=(
        "Between 0.001 and 0.1, half of the draws should lie below 0.01. What has to be drawn "
        "evenly?",
        "A rate is $10^u$. For rates between 0.001 and 0.1, u lies between −3 and −1. How does "
        "one get −3 from 0.001?",
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
        call("start", t=0, steps=100, learning_rate=0.1),
        call("a quarter", t=25, steps=100, learning_rate=0.1),
        call("middle", t=5, steps=10, learning_rate=2.0),
        call("end", t=8, steps=8, learning_rate=0.5),
        call("near the end", t=6, steps=7, learning_rate=0.3),
        call("one step only", t=0, steps=1, learning_rate=0.2),
    ),
    mistakes={
        "bracket missing": (
            (
                lambda t, T, lr: lr * 0.5 * 1 + np.cos(np.pi * t / T),
                lambda t, T, lr: lr * 1 + np.cos(np.pi * t / T) / 2,
                lambda t, T, lr: lr + np.cos(np.pi * t / T),
                lambda t, T, lr: 0.5 * (lr + np.cos(np.pi * t / T)),
                _cosine(half=1.0, wave=lambda phase: 1 + np.cos(phase) / 2),
                _cosine(half=1.0, wave=lambda phase: 0.5 + np.cos(phase)),
            ),
            "Is a bracket missing? η/2 multiplies the whole sum: learning_rate * (1 + np.cos(…)) "
            "/ 2.",
        ),
        "half left out": (
            _cosine(half=1.0),
            "Was the ½ left out? 1 + cos runs from 2 to 0.",
        ),
        "half twice": (
            _cosine(half=0.25),
            "Is it ¼? The half stands there only once.",
        ),
        "1 left out": (
            (_cosine(half=1.0, wave=np.cos), _cosine(wave=np.cos)),
            "Was the 1 + left out? The cosine alone becomes negative.",
        ),
        "going up": (
            _cosine(wave=lambda phase: 1 - np.cos(phase)),
            "Does it go up? A plus sign belongs before the cosine.",
        ),
        "cosine minus 1": (
            _cosine(wave=lambda phase: np.cos(phase) - 1),
            "Is 1 subtracted? It is added, so that the sum runs from 2 to 0.",
        ),
        "sine instead of cosine": (
            (
                _cosine(wave=lambda phase: 1 + np.sin(phase)),
                _cosine(wave=lambda phase: 1 - np.sin(phase)),
            ),
            "Is it a sine? The cosine goes from 1 to −1 in half a period.",
        ),
        "full period": (
            _cosine(pi=2 * np.pi),
            "Is it 2π? Half a period leads from 1 to −1.",
        ),
        "quarter period": (
            (
                _cosine(half=1.0, wave=np.cos, pi=np.pi / 2),
                _cosine(pi=np.pi / 2),
                _cosine(half=1.0, wave=lambda phase: 1 - np.sin(phase), pi=np.pi / 2),
            ),
            "This is a quarter of a period; half a period is πt/T.",
        ),
        "pi left out": (
            _cosine(pi=1.0),
            "Was π left out?",
        ),
        "pi not exact": (
            tuple(_cosine(pi=pi) for pi in (3.0, 3.1, 3.14, 3.142, 3.1416, 3.14159)),
            "Is π rounded? np.pi has all its digits, and with it the schedule ends at exactly 0.",
        ),
        "degrees": (
            _cosine(pi=180.0),
            "np.cos takes radians: π, not 180.",
        ),
        "whole division": (
            _cosine(share=lambda t, steps: t // steps),
            "Is it `//`? That drops everything behind the point: t / steps.",
        ),
        "starts again at the end": (
            _cosine(share=lambda t, steps: (t % steps) / steps),
            "t % steps is 0 at t = steps: the schedule starts again where it should end.",
        ),
        "ends one step early or late": (
            (
                _cosine(share=lambda t, steps: t / np.float64(steps - 1)),
                _cosine(share=lambda t, steps: t / (steps + 1)),
                _cosine(share=lambda t, steps: (t + 1) / steps),
                _cosine(share=lambda t, steps: (t - 1) / steps),
                _cosine(share=lambda t, steps: (t + 1) / (steps + 1)),
            ),
            "Is 1 added or subtracted in t/steps? t runs from 0 to steps, both included.",
        ),
        "fraction upside down": (
            _cosine(share=lambda t, steps: steps / np.float64(t)),
            "Is it steps/t? The share of the way is t/steps.",
        ),
        "steps left out": (
            (_cosine(share=lambda t, steps: t), _cosine(share=lambda t, steps: t * steps)),
            "Is t not divided by steps? The share of the way is t/steps.",
        ),
        "steps outside the cosine": (
            lambda t, T, lr: lr * (1 + np.cos(np.pi * t) / T) / 2,
            "Is the cosine divided by steps? t/steps stands inside it.",
        ),
        "straight line": (
            lambda t, T, lr: lr * (1 - t / T),
            "This is the linear schedule.",
        ),
        "ends above 0": (
            Inferred(_above_zero),
            "Is there a smallest rate? This schedule ends at 0.",
        ),
        "learning rate left out": (
            _cosine(rate=lambda lr, x: x),
            "Was η left out? The schedule starts at learning_rate.",
        ),
        "share returned": (
            _cosine(rate=lambda lr, x: 1 - lr * x),
            "Is something subtracted from 1? The rate is η times the share.",
        ),
    },
    hints=(
        "Which function goes smoothly from 1 to 0 while the cosine goes from 1 to −1?",
        "The cosine is 1 at the angle 0 and −1 at π. Half-way through the run the angle is π/2. "
        "Which angle belongs to step t?",
        "return learning_rate * (1 + ...) / 2",
    ),
    explanation="It is flat at both ends: long at full rate, then long at a small one.",
)

_GAINS = [1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9]  # each gain is a tenth

_EARLY = Exercise(
    solution=best_epoch,
    lesson=7,
    title="Early stopping",
    task=(
        "Stop when `patience` epochs in a row have brought no new lowest validation loss, and "
        "return the best epoch seen until then."
    ),
    outputs=("the epoch",),
    probes=tuple(
        call(name, losses=losses, patience=patience)
        for name, losses, patience in (
            ("a late better one", [5.0, 3.0, 4.0, 4.5, 1.0, 2.0], 2),
            ("a short rise", [5.0, 3.0, 4.0, 2.0, 2.5, 2.6, 1.0], 2),
            ("patient", [5.0, 3.0, 4.0, 3.5, 3.2, 1.0, 1.5], 4),
            ("zigzag", [5.0, 2.0, 4.0, 3.0, 4.0, 3.0, 1.0], 3),
            ("always better", [3.0, 2.0, 1.0], 1),
            ("equal losses", [2.0, 1.0, 1.0, 1.0, 0.5], 2),
            ("bad epochs that are not in a row", [5.0, 6.0, 4.0, 6.0, 3.0, 2.0], 2),
            ("bad from the start", [1.0, 2.0, 3.0, 4.0, 0.5], 3),
            ("large losses", [900.0, 800.0, 850.0, 840.0, 830.0, 100.0], 4),
            ("huge losses", [9e15, 8e15, 8.5e15, 8.4e15, 1e15, 2e15], 3),
            ("one epoch", [3.0], 1),
            ("two equal minima", [4.0, 2.0, 3.0, 2.0, 3.0, 1.0], 3),
            ("long", [9.0, 8.0, 8.5, 7.0, 7.5, 7.2, 6.0, 6.5, 6.4, 6.3, 5.0], 3),
            ("falling, but not to a new lowest", [5.0, 1.0, 4.0, 3.5, 3.0, 2.5, 0.5], 3),
            ("a first minimum, and a lower one", [3.0, 2.0, 0.5, 2.0, 2.0, 2.5, 0.2], 2),
            ("high, then low, then higher", [2.0, 2.5, 1.0, 3.0, 1.5, 4.0, 0.5], 2),
            ("an equal one between higher ones", [3.0, 1.0, 2.0, 1.0, 2.0, 2.0, 0.5], 3),
            ("ever smaller gains", _GAINS, 1),
        )
    ),
    mistakes={
        "lowest of all": (
            lambda losses, p: int(np.argmin(losses)),
            "Does it look at losses after training has stopped?",
        ),
        "counter never set back": (
            _stopped(resets=False),
            "Is the counter set back to 0 when a new best comes? The bad epochs have to be in a "
            "row.",
        ),
        "good epochs counted": (
            (_stopped(counts_good=True), _stopped(counts_good=True, resets=False)),
            "Does a good epoch count as well, so that it stops one epoch early? Only epochs "
            "without a new lowest loss do: `else: counter += 1`.",
        ),
        "lowest loss not kept": (
            lambda losses, patience: len(losses) - 1,
            "Does every epoch count as the best, up to the last? Keep the lowest loss so far, "
            "together with its epoch.",
        ),
        "first rise stops": (
            _stopped(needed=lambda patience: 1),
            "Does the first bad epoch stop it? There is patience.",
        ),
        "stops one epoch early": (
            _stopped(needed=lambda patience: patience - 1),
            "Does it stop one epoch early? It stops after `patience` bad epochs.",
        ),
        "stops one epoch late": (
            _stopped(needed=lambda patience: patience + 1),
            "Is it > instead of >=? After `patience` bad epochs it stops.",
        ),
        "compared with the epoch before": (
            (
                _rises_in_a_row,
                _stopped(better=lambda loss, lowest, previous: loss < previous),
                _stopped(better=lambda loss, lowest, previous: loss <= previous),
            ),
            "Is each loss compared with the one before? Compare with the best so far.",
        ),
        "compared with the first": (
            _compared_with_the_first,
            "Is each loss compared with the first one? Keep the best loss so far, and compare "
            "with it.",
        ),
        "a margin asked for": (
            tuple(_stopped(better=_lower_by(0.95 * 10.0**-k)) for k in range(9)),
            "Does a loss have to be lower by a margin? Any lower loss is a new lowest.",
        ),
        "equal losses not counted": (
            _stopped(worse=lambda loss, lowest: loss > lowest),
            "Is an equal loss neither better nor bad? It is no new lowest: `else`, not a second "
            "condition.",
        ),
        "equal counts as better": (
            _stopped(better=lambda loss, lowest, previous: loss <= lowest),
            "Does an equal loss count as a new lowest? It has to be lower.",
        ),
        "higher counts as better": (
            _stopped(better=lambda loss, lowest, previous: loss > lowest),
            "Does a higher loss count as better? The lowest is the best.",
        ),
        "best starts at a number": (
            tuple(
                _stopped(first=(number, judged))
                for number in (10.0, 100.0, 1e6)
                for judged in (False, True)
            ),
            "Does the best loss start at a number? A loss may be larger: start at np.inf, or at "
            "the first loss.",
        ),
        "epoch of the stop": (
            (_stopped(result=lambda losses, best, stop, p: stop), _returned_in_the_loop),
            "Is it the epoch at which training stops? The best one before is asked for.",
        ),
        "another epoch if never stopped": (
            tuple(
                _stopped(never=never)
                for never in (lambda losses: len(losses) - 1, len, lambda losses: -1)
            ),
            "What if training is never stopped? Then the best of all epochs is asked for.",
        ),
        "number of epochs trained": (
            _stopped(result=lambda losses, best, stop, p: stop + 1),
            "Is it the number of epochs trained? The best one is asked for.",
        ),
        "counted back from the stop": (
            _stopped(result=lambda losses, best, stop, p: stop - p),
            "Is it stop − patience? Where training never stops, that isn't the best epoch.",
        ),
        "loss returned": (
            _stopped(result=lambda losses, best, stop, p: losses[best]),
            "Is it the loss that is returned? Return the epoch.",
        ),
        "counted from 1": (
            _stopped(result=lambda losses, best, stop, p: best + 1),
            "Is the epoch one too large? They count from 0.",
        ),
        "first epoch only": (
            lambda losses, p: 0,
            "Is it always epoch 0? Either a `return` inside the loop ends it in the first round "
            "(it belongs behind the loop), or the best loss starts at 0, which none is below "
            "(start at np.inf).",
        ),
    },
    hints=(
        "Which one thing do you have to remember while you go through the losses?",
        "With the losses 5, 4, 6, 6 and patience 2: the best is epoch 1; at epoch 3 it lies two "
        "epochs back, so one stops there.",
        "best = 0\nfor epoch, loss in enumerate(losses):\n    if loss < losses[best]:\n        ...",
    ),
    explanation="A better loss that comes after the stop is never seen: that is the price.",
)

EXERCISES = (_SAMPLE, _COSINE, _EARLY)
