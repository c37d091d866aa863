"""A search gives the same table on one core, on all, on a cluster, and after an interruption."""

import json
import math
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmsprop_lesson import Network, Parabola, RMSprop, Rosenbrock, Valley, descend, train
from rmsprop_lesson.mnist import MNIST
from rmsprop_lesson.network import TrainingDiverged
from rmsprop_lesson.studies.tuning import (
    Choice,
    EarlyStopping,
    LogUniform,
    SearchFailed,
    Uniform,
    cross_validate,
    folds,
    grid_search,
    heat_map,
    network_score,
    random_search,
    rate_beta_map,
    search,
    train_until,
)

ROOT = Path(__file__).resolve().parents[1]
AXES = {"learning_rate": [0.01, 0.1, 0.3], "beta": [0.5, 0.9]}


def final_loss(learning_rate, beta):
    return descend(Parabola(), RMSprop(learning_rate, beta), steps=20).losses[-1]


def slower_first(x):
    """Earlier settings take longer, so that parallel runs finish in another order."""
    time.sleep(0.05 * (4 - x))
    return {"square": x * x, "pid": os.getpid()}


# ── What is tried ────────────────────────────────────────────────────────────────────────────────


def test_grid_search_tries_every_combination_once_in_order():
    table = grid_search(final_loss, AXES, n_jobs=1)
    pairs = [(rate, beta) for rate in AXES["learning_rate"] for beta in AXES["beta"]]
    assert list(table.columns) == ["learning_rate", "beta", "value"]
    assert list(zip(table["learning_rate"], table["beta"], strict=True)) == pairs
    assert table["value"].tolist() == [final_loss(*pair) for pair in pairs]


def test_random_search_is_decided_by_its_seed_and_can_be_extended():
    axes = {"learning_rate": LogUniform(1e-3, 1), "beta": Uniform(0.5, 0.99)}
    short = random_search(final_loss, axes, trials=4, seed=3, n_jobs=1)
    long = random_search(final_loss, axes, trials=7, seed=3, n_jobs=1)
    other = random_search(final_loss, axes, trials=4, seed=4, n_jobs=1)
    pd.testing.assert_frame_equal(short, long.head(4))
    assert not set(short["learning_rate"]) & set(other["learning_rate"])


@given(seed=st.integers(0, 2**32))
def test_draws_stay_in_their_range(seed):
    random = np.random.default_rng(seed)
    assert 1e-4 <= LogUniform(1e-4, 10).draw(random) <= 10 * (1 + 1e-15)
    assert -2 <= Uniform(-2, 3).draw(random) <= 3
    assert Choice(["a", "b"]).draw(random) in ("a", "b")


def test_log_uniform_draws_each_decade_equally_often():
    random = np.random.default_rng(0)
    draws = [LogUniform(1e-3, 1).draw(random) for _ in range(3000)]
    counts, _ = np.histogram(np.log10(draws), bins=[-3, -2, -1, 0])
    assert counts.min() > 900


def test_numpy_values_and_words_and_none_can_be_tried():
    def show(n, word, flag, nothing):
        assert type(n) is float
        return {"text": f"{n} {word} {flag} {nothing}"}

    setting = {"n": np.float64(2), "word": "a", "flag": np.True_, "nothing": None}
    assert search(show, [setting], n_jobs=1)["text"].item() == "2.0 a True None"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Uniform(1, 1), ValueError, "low < high, both finite, got 1.0 and 1.0"),
        (lambda: LogUniform(0, 1), ValueError, "0 < low < high, both finite, got 0.0 and 1.0"),
        (lambda: Uniform(0, math.inf), ValueError, "high must be finite, got inf"),
        (lambda: Choice([]), ValueError, "values must not be empty"),
        (lambda: grid_search(final_loss, {}), TypeError, "axes must be a dict with at least one"),
        (lambda: grid_search(final_loss, {"beta": 0.9}), TypeError, "'beta' must be a sequence"),
        (lambda: grid_search(final_loss, {"beta": []}), ValueError, "'beta' must have at least"),
        (lambda: grid_search(final_loss, {"beta": [[1]]}), TypeError, "beta must be a number, a"),
        (lambda: random_search(final_loss, AXES, 0), ValueError, "trials must be at least 1"),
        (lambda: random_search(final_loss, {"beta": 3}, 2), TypeError, "must be Uniform, LogUni"),
        (lambda: search(final_loss, []), ValueError, "at least one setting, got none"),
        (lambda: search(abs, [{"x": 1}, {"y": 1}]), ValueError, "must all have the names"),
        (lambda: search(abs, [{"x": 1}, {"x": 1}]), ValueError, 'stands twice: {"x": 1}'),
    ],
)
def test_bad_arguments_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


# ── How it is run ────────────────────────────────────────────────────────────────────────────────


needs_joblib = pytest.mark.skipif(
    find_spec("joblib") is None, reason="joblib is not installed: make test-frameworks has it"
)


@needs_joblib
def test_the_table_is_in_the_settings_order_whatever_finishes_first():
    table = grid_search(slower_first, {"x": [0, 1, 2, 3]}, n_jobs=2)
    assert table["square"].tolist() == [0, 1, 4, 9]
    assert os.getpid() not in set(table["pid"])


@needs_joblib
@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_the_same_call_runs_on_every_backend_of_joblib(backend):
    import joblib

    alone = grid_search(final_loss, AXES, n_jobs=1)
    with joblib.parallel_config(backend, n_jobs=2):
        table = grid_search(final_loss, AXES, n_jobs=None)
    pd.testing.assert_frame_equal(table, alone)


@needs_joblib
def test_a_backend_without_generators_saves_as_it_goes(tmp_path):
    """Ray's backend is such a one, like multiprocessing: tasks go out a few at a time."""
    import joblib

    file = tmp_path / "search.jsonl"
    with joblib.parallel_config("multiprocessing", n_jobs=2), pytest.raises(SearchFailed):
        grid_search(fails_at_nine, {"x": range(12)}, n_jobs=None, results=file)
    assert len(file.read_text().splitlines()) == 1 + 8  # the first hand, four for each process


def fails_at_nine(x):
    if x == 9:
        raise RuntimeError("nine")
    return x


def test_the_same_call_runs_on_a_dask_cluster(tmp_path):
    distributed = pytest.importorskip("dask.distributed")
    import joblib

    random = np.random.default_rng(0)
    images, labels = random.random((60, 784), np.float32), np.arange(60) % 10
    data, axes = MNIST(images, labels, images, labels), {"learning_rate": [1e-3, 1e-2]}
    alone = cross_validate(data, axes, k=2, n_jobs=1)
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        distributed.LocalCluster(local_directory=tmp_path / "dask", **options) as cluster,
        distributed.Client(cluster) as client,
        joblib.parallel_config("dask"),
    ):
        table = cross_validate(data, axes, k=2, results=tmp_path / "search.jsonl")
        finished = client.run(lambda dask_worker: len(dask_worker.state.log) > 0)
    assert any(finished.values())
    assert len((tmp_path / "search.jsonl").read_text().splitlines()) == 1 + 4
    pd.testing.assert_frame_equal(table, alone)


def test_without_joblib_trials_run_in_turn_and_other_ways_name_what_is_missing(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "joblib", None)
    file = tmp_path / "search.jsonl"
    for n_jobs in (2, -1):
        with pytest.raises(ImportError, match=rf"n_jobs={n_jobs} needs .*: pip install joblib\."):
            grid_search(final_loss, AXES, n_jobs=n_jobs, results=file)
    assert not file.exists()
    alone = grid_search(final_loss, AXES, n_jobs=1)
    pd.testing.assert_frame_equal(grid_search(final_loss, AXES), alone)


def test_a_run_that_diverges_is_a_row_and_the_search_goes_on():
    def invert(x):
        return 1 / x

    table = grid_search(invert, {"x": [2, 0, 4]}, n_jobs=1)
    assert table["value"].tolist()[::2] == [0.5, 0.25]
    assert math.isnan(table["value"][1])
    assert table["error"][1] == "division by zero"


@pytest.mark.parametrize("n_jobs", [None, pytest.param(2, marks=needs_joblib)])
def test_a_failure_names_its_setting(n_jobs):
    with pytest.raises(SearchFailed, match=r"failed at \{'x': 9\}: RuntimeError: nine"):
        grid_search(fails_at_nine, {"x": [8, 9]}, n_jobs=n_jobs)


def test_a_result_that_is_no_number_is_named():
    with pytest.raises(TypeError, match="value must be a number, a word"):
        search(lambda x: [x], [{"x": 1}], n_jobs=1)


def test_a_progress_bar_appears_where_somebody_watches(monkeypatch, capsys):
    monkeypatch.setattr("rmsprop_lesson.network._somebody_watches", lambda: True)
    search(final_loss, [{"learning_rate": 0.1, "beta": 0.9}], n_jobs=1)
    assert "search" in capsys.readouterr().err
    search(final_loss, [{"learning_rate": 0.1, "beta": 0.9}], n_jobs=1, progress=False)
    assert capsys.readouterr().err == ""


# ── Interrupted and resumed ──────────────────────────────────────────────────────────────────────


class Counted:
    """Counts its calls, and is interrupted at one of them."""

    def __init__(self, stop_at=None):
        self.stop_at, self.calls = stop_at, []

    def __call__(self, x):
        if x == self.stop_at:
            raise KeyboardInterrupt
        self.calls.append(x)
        return {"half": x / 2, "nothing": math.nan}


def test_an_interrupted_search_keeps_what_it_finished_and_goes_on_there(tmp_path):
    file = tmp_path / "search.jsonl"
    axes = {"x": [0, 1, 2, 3, 4]}
    first = Counted(stop_at=3)
    with pytest.raises(KeyboardInterrupt):
        grid_search(first, axes, n_jobs=1, results=file)
    second = Counted()
    table = grid_search(second, axes, n_jobs=1, results=file)
    assert (first.calls, second.calls) == ([0, 1, 2], [3, 4])
    pd.testing.assert_frame_equal(table, grid_search(Counted(), axes, n_jobs=1))
    third = Counted()
    pd.testing.assert_frame_equal(grid_search(third, axes, n_jobs=1, results=file), table)
    assert third.calls == []


def test_a_line_that_was_cut_off_is_computed_again(tmp_path):
    file = tmp_path / "search.jsonl"
    whole = grid_search(Counted(), {"x": [0, 1, 2]}, n_jobs=1, results=file)
    content = file.read_bytes()
    for cut in (1, 5, len(content.splitlines()[-1])):
        file.write_bytes(content[:-cut])
        again = Counted()
        table = grid_search(again, {"x": [0, 1, 2]}, n_jobs=1, results=file)
        assert again.calls == [2]
        assert file.read_bytes() == content
        pd.testing.assert_frame_equal(table, whole)


def test_a_header_that_was_cut_off_starts_anew(tmp_path):
    file = tmp_path / "search.jsonl"
    file.write_bytes(b'{"search": "Cou')
    table = grid_search(Counted(), {"x": [2]}, n_jobs=1, results=file)
    assert table["half"].item() == 1.0
    assert len(file.read_text().splitlines()) == 2


def test_a_longer_search_uses_what_a_shorter_one_found(tmp_path):
    axes = {"learning_rate": LogUniform(1e-3, 1), "beta": [0.5, 0.9]}
    file = tmp_path / "random.jsonl"
    random_search(final_loss, axes, trials=3, n_jobs=1, results=file)
    random_search(final_loss, axes, trials=5, n_jobs=1, results=file)
    assert len(file.read_text().splitlines()) == 1 + 5


DEFINITIONS = """
def helper(x):
    return x + 1

FACTOR = 2

def score(x, more=0):
    {doc}
    return FACTOR * helper(x) + more
"""


def defined(source):
    names = {"__name__": "lesson"}
    exec(source, names)
    return names["score"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return FACTOR * helper(x)", "return FACTOR / helper(x)"),
        ("return FACTOR * helper(x)", "return 3 * helper(x)"),
        ("x + 1", "x + 2"),  # in a function that it calls
        ("FACTOR = 2", "FACTOR = 3"),
        ("more=0", "more=1"),
    ],
)
def test_results_of_a_function_that_has_been_mended_are_refused(tmp_path, old, new):
    file, options = tmp_path / "search.jsonl", {"n_jobs": 1, "results": tmp_path / "search.jsonl"}
    source = DEFINITIONS.format(doc="")
    first = grid_search(defined(source), {"x": [1, 2]}, **options)
    before = file.read_bytes()
    assert old in source
    with pytest.raises(ValueError, match=r"function as it is now, but .*before score or its data"):
        grid_search(defined(source.replace(old, new)), {"x": [1, 2]}, **options)
    assert file.read_bytes() == before
    same = defined(source + "\n\nOTHER = 5\n")  # what it doesn't use doesn't matter
    pd.testing.assert_frame_equal(grid_search(same, {"x": [1, 2]}, **options), first)


def test_results_on_other_data_are_refused(tmp_path, toy):
    options = {"k": 2, "score": toy_score, "n_jobs": 1, "results": tmp_path / "cv.jsonl"}
    first = cross_validate(toy, {"learning_rate": [0.1]}, **options)
    pd.testing.assert_frame_equal(cross_validate(toy, {"learning_rate": [0.1]}, **options), first)
    other = replace(toy, train_images=toy.train_images + 1)
    with pytest.raises(ValueError, match="or its data changed"):
        cross_validate(other, {"learning_rate": [0.1]}, **options)


def test_the_mark_of_a_function_is_the_same_in_another_process():
    code = (
        "from rmsprop_lesson.studies.tuning import fingerprint, network_score;"
        "print(fingerprint(network_score), fingerprint(lambda x: x in {'a', 'b', 'c', 'd'}))"
    )
    marks = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(marks) == 1


def test_the_file_of_another_search_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "search.jsonl"
    grid_search(Counted(), {"x": [1]}, n_jobs=1, results=file)
    before = file.read_bytes()
    with pytest.raises(ValueError, match=r"file of this search, .*fails_at_nine.*Counted"):
        grid_search(fails_at_nine, {"x": [1]}, n_jobs=1, results=file)
    assert file.read_bytes() == before
    file.write_text("half a letter to a friend\n")
    with pytest.raises(ValueError, match="file of JSON lines, but"):
        grid_search(Counted(), {"x": [1]}, n_jobs=1, results=file)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=needs_joblib)])
def test_a_search_that_is_killed_loses_only_what_was_not_finished(tmp_path, n_jobs):
    file = tmp_path / "search.jsonl"
    script = tmp_path / "killed.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys, time
            from rmsprop_lesson.studies.tuning import grid_search

            def slow(x):
                time.sleep(0.1)
                return x

            if __name__ == "__main__":
                file, n_jobs = sys.argv[1], int(sys.argv[2])
                print(len(grid_search(slow, {"x": range(12)}, n_jobs=n_jobs, results=file)))
            """
        )
    )
    command = [sys.executable, script, file, str(n_jobs)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.Popen(command, env=environment, start_new_session=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if file.exists() and file.read_bytes().count(b"\n") >= 4:
            break
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    kept = file.read_bytes().splitlines(keepends=True)
    assert 4 <= len(kept) < 13
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "12\n", done.stderr
    now = file.read_bytes().splitlines(keepends=True)
    whole = [line for line in kept if line.endswith(b"\n")]
    assert now[: len(whole)] == whole
    assert sorted(json.loads(line)["result"]["value"] for line in now[1:]) == list(range(12))


# ── The digits ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def toy():
    """Four overlapping classes in 8 dimensions: 90 training and 30 test points."""
    random = np.random.default_rng(0)
    labels = np.arange(120) % 4
    images = (2 * np.eye(4, 8)[labels] + random.standard_normal((120, 8))).astype(np.float32)
    return MNIST(images[:90], labels[:90], images[90:], labels[90:])


def toy_score(data, learning_rate):
    return network_score(data, learning_rate, sizes=(8, 6, 4), epochs=3, batch_size=10)


def test_folds_leave_out_every_training_image_once_and_hide_the_test_images(toy):
    split = folds(toy, k=4, seed=1)
    left_out = np.concatenate([fold.test_images for fold in split])
    np.testing.assert_array_equal(np.unique(left_out, axis=0), np.unique(toy.train_images, axis=0))
    rows = {image.tobytes(): label for image, label in zip(*training(toy), strict=True)}
    for fold in split:
        assert sorted([len(fold.train_images), len(fold.test_images)])[0] in (22, 23)
        seen = {image.tobytes() for image in fold.train_images}
        assert not seen & {image.tobytes() for image in fold.test_images}
        for image, label in zip(*training(fold), strict=True):
            assert rows[image.tobytes()] == label
    again = folds(toy, k=4, seed=1)
    np.testing.assert_array_equal(again[2].test_images, split[2].test_images)
    assert not np.array_equal(folds(toy, k=4, seed=2)[2].test_images, split[2].test_images)


def training(data):
    return data.train_images, data.train_labels


@pytest.mark.parametrize(("k", "error"), [(1, ValueError), (91, ValueError), (2.5, TypeError)])
def test_a_bad_number_of_folds_is_named(toy, k, error):
    with pytest.raises(error, match="k must be"):
        folds(toy, k)


def test_network_score_is_what_training_by_hand_gives(toy):
    network = Network((8, 6, 4), seed=5)
    train(network, toy, RMSprop(0.01, 0.8), 3, 10, seed=5, progress=False)
    score = network_score(toy, 0.01, 0.8, sizes=(8, 6, 4), epochs=3, batch_size=10, seed=5)
    assert score == {
        "accuracy": network.accuracy(toy.test_images, toy.test_labels),
        "loss": network.loss(toy.test_images, toy.test_labels),
    }


def test_cross_validation_scores_every_setting_on_every_fold(toy):
    rates = [1e-5, 1e-2]
    table = cross_validate(toy, {"learning_rate": rates}, k=3, seed=7, score=toy_score, n_jobs=1)
    assert list(table.columns) == ["learning_rate", "fold", "accuracy", "loss"]
    split = folds(toy, 3, 7)
    for row in table.itertuples():
        expected = toy_score(split[row.fold], row.learning_rate)
        assert (row.accuracy, row.loss) == (expected["accuracy"], expected["loss"])
    means = table.groupby("learning_rate")["loss"].mean()
    assert means[1e-2] < means[1e-5]


def test_a_file_of_other_folds_is_refused(toy, tmp_path):
    options = {"score": toy_score, "n_jobs": 1, "results": tmp_path / "cv.jsonl"}
    cross_validate(toy, {"learning_rate": [1e-2]}, k=2, seed=0, **options)
    with pytest.raises(ValueError, match="toy_score, 2 folds of 90 images, seed 1"):
        cross_validate(toy, {"learning_rate": [1e-2]}, k=2, seed=1, **options)


def test_a_network_that_diverges_is_a_row(toy):
    table = cross_validate(toy, {"learning_rate": [1e-2, 1e25]}, k=2, score=toy_score, n_jobs=1)
    assert table["loss"].isna().tolist() == [False, False, True, True]
    with pytest.raises(TrainingDiverged):
        toy_score(toy, 1e25)


# ── Early stopping ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("losses", "patience", "min_change", "stopped_at", "best_at"),
    [
        ([5, 4, 3, 2, 1], 2, 0.0, None, 5),
        ([5, 4, 4, 4, 1], 2, 0.0, 4, 2),
        ([5, 4, 4.5, 3, 3.5, 3.2, 1], 2, 0.0, 6, 4),
        ([5, 4.95, 4.9, 4.85], 2, 0.2, 3, 1),
        ([math.nan, math.nan], 2, 0.0, 2, None),
        ([math.nan, 3, math.nan], 2, 0.0, None, 2),
    ],
)
def test_early_stopping_waits_as_long_as_its_patience(
    losses, patience, min_change, stopped_at, best_at
):
    stopping = EarlyStopping(patience, min_change)
    answers = [stopping.update(loss) for loss in losses]
    assert (answers.index(True) + 1 if True in answers else None) == stopped_at
    if stopped_at is None:
        assert stopping.best_at == best_at
    assert stopping.best == (math.inf if best_at is None else stopping.best)


def test_early_stopping_keeps_a_copy_of_the_best_parameters():
    stopping, theta = EarlyStopping(), np.array([1.0])
    stopping.update(3.0, theta)
    theta[:] = 9.0
    stopping.update(4.0, theta)
    assert stopping.theta.tolist() == [1.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"patience": 0}, "patience must be at least 1"), ({"min_change": -1}, "min_change must be")],
)
def test_early_stopping_checks_its_settings(options, message):
    with pytest.raises(ValueError, match=message):
        EarlyStopping(**options)


def test_train_until_stops_and_gives_back_the_best_network(toy):
    network = Network((8, 16, 4), seed=0)
    stopping = EarlyStopping(patience=4)
    history = train_until(network, toy, RMSprop(0.03), stopping, max_epochs=200, batch_size=10)
    losses = history["validation_loss"]
    assert 4 < len(history) < 200
    assert history["epoch"].tolist() == list(range(1, len(history) + 1))
    assert stopping.best_at == losses.argmin() + 1 == len(history) - 4
    assert network.loss(toy.test_images, toy.test_labels) == losses.min()
    same = Network((8, 16, 4), seed=0)
    train(same, toy, RMSprop(0.03), stopping.best_at, 10, progress=False)
    np.testing.assert_array_equal(same.theta, network.theta)


# ── The map ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("objective", [Parabola(), Valley(), Rosenbrock()])
def test_each_cell_of_the_map_is_a_run_of_its_own(objective):
    rates, betas = [0.01, 0.1, 0.5], [0.5, 0.9]
    table = rate_beta_map(objective, rates, betas, steps=30, tail=2)
    assert (table.columns.tolist(), table.index.tolist()) == (rates, betas)
    for beta in betas:
        for rate in rates:
            run = descend(objective, RMSprop(rate, beta), steps=30)
            gap = run.losses[-2:].mean() - objective(objective.minimum)
            assert table.loc[beta, rate] == pytest.approx(gap, rel=1e-9)


def test_the_map_has_a_hole_where_a_run_diverges():
    table = rate_beta_map(Rosenbrock(), [1e-3, 1e60], [0.9], steps=50)
    assert table.isna().to_numpy().tolist() == [[False, True]]


def test_importing_the_module_loads_neither_pandas_nor_joblib():
    code = (
        "import sys; from rmsprop_lesson import races, schedules, tuning\n"
        "print(sorted({'pandas', 'joblib', 'tqdm', 'matplotlib'} & set(sys.modules)))"
    )
    run = [sys.executable, "-c", code]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run(run, env=environment, capture_output=True, text=True).stdout == "[]\n"


def test_heat_map_marks_the_least_and_counts_what_diverged():
    table = pd.DataFrame([[3.0, np.nan], [0.5, 7.0]], index=[0.5, 0.9], columns=[0.1, 1.0])
    picture = heat_map(table)
    assert "least 0.5 at 0.1 and 0.9; 1 of 4 runs diverged" in picture.alt
    (star,) = picture.figure.axes[0].lines
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (0.5, 1.5)  # the middle of its square
