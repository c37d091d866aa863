"""Run an optimiser on an objective and keep what happened."""

from dataclasses import dataclass, field, replace

import numpy as np

from ._validate import GRADIENT_LIMIT, check_count, check_parameters


def descend(objective, optimizer, start=None, steps=100, schedule=None):
    """Minimise `objective` with `optimizer` and record the way.

    The optimiser is reset first, and so is the noise of the objective, so that a run can be
    repeated. A run that leaves the finite numbers is cut there, without a warning. With an array
    of hyperparameters all settings run at once; one that diverges is NaN from there on, while the
    others go on.

    Parameters
    ----------
    objective : Objective
        Anything that can be called with θ for the loss and has ``gradient(theta)``.
    optimizer : Optimizer
        Anything with ``step(theta, grad)`` and ``reset()``, such as `RMSprop`.
    start : float or array_like, optional
        θ₀; by default the objective's own start. A whole number counts as a float.
    steps : int
        Number of updates, at least 0.
    schedule : callable, optional
        ``schedule(t)`` gives the learning rate of step t = 0, 1, …; afterwards the optimiser has
        its own learning rate again.

    Returns
    -------
    Trajectory

    Raises
    ------
    TypeError, ValueError
        If `steps` is not a whole number of at least 0, or `start` not a point with a finite loss
        and a usable gradient.
    """
    steps = check_count("steps", steps)
    theta = _starting_point(objective, optimizer, start)
    for thing in (optimizer, objective):
        if hasattr(thing, "reset"):
            thing.reset()
    own_rate = getattr(optimizer, "learning_rate", None)
    try:
        return _run(objective, optimizer, theta, steps, schedule)
    finally:
        if schedule is not None:
            optimizer.learning_rate = own_rate


def _starting_point(objective, optimizer, start):
    """θ₀ as a float array in the shape of the whole grid of settings."""
    if start is None:
        start = objective.start
    start = np.asarray(start)
    theta = check_parameters("start", start.astype(float) if start.dtype.kind in "iu" else start)
    settings = getattr(optimizer, "hyperparameters", {}).values()
    shape = np.broadcast_shapes(theta.shape, *(np.shape(value) for value in settings))
    theta = np.array(np.broadcast_to(theta, shape))
    loss, grad = objective(theta), objective.gradient(theta)
    if not np.all(_usable(objective, theta, loss, grad)):
        raise ValueError(
            f"start must be a point with a finite loss and gradient, got {start} "
            f"with loss {loss} and gradient {grad}"
        )
    return theta


def _usable(objective, theta, loss, grad):
    """Per run of a grid: whether θ, its loss and its gradient are numbers one can go on with."""
    coordinates = -1 if _in_plane(objective) else ()
    usable = np.isfinite(theta) & (np.abs(grad) <= GRADIENT_LIMIT[theta.dtype])
    return np.isfinite(loss) & usable.all(axis=coordinates)


def _in_plane(objective):
    return getattr(objective, "dimension", 1) == 2


def _run(objective, optimizer, theta, steps, schedule):
    """The loop of `descend`: everything at θ_t is noted, then the step to θ_{t+1} is made."""
    lanes = theta.shape[:-1] if _in_plane(objective) else theta.shape
    positions = np.full((steps + 1, *theta.shape), np.nan, theta.dtype)
    losses = np.full((steps + 1, *lanes), np.nan, theta.dtype)
    gradients = np.full((steps, *theta.shape), np.nan, theta.dtype)
    state = {name: np.full_like(positions, np.nan) for name in _state(optimizer, theta)}
    diverged = np.full(lanes, -1)
    end = steps + 1
    for t in range(steps + 1):
        loss, grad = objective(theta), objective.gradient(theta)
        usable = _usable(objective, theta, loss, grad)
        if not usable.all():
            diverged[(diverged < 0) & ~usable] = t
            if (diverged >= 0).all():
                end = t
                break
            ended = (diverged >= 0)[..., None] if _in_plane(objective) else diverged >= 0
            theta, grad = np.where(ended, np.nan, theta), np.where(ended, 0.0, grad)
            loss = np.where(diverged >= 0, np.nan, loss)
        positions[t], losses[t] = theta, loss
        for name, value in _state(optimizer, theta).items():
            state[name][t] = value
        if t < steps:
            gradients[t] = grad
            if schedule is not None:
                optimizer.learning_rate = schedule(t)
            theta = np.asarray(optimizer.step(theta, grad))
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
    return getattr(optimizer, "state", {})


@dataclass(frozen=True, repr=False)
class Trajectory:
    """What `descend` recorded: n updates, or fewer where the run diverged.

    Attributes
    ----------
    objective, optimizer
        What ran on what.
    positions : ndarray of shape (n + 1, *θ.shape)
        θ₀ … θₙ.
    gradients : ndarray of shape (n, *θ.shape)
        The gradient that each update used (0 for a run of a grid that has ended).
    losses : ndarray of shape (n + 1, ...)
        The loss at each position.
    state : dict of str to ndarray of shape (n + 1, *θ.shape)
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
    state: dict = field(default_factory=dict)
    diverged_at: object = None

    @property
    def step(self):
        """What each update subtracted from θ: θ_t − θ_{t+1}, of shape (n, *θ.shape)."""
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
                table |= {f"{name}[{i}]": values[:, i - 1] for i in range(1, values.shape[1] + 1)}
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
