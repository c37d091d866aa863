"""Run an optimiser on an objective and keep what happened."""

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from ._validate import GRADIENT_LIMIT, as_array, check_count, check_parameters

MOST_NUMBERS = 5 * 10**7  # in each recorded array: 400 MB


def descend(objective, optimizer, start=None, steps=100, schedule=None):
    """Minimise `objective` with `optimizer` and record the way.

    The optimiser is reset first, and so is the noise of the objective, so that a run can be
    repeated. A run that leaves the finite numbers is cut there, without a warning. With an array
    of hyperparameters all settings run at once; one that diverges is NaN from there on, while the
    others go on.

    Parameters
    ----------
    objective : Objective
        Anything that can be called with θ for the loss and has ``gradient(theta)``. Where the
        loss is one number for a whole array θ, its elements are the coordinates of one run; the
        leading axes that loss and θ share are runs of a grid.
    optimizer : Optimizer
        Anything with ``step(theta, grad)`` and ``reset()``, such as `RMSprop`.
    start : float or array_like, optional
        θ₀; by default the objective's own start. A whole number counts as a float.
    steps : int
        Number of updates, at least 0; together with all runs of a grid up to 5·10⁷.
    schedule : callable, optional
        ``schedule(t)`` gives the learning rate of step t = 0, 1, …; afterwards the optimiser has
        its own learning rate again.

    Returns
    -------
    Trajectory

    Raises
    ------
    TypeError, ValueError
        If `steps` is not a whole number in its range, `start` not a point with a finite loss and
        a usable gradient, or another argument not what it is said to be; if there is a schedule
        for an optimiser without a learning rate.
    """
    _check_parts(objective, optimizer, schedule)
    _reset(objective)  # the first look at θ₀ sees the noise of the run
    theta, lanes = _starting_point(objective, optimizer, start)
    steps = check_count("steps", steps, most=MOST_NUMBERS // max(theta.size, 1))
    _reset(objective)
    _reset(optimizer)
    if schedule is None:
        return _run(objective, optimizer, theta, lanes, steps)
    own_rate = optimizer.learning_rate
    try:
        return _run(objective, optimizer, theta, lanes, steps, schedule)
    finally:
        optimizer.learning_rate = own_rate


def _reset(thing):
    if hasattr(thing, "reset"):
        thing.reset()


def _check_parts(objective, optimizer, schedule):
    """Whether each argument of `descend` can do what it is needed for."""
    if not (callable(objective) and hasattr(objective, "gradient")) or isinstance(objective, type):
        raise TypeError(
            f"objective must be called with theta and have gradient(theta), got {objective!r}"
        )
    if not hasattr(optimizer, "step") or isinstance(optimizer, type):
        raise TypeError(f"optimizer must have step(theta, grad), got {optimizer!r}")
    if schedule is None:
        return
    if not callable(schedule):
        raise TypeError(f"schedule must be a function of t or None, got {schedule!r}")
    if not hasattr(optimizer, "learning_rate"):
        raise TypeError(f"schedule must be None for {optimizer!r}, which has no learning_rate")


def _starting_point(objective, optimizer, start):
    """θ₀ as a float array in the shape of the whole grid of settings, and the grid's shape."""
    start = as_array(objective.start if start is None else start)
    theta = check_parameters("start", start.astype(float) if start.dtype.kind in "iu" else start)
    settings = getattr(optimizer, "hyperparameters", {}).values()
    shapes = [np.shape(value) for value in settings]
    try:
        shape = np.broadcast_shapes(theta.shape, *shapes)
    except ValueError:
        raise ValueError(
            f"start must broadcast with the optimiser's settings, got shape {theta.shape} and "
            f"{sorted({s for s in shapes if s})}; n settings in the plane have shape (n, 1)"
        ) from None
    theta = np.array(np.broadcast_to(theta, shape))
    loss, grad = _look(objective, theta)
    if not np.all(_usable(theta, loss, grad)):
        raise ValueError(
            f"start must be a point with a finite loss and gradient, got {start} "
            f"with loss {loss} and gradient {grad}"
        )
    return theta, loss.shape


def _look(objective, theta):
    """Loss and gradient at θ, in θ's precision and without warnings."""
    with np.errstate(all="ignore"):
        loss = _real("the loss", objective(theta), theta.dtype)
        grad = _real("the gradient", objective.gradient(theta), theta.dtype)
    if grad.shape != theta.shape:
        raise ValueError(
            f"the gradient must have theta's shape {theta.shape}, got shape {grad.shape}"
        )
    if loss.shape != theta.shape[: loss.ndim]:
        raise ValueError(f"the loss of theta of shape {theta.shape} has shape {loss.shape}")
    return loss, grad


def _real(name, value, dtype):
    array = as_array(value)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be made of real numbers, got {value!r}")
    return array.astype(dtype)


def _usable(theta, loss, grad):
    """Per run of a grid: whether θ, its loss and its gradient are numbers one can go on with."""
    coordinates = tuple(range(loss.ndim, theta.ndim))
    usable = np.isfinite(theta) & (np.abs(grad) <= GRADIENT_LIMIT[theta.dtype])
    return np.isfinite(loss) & usable.all(axis=coordinates)


def _run(objective, optimizer, theta, lanes, steps, schedule=None):
    """The loop of `descend`: everything at θ_t is noted, then the step to θ_{t+1} is made."""
    a_lane = (..., *[None] * (theta.ndim - len(lanes)))  # one number per run, spread over θ
    positions = np.full((steps + 1, *theta.shape), np.nan, theta.dtype)
    losses = np.full((steps + 1, *lanes), np.nan, theta.dtype)
    gradients = np.full((steps, *theta.shape), np.nan, theta.dtype)
    state = {}
    diverged = np.full(lanes, -1)
    end = steps + 1
    for t in range(steps + 1):
        loss, grad = _look(objective, theta)
        usable = _usable(theta, loss, grad)
        if not usable.all():
            diverged[(diverged < 0) & ~usable] = t
            if (diverged >= 0).all():
                end = t
                break
            ended = diverged >= 0
            loss = np.where(ended, np.nan, loss)
            theta = np.where(ended[a_lane], np.nan, theta)
            grad = np.where(ended[a_lane], 0.0, grad)
        positions[t], losses[t] = theta, loss
        for name, value in _state(optimizer, theta).items():
            if name not in state:
                state[name] = np.full_like(positions, np.nan)
            state[name][t] = value
        if t < steps:
            gradients[t] = grad
            if schedule is not None:
                optimizer.learning_rate = schedule(t)
            theta = check_parameters("what step() returns", optimizer.step(theta, grad))
    if diverged.ndim == 0:
        diverged = int(diverged) if diverged >= 0 else None
    return Trajectory(
        objective=objective,
        optimizer=optimizer,
        positions=positions[:end],
        gradients=gradients[: end - 1],
        losses=losses[:end],
        state={name: values[:end] for name, values in state.items()},
        diverged_at=diverged,
    )


def _state(optimizer, theta):
    """The optimiser's running quantities; before the first step, what they start from."""
    if getattr(optimizer, "t", 0) == 0 and hasattr(optimizer, "initial_state"):
        return optimizer.initial_state(theta.shape, theta.dtype)
    state = getattr(optimizer, "state", {})
    return state if isinstance(state, dict) else {}


@dataclass(frozen=True)
class Trajectory:
    """What `descend` recorded: n updates, or fewer where the run diverged.

    Attributes
    ----------
    objective, optimizer
        What ran on what.
    positions : ndarray of shape (n + 1, …), with θ's shape
        θ₀ … θₙ.
    gradients : ndarray of shape (n, …), with θ's shape
        The gradient that each update used (0 for a run of a grid that has ended).
    losses : ndarray of shape (n + 1, ...)
        The loss at each position.
    state : dict of str to ndarray of shape (n + 1, …), with θ's shape
        The optimiser's running quantities, before the first update and after each; for RMSprop
        S. They say nothing about a run of a grid that has ended.
    diverged_at : None, int or ndarray of int
        The first t at which θ_t, its loss or its gradient was no longer usable, None if there was
        none; for a grid of settings an array, −1 where there was none.
    """

    objective: object
    optimizer: object
    positions: np.ndarray
    gradients: np.ndarray
    losses: np.ndarray
    state: dict
    diverged_at: object

    @property
    def step(self):
        """What each update subtracted from θ: θ_t − θ_{t+1}, of shape (n, …), with θ's shape."""
        return self.positions[:-1] - self.positions[1:]

    def __len__(self):
        """The number of updates that were made."""
        return len(self.gradients)

    def run(self, *index):
        """One run out of a grid of settings, as a trajectory of its own.

        Parameters
        ----------
        *index : int
            Where the setting stands in the grid.

        Returns
        -------
        Trajectory

        Raises
        ------
        IndexError
            If the grid has no such place.
        """
        if len(index) != self.losses.ndim - 1:
            raise IndexError(f"index must have {self.losses.ndim - 1} numbers, got {index}")
        at = (slice(None), *index)
        diverged = int(np.asarray(self.diverged_at)[index]) if index else self.diverged_at
        diverged = None if diverged is None or diverged < 0 else diverged
        n = len(self.positions) if diverged is None else diverged
        return replace(
            self,
            positions=self.positions[at][:n],
            gradients=self.gradients[at][: n - 1],
            losses=self.losses[at][:n],
            state={name: values[at][:n] for name, values in self.state.items()},
            diverged_at=diverged,
        )

    def table(self):
        """The run as a table, one row an update.

        Returns
        -------
        pandas.DataFrame
            Columns t, θ_t, ∇L, for each running quantity its value before and after the update
            (for RMSprop S_t and S_{t+1}), step, θ_{t+1}. A point in the plane has one column per
            coordinate, marked [1] and [2].

        Raises
        ------
        ValueError
            If the trajectory holds a grid of settings: take one with `run` first.
        """
        import pandas as pd

        if self.losses.ndim > 1:
            raise ValueError(f"table() shows one run, here are {self.losses.shape[1:]}; use run()")
        columns = {"θ_t": self.positions[:-1], "∇L": self.gradients}
        for name, values in self.state.items():
            columns |= {f"{name}_t": values[:-1], f"{name}_{{t+1}}": values[1:]}
        columns |= {"step": self.step, "θ_{t+1}": self.positions[1:]}
        table = {"t": np.arange(len(self))}
        for name, values in columns.items():
            if values.ndim == 1:
                table[name] = values
            else:
                coordinates = values.reshape(len(values), prod(values.shape[1:])).T
                table |= {f"{name}[{i}]": value for i, value in enumerate(coordinates, start=1)}
        return pd.DataFrame(table)

    def __repr__(self):
        runs = self.losses.shape[1:]
        what = f"{len(self)} steps of {self.optimizer!r} on {self.objective!r}"
        if runs:
            return f"<{what}: {np.prod(runs)} runs, {np.sum(self.diverged_at >= 0)} diverged>"
        if self.diverged_at is not None:
            return f"<{what}: diverged at step {self.diverged_at}>"
        return f"<{what}: loss {self.losses[0]:.6g} → {self.losses[-1]:.6g}>"

    def _repr_html_(self):
        if self.losses.ndim > 1:
            return None
        html = self.table().to_html(index=False, max_rows=10, float_format="{:.6g}".format)
        if self.diverged_at is not None:
            html += f"<p>diverged at step {self.diverged_at}</p>"
        return html
