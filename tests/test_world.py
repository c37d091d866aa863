"""The small tasks of lesson 11: their gradients are right, and they show what the lesson says."""

import numpy as np
import pytest

from rmsprop_lesson import Adagrad, GradientDescent, RMSprop
from rmsprop_lesson.studies import world


def test_the_recurrent_gradient_is_that_of_finite_differences():
    network = world.FirstSign(1.2, hidden=4, length=6, seeds=2)
    x, y = network.batch(np.random.default_rng(0), 5)
    _, gradient = network.loss_and_gradient(x, y)
    start, differences = network.theta.copy(), np.zeros_like(gradient)
    for k in range(start.shape[-1]):
        for sign in (1, -1):
            network.theta = start.copy()
            network.theta[:, k] += sign * 1e-6
            differences[:, k] += sign * network.loss_and_gradient(x, y)[0] / 2e-6
    assert np.allclose(gradient, differences, rtol=0, atol=1e-8)


def test_networks_in_a_row_are_those_alone():
    many, x_y = world.FirstSign(seeds=3), world.FirstSign().batch(np.random.default_rng(1), 7)
    losses, gradients = many.loss_and_gradient(*x_y)
    for seed in range(3):
        alone = world.FirstSign()
        alone.theta = many.theta[seed]
        loss, gradient = alone.loss_and_gradient(*x_y)
        assert loss == pytest.approx(losses[seed], rel=1e-12)
        assert np.allclose(gradient, gradients[seed], rtol=1e-12, atol=1e-15)


def test_the_signal_vanishes_at_a_small_gain_and_explodes_at_a_large_one():
    shares = []
    for gain in (0.5, 2.5):
        network = world.FirstSign(gain, seeds=8)
        signal = network.signal(*network.batch(np.random.default_rng(0), 16))
        shares.append(np.median(signal[:, -1] / signal[:, 0]))
    assert shares[0] < 1e-6
    assert shares[1] > 3


def test_a_clip_keeps_the_direction_of_each_row():
    grads = np.array([[3.0, -4.0], [0.3, 0.4], [0.0, 0.0]])
    assert np.allclose(world.clip(grads, 1.0), [[0.6, -0.8], [0.3, 0.4], [0.0, 0.0]])


def test_forgetting_follows_the_machines_and_a_large_epsilon_takes_it_away():
    rates = np.geomspace(0.01, 1, 5)

    def brought(optimizer, every):
        return world.play(optimizer, every, steps=1500).mean(axis=0).max()

    forgets, remembers = RMSprop(rates), Adagrad(rates)
    assert brought(forgets, 500) > 0.7 > 0.65 > brought(remembers, 500)
    assert brought(RMSprop(rates, epsilon=0.01), 500) < 0.65
    assert min(brought(o, None) for o in (forgets, remembers)) > 0.9


def test_the_optimiser_is_given_back_as_it_was():
    rates = np.array([0.1, 0.2])
    optimizer = GradientDescent(rates)
    losses = world.remember(1.0, optimizer, most=1.0, seeds=2, steps=60)
    assert losses.shape == (2, 2)
    assert np.array_equal(optimizer.learning_rate, rates)
    assert optimizer.t == 0


def test_the_papers_are_settings_that_translate():
    table = world.papers()
    assert list(table.columns) == ["η", "β", "ε", "momentum", "centred"]
    assert table.loc["Inception v3, 2016", "ε"] == "1"


@pytest.mark.parametrize(("setting", "value"), [("gain", 0), ("hidden", 0), ("seeds", 1.5)])
def test_bad_settings_are_refused_by_name(setting, value):
    with pytest.raises((TypeError, ValueError), match=setting):
        world.FirstSign(**{setting: value})
