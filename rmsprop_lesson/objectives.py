"""The losses of the course: each gives its value, its exact gradient and its known minimum.

An objective is called with θ and returns the loss; `gradient` returns the gradient. Both work on
many points at once: where θ is a scalar (`dimension` 1) elementwise on an array of any shape,
where it is a point in the plane (`dimension` 2) on arrays of shape (..., 2). Where a loss is too
large for float64 it is infinite, without a warning. An optimiser needs no more of them than
`loss_and_gradient`; whatever has that is an objective, too.
"""

import numpy as np

from ._latex import tex_number
from ._settings import WithSettings
from ._validate import PLAIN, as_array, check_number, check_scalar


class Objective(WithSettings):
    """A loss that `descend` can run on.

    Attributes
    ----------
    name : str
        The title of a plot.
    dimension : int
        1 where θ is a scalar, 2 where it is a point in the plane.
    minimum : float or ndarray of shape (2,)
        A global minimum θ*.
    start : float or ndarray of shape (2,)
        Where the lessons start from.
    window : tuple
        What a plot should show: (low, high) of θ, or a pair of these for the plane.
    formula : str
        The loss in LaTeX.
    """

    name, dimension, formula = "objective", 1, ""

    def __call__(self, theta):
        """The loss at `theta`: shape (...) for points of shape (...) or, in the plane, (..., 2).

        Raises
        ------
        TypeError, ValueError
            If `theta` is not made of real numbers, or in the plane does not end in an axis of 2.
        """
        if not hasattr(self, "_loss"):  # somebody's own, which gives both at once
            return self.loss_and_gradient(theta)[0]
        with np.errstate(all="ignore"):
            return self._loss(*self._coordinates(theta))[()]

    def gradient(self, theta):
        """The gradient at `theta`, in the shape of `theta`; raises as a call does."""
        if not hasattr(self, "_slope"):
            return self.loss_and_gradient(theta)[1]
        coordinates = self._coordinates(theta)
        with np.errstate(all="ignore"):
            parts = self._slope(*coordinates)
        return np.stack(parts, axis=-1) if self.dimension == 2 else parts[()]

    def loss_and_gradient(self, theta):
        """Both at once, as a pair; raises as a call does."""
        return self(theta), self.gradient(theta)

    def __setattr__(self, name, value):
        """Settings stay: minimum, start and formula follow from them."""
        if name in self._parameters and name in self.__dict__:
            raise AttributeError(f"{name} is fixed; make another {type(self).__name__} for it")
        super().__setattr__(name, value)

    def reset(self):
        """Start again; only objectives with noise have anything to forget."""

    def _coordinates(self, theta):
        """θ as a tuple of float arrays, one per dimension."""
        theta = np.asarray(theta) if type(theta) in PLAIN else as_array(theta)
        if theta.dtype.kind not in "iuf":
            raise TypeError(f"theta must be a number or an array of numbers, got {theta.dtype}")
        if theta.dtype.kind != "f":
            theta = theta.astype(np.float64)
        if self.dimension == 1:
            return (theta,)
        if theta.ndim == 0 or theta.shape[-1] != 2:
            raise ValueError(f"theta must have shape (..., 2), got {theta.shape}")
        return theta[..., 0], theta[..., 1]

    def __repr__(self):
        settings = ", ".join(f"{k}={v:g}" for k, v in self.hyperparameters.items())
        return f"{type(self).__name__}({settings})"

    def _repr_latex_(self):
        return f"$$L(\\theta) = {self.formula}$$" if self.formula else None


class Parabola(Objective):
    r"""The parabola :math:`L(\theta) = \lambda\theta^2/2` with gradient λθ.

    Parameters
    ----------
    curvature : float
        λ > 0; 1 is the worked example of the course.

    Raises
    ------
    TypeError, ValueError
        If `curvature` is not a finite number greater than 0.
    """

    name = "parabola"
    minimum = 0.0
    start = 2.0
    window = (-2.5, 2.5)

    def __init__(self, curvature=1.0):
        self.curvature = _positive("curvature", curvature)
        self.formula = r"\tfrac{1}{2}" + _factor(self.curvature) + r"\theta^2"

    def _loss(self, x):
        return 0.5 * self.curvature * x * x

    def _slope(self, x):
        return self.curvature * x


class Valley(Objective):
    r"""The elongated valley :math:`L = \tfrac12 (u^2 + \kappa w^2)`, turned by an angle.

    (u, w) are the coordinates along and across the valley; the gradient is (u, κw) there.

    Parameters
    ----------
    condition : float
        κ > 0, the ratio of the two curvatures (the condition number, where κ ≥ 1).
    angle : float
        Rotation of the valley against the first axis, in degrees.

    Raises
    ------
    TypeError, ValueError
        If `condition` is not a finite number greater than 0, or `angle` not a finite number.
    """

    name = "elongated valley"
    dimension = 2
    window = ((-3.5, 3.5), (-2.0, 2.0))

    def __init__(self, condition=100.0, angle=0.0):
        self.condition = _positive("condition", condition)
        self.angle = check_scalar("angle", angle, np.isfinite, "finite, in degrees")
        turn = np.deg2rad(self.angle)
        self._cos, self._sin = float(np.cos(turn)), float(np.sin(turn))
        self.minimum = np.zeros(2)
        self.start = self.turn((3.0, 1.0))
        across = r"\theta_2" if not self.angle else "w"
        along = r"\theta_1" if not self.angle else "u"
        self.formula = rf"\tfrac{{1}}{{2}}({along}^2 + {_factor(self.condition)}{across}^2)"
        if self.angle:
            self.window = ((-3.5, 3.5), (-3.5, 3.5))
            self.formula += rf" \quad\text{{turned by {self.angle:g}°}}"

    def turn(self, point):
        """Take points (u, w) in the valley's own axes, shape (..., 2), to θ.

        Parameters
        ----------
        point : array_like of shape (..., 2)

        Returns
        -------
        ndarray of shape (..., 2)
        """
        u, w = self._coordinates(point)
        return np.stack([self._cos * u - self._sin * w, self._sin * u + self._cos * w], axis=-1)

    def _own_axes(self, x, y):
        return self._cos * x + self._sin * y, self._cos * y - self._sin * x

    def _loss(self, x, y):
        u, w = self._own_axes(x, y)
        return 0.5 * (u * u + self.condition * w * w)

    def _slope(self, x, y):
        u, w = self._own_axes(x, y)
        w = self.condition * w
        return self._cos * u - self._sin * w, self._sin * u + self._cos * w


class Saddle(Objective):
    r"""A saddle at the origin, :math:`L = \tfrac12(x^2 - y^2) + \tfrac14 y^4`.

    Minima lie at (0, ±1). The lessons start a hair's breadth off the ridge.
    """

    name = "saddle"
    dimension = 2
    window = ((-1.5, 1.5), (-1.5, 1.5))
    formula = r"\tfrac{1}{2}(\theta_1^2 - \theta_2^2) + \tfrac{1}{4}\theta_2^4"

    def __init__(self):
        self.minimum = np.array([0.0, 1.0])
        self.start = np.array([1.0, 1e-8])

    def _loss(self, x, y):
        return 0.5 * x * x + y * y * (0.25 * y * y - 0.5)  # factored: ∞ − ∞ would be NaN

    def _slope(self, x, y):
        return x, y * (y * y - 1)


class Plateau(Objective):
    r"""A dip in a plain, :math:`L = 1 - e^{-\theta^2/2}`: the gradient dies out far away."""

    name = "plateau"
    minimum = 0.0
    start = 4.0
    window = (-6.5, 6.5)
    formula = r"1 - e^{-\theta^2/2}"

    def _loss(self, x):
        return -np.expm1(-0.5 * x * x)

    def _slope(self, x):
        decay = np.exp(-0.5 * x * x)
        return np.where(decay == 0, 0.0, x) * decay  # not inf · 0 in the far distance


class DoubleWell(Objective):
    r"""Two wells, :math:`L = \tfrac14\theta^4 - \tfrac12\theta^2 + c\,\theta`.

    For 0 < c < 2/√27 the left one is deeper, the right one a local minimum.

    Parameters
    ----------
    tilt : float
        c ≥ 0.

    Raises
    ------
    TypeError, ValueError
        If `tilt` is not a finite number of at least 0.
    """

    name = "double well"
    start = 1.5
    window = (-2.0, 2.0)

    def __init__(self, tilt=0.2):
        self.tilt = check_scalar("tilt", tilt, lambda c: c >= 0, "finite and at least 0")
        # The least root of θ³ − θ + c lies in the deeper well.
        self.minimum = float(np.roots([1.0, 0.0, -1.0, self.tilt]).real.min())
        slope = rf" + {_factor(self.tilt)}\theta" if self.tilt else ""
        self.formula = rf"\tfrac{{1}}{{4}}\theta^4 - \tfrac{{1}}{{2}}\theta^2{slope}"

    def _loss(self, x):
        return x * x * (0.25 * x * x - 0.5) + self.tilt * x  # factored: ∞ − ∞ would be NaN

    def _slope(self, x):
        return x * (x * x - 1) + self.tilt


class Rosenbrock(Objective):
    r"""Rosenbrock's curved valley, :math:`L = (a - x)^2 + b\,(y - x^2)^2`.

    Parameters
    ----------
    a, b : float
        The minimum is (a, a²), with a up to 1e150 in magnitude; b > 0 sets how steep the walls
        are.

    Raises
    ------
    TypeError, ValueError
        If `a` is not a number up to ±1e150, or `b` not a finite number greater than 0.

    References
    ----------
    H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a function",
    The Computer Journal 3 (1960), 175–184.
    """

    name = "Rosenbrock"
    dimension = 2
    window = ((-2.0, 2.0), (-1.0, 3.0))

    def __init__(self, a=1.0, b=100.0):
        self.a = check_scalar("a", a, lambda a: np.abs(a) <= 1e150, "from -1e150 to 1e150")
        self.b = _positive("b", b)
        self.minimum = np.array([self.a, self.a**2])
        self.start = np.array([-1.2, 1.0])
        square = r"(\theta_2 - \theta_1^2)^2"
        self.formula = rf"({tex_number(self.a)} - \theta_1)^2 + {_factor(self.b)}{square}"

    def _loss(self, x, y):
        return (self.a - x) ** 2 + self.b * (y - x * x) ** 2

    def _slope(self, x, y):
        wall = y - x * x
        return -2 * (self.a - x) - 4 * self.b * x * wall, 2 * self.b * wall


class LinearRegression(Objective):
    r"""A line fitted to data, :math:`L(W, b) = \frac{1}{2n}\sum_i (W x_i + b - y_i)^2`.

    θ = (W, b); the curvature along W is the mean of x², along b it is 1.

    Parameters
    ----------
    x, y : array_like of shape (n,)
        The data, n ≥ 1; finite.

    Raises
    ------
    TypeError, ValueError
        If `x` and `y` are not finite numbers in one dimension and of one length.
    """

    name = "linear regression"
    dimension = 2
    formula = r"\frac{1}{2n}\sum_i (W x_i + b - y_i)^2"

    def __init__(self, x, y):
        self.x, self.y = (_data(name, value) for name, value in (("x", x), ("y", y)))
        if len(self.x) != len(self.y):
            raise ValueError(
                f"x and y must have the same length, got {len(self.x)} and {len(self.y)}"
            )
        design = np.stack([self.x, np.ones_like(self.x)], axis=1)
        self.start = np.zeros(2)
        with np.errstate(all="ignore"):
            self.minimum = np.linalg.lstsq(design, self.y, rcond=None)[0]
            reach = 1.5 * np.abs(self.minimum).max() + 1.0
            self.window = tuple((float(c - reach), float(c + reach)) for c in self.minimum)

    def _residual(self, W, b):
        return W[..., None] * self.x + b[..., None] - self.y

    def _loss(self, W, b):
        return 0.5 * np.mean(self._residual(W, b) ** 2, axis=-1)

    def _slope(self, W, b):
        residual = self._residual(W, b)
        return np.mean(residual * self.x, axis=-1), np.mean(residual, axis=-1)

    def __repr__(self):
        return f"LinearRegression(n={len(self.x)})"


def _positive(name, value):
    return check_scalar(name, value, lambda x: x > 0, "finite and greater than 0")


def _data(name, value):
    array = np.atleast_1d(check_number(name, value, np.isfinite, "finite"))
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, got shape {array.shape}")
    return array


def _factor(number):
    """A factor in LaTeX, left out where it is 1."""
    return "" if number == 1 else rf"{tex_number(number)}\,"
