"""Finding good hyperparameters: grid and random search, cross-validation, early stopping.

A search tries a function at many settings and can be interrupted and resumed::

    def score(learning_rate, beta):
        return descend(Valley(), RMSprop(learning_rate, beta), steps=100).losses[-1]

    axes = {"learning_rate": np.geomspace(1e-3, 1, 7), "beta": [0.5, 0.9, 0.99]}
    table = grid_search(score, axes, results="search.jsonl")

With ``n_jobs=-1`` it runs on all cores. joblib hands out the work (``pip install joblib``), so it
goes to a cluster without a change of the call: inside ``with joblib.parallel_config("dask"):``
(after ``dask.distributed.Client(…)``; ``pip install "dask[distributed]"``) or, after
``ray.util.joblib.register_ray()``, ``with joblib.parallel_config("ray"):``.
"""

import hashlib
import itertools
import json
import math
import os
import sys
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType

import numpy as np

from .._validate import check_count, check_data, check_flag, check_has, check_number, check_seed
from ..descent import descend
from ..optimizers import Optimizer, RMSprop

__all__ = [
    "Choice",
    "EarlyStopping",
    "LogUniform",
    "SearchFailed",
    "Uniform",
    "cross_validate",
    "folds",
    "grid_search",
    "heat_map",
    "network_score",
    "random_search",
    "rate_beta_map",
    "search",
    "train_until",
]


MOST_TRIALS = 10**6


class SearchFailed(RuntimeError):
    """Raised when the searched function fails; the message names the setting."""


# ── What to try ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Uniform:
    """Numbers from `low` to `high`, all equally likely.

    Raises
    ------
    ValueError
        If not low < high, both finite.
    """

    low: float
    high: float

    def __post_init__(self):
        _check_range(self, -math.inf)

    def draw(self, random):
        """One number, by a `numpy.random.Generator`."""
        return float(random.uniform(self.low, self.high))


@dataclass(frozen=True)
class LogUniform:
    """Numbers from `low` to `high`, each decade equally likely: for rates and for ε.

    Raises
    ------
    ValueError
        If not 0 < low < high, both finite.
    """

    low: float
    high: float

    def __post_init__(self):
        _check_range(self, 0.0)

    def draw(self, random):
        """One number, by a `numpy.random.Generator`."""
        return float(np.exp(random.uniform(np.log(self.low), np.log(self.high))))


@dataclass(frozen=True)
class Choice:
    """One of `values`, all equally likely.

    Raises
    ------
    ValueError
        If there are none.
    """

    values: tuple

    def __post_init__(self):
        object.__setattr__(self, "values", tuple(self.values))
        if not self.values:
            raise ValueError("values must not be empty")

    def draw(self, random):
        """One of the values, by a `numpy.random.Generator`."""
        return self.values[random.integers(len(self.values))]


def _check_range(numbers, least):
    """Whether a range's `low` and `high` are in order; both become Python floats."""
    for name in ("low", "high"):
        value = check_number(name, getattr(numbers, name), np.isfinite, "finite")
        object.__setattr__(numbers, name, value)  # the dataclass is frozen
    low, high = numbers.low, numbers.high
    if np.ndim(low) or np.ndim(high):
        raise TypeError(f"low and high must be one number each, got {low} and {high}")
    if not (least < low < high < math.inf):
        above = f"{least:g} < " if least == 0 else ""
        raise ValueError(f"a range needs {above}low < high, both finite, got {low} and {high}")


def grid_search(function, axes, **options):
    """Try a function at every combination of the given values.

    Parameters
    ----------
    function : callable
        Called as ``function(**setting)``, see `search`.
    axes : dict of str to sequence
        Name of an argument → the values to try. The last axis varies fastest.
    **options
        As for `search`.

    Returns
    -------
    pandas.DataFrame
        See `search`.

    Raises
    ------
    TypeError, ValueError
        If an axis is empty or no sequence, and as `search` does.
    """
    lists = {}
    for name, values in _axes(axes).items():
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            raise TypeError(f"axis {name!r} must be a sequence of values, got {values!r}")
        lists[name] = list(values)
        if not lists[name]:
            raise ValueError(f"axis {name!r} must have at least one value, got none")
    rows = itertools.product(*lists.values())
    return search(function, [dict(zip(lists, row, strict=True)) for row in rows], **options)


def random_search(function, axes, trials, seed=0, **options):
    """Try a function at settings drawn at random.

    Parameters
    ----------
    function : callable
        Called as ``function(**setting)``, see `search`.
    axes : dict
        Name of an argument → `Uniform`, `LogUniform` or `Choice`, or a sequence of values to
        choose from.
    trials : int
        How many settings, at least 1. The first n of a longer search are those of one with n
        trials, so a search can be extended.
    seed : int
        Of the draw.
    **options
        As for `search`.

    Returns
    -------
    pandas.DataFrame
        See `search`.

    Raises
    ------
    TypeError, ValueError
        If an axis cannot be drawn from, and as `search` does.
    """
    trials = check_count("trials", trials, 1, MOST_TRIALS)
    random = np.random.default_rng(check_seed(seed))
    ranges = {name: _range(name, values) for name, values in _axes(axes).items()}
    settings = [
        {name: values.draw(random) for name, values in ranges.items()} for _ in range(trials)
    ]
    return search(function, settings, **options)


def _axes(axes):
    if not isinstance(axes, dict) or not axes:
        raise TypeError(f"axes must be a dict with at least one entry, got {axes!r}")
    return axes


def _range(name, values):
    if hasattr(values, "draw"):
        return values
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TypeError(
            f"axis {name!r} must be Uniform, LogUniform, Choice or a sequence, got {values!r}"
        )
    return Choice(tuple(values))


# ── The search ───────────────────────────────────────────────────────────────────────────────────


def search(function, settings, *, n_jobs=None, results=None, progress=True):
    """Try a function at a list of settings, in parallel.

    Parameters
    ----------
    function : callable
        ``function(**setting)`` returns a number, or a dict of numbers and words. It should depend
        on nothing but the setting; where chance plays a part, let a ``seed`` be in the setting.
        If it raises an ArithmeticError, as a training that diverges does, the row holds NaN, what
        it says as ``error``, and ``diverged_at`` if it tells the step; the search goes on.
    settings : list of dict
        Each with the same names; the values are numbers, words, True, False or None.
    n_jobs : int or None
        Processes at once: None for what ``joblib.parallel_config`` says, and where it says nothing
        for one trial after the other, as 1 does; -1 for all cores, which takes joblib.
    results : path-like, optional
        A file that receives every result at once when it is there, a line of JSON each. If it
        exists, what it holds is not computed again; so an interrupted search goes on where it was.
        One file belongs to one function: when its code has changed, or a number or a function
        beside it that it uses, the old results are refused.
    progress : bool
        Whether to show a progress bar, where somebody can watch it.

    Returns
    -------
    pandas.DataFrame
        One row a setting, in the order given, whichever was finished first: the setting, then what
        the function returned (``value``, if that is a number).

    Raises
    ------
    TypeError, ValueError
        If there is no setting, they differ in their names, a value cannot be written down, one
        setting stands there twice, or the file holds something else.
    ImportError
        If there is no joblib for an `n_jobs` that needs it.
    SearchFailed
        If the function raises anything but an ArithmeticError. What was finished is in the file.
    """
    import pandas as pd

    if not callable(function):
        raise TypeError(f"function must be callable, got {function!r}")
    progress = check_flag("progress", progress)
    check_count("n_jobs", 1 if n_jobs is None else n_jobs, -64, 64)
    run_all = _run_in_parallel if _needs_joblib(n_jobs) else _run_in_turn
    settings = _check_settings(settings)
    keys = [_key(setting) for setting in settings]
    if len(set(keys)) < len(keys):
        twice = next(key for i, key in enumerate(keys) if key in keys[:i])
        raise ValueError(f"settings must differ from each other, this one stands twice: {twice}")
    file = None if results is None else _ResultsFile(results, function)
    done = {} if file is None else file.read()
    todo = [(key, s) for key, s in zip(keys, settings, strict=True) if key not in done]
    found = run_all(function, todo, n_jobs)
    for key, setting, outcome in _watched(found, len(todo), progress):
        done[key] = outcome
        if file is not None:
            file.append(setting, outcome)
    rows = [setting | done[key] for key, setting in zip(keys, settings, strict=True)]
    return pd.DataFrame(rows)


def _check_settings(settings):
    settings = list(settings) if np.iterable(settings) else [settings]
    if not settings:
        raise ValueError("settings must hold at least one setting, got none")
    if not all(isinstance(setting, dict) for setting in settings):
        raise TypeError(f"settings must be a list of dicts, got {settings!r}")
    settings = [{str(name): _plain(name, value) for name, value in s.items()} for s in settings]
    for setting in settings:
        if setting.keys() != settings[0].keys():
            raise ValueError(
                f"settings must all have the names {list(settings[0])}, got {list(setting)}"
            )
    return settings


def _plain(name, value):
    """A NumPy scalar as Python's own number; what JSON cannot give back unchanged is refused."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(
        f"{name} must be a number, a word, True, False or None in a setting, got {value!r}"
    )


def _key(setting):
    return json.dumps(setting, sort_keys=True)


def _needs_joblib(n_jobs):
    """Whether joblib is to hand out the work; ImportError if it is and can't."""
    if n_jobs == 1 or (n_jobs is None and not sys.modules.get("joblib")):
        return False  # who has not loaded joblib has named no cluster
    try:
        import joblib  # noqa: F401
    except ImportError:
        raise ImportError(
            f"n_jobs={n_jobs} needs the package joblib, which is not installed: pip install "
            "joblib. Without n_jobs the trials run one after the other."
        ) from None
    return True


def _run_in_turn(function, todo, n_jobs):
    for key, setting in todo:
        yield _try(function, key, setting)


def _run_in_parallel(function, todo, n_jobs):
    """Yield (key, setting, outcome) of each task as soon as it is there, in any order."""
    from joblib import Parallel, delayed, effective_n_jobs
    from joblib.parallel import get_active_backend

    tasks = [delayed(_try)(function, key, setting) for key, setting in todo]
    if not tasks:
        return
    backend, _ = get_active_backend()
    if backend.supports_return_generator:
        yield from Parallel(n_jobs=n_jobs, return_as="generator_unordered")(tasks)
        return
    # Some backends (multiprocessing, Ray) only return whole lists: hand out a few at a time.
    with Parallel(n_jobs=n_jobs) as parallel:
        some = 4 * effective_n_jobs(n_jobs)
        for i in range(0, len(tasks), some):
            yield from parallel(tasks[i : i + some])


def _try(function, key, setting):
    """One trial, in whichever process."""
    try:
        outcome = function(**setting)
    except ArithmeticError as error:
        where = {"diverged_at": error.diverged_at} if hasattr(error, "diverged_at") else {}
        return key, setting, {"error": str(error)} | where
    except Exception as error:
        raise SearchFailed(
            f"the function failed at {setting}: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(outcome, dict):
        outcome = {"value": outcome}
    return key, setting, {name: _plain(name, value) for name, value in outcome.items()}


def _watched(found, total, progress):
    """The results with a progress bar, where somebody can watch it."""
    from ..network import _somebody_watches

    if not (progress and total and _somebody_watches()):
        return found
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return found
    return tqdm(found, desc="search", total=total, unit="trial", leave=False)


class _ResultsFile:
    """A file of JSON lines: whose results they are, then a line for each finished trial.

    A line is appended by one write and forced onto the disk, so a search that is killed loses at
    most what was not finished. A last line that was cut off in the middle is dropped.
    """

    def __init__(self, path, function):
        self.path = Path(path)
        self.owner = {"search": _name_of(function), "code": fingerprint(function)}

    def read(self):
        """The finished trials, key → outcome; makes the file ready to be appended to."""
        content = self.path.read_bytes() if self.path.exists() else b""
        if self._line(self.owner).startswith(content):  # new, or cut off in its first line
            self.path.write_bytes(self._line(self.owner))
            return {}
        whole = content[: content.rfind(b"\n") + 1]
        lines = self._parse(whole or content)
        if not lines or lines[0] != self.owner:
            owner = lines[0] if lines else None
            if isinstance(owner, dict) and owner.get("search") == self.owner["search"]:
                raise ValueError(
                    f"results must be those of the function as it is now, but {self.path} was "
                    f"written before {owner['search']} or its data changed; give another name or "
                    "remove the file"
                )
            raise ValueError(
                f"results must be a file of this search, {self.owner}, but {self.path} begins "
                f"with {owner}; give another name or remove the file"
            )
        if len(whole) < len(content):
            os.truncate(self.path, len(whole))
        return {_key(line["setting"]): line["result"] for line in lines[1:]}

    def _parse(self, content):
        try:
            return [json.loads(line) for line in content.splitlines()]
        except ValueError as error:
            raise ValueError(
                f"results must be a file of JSON lines, but {self.path} is not: {error}"
            ) from None

    def append(self, setting, outcome):
        """Add a finished trial, in one write that is on the disk when this returns."""
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(handle, self._line({"setting": setting, "result": outcome}))
            os.fsync(handle)
        finally:
            os.close(handle)

    @staticmethod
    def _line(content):
        return (json.dumps(content) + "\n").encode()


def fingerprint(function):
    """A mark of what a function computes; it changes with its code and with what that refers to.

    That are its defaults and closure, functions and plain values of its own module, and
    ``search_parts``, if it has that: other things that it depends on, such as data.
    """
    mark = hashlib.sha256()
    for part in _parts_of(function, set()):
        mark.update(part if isinstance(part, bytes) else repr(part).encode())
    return mark.hexdigest()[:16]


def _parts_of(thing, seen):
    """What makes a thing what it is, so far as it is the same in another process."""
    if id(thing) in seen:
        return
    if isinstance(thing, _PLAIN_VALUES):
        yield thing
    elif isinstance(thing, np.ndarray):
        yield zlib.crc32(np.ascontiguousarray(thing).data)
    elif isinstance(thing, Optimizer):
        yield repr(thing)
    elif isinstance(thing, frozenset):  # in another order in each process
        yield sorted(map(repr, thing))
    elif isinstance(thing, dict | list | tuple):
        for part in thing.items() if isinstance(thing, dict) else thing:
            yield from _parts_of(part, seen)
    elif isinstance(thing, CodeType):
        yield thing.co_code
        yield thing.co_names
        for constant in thing.co_consts:
            yield from _parts_of(constant, seen)
    elif isinstance(thing, FunctionType):
        seen.add(id(thing))
        yield from _parts_of(thing.__code__, seen)
        yield from _parts_of((thing.__defaults__, thing.__kwdefaults__), seen)
        yield from _parts_of([cell.cell_contents for cell in thing.__closure__ or ()], seen)
        beside = [thing.__globals__.get(name) for name in thing.__code__.co_names]
        own = [one for one in beside if getattr(one, "__module__", None) == thing.__module__]
        yield from _parts_of([one for one in beside if isinstance(one, _PLAIN_VALUES)], seen)
        yield from _parts_of([one for one in own if isinstance(one, FunctionType)], seen)
    elif isinstance(thing, partial):
        yield from _parts_of((thing.func, thing.args, thing.keywords), seen)
    elif hasattr(thing, "search_parts"):
        yield from _parts_of(thing.search_parts, seen)
    elif isinstance(thing, type):
        yield thing.__qualname__
    elif callable(thing):
        yield from _parts_of(getattr(type(thing).__call__, "__code__", None), seen)


_PLAIN_VALUES = int, float, complex, str, bytes, type(None)


def _name_of(function):
    for name in ("search_name", "__qualname__"):
        if hasattr(function, name):
            return getattr(function, name)
    return type(function).__qualname__


# ── The digits ───────────────────────────────────────────────────────────────────────────────────


def folds(data, k=5, seed=0):
    """Split the training images into k parts, each of which serves once for validation.

    Parameters
    ----------
    data : MNIST
    k : int
        At least 2, at most the number of training images.
    seed : int
        Of the shuffle.

    Returns
    -------
    list of MNIST
        k data sets of the type of `data`: ``train_images`` and ``train_labels`` hold k − 1 parts,
        ``test_images`` and ``test_labels`` the one left out. The real test images are in none of
        them.

    Raises
    ------
    TypeError, ValueError
        If `k` is not a whole number in that range.
    """
    parts = _parts(data, k, seed)
    return [_fold(data, parts, i) for i in range(k)]


def _parts(data, k, seed):
    """The indices of the training images, shuffled, in k parts."""
    n = len(check_data(data).train_images)
    if check_count("k", k, 2) > n:
        raise ValueError(f"k must be at most the number of training images {n}, got {k}")
    return np.array_split(np.random.default_rng(check_seed(seed)).permutation(n), k)


def _fold(data, parts, i):
    """The data set that leaves out part i."""
    images, labels, left_out = data.train_images, data.train_labels, parts[i]
    rest = np.concatenate(parts[:i] + parts[i + 1 :])
    return type(data)(images[rest], labels[rest], images[left_out], labels[left_out])


def network_score(
    data,
    learning_rate=0.001,
    beta=0.9,
    epsilon=1e-8,
    *,
    sizes=(784, 32, 10),
    epochs=1,
    batch_size=64,
    seed=0,
):
    """Train a small network by RMSprop and see how well it reads the digits left out.

    Parameters
    ----------
    data : MNIST
        Or one of the `folds`.
    learning_rate, beta, epsilon : float
        Of RMSprop.
    sizes, epochs, batch_size, seed
        As for `Network` and `train`; the seed is used for both.

    Returns
    -------
    dict
        ``accuracy`` (0 … 1) and ``loss`` on ``data.test_images``.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.
    TrainingDiverged
        If the training leaves the finite numbers.
    """
    from ..network import Network, train

    network = Network(sizes, seed=seed)
    optimizer = RMSprop(learning_rate, beta, epsilon=epsilon)
    train(network, data, optimizer, epochs, batch_size, seed, progress=False)
    return {
        "accuracy": network.accuracy(data.test_images, data.test_labels),
        "loss": network.loss(data.test_images, data.test_labels),
    }


def cross_validate(data, axes, k=5, seed=0, score=network_score, **options):
    """k-fold cross-validation of every combination of the given values.

    Parameters
    ----------
    data : MNIST
        Only its training images are used.
    axes : dict of str to sequence
        As for `grid_search`.
    k, seed : int
        As for `folds`.
    score : callable
        ``score(data, **setting)``, as for `search`.
    **options
        As for `search`.

    Returns
    -------
    pandas.DataFrame
        One row for each setting and fold: the setting, ``fold`` from 0 to k − 1, and what `score`
        returned. ``.groupby("learning_rate").accuracy.agg(["mean", "std"])`` sums it up.

    Raises
    ------
    TypeError, ValueError, SearchFailed
        As `folds` and `grid_search` do.
    """
    if not callable(score):
        raise TypeError(f"score must be a function, got {score!r}")
    fold_score = _FoldScore(score, data, k, seed)
    return grid_search(fold_score, {**_axes(axes), "fold": range(k)}, **options)


class _FoldScore:
    """``score(fold's data, …)``; an object and not a closure, so that processes can receive it."""

    def __init__(self, score, data, k, seed):
        self.score, self.data, self.parts = score, data, _parts(data, k, seed)
        self.search_name = (
            f"{_name_of(score)}, {k} folds of {len(data.train_images)} images, seed {seed}"
        )
        self.search_parts = score, data.train_images, data.train_labels

    def __call__(self, fold, **setting):
        return self.score(_fold(self.data, self.parts, fold), **setting)


class EarlyStopping:
    """Say when to stop, since a validation loss has not fallen for a while, and keep the best θ.

    Parameters
    ----------
    patience : int
        How many values in a row may fail to be the least so far, at least 1.
    min_change : float
        By how much a value must be below the least so far to count; at least 0.

    Attributes
    ----------
    best : float
        The least value so far; infinite before the first.
    best_at : int or None
        When it came, counted from 1.
    theta : ndarray or None
        A copy of the parameters that came with it.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.

    References
    ----------
    L. Prechelt, "Early stopping — but when?", in: Neural Networks: Tricks of the Trade (1998),
    55–69, doi:10.1007/3-540-49430-8_3.
    """

    def __init__(self, patience=3, min_change=0.0):
        self.patience = check_count("patience", patience, 1)
        self.min_change = check_number(
            "min_change", min_change, lambda x: x >= 0, "finite and at least 0"
        )
        self.count, self.best, self.best_at, self.theta = 0, math.inf, None, None

    def update(self, loss, theta=None):
        """Note a validation loss and return whether to stop. NaN counts as no improvement."""
        self.count += 1
        if loss < self.best - self.min_change:
            self.best, self.best_at = float(loss), self.count
            self.theta = None if theta is None else np.array(theta)
        return self.count - (self.best_at or 0) >= self.patience


def train_until(
    network, data, optimizer, stopping=None, max_epochs=50, batch_size=64, seed=0, schedule=None
):
    """Train a network until its loss on ``data.test_images`` has stopped to fall.

    The network ends with the best parameters met. Use one of the `folds` as data: whoever stops by
    the real test images has chosen by them, and can't measure with them any more.

    Parameters
    ----------
    network : Network
        Trained in place.
    data : MNIST
    optimizer : Optimizer
    stopping : EarlyStopping, optional
        By default one with its default settings.
    max_epochs, batch_size, seed, schedule
        As for `train`.

    Returns
    -------
    pandas.DataFrame
        One row an epoch: ``epoch`` from 1, ``train_loss`` and ``validation_loss`` after it.

    Raises
    ------
    TypeError, ValueError, TrainingDiverged
        As `train` does.
    """
    import pandas as pd

    from ..network import train

    stopping = EarlyStopping() if stopping is None else check_has("stopping", stopping, "update")
    rows = []

    def stop(network):
        validation = network.loss(data.test_images, data.test_labels)
        training = network.loss(data.train_images, data.train_labels)
        rows.append((len(rows) + 1, training, validation))
        return stopping.update(validation, network.theta)

    train(network, data, optimizer, max_epochs, batch_size, seed, schedule, False, stop)
    if stopping.theta is not None:
        network.theta = stopping.theta
    return pd.DataFrame(rows, columns=["epoch", "train_loss", "validation_loss"])


# ── On the small objectives ──────────────────────────────────────────────────────────────────────


def rate_beta_map(objective, rates, betas, steps=100, tail=1, start=None, **settings):
    """The final loss of RMSprop over a grid of η × β, from one run of `descend`.

    Parameters
    ----------
    objective : Objective
    rates, betas : array_like, shape (m,) and (n,)
    steps : int
    tail : int
        The loss is the mean over this many last positions.
    start : float or array_like, optional
        One starting point; by default the objective's own.
    **settings
        Other settings of `RMSprop`, such as ``bias_correction=True``.

    Returns
    -------
    pandas.DataFrame, shape (n, m)
        Loss above the minimum; the index is β, the columns are η. NaN where a run diverged.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.
    """
    import pandas as pd

    tail = check_count("tail", tail, 1)
    check_has("objective", objective, "dimension", "start", "minimum")
    rates, betas = (
        np.ravel(check_number(name, values, lambda x: x >= 0, "finite and at least 0"))
        for name, values in {"rates": rates, "betas": betas}.items()
    )
    point = (1,) if objective.dimension == 2 else ()
    optimizer = RMSprop(rates.reshape(1, -1, *point), betas.reshape(-1, 1, *point), **settings)
    start = check_number(
        "start", objective.start if start is None else start, np.isfinite, "finite"
    )
    start = np.asarray(start)
    run = descend(objective, optimizer, np.broadcast_to(start, (1, 1, *start.shape)), steps)
    gaps = (run.losses[-tail:] - objective(objective.minimum)).mean(axis=0)
    gaps = np.where(run.diverged, np.nan, np.maximum(gaps, 0.0))
    return pd.DataFrame(gaps, pd.Index(betas, name="beta"), pd.Index(rates, name="learning_rate"))


def heat_map(table, title=""):
    """The table of `rate_beta_map` as a map; the least loss is marked.

    Parameters
    ----------
    table : pandas.DataFrame
        Where it holds NaN, since a run diverged, the map is hatched.
    title : str

    Returns
    -------
    Picture
    """
    from ..plots import style  # with Matplotlib, which a search doesn't need

    losses, rates, betas = table.to_numpy(), table.columns, table.index
    figure, axes = style.start_figure((7, 4.4))
    axes.set_facecolor("0.85")
    axes.patch.set_hatch("//")
    shown = np.ma.masked_invalid(np.maximum(losses, 1e-300))
    image = axes.pcolormesh(shown, cmap="cividis", norm="log", edgecolors="face")
    axes.grid(False)
    for axis, values in ((axes.xaxis, rates), (axes.yaxis, betas)):
        places = np.unique(np.linspace(0, len(values) - 1, 4).round().astype(int))
        axis.set_ticks(places + 0.5, [f"{values[i]:.2g}" for i in places])
    row, column = np.unravel_index(np.nanargmin(losses), losses.shape)
    axes.plot(column + 0.5, row + 0.5, marker="*", color="white", mec="black", ms=16)
    axes.set(xlabel="learning rate η", ylabel="decay rate β", title=title)
    figure.colorbar(image, label="loss above the minimum")
    return style.Picture(
        figure,
        f"loss above the minimum over learning rate η and decay rate β{style.about(title)}: least "
        f"{losses[row, column]:.3g} at {rates[column]:.3g} and {betas[row]:.3g}; "
        f"{np.isnan(losses).sum()} of {losses.size} runs diverged.",
    )
