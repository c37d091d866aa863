"""RMSprop's glasses: the loss over φ = S^¼ θ, where RMSprop is plain gradient descent."""

import numpy as np
import pytest

from rmsprop_lesson import GradientDescent, Valley, descend
from rmsprop_lesson.studies.glasses import Seen, picture


@pytest.mark.parametrize("angle", [0, 20, 45])
def test_gradient_descent_there_is_rmsprop_with_that_S_here(angle):
    valley, S = Valley(condition=30, angle=angle), np.array([2.0, 50.0])
    seen = Seen(valley, S)
    walk = descend(seen, GradientDescent(0.1), steps=20).positions / S**0.25
    theta = valley.start
    for position in walk:
        assert np.allclose(position, theta, rtol=1e-12)
        theta = theta - 0.1 * valley.gradient(theta) / np.sqrt(S)


def test_a_straight_valley_is_round_where_S_has_the_squares_of_its_curvatures():
    assert np.isclose(Seen(Valley(condition=100), [1, 100**2]).condition, 1)
    assert np.isclose(Seen(Valley(condition=100, angle=45), [7, 7]).condition, 100)


def test_the_picture_has_axes_of_equal_units_and_says_how_round_it_is():
    drawn = picture(Valley(condition=100), [1, 100**2])
    assert drawn.figure.axes[0].get_aspect() == 1
    assert "φ₁" in drawn.figure.axes[0].get_xlabel()
    assert drawn.figure.axes[0].get_title().endswith("condition number 1")
    assert "condition number 1)" in drawn.alt


def test_the_slope_is_that_of_the_loss():
    seen = Seen(Valley(condition=10, angle=20), [0.5, 8.0])
    phi, h = np.array([0.7, -1.3]), 1e-6
    slope = [(seen(phi + h * e) - seen(phi - h * e)) / (2 * h) for e in np.eye(2)]
    assert np.allclose(seen.loss_and_gradient(phi)[1], slope, rtol=1e-6)


@pytest.mark.parametrize("S", [1.0, [1, 0], [1, -2], [1, 2, 3], [1, np.nan], [1, np.inf]])
def test_only_two_numbers_above_0_are_taken(S):
    with pytest.raises(ValueError, match="two numbers greater than 0"):
        Seen(Valley(), S)
