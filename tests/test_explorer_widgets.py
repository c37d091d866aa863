"""The explorers without a browser: settings, still pictures, a learner's optimiser, the record."""

import asyncio
import gzip
import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import rmsprop_lesson as lesson
from rmsprop_lesson import explore
from rmsprop_lesson.course import progress
from rmsprop_lesson.course.explorers import noise, runs
from rmsprop_lesson.course.explorers.bundle import bundle
from rmsprop_lesson.course.explorers.settings import SETTINGS, checked
from rmsprop_lesson.network import Network
from rmsprop_lesson.studies import claims
from tools import record_races

EXPLORERS = list(SETTINGS)


def html_of(widget):
    return widget._repr_mimebundle_()[0]["text/html"]


# ── opening ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", EXPLORERS)
def test_opens_with_every_default(name):
    widget = explore(name)
    assert widget.explorer == name
    assert set(widget.settings) == set(SETTINGS[name])


def test_takes_settings_and_leaves_the_defaults_alone():
    assert explore("valley", condition=100, shown="Adam").settings["shown"] == ["Adam"]
    assert explore("valley").settings["condition"] == 20


def test_optimisers_come_in_the_order_of_the_course():
    shown = explore("valley", shown=["Adam", "momentum", "Adam"]).settings["shown"]
    assert shown == ["momentum", "Adam"]


def test_the_time_is_the_last_step_unless_given():
    assert explore("valley", steps=80).settings["t"] == 80
    assert explore("valley", steps=80, t=7).settings["t"] == 7
    assert explore("average-and-bias", steps=10).settings["t"] == 10


@pytest.mark.parametrize(
    ("name", "settings", "error", "said"),
    [
        ("hill", {}, ValueError, "what must be one of step-by-step"),
        ("valley", {"kappa": 3}, TypeError, "has no setting 'kappa'; it has condition"),
        ("valley", {"condition": 0}, ValueError, "condition must be one number from 1 to 1000"),
        ("valley", {"condition": [1.0, 2.0]}, TypeError, "condition must be one number"),
        ("valley", {"condition": "steep"}, TypeError, "condition must be a number"),
        ("valley", {"start": [9, 0]}, ValueError, r"start\[0\] must be one number from -4"),
        ("valley", {"start": 3}, TypeError, "start must be two numbers"),
        ("valley", {"start": [1, 2, 3]}, ValueError, "start must be two numbers"),
        ("valley", {"shown": ["SGD"]}, ValueError, "shown must be one of gradient descent"),
        ("valley", {"shown": 3}, TypeError, "shown must be a list"),
        ("valley", {"steps": 60.5}, TypeError, "steps must be a whole number"),
        ("valley", {"t": 61}, ValueError, "t must be at most steps = 60"),
        ("plateau-and-noise", {"shown": ["Adagrad"]}, ValueError, "shown must be one of"),
        (
            "draw",
            {"gradients": [1.0]},
            ValueError,
            "gradients must be 60 numbers from -3 to 3, got 1",
        ),
        ("draw", {"gradients": [4.0] * 60}, ValueError, r"gradients\[0\] must be one number from"),
        ("draw", {"gradients": 1}, TypeError, "gradients must be 60 numbers"),
        ("court", {"claim": "D1"}, ValueError, "claim must be one of A12"),
        ("court", {"given": []}, TypeError, "given must be a dict of verdicts"),
        ("court", {"given": {"A1": 2}}, ValueError, r"given\['A1'\] must have choice and sure"),
        ("step-by-step", {"convention": "between"}, ValueError, "convention must be one of inside"),
        ("step-by-step", {"bias_correction": 1}, TypeError, "bias_correction must be True or"),
        ("mnist", {"rate": 0.002}, ValueError, "rate must be one of 1e-05"),
        (3, {}, TypeError, "what must be the name of an explorer"),
    ],
)
def test_says_what_is_allowed(name, settings, error, said):
    with pytest.raises(error, match=said):
        explore(name, **settings)


# ── where nothing can run ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", EXPLORERS)
def test_still_version_is_the_same_every_time_and_well_formed(name):
    still = html_of(explore(name))
    assert still == html_of(explore(name))
    ElementTree.fromstring(still)
    assert "JavaScript brings it to life" in still


def test_still_pictures_have_a_text_alternative():
    for name in ("valley", "glasses", "draw", "average-and-bias", "plateau-and-noise"):
        label = re.search(r'<svg role="img" aria-label="([^"]+)"', html_of(explore(name)))
        assert len(label[1]) > 60


def test_still_table_holds_the_numbers_of_the_package():
    run = lesson.descend(lesson.Parabola(), lesson.RMSprop(0.1), 2.0, 3)
    still = html_of(explore("step-by-step"))
    assert f"<td>{run.step[1]:.3g}</td>" in still


def test_still_valley_says_who_diverged():
    still = html_of(explore("valley", rate_descent=0.11, steps=300, condition=1000))
    run = lesson.descend(lesson.Valley(1000), lesson.GradientDescent(0.11), [3.0, 1.0], 300)
    assert f"diverged at step {run.diverged_at}" in still


def test_data_for_a_page_can_be_read_from_its_html():
    script = re.search(r'<script type="application/json">(.*?)</script>', html_of(explore("mnist")))
    assert json.loads(script[1]) == runs.mnist_record()


# ── RMSprop's glasses ───────────────────────────────────────────────────────────────────────────


def glasses(**settings):
    return runs.glasses(checked("glasses", settings))


def test_glasses_walk_is_the_packages():
    positions, _ = glasses(condition=100, start=[3.0, 1.0], steps=40)
    run = lesson.descend(lesson.Valley(100), lesson.RMSprop(0.2), [3.0, 1.0], 40)
    np.testing.assert_array_equal(positions, run.positions)


def test_glasses_show_circles_once_S_has_settled_and_none_in_a_turned_valley():
    assert glasses(steps=300)[1][-1] == pytest.approx(1, abs=0.01)
    assert glasses(steps=300, angle=45)[1][-1] == pytest.approx(20, rel=0.01)


def test_glasses_do_not_depend_on_the_condition_number():
    for kappa in (1.0, 1000.0):
        np.testing.assert_allclose(glasses(condition=kappa)[1], glasses()[1], rtol=1e-4)


def test_glasses_that_turn_see_the_same_in_every_rotation():
    point = np.array([2.0, 1.0])
    straight = glasses(lenses="turning", start=point)
    for angle in (20.0, 45.0):
        start = lesson.Valley(20, angle).turn(point)
        positions, seen = glasses(lenses="turning", angle=angle, start=start)
        np.testing.assert_allclose(seen[5:40], straight[1][5:40], rtol=1e-3)
        losses = lesson.Valley(20, angle)(positions[:20])
        np.testing.assert_allclose(losses, lesson.Valley(20)(straight[0][:20]), rtol=1e-4)


@pytest.mark.parametrize("lenses", ["apart", "turning"])
def test_no_step_leaves_the_box(lenses):
    positions, _ = glasses(lenses=lenses, angle=30, condition=100)
    steps = np.diff(positions, axis=0)
    longest = abs(steps).max() if lenses == "apart" else np.linalg.norm(steps, axis=1).max()
    assert longest == pytest.approx(0.2 / np.sqrt(0.1), rel=1e-6)  # the first step reaches it


# ── the recorded races ──────────────────────────────────────────────────────────────────────────


def test_races_are_recorded_as_the_package_runs_them():
    record = runs.race_record()
    for name, landscape, settings, window, one, *start in record_races.all_races()[2:4]:
        recorded = next(entry for entry in record["races"] if entry["name"] == name)
        made = json.loads(
            json.dumps(record_races.written(name, landscape, settings, window, one, *start))
        )
        # A run that diverges follows its last bit, which differs between processors.
        pairs = zip(places(made.pop("paths")), places(recorded["paths"]), strict=True)
        assert np.mean([a == b for a, b in pairs]) > 0.99
        assert made == {key: value for key, value in recorded.items() if key != "paths"}


def places(paths):
    """All places of all recorded paths, two letters each."""
    letters = "".join(path for method in paths.values() for path in method)
    return [letters[i : i + 2] for i in range(0, len(letters), 2)]


def test_the_record_of_the_races_is_whole_and_light():
    record = runs.race_record()
    assert len(gzip.compress(json.dumps(record).encode())) <= 40_000
    for one in record["races"]:
        for method in record["methods"]:
            swept = 1 if method == "Adadelta" else len(record["rates"])
            assert len(one["scores"][method]) == len(one["paths"][method]) == swept


def test_another_rate_makes_another_winner():
    rates = np.geomspace(1e-4, 10, 21)  # all that are recorded: lesson 6 says that four can win
    first = {next(iter(runs.winner({"rate": rate})[1])) for rate in rates}
    assert first == {"momentum", "RMSprop", "Adam", "Adagrad"}


# ── the court ───────────────────────────────────────────────────────────────────────────────────


def test_the_court_hears_every_claim_and_knows_what_was_measured():
    board = explore("court").data
    assert [one["id"] for one in board["claims"]] == list(claims.claims())
    assert {one["id"][0] for one in board["claims"]} == set(board["documents"])
    for name in claims.claims():
        assert explore("court", claim=name).settings["claim"] == name
    tile = board["claims"][3]
    assert sum(choice["right"] for choice in tile["choices"]) == 1
    assert tile["rows"] == claims.experiment(tile["id"]).rows()


def test_a_verdict_of_the_court_is_a_prediction(monkeypatch, tmp_path):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "_memory", {})
    board = explore("court")
    board.settings = board.settings | {"given": {"A7": {"choice": 0, "sure": 0.5}}}
    assert progress.done()["predictions"] == {"claim-a7": True}


# ── challenges ──────────────────────────────────────────────────────────────────────────────────


def test_a_challenge_that_is_met_is_kept_with_the_progress(monkeypatch, tmp_path):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "_memory", {})
    explore("glasses").met = ["circles"]
    assert progress.done()["challenges"] == {"glasses/circles": True}
    assert explore("glasses").met == ["circles"]
    assert explore("valley").met == []


# ── a learner's own optimiser ───────────────────────────────────────────────────────────────────


class Mine:
    """A learner's RMSprop."""

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon
        self.S = 0.0

    def step(self, theta, grad):
        self.S = self.beta * self.S + (1 - self.beta) * grad**2
        return theta - self.learning_rate * grad / np.sqrt(self.S + self.epsilon)


def my_step(theta, grad, S, learning_rate, beta, epsilon):
    S = beta * S + (1 - beta) * grad**2
    return theta - learning_rate * grad / np.sqrt(S + epsilon), S


class Stub:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8): ...

    def step(self, theta, grad): ...


class Runaway:
    def step(self, theta, grad):
        return theta * 1e100


class Rude:
    def step(self, theta, grad):
        raise ZeroDivisionError("a long\nstory " * 100)


def own(widget):
    return widget.data["own"]


@pytest.mark.parametrize("what", [Mine, Mine(7.0, 0.3), my_step, lesson.RMSprop])
def test_runs_what_the_learner_has_written(what):
    widget = explore(what, learning_rate=0.05, beta=0.8, angle=30)
    expected = lesson.descend(lesson.Valley(20, 30), lesson.RMSprop(0.05, 0.8), [3.0, 1.0], 60)
    np.testing.assert_allclose(own(widget)["run"]["positions"], expected.positions, rtol=1e-9)
    assert own(widget)["error"] == ""
    assert widget.settings["shown"] == ["RMSprop"]
    json.dumps(widget.data, allow_nan=False)


def test_an_object_of_the_learners_is_left_alone():
    mine = Mine(7.0)
    explore(mine)
    assert (mine.learning_rate, mine.S) == (7.0, 0.0)


def test_computes_again_when_a_setting_changes():
    widget = explore(Mine)
    before = own(widget)
    widget.settings = widget.settings | {"condition": 50.0}
    assert own(widget)["settings"]["condition"] == 50
    assert own(widget)["run"] != before["run"]


def test_waits_for_the_hand_to_rest_where_a_loop_runs():
    calls = []

    class Counted(Mine):
        def __init__(self, learning_rate):
            calls.append(learning_rate)
            super().__init__(learning_rate)

    async def drag():
        widget = explore(Counted)
        for rate in (0.11, 0.12, 0.13):
            widget.settings = widget.settings | {"learning_rate": rate}
        await asyncio.sleep(0.3)
        return widget

    widget = asyncio.run(drag())
    assert calls == [0.1, 0.13]
    assert own(widget)["settings"]["learning_rate"] == 0.13


def test_nothing_is_computed_for_a_setting_it_does_not_depend_on():
    widget = explore(Mine)
    before = widget.data
    widget.settings = widget.settings | {"t": 3, "shown": []}
    assert widget.data is before


@pytest.mark.parametrize(
    ("what", "said"),
    [(Stub, "TypeError: what step"), (Rude, "ZeroDivisionError"), (len, "TypeError: len")],
)
def test_an_error_is_told_in_short(what, said):
    told = own(explore(what))
    assert told["run"] is None
    assert told["error"].startswith(said)
    assert len(told["error"]) <= 160
    assert "\n" not in told["error"]


def test_a_run_that_leaves_the_numbers_is_cut():
    run = own(explore(Runaway))["run"]
    assert run["diverged_at"] == 2
    assert len(run["positions"]) == 2


# ── what the browser loads ──────────────────────────────────────────────────────────────────────


def test_the_script_is_light():
    assert len(bundle().encode()) <= 200_000


def test_noise_is_normal():
    draws = np.array([noise.gaussian(seed, t) for seed in range(20) for t in range(500)])
    assert abs(draws.mean()) < 0.03
    assert abs(draws.std() - 1) < 0.03
    assert len(np.unique(draws)) > 9990


# ── the recorded trainings ──────────────────────────────────────────────────────────────────────


def test_record_is_whole_and_light():
    record = runs.mnist_record()
    assert len(gzip.compress(json.dumps(record).encode())) <= 80_000
    assert len(record["runs"]) == 5 * len(record["rates"]) + 1
    n = len(record["labels"])
    for run in record["runs"]:
        epochs = len(run["test"])
        assert epochs == record["epochs"] or run["diverged_at"]
        assert len(run["guesses"]) == len(run["sure"]) == epochs + 1
        assert {len(guess) for guess in run["guesses"]} == {n}
        assert {len(sure) for sure in run["sure"]} == {2 * n}


@pytest.mark.parametrize(("method", "rate"), [("RMSprop", 0.001), ("momentum", 0.1)])
def test_a_run_made_again_is_much_the_same(method, rate):
    record = runs.mnist_record()
    recorded = next(r for r in record["runs"] if r["method"] == method and r["rate"] == rate)
    build = {"RMSprop": lesson.RMSprop, "momentum": lesson.Momentum}[method]
    network = Network(record["sizes"], seed=0)
    history = lesson.train(network, lesson.load_mnist(), build(rate), epochs=2, progress=False)
    test = history.dropna()["test_accuracy"]
    np.testing.assert_allclose(test, recorded["test"][:2], atol=0.03)
    stretch = len(history) // 2 // record["per_epoch"]
    first = history["loss"].iloc[:stretch].mean()
    assert first == pytest.approx(recorded["loss"][0], rel=0.02)
