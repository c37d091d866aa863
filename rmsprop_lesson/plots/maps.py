"""Tables, digits and maps: values that have their place in a grid."""

import numpy as np

from .style import Picture, about, start_figure


class MarkedTable:
    """A table whose odd cells are marked; shows itself as HTML in a notebook.

    Attributes
    ----------
    frame : pandas.DataFrame
        The cells as HTML.
    alt : str
        What is to be seen.
    """

    def __init__(self, frame, alt):
        self.frame, self.alt = frame, alt

    def _repr_html_(self):
        return self.frame.to_html(index=False, escape=False)

    def __repr__(self):
        return self.alt


def worked_table(table, printed=None, digits=4, title=""):
    """A worked table; cells that differ from `printed` are marked.

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
    MarkedTable
    """
    frame = table.copy().astype(object)
    for name in table.columns:
        frame[name] = [_cell(table, printed, row, name, digits) for row in range(len(table))]
    wrong = int(frame.map(lambda cell: "<mark>" in cell).to_numpy().sum())
    note = f" {wrong} cells differ from the printed table and are marked."
    alt = f"Worked table of {len(table)} steps{about(title)}.{note if printed is not None else ''}"
    return MarkedTable(frame, alt)


def _cell(table, printed, row, name, digits):
    value = table[name].iloc[row]
    text = f"{value:.{digits}f}" if isinstance(value, float) else str(value)
    if printed is None or name not in printed:
        return text
    other = printed[name].iloc[row]
    decimals = max(len(f"{x:g}".partition(".")[2]) for x in printed[name])  # 0.670 has three
    if abs(other - value) <= 10.0**-decimals:
        return text
    return f"{text}<br/><mark>✗ {other:.{decimals}f}</mark>"


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
    figure, axes = start_figure((0.8 * columns, rows), nrows=rows, ncols=columns, squeeze=False)
    for i, ax in enumerate(axes.flat):
        ax.axis("off")
        if i >= n:
            continue
        ax.imshow(images[i].reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
        if labels is not None:
            missed = guesses is not None and guesses[i] != labels[i]
            ax.set_title(f"{labels[i]} → {guesses[i]}" if missed else f"{labels[i]}")
    alt = f"{n} images of handwritten digits"
    if guesses is not None:
        pairs = ", ".join(f"{a} taken for {b}" for a, b in zip(labels, guesses, strict=True))
        alt += f", and what they were taken for: {pairs}"
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
    figure, axes = start_figure((5, 4.2))
    # As `imshow` draws it, but that makes several arrays of the picture's size on its way: 20 MB.
    places = np.arange(28)
    colors = {"cmap": "cividis", "norm": "log" if log else "linear", "edgecolors": "face"}
    image = axes.pcolormesh(places, places, grid, **colors)
    axes.grid(False)
    axes.invert_yaxis()
    axes.set(title=title, xticks=[], yticks=[], aspect="equal")
    figure.colorbar(image, label=label)
    border = np.concatenate([grid[0], grid[-1], grid[:, 0], grid[:, -1]])
    return Picture(
        figure,
        f"Map of {label} over the 28 by 28 pixels{about(title)}: median {np.median(border):.3g} "
        f"at the border, {np.median(grid[10:18, 10:18]):.3g} in the middle.",
    )
