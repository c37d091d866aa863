"""A loss as RMSprop sees it: through glasses that stretch each axis by the root of its own √S."""

import numpy as np

from ..descent import descend
from ..optimizers import GradientDescent


def picture(objective, S, learning_rate=0.1, steps=40):
    """Contours of a loss as RMSprop sees it, and the walk that RMSprop makes there.

    Parameters
    ----------
    objective, S
        As in `Seen`.
    learning_rate : float
        η.
    steps : int

    Returns
    -------
    Picture
        With axes of equal units, so that the gradient is at right angles to the contours.
    """
    from .. import plots

    seen = Seen(objective, S)
    walk = descend(seen, GradientDescent(learning_rate), steps=steps)
    title = f"through RMSprop's glasses: condition number {seen.condition:.3g}"
    walks = {"gradient descent in φ: RMSprop in θ": walk}
    drawn = plots.paths(seen, walks, title=title, equal=True)
    drawn.figure.axes[0].set(xlabel="φ₁ = ∜S₁ · θ₁", ylabel="φ₂ = ∜S₂ · θ₂")
    return drawn


class Seen:
    r"""A loss over :math:`\varphi_i = S_i^{1/4}\,\theta_i`, with S held fixed.

    There :math:`\partial L/\partial\varphi_i = g_i / S_i^{1/4}`, so that RMSprop's step
    :math:`\Delta\varphi_i = S_i^{1/4}\Delta\theta_i = -\eta\,\partial L/\partial\varphi_i` is plain
    gradient descent with rate η. `descend` and `plots.paths` take it as any other objective.

    Parameters
    ----------
    objective : Objective
        A loss in the plane.
    S : array_like of shape (2,)
        The running average of g² of each parameter, greater than 0.

    Raises
    ------
    ValueError
        If S is not two numbers greater than 0.
    """

    name = "loss as RMSprop sees it"

    def __init__(self, objective, S):
        S = np.asarray(S, float)
        if S.shape != (2,) or not np.all((S > 0) & np.isfinite(S)):
            raise ValueError(f"S must be two numbers greater than 0, got {S.tolist()}")
        self.objective, self.scale = objective, S**0.25
        self.start, self.minimum = self.scale * objective.start, self.scale * objective.minimum
        reach = 1.6 * np.abs(self.start - self.minimum).max()
        self.window = [(float(m - reach), float(m + reach)) for m in self.minimum]

    def __call__(self, phi):
        """The loss at `phi`, of shape (..., 2)."""
        return self.objective(phi / self.scale)

    def loss_and_gradient(self, phi):
        """The loss and its gradient with respect to φ."""
        loss, grad = self.objective.loss_and_gradient(phi / self.scale)
        return loss, grad / self.scale

    @property
    def condition(self):
        """How many times as curved the most curved direction is as the flattest: 1 is round.

        For a loss whose minimum is at 0 and whose gradient is linear, such as `Valley`.
        """
        curvatures = [self.loss_and_gradient(axis)[1] for axis in np.eye(2)]
        return np.linalg.cond(curvatures)
