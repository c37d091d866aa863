"""Curves and paths: what runs do over their steps, and where they go."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from .._validate import check_count, check_has
from .style import (
    CONTOUR,
    INK,
    REFERENCE,
    STYLE,
    Picture,
    about,
    cut,
    ended,
    key,
    marked,
    name_ends,
    named,
    number,
    start_figure,
    styles,
)


def paths(objective, *runs, mark="", title="", equal=False):
    """Contours of an objective in the plane, and the ways that trajectories took.

    Parameters
    ----------
    objective : Objective
        Of dimension 2; its `window` is shown.
    *runs : Trajectory, or one dict of label to Trajectory
    mark : str
        Letters for the first positions of the first run, such as "ABC".
    title : str
    equal : bool
        One unit as long across as up, so that right angles are right.

    Returns
    -------
    Picture
    """
    check_has("objective", objective, "window", "minimum", "name", "__call__")
    pairs = named(runs)
    whose = f"{objective.name}: {', '.join(label for label, _ in pairs)}".removesuffix(": ")
    figure, axes = start_figure((7, 4.4))
    _contours(axes, objective)
    for (label, run), (color, dash, marker) in zip(pairs, styles(pairs), strict=True):
        x, y = run.positions.T
        axes.plot(x, y, color=color, ls=dash, marker=marker, ms=3.5, lw=1.5, label=label)
    if pairs:
        axes.plot(*pairs[0][1].positions[0], "o", color=INK, ms=8, label="start", ls="")
    points = pairs[0][1].positions if pairs else ()
    for i, letter in enumerate(mark[: len(points)]):
        away = points[i] - points[max(i - 1, 0) : i + 2].mean(axis=0)  # from the points beside it
        look = {"textcoords": "offset points", "weight": "bold", "ha": "center", "va": "center"}
        axes.annotate(letter, points[i], 12 * away / (np.hypot(*away) + 1e-9), **look)
    axes.plot(*objective.minimum, "*", color=INK, ms=12, label="minimum", ls="")
    axes.set(xlabel="θ₁", ylabel="θ₂", title=title or whose)
    axes.set(xlim=objective.window[0], ylim=objective.window[1])
    axes.set_aspect("equal" if equal else "auto")
    key(figure)
    name = f"{objective.name}{about(title)}"
    return Picture(figure, f"Contour map of the {name} with paths: {_ways(pairs)}.")


def _ways(pairs):
    return "; ".join(
        f"{label} goes from {_point(run.positions[0])} to {_point(run.positions[-1])} "
        f"in {len(run)} steps{ended(run)}"
        for label, run in pairs
    )


def _point(position):
    places = ", ".join(f"{x + 0:.3g}" for x in np.round(np.ravel(position), 6))
    return f"({places})" if np.ndim(position) else places


def _contours(axes, objective):
    (left, right), (low, high) = objective.window
    x, y = np.linspace(left, right, 201), np.linspace(low, high, 201)
    rows = np.stack(np.meshgrid(x, y), axis=-1)
    loss = np.stack([objective(row) for row in rows])  # a line's loss has its data at each point
    loss = np.maximum(loss - loss.min(), 1e-12 * loss.max())
    levels = np.geomspace(max(loss.max() * 1e-4, 1e-12), loss.max(), 14)
    axes.contour(x, y, loss, levels, colors=CONTOUR, linewidths=0.7)


def on_curve(objective, *runs, title=""):
    """An objective of one parameter as a curve, with the positions of trajectories on it.

    Parameters
    ----------
    objective : Objective
        Of dimension 1; its `window` is shown.
    *runs : Trajectory, or one dict of label to Trajectory
    title : str

    Returns
    -------
    Picture
    """
    check_has("objective", objective, "window", "name", "__call__")
    pairs = named(runs)
    figure, axes = start_figure()
    theta = np.linspace(*objective.window, 401)
    axes.plot(theta, objective(theta), color=CONTOUR, label="loss")
    for (label, run), (color, dash, marker) in zip(pairs, styles(pairs), strict=True):
        axes.plot(run.positions, run.losses, color=color, ls=dash, marker=marker, lw=1, label=label)
    axes.set(xlabel="θ", ylabel="loss", title=title or objective.name, xlim=objective.window)
    top = objective(theta).max()
    axes.set(ylim=(objective(theta).min() - 0.05 * top, 1.1 * top))
    key(figure)
    words = f"The loss of the {objective.name}{about(title)} as a curve, with points"
    return Picture(figure, f"{words}: {_ways(pairs)}.")


def lines(x, curves, xlabel, ylabel, *, log="", level=None, reference=(), title=""):
    """Curves over a common axis: for all that has no function of its own here.

    Parameters
    ----------
    x : array_like of shape (n,)
    curves : dict of str to array_like of shape (n,)
        A label that is the name of an optimiser, or begins with it and a comma, gets that
        optimiser's colour.
    xlabel, ylabel : str
        With units, where there are any.
    log : str
        The axes that are logarithmic: "", "x", "y" or "xy".
    level : float, optional
        A height to mark.
    reference : dict of str to array_like of shape (n,), optional
        What the curves are to be compared with, such as a theory: drawn in ink, without markers.
    title : str

    Returns
    -------
    Picture
    """
    x = np.asarray(x)
    figure, axes = start_figure()
    pairs = list(curves.items())
    for (label, y), (color, dash, marker) in zip(pairs, styles(pairs), strict=True):
        every = marked(x, "x" in log) if pairs[1:] else []  # one line needs no mark to be known
        axes.plot(x, y, color=color, ls=dash, marker=marker, markevery=every, label=label)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    axes.set(xscale="log" if "x" in log else "linear", yscale="log" if "y" in log else "linear")
    for label, y in dict(reference).items():
        axes.plot(x, y, label=label, **REFERENCE | {"zorder": 3})
    if level is not None:
        axes.axhline(level, label="_", **REFERENCE)
    if "y" in log:
        cut(axes)
    if "x" not in log and x.dtype.kind in "iu":
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    name_ends(axes)
    known = {label: np.asarray(y) for label, y in [*pairs, *dict(reference).items()]}
    ends = "; ".join(f"{k} from {number(v[0])} to {number(v[-1])}" for k, v in known.items())
    span = f"{x[0]:.4g} to {x[-1]:.4g}"
    return Picture(figure, f"{ylabel} against {xlabel} from {span}{about(title)}: {ends}.")


def memory(run, t=None, title=""):
    """What RMSprop remembers: g², S, √S and the step over one axis of time.

    Each past g² is as strong as it weighs in Sₜ, (1−β)β^(t−k) for the one of step k: what a reader
    sees of the strong bars is what S still knows.

    Parameters
    ----------
    run : Trajectory
        Of RMSprop, with one parameter.
    t : int, optional
        The step whose memory is shown, the last one by default.
    title : str

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If t is not one of the run's steps, 1 to its length.
    """
    check_has("run.optimizer", run.optimizer, "beta", "learning_rate")
    squares, S, steps = run.gradients**2, run.state["S"], np.arange(1, len(run) + 1)
    t = len(run) if t is None else t
    check_count("t", t, least=1, most=len(run))
    weights = np.where(steps <= t, (1 - run.optimizer.beta) * run.optimizer.beta ** (t - steps), 0)
    moved = np.abs(np.diff(run.positions)) / run.optimizer.learning_rate
    color = STYLE["RMSprop"][0]
    figure, panels = start_figure((7, 5), nrows=3, sharex=True, height_ratios=(2, 1, 1))
    panels[1].plot(steps, np.abs(run.gradients), ".", color=CONTOUR, label="_", zorder=1)
    panels[0].bar(steps, squares, 0.9, color="none", edgecolor=CONTOUR, lw=0.5)
    for k, weight in enumerate(weights / weights.max()):
        panels[0].bar(steps[k], squares[k], 0.9, color=INK, alpha=weight)
    curves = (
        (S[1:], "Sₜ", "g², and its average"),
        (np.sqrt(S[1:]), "√Sₜ", "|g|"),
        (moved, "step", "in units of η"),
    )
    for axes, (values, name, ylabel) in zip(panels, curves, strict=True):
        axes.plot(steps, values, color=color, label=name)
        axes.axvline(t, label="_", **REFERENCE)
        axes.set(ylabel=ylabel, ylim=(0, None))
        name_ends(axes)
    panels[0].set_title(title or f"each g² as strong as it weighs in S at step {t}")
    panels[2].set_xlabel("step t")
    half = int(np.searchsorted(np.cumsum(weights[t - 1 :: -1]), weights.sum() / 2)) + 1
    return Picture(
        figure,
        f"g², S, √S and the step over {len(run)} steps{about(title)}: at step {t}, S is {S[t]:.3g}"
        f", √S {np.sqrt(S[t]):.3g}, and the step {moved[t - 1]:.3g} η; the last {half} of the "
        f"{t} squares have half of the weight.",
    )


def training(histories, what="loss", window=50, title=""):
    """Training curves of one or more histories: the smoothed loss, or an accuracy per epoch.

    Parameters
    ----------
    histories : dict of str to pandas.DataFrame
        Label (an optimiser's name gets its colour) to what `train` returned.
    what : str
        "loss", "train_accuracy" or "test_accuracy".
    window : int
        Steps over which the loss is averaged.
    title : str

    Returns
    -------
    Picture
    """
    figure, axes = start_figure()
    pairs, ends, name = list(histories.items()), [], what.replace("_", " ")
    for (label, history), (color, dash, marker) in zip(pairs, styles(pairs), strict=True):
        values = history[what].dropna()
        steps = history.loc[values.index, "step"]
        if what == "loss":
            values = values.rolling(window, min_periods=1).mean()
        every = marked(steps.to_numpy())
        axes.plot(steps, values, color=color, ls=dash, marker=marker, markevery=every, label=label)
        ends.append(f"{label} ends at {values.iloc[-1]:.2g}")
    scale = "log" if what == "loss" else "linear"
    axes.set(xlabel="step", ylabel=name, title=title, yscale=scale)
    name_ends(axes)
    return Picture(figure, f"{name} in training{about(title)}: {'; '.join(ends)}.")
