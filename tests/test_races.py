"""The harness is fair and exact, and the races come out as the lesson says."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from rmsprop_lesson import (
    Adagrad,
    Adam,
    DoubleWell,
    GradientDescent,
    Jumping,
    NewTask,
    Noisy,
    Parabola,
    Plateau,
    RareTruth,
    RMSprop,
    Rosenbrock,
    Saddle,
    Sparse,
    SteepThenFlat,
    Valley,
    descend,
)
from rmsprop_lesson.mnist import MNIST
from rmsprop_lesson.objectives import Objective
from rmsprop_lesson.schedules import Cosine, InverseSquareRoot
from rmsprop_lesson.studies import programme
from rmsprop_lesson.studies.races import (
    ENTRANTS,
    AMSGrad,
    Projected,
    around,
    league,
    one_rate,
    race,
    race_network,
    winners,
)

# ── The harness ──────────────────────────────────────────────────────────────────────────────────


def test_each_lane_is_the_run_that_descend_makes_alone():
    starts = around(Rosenbrock(), 3)
    rates = [1e-3, 1e-2, 1e-1]
    runs = race(Rosenbrock(), rates=rates, starts=starts, steps=40)
    for label, builder in ENTRANTS.items():
        for start in range(3):
            if label == "Adadelta":
                alone = descend(Rosenbrock(), copy.deepcopy(builder), starts[start], steps=40)
                lane = runs.run(label, start)
            else:
                alone = descend(Rosenbrock(), builder(rates[1]), starts[start], steps=40)
                lane = runs.run(label, start, learning_rate=rates[1])
                assert lane.optimizer.learning_rate == rates[1]
            assert lane.diverged_at == alone.diverged_at
            np.testing.assert_allclose(lane.positions, alone.positions, rtol=1e-12)


@pytest.mark.parametrize(
    "disturbed", [Noisy(Valley(3.0), 0.3), Sparse(Valley(3.0), 0.4), Noisy(Parabola(), 0.3)]
)
def test_a_seed_is_the_same_noise_for_every_rate_start_and_method(disturbed):
    both = race(disturbed, rates=[0.01, 0.1], starts=around(disturbed, 3), seeds=[5, 2], steps=30)
    alone = race(disturbed, rates=[0.1], starts=disturbed.start, seeds=[2], steps=30)
    for label in ENTRANTS:
        lane = both.run(label, start=0, seed=2, learning_rate=0.1)
        np.testing.assert_array_equal(lane.positions, alone.run(label, seed=2).positions)
    rms = both.runs("RMSprop", np.array([0.01, 0.1]))
    noise = rms.gradients - disturbed.objective.gradient(rms.positions[:-1])
    if isinstance(disturbed, Noisy):
        np.testing.assert_allclose(noise, np.broadcast_to(noise[:, :1, :1], noise.shape), atol=1e-9)
        assert not np.allclose(noise[:, 0, 0, 0], noise[:, 0, 0, 1])


def test_all_methods_get_the_same_number_of_gradients_and_rates():
    class Counting(Parabola):
        calls = 0

        def gradient(self, theta):
            self.calls += 1
            return super().gradient(theta)

    calls = []
    for label, builder in ENTRANTS.items():
        objective = Counting()
        runs = race(objective, {label: builder}, steps=50)
        calls.append(objective.calls)
        assert len(runs.table) == (1 if label == "Adadelta" else runs.sweep)
        assert runs.evaluations == 50
    assert len(set(calls)) == 1


def test_the_table_is_tidy_and_ranks_by_the_median():
    runs = race(Valley(), rates=[1e-3, 1e-2, 5.0], starts=around(Valley(), 5), steps=30)
    assert list(runs.table.columns) == [
        "method", "learning_rate", "start", "seed", "gap", "diverged_at"
    ]  # fmt: skip
    assert len(runs.table) == 6 * 3 * 5 + 5
    assert not runs.table.duplicated(["method", "learning_rate", "start", "seed"]).any()
    gd = runs.table.query("method == 'gradient descent' and learning_rate == 0.01")
    row = runs.curve().query("method == 'gradient descent' and learning_rate == 0.01").iloc[0]
    assert row["median"] == np.sort(gd["gap"])[2]
    assert (row["low"], row["high"]) == (np.sort(gd["gap"])[1], np.sort(gd["gap"])[3])
    best = runs.best()
    assert best["median"].is_monotonic_increasing
    least = runs.curve().groupby("method")["median"].min()
    pd.testing.assert_series_equal(best["median"].sort_index(), least.sort_index())


def test_a_run_that_diverges_is_infinitely_bad_and_never_wins():
    runs = race(Parabola(), {"gradient descent": GradientDescent}, [1.0, 1e5], steps=100)
    assert runs.table["gap"].tolist() == [0.0, np.inf]
    assert runs.best()["learning_rate"].item() == 1.0


def test_a_best_rate_at_the_edge_of_the_sweep_is_said():
    edge = race(Parabola(), {"gradient descent": GradientDescent}, [0.01, 0.1, 0.3], steps=20)
    inside = race(Parabola(), {"gradient descent": GradientDescent}, [0.1, 1.0, 1.9], steps=20)
    assert edge.best()["at_edge"].item()
    assert not inside.best()["at_edge"].item()


def test_usable_counts_the_decades_of_good_rates():
    rates = np.geomspace(0.01, 1, 5)
    runs = race(Parabola(), {"gradient descent": GradientDescent}, rates, steps=1)
    losses = 2 * (1 - rates) ** 2
    assert losses[-1] == 0.0  # only η = 1 is within 10 times of a best loss of 0
    assert runs.usable()["gradient descent"] == 0.5
    assert race(Parabola(), rates=[0.1], steps=1).usable()["RMSprop"] == 0.0
    assert race(Parabola(), rates=rates, steps=1).usable().index.tolist() == [
        label for label in ENTRANTS if label != "Adadelta"
    ]


def test_missed_is_the_share_of_runs_that_end_too_far_off():
    gd = {"gradient descent": GradientDescent}
    runs = race(DoubleWell(), gd, [0.1, 0.2], starts=[-1.5, -0.5, 0.5, 1.5, 0.1], steps=200)
    share = runs.missed(0.1)
    assert share.table["missed"].tolist() == [0.4, 0.4]
    assert share.best()["median"].item() == 0.4
    assert (share.score, share.name, runs.score) == ("missed", "double well", "gap")


def test_steps_count_until_the_goal_is_reached_for_good():
    gd = {"gradient descent": GradientDescent}
    runs = race(Parabola(), gd, [0.5], steps=20, target=0.01)  # gaps 2 · 0.25ᵗ
    assert runs.table["steps"].tolist() == [4]
    # At ηλ = 2 the point jumps between ±2: right of 1 in every other step, never for good.
    runs = race(Parabola(), gd, [2.0], steps=21, target=lambda theta: theta > 1)
    assert runs.table["steps"].tolist() == [np.inf]
    there = race(Parabola(), gd, [0.5], steps=5, target=10.0)
    assert there.table["steps"].tolist() == [0]


def test_the_gap_is_the_mean_over_the_tail():
    runs = race(Parabola(), {"gradient descent": GradientDescent}, [0.5], steps=6, tail=3)
    assert runs.table["gap"].item() == pytest.approx(np.mean([2 * 0.25**t for t in (4, 5, 6)]))


def test_all_methods_with_a_rate_follow_the_schedule():
    runs = race(
        Parabola(), rates=[0.1, 0.3], steps=25, schedule=lambda rate: Cosine(rate, steps=25)
    )
    for label, builder in ENTRANTS.items():
        if label != "Adadelta":
            alone = descend(Parabola(), builder(0.3), steps=25, schedule=Cosine(0.3, steps=25))
            lane = runs.run(label, learning_rate=0.3)
            np.testing.assert_allclose(lane.positions, alone.positions, rtol=1e-12)


def test_races_leave_the_default_entrants_as_they_were():
    race(Parabola(), steps=3)
    assert ENTRANTS["Adadelta"].t == 0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"rates": [0.1, 0.1]}, ValueError, "rates must be rising"),
        ({"rates": [-1.0, 1.0]}, ValueError, "rates must be greater than 0, got -1.0 at index 0"),
        ({"seeds": 0}, ValueError, "seeds must be at least 1 and at most 100000, got 0"),
        ({"seeds": [1, 1]}, ValueError, "none of them twice"),
        ({"seeds": []}, ValueError, "at least one"),
        ({"tail": 0}, ValueError, "tail must be at least 1, got 0"),
        ({"starts": [[1.0, 2.0]]}, ValueError, r"starts must have shape \(N,\), got \(1, 2\)"),
        ({"starts": []}, ValueError, "starts must have shape"),
        ({"steps": 1.5}, TypeError, "steps must be a whole number"),
    ],
)
def test_bad_arguments_are_named(options, error, message):
    with pytest.raises(error, match=message):
        race(Parabola(), **options)


def test_an_unknown_method_is_named():
    with pytest.raises(KeyError, match="method must be one of"):
        race(Parabola(), steps=2).run("SGD")


def test_around_starts_with_the_objectives_own_start():
    points = around(Valley(), 50, spread=0.1)
    np.testing.assert_array_equal(points[0], Valley().start)
    relative = points / Valley().start - 1
    assert 0.05 < relative.std() < 0.15
    np.testing.assert_array_equal(points, around(Valley(), 50, spread=0.1))


def test_league_and_winners_say_what_the_races_say():
    races = {
        "valley": race(Valley(), steps=60, target=1.0),
        "parabola": race(Parabola(), rates=[0.1, 0.3], steps=30),
    }
    table = league(races)
    assert table.loc["valley", "RMSprop"] == races["valley"].best().loc["RMSprop", "median"]
    won = winners(races, factor=1.5, floor=0.0)
    for name in races:
        scores = table.loc[name]
        expected = set(scores.index[scores <= 1.5 * scores.min()])
        assert set(won.loc[name, "methods"].split("; ")) == expected
        ratio = scores["RMSprop"] / scores.min()
        assert won.loc[name, "times the best"] == pytest.approx(ratio, rel=0.05)
    assert won["decided by"].tolist() == ["steps", "gap"]
    assert (
        winners({"valley": races["valley"]}, factor=1.0)["methods"].item()
        == (races["valley"].best().index[0])
    )


def test_winners_of_a_race_without_rmsprop():
    entrants = {"gradient descent": GradientDescent, "mine": lambda rate: GradientDescent(rate / 2)}
    won = winners({"parabola": race(Parabola(), entrants, [0.1, 0.3], steps=30)})
    assert won.loc["parabola", "methods"] == "gradient descent"
    assert won[["RMSprop", "times the best"]].isna().all(axis=None)


def test_a_run_that_diverged_says_so_in_the_word_of_the_trajectory():
    gd = {"gradient descent": GradientDescent}
    table = race(Valley(), gd, [1e-3, 1.0], steps=300).table
    alone = [descend(Valley(), GradientDescent(rate), steps=300) for rate in (1e-3, 1.0)]
    assert table["diverged_at"].isna().tolist() == [not run.diverged for run in alone]
    assert table["diverged_at"][1] == alone[1].diverged_at
    assert np.isinf(table["gap"]).tolist() == [run.diverged for run in alone]


def test_amsgrad_has_a_rate():
    optimizer = AMSGrad(0.1, epsilon=0.5)
    for g in (3.0, 2.0):
        step = -optimizer.step(0.0, g)
        assert step == pytest.approx(optimizer.rate * g)


def test_gaps_below_the_floor_are_equally_good():
    both = {"gradient descent": GradientDescent, "RMSprop": lambda rate: GradientDescent(rate / 2)}
    runs = race(Parabola(), both, [0.5, 0.9], steps=60)
    assert 0 < runs.best().loc["gradient descent", "median"] < 1e-20
    row = winners({"parabola": runs}, floor=1e-6).loc["parabola"]
    assert row["methods"].count(";") == 1
    assert (row["best score"], row["times the best"]) == (1e-6, 1.0)


def test_one_rate_counts_the_races_that_one_rate_solves():
    gd = {"gradient descent": GradientDescent}
    rates = [0.01, 0.1, 1.0]
    races = {
        scale: race(Parabola(scale), gd, rates, starts=[1.0], steps=60, target=1e-3 * scale)
        for scale in (1.0, 10.0, 100.0)
    }
    # η = .01 is too slow for λ = 1; η = .1 solves λ = 1 and 10; η = 1 only λ = 1.
    table = one_rate(races).loc["gradient descent"]
    assert table[["learning_rate", "solved", "at own best rates", "of"]].tolist() == [0.01, 2, 3, 3]
    with pytest.raises(ValueError, match="at least one with a target"):
        one_rate({"gap": race(Parabola(), gd, steps=3)})


# ── Projection and AMSGrad ───────────────────────────────────────────────────────────────────────


def test_projected_stays_inside_and_is_otherwise_the_optimiser():
    run = descend(RareTruth(), Projected(GradientDescent(0.5)), steps=50)
    assert np.abs(run.positions).max() == 1.0
    wide = descend(Parabola(), Projected(RMSprop(0.1), -9, 9), steps=20)
    np.testing.assert_array_equal(
        wide.positions, descend(Parabola(), RMSprop(0.1), steps=20).positions
    )
    np.testing.assert_array_equal(
        wide.state["S"], descend(Parabola(), RMSprop(0.1), steps=20).state["S"]
    )


def test_projected_follows_a_schedule_and_can_be_copied():
    optimizer = Projected(RMSprop(0.1), -9, 9)
    run = descend(Parabola(), optimizer, steps=20, schedule=Cosine(0.1, steps=20))
    plain = descend(Parabola(), RMSprop(0.1), steps=20, schedule=Cosine(0.1, steps=20))
    np.testing.assert_array_equal(run.positions, plain.positions)
    assert optimizer.learning_rate == 0.1
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        twin.learning_rate = 0.7
        assert (twin.optimizer.learning_rate, optimizer.learning_rate) == (0.7, 0.1)
    with pytest.raises(ValueError, match=r"low must be less than high, got 1\.0 and 1\.0"):
        Projected(RMSprop(), 1, 1)


def test_amsgrad_is_rmsprop_while_the_average_rises_and_never_speeds_up_afterwards():
    rising = np.array([1.0, 2.0, 3.0, 4.0])
    falling = np.array([1.0, 0.1, 0.01])
    theta = other = 0.0
    amsgrad, rmsprop = AMSGrad(0.1), RMSprop(0.1)
    for g in rising:
        theta, other = amsgrad.step(theta, g), rmsprop.step(other, g)
        assert theta == pytest.approx(other, rel=1e-14)
    S_max = amsgrad.state["S_max"].item()
    assert S_max == pytest.approx(rmsprop.state["S"].item(), rel=1e-14)
    for g in falling:
        before = theta
        theta = amsgrad.step(theta, g)
        assert before - theta == pytest.approx(0.1 * g / np.sqrt(S_max + 1e-8))
    assert r"\max(\hat S, S)" in amsgrad._repr_latex_()


# ── Disturbed objectives ─────────────────────────────────────────────────────────────────────────


def test_sparse_gradients_are_rare_large_and_right_on_average():
    theta = np.broadcast_to([3.0, 1.0], (40_000, 2))
    seen = Sparse(Valley(4.0), (1.0, 0.1)).gradient(theta)
    np.testing.assert_array_equal(seen[:, 0], 3.0)
    present = seen[:, 1] != 0
    np.testing.assert_allclose(seen[present, 1], 40.0)
    assert abs(present.mean() - 0.1) < 0.01


def test_jumping_gradients_change_their_scale_on_time_and_start_anew():
    jumping = Jumping(Parabola(), factor=50, every=2)
    run = descend(jumping, GradientDescent(1e-9), start=1.0, steps=7)
    np.testing.assert_allclose(run.gradients, [1, 1, 50, 50, 1, 1, 50], rtol=1e-6)
    again = descend(jumping, GradientDescent(1e-9), start=1.0, steps=7)
    np.testing.assert_array_equal(again.gradients, run.gradients)
    assert jumping(2.0) == 2.0


def test_rare_truth_has_the_mean_gradient_of_its_stream():
    objective = RareTruth(large=10.0, period=10)
    gradients = descend(objective, GradientDescent(1e-9), steps=40).gradients
    assert gradients.mean() == pytest.approx(objective.mean_gradient) == pytest.approx(0.1)
    assert np.count_nonzero(gradients == 10.0) == 4
    assert np.count_nonzero(gradients == -1.0) == 36


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sparse(Parabola(), 0.0), r"probability must be in \(0, 1\], got 0.0"),
        (lambda: Jumping(Parabola(), factor=0), "factor must be finite and greater than 0"),
        (lambda: Jumping(Parabola(), every=0), "every must be at least 1, got 0"),
        (lambda: RareTruth(large=9.0), "large must be greater than period"),
        (lambda: RareTruth(period=1), "period must be at least 2, got 1"),
    ],
)
def test_bad_disturbances_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# ── What the lesson says ─────────────────────────────────────────────────────────────────────────


def test_rotation_costs_rmsprop_the_valley_and_leaves_gradient_descent_and_momentum_as_they_were():
    falling = {"steps": 100, "schedule": lambda rate: Cosine(rate, steps=100)}
    straight, turned = (
        race(Valley(angle=a), starts=Valley(angle=a).turn(around(Valley())), **falling).best()[
            "median"
        ]
        for a in (0, 45)
    )
    assert straight["RMSprop"] < 1e-12
    assert turned["RMSprop"] > 0.01
    for method in ("gradient descent", "momentum"):
        assert turned[method] == pytest.approx(straight[method], rel=0.1)


def test_at_one_rate_the_rotated_valley_is_a_thousand_times_worse():
    ends = [descend(Valley(angle=a), RMSprop(0.1), steps=40).losses[-1] for a in (0, 45)]
    assert ends[0] == pytest.approx(0.00127, abs=5e-6)
    assert ends[1] == pytest.approx(1.82, abs=5e-3)


def test_steps_off_the_saddle_at_the_rate_of_one_tenth():
    def steps(optimizer):
        y = np.abs(descend(Saddle(), optimizer, steps=300).positions[:, 1])
        return int(np.argmax(y > 0.5))

    found = {o.name: steps(o) for o in (GradientDescent(0.1), RMSprop(0.1), Adam(0.1))}
    assert found == {"gradient descent": 188, "RMSprop": 4, "Adam": 7}


@pytest.mark.parametrize("optimizer", [GradientDescent(0.1), RMSprop(0.1), Adam(0.1)])
def test_nobody_leaves_the_ridge_itself(optimizer):
    run = descend(Saddle(), optimizer, start=(1.0, 0.0), steps=300)
    np.testing.assert_array_equal(run.positions[:, 1], 0.0)


def test_steps_over_the_plateau_at_the_rate_of_one_tenth():
    def steps(optimizer, start, limit):
        theta = np.abs(descend(Plateau(), optimizer, start=start, steps=limit).positions)
        return int(np.argmax(theta < 0.5))

    inside = [steps(RMSprop(0.1), start, 2500) for start in (4.0, 5.0, 6.0)]
    outside = [steps(RMSprop(0.1, epsilon_inside=False), start, 100) for start in (4.0, 5.0, 6.0)]
    assert inside == [15, 29, 1959]
    assert outside == [15, 18, 22]
    assert steps(GradientDescent(0.1), 4.0, 2500) == 2212


def test_stationary_noise_rmsprop_is_worse_only_when_sigma_is_small():
    sigmas = np.array([0.01, 0.1, 1.0, 10.0])  # at σ = 100 it takes RMSprop 10 000 steps

    def deviation(optimizer):
        start = np.zeros((400, 4))
        run = descend(Noisy(Parabola(), sigmas), optimizer, start=start, steps=2000)
        return run.positions[-300:].std(axis=(0, 1))

    rmsprop, gd = deviation(RMSprop(0.01)), deviation(GradientDescent(0.01))
    np.testing.assert_allclose(rmsprop, [0.0078, 0.022, 0.070, 0.224], rtol=0.06)
    np.testing.assert_allclose(gd, [0.0007, 0.0071, 0.071, 0.712], rtol=0.06)
    assert (rmsprop > gd)[[0, 1, 3]].tolist() == [True, True, False]
    assert rmsprop[2] == pytest.approx(gd[2], rel=0.1)


def test_rare_truth_rmsprop_walks_to_the_wrong_end_and_what_repairs_it():
    objective = RareTruth()

    def end(optimizer, schedule=None):
        projected = Projected(optimizer)
        return descend(objective, projected, steps=5000, schedule=schedule).positions[-1000:].mean()

    assert end(RMSprop(0.01)) > 0.9
    for better in (RMSprop(0.01, beta=0.99), AMSGrad(0.01), Adagrad(0.3), GradientDescent(0.01)):
        assert end(better) < -0.9
    assert end(RMSprop(0.1), InverseSquareRoot(0.1, delay=100)) > 0.9  # a schedule does not


def test_no_rate_brings_rmsprop_to_the_right_end():
    entrants = {"RMSprop": lambda rate: Projected(RMSprop(rate))}
    gaps = race(RareTruth(), entrants, steps=2000, tail=100).curve()["median"]
    assert gaps.min() > 0.99 * RareTruth().mean_gradient  # not better than where it started


def test_at_small_rates_the_start_alone_decides_which_well():
    starts = np.random.default_rng(0).uniform(-2, 2, 400)
    runs = race(DoubleWell(), rates=[0.03, 0.05], starts=starts, steps=400)
    barrier = np.sort(np.roots([1, 0, -1, 0.2]).real)[1]
    kept = runs.table[runs.table["method"].isin(["gradient descent", "RMSprop", "Adam"])]
    groups = kept.groupby(["method", "learning_rate"])["gap"]
    assert len(groups) == 6
    for _, gaps in groups:
        np.testing.assert_array_equal(gaps < 0.1, starts < barrier)


def test_on_rosenbrock_the_width_of_the_sweep_decides_between_rmsprop_and_adam():
    """A sweep that ends at 0.01 makes Adam look slower than RMSprop; a wider one does not."""

    def steps(optimizer):
        return int((descend(Rosenbrock(), optimizer, steps=3000).losses <= 0.01).argmax())

    rmsprop = steps(RMSprop(0.003))
    assert (rmsprop, steps(Adam(0.01)), steps(GradientDescent(0.002))) == (1618, 2465, 1923)
    assert steps(Adam(0.1)) < 600 < rmsprop


# ── The network ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def toy():
    """Four separable classes of 20 points in 8 dimensions."""
    random = np.random.default_rng(0)
    labels = np.arange(80) % 4
    centres = 3 * np.eye(4, 8)
    images = (centres[labels] + 0.3 * random.standard_normal((80, 8))).astype(np.float32)
    return MNIST(images[:60], labels[:60], images[60:], labels[60:])


def test_networks_race_at_every_rate_and_seed(toy):
    runs = race_network(
        toy, rates=[1e-3, 3e-2], seeds=2, sizes=(8, 6, 4), epochs=4, batch_size=10, n_jobs=1
    )
    assert len(runs.table) == 6 * 2 * 2 + 2
    assert runs.evaluations == 24
    assert runs.best().loc["RMSprop", "learning_rate"] == 0.03
    assert np.isnan(runs.best().loc["Adadelta", "learning_rate"])
    assert runs.table["test_accuracy"].between(0, 1).all()
    with pytest.raises(ValueError, match="needs a race on an objective"):
        runs.run("RMSprop")


def test_a_network_that_diverges_is_infinitely_bad(toy):
    gd = {"gradient descent": GradientDescent}
    runs = race_network(toy, gd, [0.1, 1e30], sizes=(8, 6, 4), epochs=3, batch_size=10, n_jobs=1)
    assert runs.table["gap"].tolist()[1] == np.inf
    assert runs.best()["learning_rate"].item() == 0.1


def test_the_result_shows_itself(toy):
    runs = race(Parabola(), steps=3)
    assert "RMSprop" in runs._repr_html_()
    assert repr(runs) == "Race(parabola: 127 runs of 3 steps)"
    assert isinstance(runs.table, pd.DataFrame)


# ── The programme ────────────────────────────────────────────────────────────────────────────────

# All but the slow ones, and the two in which the edge is no fault: in the double well the rates are
# moderate on purpose, and on the way to the wrong end it is best not to move.
QUICK = ["valley", "straight", "turned", "saddle", "plateau", "jumping", "steep", "task",
         "small noise", "large noise"]  # fmt: skip


@pytest.mark.parametrize("name", QUICK)
def test_no_best_rate_of_the_programme_is_at_an_edge(name):
    assert not programme.held(name).best()["at_edge"].any()


def test_the_programme_takes_other_entrants_and_names_what_it_has():
    gd = {"gradient descent": GradientDescent}
    (one,) = programme.hold("saddle", entrants=gd).values()
    assert list(one.best().index) == ["gradient descent"]
    assert programme.hold("saddle")["saddle"] is programme.held("saddle")
    with pytest.raises(ValueError, match=r"name must be one of valley, .*, got 'sadle'"):
        programme.hold("saddle", "sadle")
    assert all(event.text and event.title for event in programme.EVENTS.values())


def test_with_rates_up_to_ten_adagrad_never_comes_down_from_the_steep_part_and_rmsprop_does():
    entrants = {"Adagrad": Adagrad, "RMSprop": RMSprop}
    usual = race(SteepThenFlat(), entrants, steps=3000, target=lambda x: abs(x) <= 1).best()
    assert usual.loc["Adagrad", "median"] == np.inf
    assert usual.loc["RMSprop", "median"] == 264
    wide = programme.held("steep").best().loc["Adagrad"]
    assert (wide["median"], round(wide["learning_rate"])) == (13, 178)  # a leap


def test_no_rate_brings_adagrad_or_gradient_descent_to_the_second_task_in_time():
    best = programme.held("task").best()["median"]
    assert np.isinf(best[["Adagrad", "gradient descent", "Adadelta"]]).all()
    assert np.isfinite(best[["RMSprop", "Adam", "momentum"]]).all()
    # Nor does a finer and wider sweep.
    two = {"Adagrad": Adagrad, "gradient descent": GradientDescent}
    fine = race(NewTask(), two, np.geomspace(1e-6, 1e6, 400), steps=500, target=0.01)
    assert np.isinf(fine.curve()["median"]).all()


def test_an_optimiser_of_ones_own_races_over_a_sweep():
    class Own:
        def __init__(self, learning_rate):
            self.learning_rate, self.S = learning_rate, 0.0

        def step(self, theta, grad):
            self.S = 0.9 * self.S + 0.1 * grad**2
            return theta - self.learning_rate * grad / np.sqrt(self.S + 1e-8)

    class Bowl(Objective):
        name, start, minimum = "bowl", 30.0, 0.0

        def loss_and_gradient(self, theta):
            return np.log(1 + theta**2), 2 * theta / (1 + theta**2)

    options = {"steps": 60, "starts": around(Bowl(), 3), "schedule": lambda r: Cosine(r, steps=60)}
    best = race(Bowl(), {"own": Own, "RMSprop": RMSprop}, **options).best()
    np.testing.assert_allclose(*best[["learning_rate", "median"]].to_numpy(), rtol=1e-9)


def test_one_rate_knows_a_rate_again_in_another_sweep():
    gd = {"gradient descent": GradientDescent}
    sweeps = np.array([0.01, 0.1]), np.array([0.01, 0.1]) * (1 + 1e-14)
    assert sweeps[0][1] != sweeps[1][1]
    races = {str(i): race(Parabola(), gd, s, steps=400, target=0.01) for i, s in enumerate(sweeps)}
    assert one_rate(races).loc["gradient descent", "solved"] == 2


def test_one_loss_for_all_points_of_a_sweep_is_refused():
    class Summed(Objective):
        name, start, minimum = "summed", 3.0, 0.0

        def loss_and_gradient(self, theta):
            return float(np.sum(theta**2)), 2 * theta

    with pytest.raises(ValueError, match="a loss for each θ"):
        race(Summed(), {"RMSprop": RMSprop}, rates=(0.1, 1.0), steps=3)
