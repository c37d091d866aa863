"""Ours is each library's RMSprop: against what the libraries computed, and against formulas.

The same with the libraries themselves, live: tests/frameworks.
"""

import inspect
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmsprop_lesson import Network, RMSprop, frameworks, load_mnist
from rmsprop_lesson.studies.frameworks import (
    LIBRARIES,
    LibraryRMSprop,
    recordings,
    replay,
    to_ours,
    translate,
)

NAMES = list(LIBRARIES)
RANDOM, WORKED = recordings(), recordings(problem="worked")


def ids(key):
    return " ".join(key)


def run(optimizer, steps=60, shrink=0.95, seed=1, theta=(1.0, -2.0, 0.5)):
    """θ₁ … on random gradients of three sizes while the learning rate falls."""
    gradients = np.random.RandomState(seed).normal(size=(steps, 3)) * [1e-4, 1.0, 100.0]
    theta, rate, positions = np.array(theta), optimizer.learning_rate, []
    for t, grad in enumerate(gradients):
        optimizer.learning_rate = rate * shrink**t
        theta = optimizer.step(theta, grad)
        positions.append(theta)
    return np.array(positions)


# ── what the libraries computed ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", RANDOM, ids=ids)
def test_ours_does_what_the_library_did(key):
    recording = RANDOM[key]
    assert len(recording.positions) == 51
    assert np.abs(replay(recording) - recording.positions).max() < 1e-12


@pytest.mark.parametrize("key", WORKED, ids=ids)
def test_ours_does_the_worked_example_as_the_library_did(key):
    recording = WORKED[key]
    assert np.abs(replay(recording) - recording.positions).max() < 1e-14


@pytest.mark.parametrize("library", ["torch", "keras", "optax", "tensorflow1"])
def test_every_setting_is_varied_in_a_recording(library):
    varied = {name for r in recordings(library).values() for name in r.settings}
    assert varied | {"lr", "learning_rate"} >= set(LIBRARIES[library].names)


@pytest.mark.parametrize("library", ["torch", "keras", "optax", "tensorflow1"])
def test_no_two_recordings_are_the_same_run(library):
    """Else a variant would prove nothing: each one's setting must be seen in its path."""
    paths = [r.positions for r in recordings(library).values()]
    for i, path in enumerate(paths):
        assert all(np.abs(path - other).max() > 1e-6 for other in paths[:i])


def test_agreement_lists_every_recording():
    table = frameworks.agreement()
    assert list(zip(table.library, table.variant, strict=True)) == list(RANDOM)
    assert table.difference.max() < 1e-12
    assert frameworks.agreement("worked").difference.max() < 1e-14


# θ₁ … θ₅ of the worked example, worked out with 40 digits apart from this package.
BY_HAND = {
    ("torch", "decay 0.9"): "1.6837722390 1.4738753208 1.3087178756 1.1698398206 1.0489273119",
    ("optax", "defaults"): "1.6837722379 1.4738753188 1.3087178730 1.1698398174 1.0489273083",
    ("keras", "ε = 1e-8"): "1.6837722379 1.4738753188 1.3087178730 1.1698398174 1.0489273083",
    (
        "optax",
        "bias correction",
    ): "1.9000000001 1.8024644880 1.7073779157 1.6147293616 1.5245125868",
}


@pytest.mark.parametrize("key", BY_HAND, ids=ids)
def test_recorded_worked_example_is_the_one_worked_out_by_hand(key):
    expected = np.array(BY_HAND[key].split(), float)
    assert np.abs(WORKED[key].positions[1:, 0] - expected).max() < 1e-10


def test_recordings_must_exist():
    with pytest.raises(ValueError, match=r"library must be one of .*'torch'.* got 'caffe'"):
        recordings("caffe")
    with pytest.raises(ValueError, match=r"problem must be one of .* got 'easy'"):
        recordings(problem="easy")


# ── TensorFlow 1, by its formula ─────────────────────────────────────────────────────────────────


def tensorflow1(rate, gradients, theta, decay, momentum, epsilon, centered):
    """What tensorflow/python/training/rmsprop.py documents: mean square from 1, ε inside."""
    ms, mg, mom = np.ones_like(theta), np.zeros_like(theta), np.zeros_like(theta)
    for g in gradients:
        ms = ms + (g * g - ms) * (1 - decay)
        mg = mg + (g - mg) * (1 - decay)
        variance = ms - mg * mg if centered else ms
        mom = momentum * mom + rate * g / np.sqrt(variance + epsilon)
        theta = theta - mom
    return theta


@pytest.mark.parametrize("centered", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_ours_is_the_formula_of_tensorflow_1(centered, momentum):
    gradients = np.random.RandomState(2).normal(size=(50, 4)) * [1e-3, 0.1, 1.0, 10.0]
    settings = {"decay": 0.8, "momentum": momentum, "epsilon": 1e-6, "centered": centered}
    expected = tensorflow1(0.01, gradients, np.ones(4), **settings)
    optimizer, theta = to_ours("tensorflow1", learning_rate=0.01, **settings), np.ones(4)
    for grad in gradients:
        theta = optimizer.step(theta, grad)
    assert np.abs(theta - expected).max() < 1e-13


def test_tensorflow_1_on_the_worked_example():
    optimizer, theta = to_ours("tensorflow1", learning_rate=0.1), 2.0
    positions = [theta := optimizer.step(theta, theta) for _ in range(5)]
    assert positions[0] == pytest.approx(1.8245883961, abs=1e-10)
    assert positions[-1] == pytest.approx(1.3183714379, abs=1e-10)
    assert np.allclose(positions, WORKED["optax", "as TensorFlow 1"].positions[1:, 0], atol=1e-14)


# ── one library's settings in ours ───────────────────────────────────────────────────────────────


def test_defaults_are_those_of_the_libraries():
    torch = RMSprop(0.01, 0.99, epsilon_inside=False)
    assert to_ours("torch").hyperparameters == torch.hyperparameters
    keras = RMSprop(0.001, epsilon=1e-7)
    assert to_ours("keras").hyperparameters == keras.hyperparameters
    optax = RMSprop(0.5)
    assert to_ours("optax", learning_rate=0.5).hyperparameters == optax.hyperparameters
    tensorflow = LibraryRMSprop(0.5, epsilon=1e-10, initial_S=1)
    assert to_ours("tensorflow1", learning_rate=0.5).hyperparameters == (
        tensorflow.hyperparameters | {"rate_inside_momentum": True}
    )
    assert to_ours("ours").hyperparameters == RMSprop().hyperparameters


def test_the_lessons_own_class_is_given_where_it_does_the_same():
    plain = to_ours("keras", rho=0.5), to_ours("torch"), to_ours("optax", learning_rate=[0.1, 1])
    assert {type(optimizer) for optimizer in plain} == {RMSprop}
    more = to_ours("keras", momentum=0.9), to_ours("torch", weight_decay=[0, 0.1])
    assert {type(optimizer) for optimizer in more} == {LibraryRMSprop}
    assert more[0].rate_inside_momentum is True


def test_a_grid_of_settings_is_allowed():
    assert to_ours("torch", lr=[0.1, 0.01]).learning_rate.tolist() == [0.1, 0.01]


@pytest.mark.parametrize("name", NAMES)
def test_each_of_our_settings_is_named_or_built_in_exactly_once(name):
    library = LIBRARIES[name]
    assert sorted([*library.names.values(), *library.fixed]) == sorted(
        LibraryRMSprop().hyperparameters
    )
    assert set(library.defaults) <= set(library.names)
    assert not set(library.names) & {*library.foreign, *library.irrelevant}


@pytest.mark.parametrize(
    ("library", "settings", "message"),
    [
        ("caffe", {}, "library must be one of 'torch', 'keras', .* got 'caffe'"),
        (None, {}, "library must be one of .* got None"),
        ("torch", {"rho": 0.9}, "setting of torch.optim.RMSprop must be lr, alpha, .*got 'rho'"),
        ("optax", {}, "learning_rate must be given: optax.rmsprop has no default for it"),
        ("torch", {"alpha": 1.0}, r"alpha must be in \[0, 1\), got 1.0"),
        ("torch", {"lr": -1}, "lr must be finite and greater than 0, got -1"),
        ("keras", {"weight_decay": 0.1}, "weight_decay=0.1 can't be expressed .*decoupled"),
        ("optax", {"learning_rate": 1, "nesterov": True}, "nesterov=True can't be expressed"),
    ],
)
def test_errors_say_what_is_allowed(library, settings, message):
    with pytest.raises(ValueError, match=message):
        to_ours(library, **settings)


def test_wrong_types_are_named_as_the_library_names_them():
    with pytest.raises(TypeError, match="rho must be a number"):
        to_ours("keras", rho="high")
    with pytest.raises(TypeError, match="eps_in_sqrt must be True or False"):
        to_ours("optax", learning_rate=1.0, eps_in_sqrt=1)
    with pytest.raises(TypeError, match="lr must be one number to be translated"):
        translate({"lr": [0.1, 0.2]}, "torch", "keras")


def test_settings_that_change_nothing_are_accepted():
    plain = to_ours("keras").hyperparameters
    assert to_ours("keras", name="mine", weight_decay=None, use_ema=False).hyperparameters == plain
    assert to_ours("torch", foreach=True).hyperparameters == to_ours("torch").hyperparameters
    assert type(to_ours("optax", learning_rate=1, momentum=None)) is RMSprop


@pytest.mark.parametrize("epsilon", [{}, {"epsilon": None}, {"epsilon": 1e-7}])
def test_the_call_of_keras_2_is_understood(epsilon):
    old = {"lr": 0.002, "rho": 0.8, "decay": 0.0} | epsilon
    new = {"learning_rate": 0.002, "rho": 0.8}
    assert to_ours("keras", **old).hyperparameters == to_ours("keras", **new).hyperparameters
    told = translate(old | {"decay": 1e-6}, "keras", "torch")
    assert told.settings == translate(new, "keras", "torch").settings
    assert "learning rate in each step, to η/(1 + decay·t)" in told.lost["decay"]
    with pytest.raises(ValueError, match=r"decay=1e-06 can't be expressed .* learning rate"):
        to_ours("keras", **old | {"decay": 1e-6})
    with pytest.raises(ValueError, match="lr is what learning_rate was called before"):
        to_ours("keras", **old, learning_rate=0.1)
    with pytest.raises(ValueError, match=r"setting of optax.rmsprop must be .*got 'lr'"):
        to_ours("optax", lr=0.1)


# ── translation ──────────────────────────────────────────────────────────────────────────────────


def test_translation_renames_and_leaves_no_default_unsaid():
    told = translate({"learning_rate": 0.01, "decay": 0.95}, "optax", "keras")
    assert told.exact
    assert told.settings == {
        "learning_rate": 0.01,
        "rho": 0.95,
        "momentum": 0.0,
        "epsilon": 1e-8,
        "centered": False,
    }


def test_torch_to_keras_tells_what_is_lost():
    told = translate({"alpha": 0.99, "momentum": 0.9, "weight_decay": 0.1}, "torch", "keras")
    assert set(told.lost) == {"eps", "momentum", "weight_decay"}
    assert told.settings["rho"] == 0.99
    assert told.settings["epsilon"] == 1e-16
    assert "keras.optimizers.RMSprop(learning_rate=0.01, rho=0.99" in repr(told)
    assert "not the same: weight_decay" in repr(told)


@pytest.mark.parametrize(
    ("settings", "source", "target", "lost"),
    [
        ({}, "torch", "ours", set()),
        ({"learning_rate": 1.0}, "tensorflow1", "optax", set()),
        ({"learning_rate": 1.0}, "tensorflow1", "ours", set()),
        ({"learning_rate": 1.0}, "tensorflow1", "keras", {"initial_S"}),
        ({}, "keras", "tensorflow1", {"initial_S"}),
        ({"eps": 0.0}, "torch", "keras", set()),
        ({}, "torch", "optax", set()),
        ({"momentum": 0.9}, "torch", "optax", {"momentum"}),
        ({"weight_decay": 0.1}, "torch", "optax", {"weight_decay"}),
        ({"weight_decay": 0.1}, "torch", "tensorflow1", {"eps", "initial_S", "weight_decay"}),
        ({"maximize": True}, "torch", "ours", {"maximize"}),
        ({"clipnorm": 1.0}, "keras", "optax", {"clipnorm"}),
        ({"learning_rate": 1.0, "bias_correction": True}, "optax", "keras", {"bias_correction"}),
        ({"learning_rate": 1.0, "initial_scale": 0.5}, "optax", "keras", {"initial_scale"}),
        ({"learning_rate": 1.0, "initial_scale": 1.0}, "optax", "tensorflow1", set()),
    ],
)
def test_what_is_lost(settings, source, target, lost):
    told = translate(settings, source, target)
    assert set(told.lost) == lost
    assert told.exact == (not lost)
    assert all(len(reason) > 20 for reason in told.lost.values())


ANY = st.fixed_dictionaries(
    {
        "learning_rate": st.sampled_from([0.001, 0.1]),
        "beta": st.sampled_from([0.0, 0.9, 0.99]),
        "epsilon": st.sampled_from([0.0, 1e-3]),
        "epsilon_inside": st.booleans(),
        "bias_correction": st.booleans(),
        "initial_S": st.sampled_from([0.0, 1.0]),
        "momentum": st.sampled_from([0.0, 0.9]),
        "rate_inside_momentum": st.booleans(),
        "weight_decay": st.sampled_from([0.0, 0.1]),
    }
)


@given(settings=ANY, name=st.sampled_from(NAMES))
def test_translation_is_exact_where_it_says_so_and_only_there(settings, name):
    told = translate(settings, "ours", name)
    difference = np.abs(run(to_ours(name, **told.settings)) - run(LibraryRMSprop(**settings))).max()
    if told.exact:
        assert difference < 1e-12
    elif settings["beta"] > 0 or set(told.lost) & {"momentum", "weight_decay", "epsilon"}:
        assert difference > 1e-9  # with β = 0 neither S₀ nor bias correction has an effect


@given(settings=ANY, name=st.sampled_from(NAMES))
def test_translation_there_and_back_is_the_same_again(settings, name):
    there = translate(settings, "ours", name)
    back = translate(there.settings, name, "ours")
    assert back.exact
    again = translate(back.settings, "ours", name)
    assert again.exact
    assert again.settings == there.settings


@given(
    S=st.floats(0, 1e6),
    epsilon=st.floats(1e-12, 10),
)
def test_epsilon_squared_inside_is_at_most_root_two_from_epsilon_outside(S, epsilon):
    ratio = (np.sqrt(S) + epsilon) / np.sqrt(S + epsilon**2)
    assert 1 - 1e-12 <= ratio <= np.sqrt(2) + 1e-12


def test_bias_correction_is_a_schedule_where_epsilon_is_negligible():
    """As the reason in `translate` says: rate η√(1−βᵗ) without correction."""
    corrected, plain = RMSprop(0.1, epsilon=0.0, bias_correction=True), RMSprop(0.1, epsilon=0.0)
    a = b = 2.0
    for t in range(1, 20):
        plain.learning_rate = 0.1 * np.sqrt(1 - 0.9**t)
        a, b = corrected.step(a, a), plain.step(b, b)
        assert a == pytest.approx(b, abs=1e-13)


# ── the table ────────────────────────────────────────────────────────────────────────────────────


def test_conventions_show_names_and_defaults():
    table = frameworks.conventions()
    assert list(table.columns) == NAMES
    assert table.loc["decay rate β"].tolist() == [
        "alpha = 0.99",
        "rho = 0.9",
        "decay = 0.9",
        "decay = 0.9",
        "beta = 0.9",
    ]
    assert table.loc["start value of S", "tensorflow1"] == "1, built in"
    assert table.loc["learning rate η", "optax"] == "learning_rate (required)"
    assert table.loc["step", "torch"] == "θ ← θ − η g/(√S + ε)"
    assert table.loc["step", "keras"] == "θ ← θ − η g/√(S + ε)"


def test_our_defaults_are_read_from_the_class():
    signature = inspect.signature(LibraryRMSprop).parameters
    assert LIBRARIES["ours"].defaults == {name: p.default for name, p in signature.items()}


def test_no_library_is_needed():
    code = (
        "import sys; from rmsprop_lesson import frameworks as f; f.recordings();"
        "f.translate({}, 'torch', 'keras');"
        "print(sorted({'torch', 'keras', 'jax', 'optax', 'pandas', 'matplotlib'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []


# ── the network that Keras trained ───────────────────────────────────────────────────────────────


def test_our_network_follows_the_losses_that_keras_reported():
    example, data = frameworks.keras_example(), load_mnist("sample")
    network = Network(example["sizes"], seed=example["seed"])
    optimizer = to_ours("keras", **example["settings"])
    size, images, labels = example["batch_size"], data.train_images, data.train_labels
    for recorded in example["losses"]:
        total = 0.0
        for start, so_far in zip(range(0, len(images), size), recorded, strict=True):
            x, y = images[start : start + size], labels[start : start + size]
            loss, gradient = network.loss_and_gradient(x, y)
            optimizer.step(network.theta, gradient, out=network.theta)
            total += loss * len(x)
            assert total / (start + len(x)) == pytest.approx(so_far, abs=5e-5)
    accuracy = network.accuracy(data.test_images, data.test_labels)
    assert accuracy == pytest.approx(example["test_accuracy"], abs=0.003)


def test_constant_gradient_broke_the_centred_form_of_torch_but_not_ours():
    for case in frameworks.constant_gradient():
        assert case["first_nan"] < 600
        optimizer = to_ours("torch", alpha=0.9, centered=True)
        theta = np.zeros(1, case["dtype"])
        for _ in range(600):
            theta = optimizer.step(theta, np.full_like(theta, case["gradient"]))
        assert np.isfinite(theta).all()


# ── figures that stand in the prose of lesson 09 ─────────────────────────────────────────────────


def steps_under(optimizer, g, n):
    """As in the lesson: the n steps, in units of η, under a constant gradient."""
    return np.array([-optimizer.step(0.0, g) for _ in range(n)]) / optimizer.learning_rate


def test_settled_steps_under_a_gradient_of_1e_minus_4():
    optimizers = [
        to_ours("torch"),
        to_ours("optax", learning_rate=0.01),
        to_ours("keras"),
    ]
    settled = [steps_under(optimizer, 1e-4, 3000)[-1] for optimizer in optimizers]
    assert settled == pytest.approx([0.9999, 0.7071, 0.3015], abs=1e-4)


def test_a_gradient_of_1e_minus_6_moves_a_hundred_times_faster_in_torch_than_in_optax():
    torch, optax = to_ours("torch"), to_ours("optax", learning_rate=0.01)
    ratio = steps_under(torch, 1e-6, 3000)[-1] / steps_under(optax, 1e-6, 3000)[-1]
    assert ratio == pytest.approx(100, rel=0.02)


def test_start_at_one_starves_small_gradients():
    zero, one = (
        steps_under(LibraryRMSprop(initial_S=S, epsilon=0), 1e-3, 10)[-1] for S in (0.0, 1.0)
    )
    assert zero == pytest.approx(1.2391, abs=1e-4)
    assert one == pytest.approx(0.0017, abs=5e-5)
    assert abs(0.9**10 - 0.35) < 2e-3


def test_centred_form_runs_away_as_its_formula_says():
    t = np.arange(1, 101)
    steps = steps_under(LibraryRMSprop(centered=True, epsilon=1e-14), 1.0, 100)
    assert np.allclose(steps, 1 / np.sqrt(0.9**t * (1 - 0.9**t)), rtol=1e-6)
    assert steps_under(LibraryRMSprop(centered=True), 1.0, 600)[-1] == pytest.approx(1e4, rel=1e-4)


def test_exercise_1_large_epsilon_is_gradient_descent():
    optimizer = to_ours("tensorflow1", learning_rate=0.045, epsilon=1.0)
    steps = steps_under(optimizer, 0.01, 50) / 0.01
    assert steps[0] == pytest.approx(0.73, abs=0.005)
    assert steps[-1] == pytest.approx(1.0, abs=0.005)


def test_exercise_3_weight_decay_of_torch_moves_by_the_rate_whatever_lambda_is():
    for weight_decay in (0.01, 1.0):
        optimizer, theta = to_ours("torch", weight_decay=weight_decay), 5.0
        assert theta - optimizer.step(theta, 0.0) == pytest.approx(0.1, rel=1e-5)  # η/√(1−α)


def test_exercise_4_keras_in_torch():
    told = translate({}, "keras", "torch").settings
    assert (told["lr"], told["alpha"], told["eps"]) == (0.001, 0.9, 0.000316227766016838)
