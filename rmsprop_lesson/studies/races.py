"""Fair races between optimisers: the same starts, as many gradients, and each at its best rate.

A comparison at one shared learning rate says little: a rate of 0.01 is small for one method and
large for another. Here every method runs at every rate of a log-spaced sweep, from every start and
with every seed. All of it is one run of `descend` on an array with the axes rates × starts ×
seeds. Then each method is judged by its best rate, and the whole sweep can be looked at::

    valley = race(Valley(), steps=100)
    valley.best()                 # one row a method
    races.sensitivity(valley)     # how much the rate matters

What isn't swept stays at its usual value: β = 0.9 for momentum and RMSprop, (0.9, 0.999) for Adam.
Adadelta has no learning rate, so it has one entry in place of a sweep.
"""

import copy
from dataclasses import dataclass, replace

import numpy as np

from .._validate import (
    as_array,
    check_count,
    check_has,
    check_number,
    check_seed,
)
from ..descent import descend
from ..optimizers import Adadelta, Adagrad, Adam, GradientDescent, Momentum, Optimizer, RMSprop
from .troubles import Disturbed

__all__ = [
    "ENTRANTS",
    "RATES",
    "AMSGrad",
    "Projected",
    "Race",
    "around",
    "league",
    "one_rate",
    "race",
    "race_network",
    "sensitivity",
    "winners",
]


def _corrected(learning_rate):
    return RMSprop(learning_rate, bias_correction=True)


# What races by default: a label, and how to build the optimiser for a rate (or for an array of
# rates). An optimiser in place of a builder has no rate to sweep.
ENTRANTS = {
    "gradient descent": GradientDescent,
    "momentum": Momentum,
    "Adagrad": Adagrad,
    "Adadelta": Adadelta(),
    "RMSprop": RMSprop,
    "RMSprop, corrected": _corrected,
    "Adam": Adam,
}

# 10⁻⁴ … 10, four rates a decade.
RATES = np.geomspace(1e-4, 10.0, 21)
MOST_STARTS = MOST_SEEDS = 10**5
NETWORK_RATES = np.geomspace(1e-3, 10**-0.5, 6)


def race(
    objective,
    entrants=None,
    rates=RATES,
    *,
    steps=100,
    starts=None,
    seeds=1,
    tail=1,
    target=None,
    schedule=None,
):
    """Let optimisers race on an objective, each at every learning rate of a sweep.

    Parameters
    ----------
    objective : Objective
        What is minimised; a `Disturbed` one, such as `Noisy`, gets the seeds.
    entrants : dict, optional
        Label → function of the learning rate that builds the optimiser (such as the class
        `RMSprop`), or an optimiser without a rate to sweep. By default `ENTRANTS`.
    rates : array_like of float, shape (R,)
        The sweep, rising.
    steps : int
        Updates, and so gradient evaluations, of each run.
    starts : array_like, shape (N,) or (N, 2), optional
        Where to start from; by default the objective's own start alone.
    seeds : int or sequence of int
        How many streams of random numbers, or which ones. Every method meets the same.
    tail : int
        A run's `gap` is the mean over its last `tail` positions, so that nobody wins by a lucky
        last step.
    target : float or callable, optional
        Judge by the steps needed instead: until the gap is at most `target`, or until
        ``target(positions)`` is true, and stays so to the end. A leap through the goal is no
        arrival.
    schedule : callable, optional
        ``schedule(learning_rate)`` gives the schedule for a rate of the sweep, such as
        ``lambda rate: Cosine(rate, steps=100)``; every method with a rate then follows it.

    Returns
    -------
    Race

    Raises
    ------
    TypeError, ValueError
        If `rates` are not positive and rising, `seeds` or `steps` not counts, or the starts do not
        fit the objective.
    """
    import pandas as pd

    rates, seeds = _rising(rates), _seeds(seeds)
    tail = check_count("tail", tail, 1)
    check_has("objective", objective, "dimension", "start", "minimum", "gradient")
    if not (target is None or callable(target)):
        target = check_number("target", target, lambda t: t >= 0, "a function, or at least 0")
    if not (schedule is None or callable(schedule)):
        raise TypeError(f"schedule must be a function or None, got {schedule!r}")
    objective = _with_seeds(objective, seeds)
    lanes = _lanes(objective, starts, seeds)
    entrants = _check_entrants(entrants)

    def runs(label, rates):
        optimizer = _build(entrants[label], rates, objective.dimension)
        swept = _is_swept(entrants[label])
        falling = schedule(optimizer.learning_rate) if schedule and swept else None
        # A lane for each rate: somebody's own optimiser doesn't say that it is a whole sweep.
        start = np.broadcast_to(lanes, (len(rates) if swept else 1, *lanes.shape[1:]))
        return descend(objective, optimizer, start, steps, falling)

    tables = []
    for label, builder in entrants.items():
        swept = rates if _is_swept(builder) else np.array([np.nan])
        tables.append(_table(label, runs(label, rates), swept, seeds, tail, target))
    score = "gap" if target is None else "steps"
    return Race(
        objective.name, pd.concat(tables, ignore_index=True), score, len(rates), steps, runs
    )


@dataclass(frozen=True, repr=False)
class Race:
    """What a race brought.

    Attributes
    ----------
    name : str
        Of the objective.
    table : pandas.DataFrame
        One row a run: ``method``, ``learning_rate`` (NaN where there is none), ``start`` and
        ``seed`` (their numbers), ``gap`` (loss above the minimum in the end; infinite where the
        run diverged), ``diverged_at`` (the step, NaN where it did not), ``steps`` (updates until
        the target; infinite where it was not reached).
    score : str
        The column that decides; less is better.
    sweep : int
        Number of learning rates each method was tried at.
    evaluations : int
        Number of gradients each run could use.
    runs : callable, optional
        ``runs(method, rates)`` runs a method again: a `Trajectory` with the axes rates × starts ×
        seeds. A race doesn't keep its trajectories, which would take hundreds of megabytes in a
        lesson of many races. None for a race of networks.
    """

    name: str
    table: object
    score: str
    sweep: int
    evaluations: int
    runs: object = None

    def curve(self):
        """The sensitivity curve: the score of each method at each learning rate.

        Returns
        -------
        pandas.DataFrame
            Columns ``method``, ``learning_rate``, ``median``, and the quartiles ``low`` and
            ``high`` over starts and seeds. Each is the score of a run, not an interpolation.
        """
        import pandas as pd

        rows = []
        groups = self.table.groupby(["method", "learning_rate"], sort=False, dropna=False)
        for (method, rate), runs in groups:
            low, median, high = _quartiles(runs[self.score])
            rows.append((method, rate, median, low, high))
        return pd.DataFrame(rows, columns=["method", "learning_rate", "median", "low", "high"])

    def best(self):
        """Each method at its best rate, the one with the least median score; best method first.

        Returns
        -------
        pandas.DataFrame
            Index ``method``; columns ``learning_rate``, ``median``, ``low``, ``high`` as in
            `curve`, and ``at_edge``: whether the best rate is the first or last of the sweep, so
            that a wider sweep might help this method.
        """
        curve = self.curve()
        chosen = curve.groupby("method", sort=False)["median"].idxmin()
        table = curve.loc[chosen].set_index("method")
        edges = curve["learning_rate"].min(), curve["learning_rate"].max()
        table["at_edge"] = table["learning_rate"].isin(edges) & np.isfinite(table["median"])
        return table.sort_values("median", kind="stable")

    def usable(self, factor=10.0):
        """How many rates of the sweep are good: their median is within `factor` of the best.

        Returns
        -------
        pandas.Series
            Index ``method``; in decades of η, which counts 1/4 for each of the default rates.
            Adadelta, without a rate, is left out.
        """
        swept = self.curve().dropna()
        rates = np.unique(swept["learning_rate"])
        spacing = np.diff(np.log10(rates)).mean() if len(rates) > 1 else 0.0
        medians = swept.groupby("method", sort=False)["median"]
        good = medians.agg(lambda m: np.isfinite(m.min()) * (m <= factor * m.min()).sum())
        return (good * spacing).rename("decades")

    def missed(self, gap):
        """The same race, judged by the share of starts and seeds that end further off than `gap`.

        Parameters
        ----------
        gap : float
            Which loss above the minimum is still good.

        Returns
        -------
        Race
            With the score ``missed``, from 0 to 1, and one row for each method and rate.
        """
        table = self.table.assign(missed=self.table["gap"] > gap)
        groups = table.groupby(["method", "learning_rate"], sort=False, dropna=False)
        return replace(self, table=groups["missed"].mean().reset_index(), score="missed")

    def run(self, method, start=0, seed=0, learning_rate=None):
        """One run of a method as a trajectory, at its best rate or at a given one.

        Parameters
        ----------
        method : str
        start, seed : int
            Their numbers in the table.
        learning_rate : float, optional
            One of the sweep's; the nearest is taken.

        Returns
        -------
        Trajectory

        Raises
        ------
        KeyError
            If there is no such method.
        ValueError
            If it was a race of networks, which has no trajectories.
        """
        if self.runs is None:
            raise ValueError(f"run() needs a race on an objective, this is one of {self.name}")
        curve = self.curve().query("method == @method").reset_index()
        if curve.empty:
            methods = list(self.table["method"].unique())
            raise KeyError(f"method must be one of {methods}, got {method!r}")
        best = self.best().loc[method, "learning_rate"]
        wanted = best if learning_rate is None else learning_rate
        distance = np.abs(np.log(curve["learning_rate"] / wanted))
        nearest = 0 if distance.isna().all() else int(distance.idxmin())
        rate = curve["learning_rate"].to_numpy()[[nearest]]
        runs = self.runs(method, rate)
        one = runs.run(0, start, list(self.table["seed"].unique()).index(seed))
        optimizer = copy.deepcopy(runs.optimizer)
        if hasattr(optimizer, "learning_rate"):
            optimizer.learning_rate = float(rate[0])
        return replace(one, optimizer=optimizer)

    def __repr__(self):
        return f"Race({self.name}: {len(self.table)} runs of {self.evaluations} steps)"

    def _repr_html_(self):
        return self.best().to_html(float_format="{:.4g}".format)


def around(objective, count=9, spread=0.1, seed=0):
    """Starting points around an objective's own start.

    Parameters
    ----------
    objective : Objective
    count : int
        How many; the first one is the objective's own start.
    spread : float
        Standard deviation of each coordinate, relative to its value.
    seed : int

    Returns
    -------
    ndarray of shape (count,) or (count, 2)
    """
    count = check_count("count", count, 1, MOST_STARTS)
    spread = check_number("spread", spread, lambda s: (s >= 0) & (s <= 1e6), "from 0 to 1e6")
    start = np.asarray(check_has("objective", objective, "start").start, float)
    random = np.random.default_rng(check_seed(seed))
    draws = random.standard_normal((count, *start.shape))
    draws[0] = 0.0
    return start * (1 + spread * draws)


def race_network(
    data,
    entrants=None,
    rates=NETWORK_RATES,
    *,
    seeds=1,
    sizes=(784, 32, 10),
    epochs=1,
    batch_size=64,
    **search_options,
):
    """Let optimisers race on a network that reads digits.

    Parameters
    ----------
    data : MNIST
    entrants, rates, seeds
        As for `race`; a seed decides the network's start and the order of the digits.
    sizes : tuple of int
        The network's layers.
    epochs, batch_size : int
    **search_options
        ``n_jobs``, ``results``, ``progress``: as for `rmsprop_lesson.studies.tuning.search`.

    Returns
    -------
    Race
        Its `gap` is the loss over all training images after the last update; the table has the
        ``test_accuracy``, too. A race of networks keeps no trajectories.

    Raises
    ------
    TypeError, ValueError
        As `race` does.
    """
    from .tuning import search

    entrants = _check_entrants(entrants)
    rates, seeds = _rising(rates), _seeds(seeds)
    settings = [
        {"method": label, "learning_rate": rate, "seed": seed}
        for label, builder in entrants.items()
        for rate in (rates.tolist() if _is_swept(builder) else [None])
        for seed in seeds
    ]
    runner = _NetworkRun(data, entrants, sizes, epochs, batch_size)
    table = search(runner, settings, **search_options)
    table["learning_rate"] = table["learning_rate"].astype(float)
    for column in ("gap", "test_accuracy", "diverged_at"):  # absent where all diverged, or none
        table[column] = table.get(column, np.nan)
    table["gap"] = table["gap"].fillna(np.inf)
    table.insert(2, "start", 0)
    evaluations = epochs * -(-len(data.train_images) // batch_size)
    return Race("small MNIST network", table, "gap", len(rates), evaluations)


@dataclass(frozen=True)
class _NetworkRun:
    """Train one network; an object and not a closure, so that other processes can receive it."""

    data: object
    entrants: dict
    sizes: tuple
    epochs: int
    batch_size: int

    @property
    def search_name(self):
        """Whose results a file holds."""
        layers = "–".join(map(str, self.sizes))
        images = f"{self.epochs} epochs of {len(self.data.train_images)} images"
        return f"race of networks {layers}, {images}, batches of {self.batch_size}"

    @property
    def search_parts(self):
        """What else the results depend on."""
        data = self.data
        return (
            self.entrants,
            data.train_images,
            data.train_labels,
            data.test_images,
            data.test_labels,
        )

    def __call__(self, method, learning_rate, seed):
        from ..network import Network, train

        builder = self.entrants[method]
        optimizer = builder(learning_rate) if _is_swept(builder) else copy.deepcopy(builder)
        network = Network(self.sizes, seed=seed)
        history = train(
            network, self.data, optimizer, self.epochs, self.batch_size, seed, progress=False
        )
        return {
            "gap": network.loss(self.data.train_images, self.data.train_labels),
            "test_accuracy": history["test_accuracy"].iloc[-1],
        }


def league(races):
    """Who did how well where: the best median score of each method in each race.

    Parameters
    ----------
    races : dict of str to Race

    Returns
    -------
    pandas.DataFrame
        A row a race, a column a method. NaN where a method did not take part, infinite where it
        diverged or did not reach the target at any rate.
    """
    import pandas as pd

    return pd.DataFrame({k: one.best()["median"] for k, one in _check_races(races).items()}).T


def winners(races, factor=2.0, floor=1e-12):
    """For which trouble which method: the methods within `factor` of the best, race by race.

    Parameters
    ----------
    races : dict of str to Race
        Trouble → the race that shows it.
    factor : float
        At least 1; who is not worse than that many times the best score counts as a winner.
    floor : float
        Gaps below this one are equally good: nobody needs the 13th digit.

    Returns
    -------
    pandas.DataFrame
        Index: the trouble; columns ``decided by`` ("gap" or "steps"), ``best score``, ``methods``
        (the winners, best first), ``RMSprop`` (its score) and ``times the best`` (how many times
        the best score that is); both NaN where no entrant has that name. Numbers have two digits.
    """
    import pandas as pd

    rows = {}
    factor = check_number("factor", factor, lambda f: f >= 1, "finite and at least 1")
    floor = check_number("floor", floor, lambda f: f >= 0, "finite and at least 0")
    for trouble, one in _check_races(races).items():
        scores = one.best()["median"]
        scores = scores.clip(lower=floor) if one.score == "gap" else scores
        rmsprop = scores.get("RMSprop", np.nan)
        rows[trouble] = {
            "decided by": one.score,
            "best score": _two_digits(scores.min()),
            "methods": "; ".join(scores.index[scores <= factor * scores.min()]),
            "RMSprop": _two_digits(rmsprop),
            "times the best": _two_digits(rmsprop / scores.min()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _two_digits(number):
    return float(f"{number:.2g}")


def one_rate(races):
    """How far a method comes with a single learning rate in all races that have a target.

    Parameters
    ----------
    races : dict of str to Race
        Their sweeps have rates in common; those decided by "gap" are left out. At a rate that a
        race did not try, it counts as not solved.

    Returns
    -------
    pandas.DataFrame
        Index ``method``, without those that have no rate; columns ``learning_rate`` (the one that
        solves most races; of equally good ones the middle one), ``solved`` (in how many races the
        median run reaches the target at this rate) and ``at own best rates`` (in how many it does
        so if the rate may change from race to race), ``of`` (all races with a target).
    """
    import pandas as pd

    curves = [r.curve().dropna() for r in _check_races(races).values() if r.score == "steps"]
    if not curves:
        raise ValueError("races must hold at least one with a target, got none")
    solved = pd.concat(curves)
    solved["solved"] = np.isfinite(solved["median"])
    solved["learning_rate"] = solved["learning_rate"].map("{:.9g}".format).astype(float)
    counts = solved.groupby(["method", "learning_rate"], sort=False)["solved"].sum()
    rows = {}
    for method, by_rate in counts.groupby("method", sort=False):
        good = by_rate[by_rate == by_rate.max()]
        any_rate = sum(
            curve.loc[curve["method"] == method, "median"].lt(np.inf).any() for curve in curves
        )
        rows[method] = {
            "learning_rate": good.index[(len(good) - 1) // 2][1],
            "solved": good.iloc[0],
            "at own best rates": any_rate,
            "of": len(curves),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")


class Projected:
    """An optimiser on an interval: after each update θ is brought back to the nearest point.

    Parameters
    ----------
    optimizer : Optimizer
    low, high : float
        The interval; low < high.

    Raises
    ------
    TypeError, ValueError
        If `optimizer` is none, or `low` not a number less than `high`.
    """

    def __init__(self, optimizer, low=-1.0, high=1.0):
        check_has("optimizer", optimizer, "step", "reset")
        low = check_number("low", low, np.isfinite, "finite")
        high = check_number("high", high, np.isfinite, "finite")
        if not np.all(np.less(low, high)):
            raise ValueError(f"low must be less than high, got {low} and {high}")
        self.optimizer, self.low, self.high = optimizer, low, high

    def step(self, theta, grad, out=None):
        """The optimiser's update, then the projection."""
        theta = self.optimizer.step(theta, grad, out=out)
        return np.clip(theta, self.low, self.high, out=out)

    def __getattr__(self, name):
        if name == "optimizer":  # not set yet, while a copy is being made
            raise AttributeError(name)
        return getattr(self.optimizer, name)

    def __setattr__(self, name, value):
        at_home = name in ("optimizer", "low", "high")
        object.__setattr__(self if at_home else self.optimizer, name, value)

    def __repr__(self):
        return f"Projected({self.optimizer!r}, {self.low:g}, {self.high:g})"


class AMSGrad(Optimizer):
    r"""RMSprop that never forgets the largest average: its effective rate can only fall.

    .. math:: S \leftarrow \beta S + (1-\beta)\, g^2, \qquad
              \hat S \leftarrow \max(\hat S, S), \qquad
              \theta \leftarrow \theta - \frac{\eta}{\sqrt{\hat S + \epsilon}}\, g

    This is AMSGrad without its average of the gradient (β₁ = 0).

    Parameters
    ----------
    learning_rate, beta, epsilon : float or array_like
        As for `RMSprop`.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is outside its range.

    References
    ----------
    S. J. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018,
    arXiv:1904.09237.
    """

    name = "AMSGrad"

    def __init__(self, learning_rate, beta=0.9, *, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon

    def update(self, g, S, S_max):
        S = self.beta * S + (1 - self.beta) * g**2
        S_max = np.maximum(S_max, S)
        step = self.learning_rate / np.sqrt(S_max + self.epsilon) * g
        return step, S, S_max

    @property
    def rate(self):
        """The effective learning rate of each parameter, η/√(Ŝ + ε); needs a step first."""
        with np.errstate(all="ignore"):
            return self.learning_rate / np.sqrt(self._known("S_max") + self.epsilon)

    def equations(self):
        beta, rest = self.tex("beta"), self._rest("beta")
        root = self._root_tex(r"\hat S")
        return [
            rf"S = {beta}\, S + {rest}\, g^2",
            r"\hat S = \max(\hat S, S)",
            rf"\theta = \theta - \frac{{{self.tex('learning_rate')}}}{{{root}}}\, g",
        ]


# ── The harness's parts ──────────────────────────────────────────────────────────────────────────


def _rising(rates):
    rates = np.atleast_1d(check_number("rates", rates, lambda x: x > 0, "greater than 0"))
    if rates.ndim != 1 or np.any(np.diff(rates) <= 0):
        raise ValueError(f"rates must be rising numbers in one dimension, got {rates}")
    return rates


def _seeds(seeds):
    if isinstance(seeds, int | np.integer):
        return tuple(range(check_count("seeds", seeds, 1, MOST_SEEDS)))
    if not np.iterable(seeds):
        raise TypeError(f"seeds must be a whole number or several, got {seeds!r}")
    seeds = tuple(check_count("seeds", seed) for seed in seeds)
    if not seeds or len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds must be at least one, none of them twice, got {seeds}")
    return seeds


def _check_entrants(entrants):
    if entrants is None:
        return ENTRANTS
    if not isinstance(entrants, dict) or not entrants:
        raise TypeError(f"entrants must be a dict with at least one entry, got {entrants!r}")
    for label, builder in entrants.items():
        if _is_swept(builder) and not callable(builder):
            raise TypeError(
                f"entrant {label!r} must be a function or an optimiser, got {builder!r}"
            )
    return entrants


def _check_races(races):
    if not isinstance(races, dict) or not races:
        raise TypeError(f"races must be a dict with at least one entry, got {races!r}")
    for name, one in races.items():
        check_has(f"race {name!r}", one, "best", "curve", "score")
    return races


def _with_seeds(objective, seeds):
    """A copy of a disturbed objective with one stream of random numbers for each seed."""
    return objective.with_seed(seeds) if isinstance(objective, Disturbed) else objective


def _lanes(objective, starts, seeds):
    """The starts as an array with the axes rates (1) × starts × seeds, then the point's own."""
    point = () if objective.dimension == 1 else (2,)
    starts = as_array(objective.start if starts is None else starts)
    if starts.shape == point:
        starts = starts[None]
    if starts.shape[1:] != point or starts.size == 0:
        wanted = "(N,)" if objective.dimension == 1 else "(N, 2)"
        raise ValueError(f"starts must have shape {wanted}, got {starts.shape}")
    starts = check_number("starts", starts, np.isfinite, "finite")
    return np.broadcast_to(starts[None, :, None], (1, len(starts), len(seeds), *point))


def _is_swept(builder):
    return not isinstance(builder, Optimizer)


def _build(builder, rates, dimension):
    """The optimiser for the whole sweep."""
    if not _is_swept(builder):
        return copy.deepcopy(builder)
    axes = (1, 1) if dimension == 1 else (1, 1, 1)
    return builder(rates.reshape(-1, *axes))


def _table(label, runs, rates, seeds, tail, target):
    """A method's rows of a race's table."""
    import pandas as pd

    objective = runs.objective
    if runs.losses.ndim == 1:
        raise ValueError(
            "objective must give a loss for each θ, in an array of the same shape, got one number "
            f"for {np.size(runs.positions[0])} of them"
        )
    gaps = np.maximum(runs.losses - objective(objective.minimum), 0.0)
    last = gaps[-tail:].mean(axis=0)
    ended = np.broadcast_to(runs.diverged, last.shape)
    last = np.where(ended | ~np.isfinite(last), np.inf, last)
    rate, start, seed = np.meshgrid(rates, np.arange(last.shape[1]), seeds, indexing="ij")
    columns = {"learning_rate": rate, "start": start, "seed": seed, "gap": last}
    columns["diverged_at"] = np.broadcast_to(runs.diverged_at, last.shape)
    if target is not None:
        columns["steps"] = _steps_until(target, gaps, runs.positions)
    table = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    table.insert(0, "method", label)
    return table


def _steps_until(target, gaps, positions):
    with np.errstate(invalid="ignore"):  # NaN, where a run has ended, is no arrival
        there = target(positions) if callable(target) else gaps <= target
    waiting = np.logical_or.accumulate(~there[::-1])[::-1]  # not there, or not yet for good
    return np.where(there[-1], waiting.sum(axis=0), np.inf)


def _quartiles(scores):
    """Lower quartile, median and upper quartile, each one of the scores themselves."""
    return np.quantile(scores, [0.25, 0.5, 0.75], method="inverted_cdf").tolist()


# Scores beyond these are drawn at them.
_SHOWN = (1e-8, 1e4)


def sensitivity(*races, titles=()):
    """How much the learning rate matters: each method's score over the sweep, a panel a race.

    The line is the median over starts and seeds, the band spans the quartiles. Where a line is
    interrupted, the median run diverged or missed its target. A method without learning rate is a
    level line. Scores beyond 1e-8 and 1e4 are drawn there.

    Parameters
    ----------
    *races : Race
    titles : sequence of str
        One for each race; by default their names.

    Returns
    -------
    Picture
    """
    from ..plots import style  # with Matplotlib, which a race doesn't need

    titles = titles or [race.name for race in races]
    size = (7, 4.2) if len(races) == 1 else (4.6 * len(races), 4.2)
    figure, panels = style.start_figure(size, ncols=len(races), sharey=True, squeeze=False)
    sentences = []
    for race, title, axes in zip(races, titles, panels.flat, strict=True):
        best = race.best()
        curves = list(race.curve().groupby("method", sort=False))
        for (label, curve), look in zip(curves, style.styles(curves), strict=True):
            _sensitivity_line(axes, label, curve, look)
        axes.set(xscale="log", yscale="log", xlabel="learning rate η", title=title)
        scores = (
            f"{name} {f'{row.median:.2g}' if np.isfinite(row.median) else 'never'}"
            + (f" at η={row.learning_rate:.2g}" if np.isfinite(row.learning_rate) else "")
            for name, row in zip(best.index, best.itertuples(), strict=True)
        )
        sentences.append(f"{title}: " + ", ".join(scores))
    meaning = {
        "gap": "loss above the minimum",
        "steps": "steps to the goal",
        "missed": "share of runs that missed",
    }[races[0].score]
    panels[0, 0].set_ylabel(meaning)
    style.key(figure)
    return style.Picture(
        figure,
        f"{meaning.capitalize()} against learning rate. Each method at its best rate: "
        f"{'; '.join(sentences)}.",
    )


def _sensitivity_line(axes, label, curve, look):
    color, dash, marker = look
    scores = curve[["low", "median", "high"]].replace(np.inf, np.nan).clip(*_SHOWN)
    if curve["learning_rate"].isna().all():
        axes.axhline(scores["median"].iloc[0], color=color, ls=dash, label=label)
        return
    rates = curve["learning_rate"]
    axes.plot(
        rates, scores["median"], color=color, ls=dash, marker=marker, markevery=2, label=label
    )
    axes.fill_between(rates, scores["low"], scores["high"], color=color, alpha=0.15, lw=0)
