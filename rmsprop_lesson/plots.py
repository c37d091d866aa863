"""The pictures of the lessons, one line each.

Every function returns a `Picture`: a matplotlib figure with a text that says what is to be seen,
which screen readers get in place of the image. Colours are those of Okabe and Ito, told apart by
most colour-blind readers; each optimiser has its colour, line style and marker in every picture.
"""

import base64
import io

import matplotlib
import numpy as np
from matplotlib.colors import LogNorm, to_rgb
from matplotlib.figure import Figure
from PIL import Image  # Matplotlib brings it
from PIL.PngImagePlugin import PngInfo

from ._validate import check_has

# Optimiser → colour, line style, marker.
STYLE = {
    "gradient descent": ("#000000", (0, (1, 1)), "s"),
    "momentum": ("#AD7700", (0, (5, 2)), "D"),
    "Adagrad": ("#009E73", (0, (3, 1, 1, 1)), "^"),
    "RMSprop": ("#0072B2", "-", "o"),
    "Adadelta": ("#CC79A7", (0, (7, 2, 1, 2)), "v"),
    "Adam": ("#D55E00", (0, (5, 1, 1, 1, 1, 1)), "P"),
}
# For lines that are no optimiser's.
PLAIN = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
DASHES = ["-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (8, 3)), (0, (1, 3))]

_LOOK = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
    "legend.frameon": False,
}


class Picture:
    """A figure and its text alternative; shows itself sharp (two pixels for one) in a notebook.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What is to be seen.
    """

    def __init__(self, figure, alt):
        self.figure, self.alt = figure, alt

    def save(self, path):
        """Write the figure to `path`; the format follows from the ending."""
        self.figure.savefig(path, dpi=200)

    def _repr_mimebundle_(self, include=None, exclude=None):
        width, height = (round(100 * inches) for inches in self.figure.get_size_inches())
        png = base64.b64encode(self._png()).decode()
        about = {"alt": self.alt, "width": width, "height": height}
        return {"image/png": png, "text/plain": self.alt}, {"image/png": about}

    def _png(self):
        """The PNG with a palette of 128 colours: a third of the size, no difference to be seen."""
        drawn, packed = io.BytesIO(), io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi=200)
        image = Image.open(drawn).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        words = PngInfo()
        words.add_itxt("Description", self.alt)
        image.save(packed, "PNG", optimize=True, pnginfo=words)
        return packed.getvalue()

    def __repr__(self):
        return self.alt


def _axes(size=(7, 4), **subplots):
    """A figure of `size` inches in the course's look, and its axes."""
    with matplotlib.rc_context(_LOOK):
        figure = Figure(size, layout="constrained")
        axes = figure.subplots(**subplots)
    return figure, axes


def _named(runs):
    """Runs as (label, run) pairs: given with labels, or named by what tells them apart."""
    if len(runs) == 1 and isinstance(runs[0], dict):
        return list(runs[0].items())
    names = [run.optimizer.name for run in runs]
    return [(_label(run, runs, names), run) for run in runs]


def _label(run, runs, names):
    name = run.optimizer.name
    if names.count(name) == 1:
        return name
    settings = run.optimizer.hyperparameters
    twins = [r.optimizer.hyperparameters for r in runs if r.optimizer.name == name]
    symbols = {"learning_rate": "η", "beta": "β", "epsilon": "ε", "bias_correction": "corrected"}
    parts = [
        f"{symbols.get(key, key)}={value:g}" if not isinstance(value, bool) else
        f"{symbols.get(key, key)}: {'yes' if value else 'no'}"
        for key, value in settings.items()
        if any(twin.get(key) != value for twin in twins)
    ]  # fmt: skip
    return " ".join([name, ", ".join(parts)]).strip()


def _styles(pairs):
    """Colour, dash and marker for each (label, run): its optimiser's, lighter for each twin."""
    seen, styles = {}, []
    for i, (label, run) in enumerate(pairs):
        name = getattr(getattr(run, "optimizer", None), "name", label.split(",")[0])
        if name not in STYLE:
            styles.append((PLAIN[i % len(PLAIN)], DASHES[i % len(DASHES)], "o"))
            continue
        twin = seen[name] = seen.get(name, -1) + 1
        color, dash, marker = STYLE[name]
        pale = tuple(c + (1 - c) * min(0.22 * twin, 0.66) for c in to_rgb(color))
        styles.append((pale, DASHES[twin % len(DASHES)] if twin else dash, marker))
    return styles


def _spaced(n):
    """Mark about ten points of a line of n, so that its marker shows and the line stays clear."""
    return max(1, n // 10)


def _number(value):
    return "beyond all bounds" if not np.isfinite(value) else f"{value:.3g}"


def _ended(run):
    return f", diverged at step {run.diverged_at}" if run.diverged_at is not None else ""


def _about(title):
    return f" ({title})" if title else ""


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
    pairs = _named(runs)
    figure, axes = _axes((7, 4.4))
    _contours(axes, objective)
    for (label, run), (color, dash, marker) in zip(pairs, _styles(pairs), strict=True):
        x, y = run.positions.T
        axes.plot(x, y, color=color, ls=dash, marker=marker, ms=3, lw=1.4, label=label)
    if pairs:
        axes.plot(*pairs[0][1].positions[0], "ko", ms=7)
    for letter, point in zip(mark, pairs[0][1].positions if pairs else (), strict=False):
        axes.annotate(letter, point, (6, 6), textcoords="offset points", weight="bold")
    axes.plot(*objective.minimum, "k*", ms=12, label="minimum")
    axes.set(
        xlabel="θ₁", ylabel="θ₂", title=title or objective.name, aspect="equal" if equal else "auto"
    )
    axes.set(xlim=objective.window[0], ylim=objective.window[1])
    axes.legend(loc="upper right", frameon=True)
    ends = "; ".join(
        f"{label} goes from {_point(run.positions[0])} to {_point(run.positions[-1])} "
        f"in {len(run)} steps{_ended(run)}"
        for label, run in pairs
    )
    return Picture(figure, f"Contour map of the {title or objective.name} with paths: {ends}.")


def _point(position):
    return "(" + ", ".join(f"{x + 0:.3g}" for x in np.round(position, 6)) + ")"


def _contours(axes, objective):
    (left, right), (low, high) = objective.window
    x, y = np.linspace(left, right, 201), np.linspace(low, high, 201)
    rows = np.stack(np.meshgrid(x, y), axis=-1)
    loss = np.stack([objective(row) for row in rows])  # a line's loss has its data at each point
    loss = np.maximum(loss - loss.min(), 1e-12 * loss.max())
    levels = np.geomspace(max(loss.max() * 1e-4, 1e-12), loss.max(), 14)
    norm = LogNorm(levels[0] / 20, levels[-1] * 20)
    axes.contour(x, y, loss, levels, cmap="Greys_r", norm=norm, linewidths=0.9)


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
    pairs = _named(runs)
    figure, axes = _axes()
    theta = np.linspace(*objective.window, 401)
    axes.plot(theta, objective(theta), color="0.6", label="loss")
    for (label, run), (color, dash, marker) in zip(pairs, _styles(pairs), strict=True):
        axes.plot(run.positions, run.losses, color=color, ls=dash, marker=marker, lw=1, label=label)
    axes.set(xlabel="θ", ylabel="loss", title=title or objective.name, xlim=objective.window)
    top = objective(theta).max()
    axes.set(ylim=(objective(theta).min() - 0.05 * top, 1.1 * top))
    axes.legend()
    ends = "; ".join(
        f"{label} goes from {run.positions[0]:.3g} to {run.positions[-1]:.3g} "
        f"in {len(run)} steps{_ended(run)}"
        for label, run in pairs
    )
    return Picture(
        figure, f"The loss of the {title or objective.name} as a curve, with points: {ends}."
    )


def lines(x, curves, xlabel, ylabel, *, log="", level=None, title=""):
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
        A height to mark with a thin line.
    title : str

    Returns
    -------
    Picture
    """
    x = np.asarray(x)
    figure, axes = _axes()
    pairs = list(curves.items())
    for (label, y), (color, dash, marker) in zip(pairs, _styles(pairs), strict=True):
        axes.plot(x, y, color=color, ls=dash, marker=marker, markevery=_spaced(len(x)), label=label)
    if level is not None:
        axes.axhline(level, color="0.4", lw=0.8)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    axes.set(xscale="log" if "x" in log else "linear", yscale="log" if "y" in log else "linear")
    axes.legend()
    ends = "; ".join(f"{k} from {_number(v[0])} to {_number(v[-1])}" for k, v in _arrays(pairs))
    span = f"{x[0]:.4g} to {x[-1]:.4g}"
    return Picture(figure, f"{ylabel} against {xlabel} from {span}{_about(title)}: {ends}.")


def _arrays(pairs):
    return [(label, np.asarray(values)) for label, values in pairs]


def average(run, target=None, title=""):
    """RMSprop's S_t against the squared gradients that it averages, and against its target.

    Parameters
    ----------
    run : Trajectory
        Of RMSprop, with one parameter.
    target : float, optional
        E[g²], the value that S_t should have.
    title : str

    Returns
    -------
    Picture
    """
    squares, S = run.gradients**2, run.state["S"]
    figure, axes = _axes()
    t = np.arange(1, len(S))
    axes.plot(t, squares, ".", color="0.6", label="g²")
    axes.plot(np.arange(len(S)), S, color=STYLE["RMSprop"][0], label="S, the running average")
    if target is not None:
        axes.axhline(target, color=STYLE["Adam"][0], ls="--", label="target E[g²]")
    axes.set(xlabel="step t", ylabel="squared gradient", title=title)
    axes.legend()
    goal = f", its target is {target:.3g}" if target is not None else ""
    return Picture(
        figure,
        f"The running average S rises from {S[0]:.3g} to {S[-1]:.3g} in {len(S) - 1} steps "
        f"among squared gradients between {squares.min():.3g} and {squares.max():.3g}{goal}.",
    )


def worked_table(table, printed=None, digits=4, title=""):
    """A worked table as a picture for the last row; cells that differ from `printed` are marked.

    Parameters
    ----------
    table : pandas.DataFrame
        Such as ``trajectory.table()``.
    printed : pandas.DataFrame, optional
        What somebody printed: columns with the same names; where the numbers differ by more than
        one unit of the column's last digit, both stand in the cell.
    digits : int
        Decimals shown.
    title : str

    Returns
    -------
    Picture
    """
    cells, wrong = [], []
    for row in range(len(table)):
        cells.append([_cell(table, printed, row, name, digits) for name in table.columns])
        wrong += [(row, c) for c, text in enumerate(cells[-1]) if "✗" in text]
    lines_per_row = 2 if wrong else 1
    size = (1.25 * len(table.columns), 0.35 * (1 + lines_per_row * len(table)) + 0.4)
    figure, axes = _axes(size)
    axes.axis("off")
    columns = [name.replace("_{t+1}", "ₜ₊₁").replace("_t", "ₜ") for name in table.columns]
    grid = axes.table(cells, colLabels=columns, loc="center", cellLoc="right", bbox=(0, 0, 1, 1))
    for (row, _), cell in grid.get_celld().items():
        cell.set(edgecolor="0.8", height=lines_per_row)
        if row == 0:
            cell.set_text_props(weight="bold")
    for row, column in wrong:
        grid[row + 1, column].set(facecolor="#FDE0C5")
    axes.set_title(title)
    note = (
        f" {len(wrong)} cells differ from the printed table and are marked."
        if printed is not None
        else ""
    )
    return Picture(figure, f"Worked table of {len(table)} steps{_about(title)}.{note}")


def _cell(table, printed, row, name, digits):
    value = table[name].iloc[row]
    text = f"{value:.{digits}f}" if isinstance(value, float) else str(value)
    if printed is None or name not in printed:
        return text
    other = printed[name].iloc[row]
    decimals = max(len(f"{x:g}".partition(".")[2]) for x in printed[name])  # 0.670 has three
    return text if abs(other - value) <= 10.0**-decimals else f"{text}\n✗ {other:.{decimals}f}"


def digits(images, labels=None, guesses=None, columns=10):
    """A grid of digit images; below each its label, and the guess where it is another.

    Parameters
    ----------
    images : ndarray of shape (n, 784)
    labels, guesses : ndarray of shape (n,), optional
    columns : int
        Images in a row.

    Returns
    -------
    Picture
    """
    n = len(images)
    rows = -(-n // columns)
    figure, axes = _axes((0.8 * columns, rows), nrows=rows, ncols=columns, squeeze=False)
    for i, ax in enumerate(axes.flat):
        ax.axis("off")
        if i >= n:
            continue
        ax.imshow(images[i].reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        if labels is not None:
            missed = guesses is not None and guesses[i] != labels[i]
            ax.set_title(f"{labels[i]} → {guesses[i]}" if missed else f"{labels[i]}", fontsize=10)
    alt = f"{n} images of handwritten digits"
    if guesses is not None:
        pairs = ", ".join(f"{a} taken for {b}" for a, b in zip(labels, guesses, strict=True))
        alt += f": {pairs}"
    elif labels is not None:
        alt += ": " + ", ".join(str(label) for label in labels)
    return Picture(figure, alt + ".")


def wrong_guesses(network, images, labels, count=20):
    """The first images that a network takes for another digit.

    Parameters
    ----------
    network : Network
    images : ndarray of shape (n, 784)
    labels : ndarray of shape (n,)
    count : int
        How many to show at most.

    Returns
    -------
    Picture
    """
    guesses = network.predict(images)
    wrong = np.flatnonzero(guesses != labels)[:count]
    return digits(images[wrong], labels[wrong], guesses[wrong])


def confusion(labels, guesses):
    """The confusion matrix: how often each digit was taken for each.

    Parameters
    ----------
    labels, guesses : ndarray of int of shape (n,)

    Returns
    -------
    Picture
    """
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels, guesses), 1)
    figure, axes = _axes((5.4, 5))
    errors = counts - np.diag(np.diag(counts))
    _squares(axes, errors, cmap="Oranges")
    axes.grid(False)
    centred = {"ha": "center", "va": "center", "fontsize": 9}
    for (row, column), count in np.ndenumerate(counts):
        weight = "bold" if row == column else "normal"
        dark = errors[row, column] > 0.6 * max(errors.max(), 1)
        if count:
            color = "white" if dark else "black"
            axes.text(column, row, count, weight=weight, color=color, **centred)
    axes.set(xlabel="guess", ylabel="label", xticks=range(10), yticks=range(10))
    worst = np.unravel_index(errors.argmax(), errors.shape)
    return Picture(
        figure,
        f"Confusion matrix of {len(labels)} digits: {np.trace(counts)} on the diagonal are right; "
        f"the most frequent error is {worst[0]} taken for {worst[1]}, {errors[worst]} times.",
    )


def _squares(axes, values, **colors):
    """A coloured square for each value, the first row on top.

    As `imshow` draws it, but that makes several arrays of the size of the finished picture on its
    way, 20 MB of them.
    """
    image = axes.pcolormesh(*map(np.arange, values.shape[::-1]), values, **colors)
    axes.invert_yaxis()
    axes.set_aspect("equal")
    return image


def pixels(values, label, title="", log=False):
    """A value for each of the 784 input pixels, as a 28 × 28 map.

    Parameters
    ----------
    values : array_like of shape (784,)
    label : str
        What the colours mean.
    title : str
    log : bool
        Logarithmic colours.

    Returns
    -------
    Picture
    """
    grid = np.asarray(values, float).reshape(28, 28)
    figure, axes = _axes((5, 4.2))
    image = _squares(axes, grid, cmap="cividis", norm="log" if log else "linear")
    axes.grid(False)
    axes.set(title=title, xticks=[], yticks=[])
    figure.colorbar(image, label=label)
    border = np.concatenate([grid[0], grid[-1], grid[:, 0], grid[:, -1]])
    return Picture(
        figure,
        f"Map of {label} over the 28 by 28 pixels{_about(title)}: median {np.median(border):.3g} "
        f"at the border, {np.median(grid[10:18, 10:18]):.3g} in the middle.",
    )


def heat_map(values, x, y, xlabel, ylabel, label, title="", log=True):
    """Values over a grid of two settings; the best (least) one is marked.

    Parameters
    ----------
    values : array_like of shape (len(y), len(x))
        NaN where a run diverged; such cells are hatched.
    x, y : array_like
        The settings.
    xlabel, ylabel, label : str
        What the axes and the colours mean.
    title : str
    log : bool
        Logarithmic colours.

    Returns
    -------
    Picture
    """
    values = np.asarray(values, float)
    figure, axes = _axes((7, 4.4))
    axes.set_facecolor("0.85")
    axes.patch.set_hatch("//")
    rows, columns = np.arange(len(y)), np.arange(len(x))
    shown = np.ma.masked_invalid(np.maximum(values, 1e-300) if log else values)
    image = axes.pcolormesh(columns, rows, shown, cmap="cividis", norm="log" if log else "linear")
    axes.grid(False)
    _ticks(axes.xaxis, x)
    _ticks(axes.yaxis, y)
    best = np.unravel_index(np.nanargmin(values), values.shape)
    axes.plot(best[1], best[0], marker="*", color="white", mec="black", ms=16)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    figure.colorbar(image, label=label)
    return Picture(
        figure,
        f"{label} over {xlabel} and {ylabel}{_about(title)}: least {_number(values[best])} at "
        f"{x[best[1]]:.3g} and {y[best[0]]:.3g}; {np.isnan(values).sum()} of {values.size} runs "
        "diverged.",
    )


def _ticks(axis, values):
    places = np.unique(np.linspace(0, len(values) - 1, 7).round().astype(int))
    axis.set_ticks(places, [f"{values[i]:.2g}" for i in places])


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
    figure, axes = _axes()
    pairs, ends = list(histories.items()), []
    for (label, history), (color, dash, marker) in zip(pairs, _styles(pairs), strict=True):
        values = history[what].dropna()
        steps = history.loc[values.index, "step"]
        if what == "loss":
            values = values.rolling(window, min_periods=1).mean()
        every = _spaced(len(values))
        axes.plot(steps, values, color=color, ls=dash, marker=marker, markevery=every, label=label)
        ends.append(f"{label} ends at {values.iloc[-1]:.2g}")
    scale = "log" if what == "loss" else "linear"
    axes.set(xlabel="step", ylabel=what.replace("_", " "), title=title, yscale=scale)
    axes.legend()
    return Picture(
        figure, f"{what.replace('_', ' ')} in training{_about(title)}: {'; '.join(ends)}."
    )
