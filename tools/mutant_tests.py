"""Plugin of pytest that runs the tests on one mutant after another: see tools/mutants.py.

The tests are imported and collected once. For each mutant a child process is forked that chooses
the mutant and runs the tests in which its function is used, the quickest first, up to the first
that fails. Nothing that ran in one child is there in the next one.
"""

import contextlib
import gc
import importlib
import inspect
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from mutmut.state import state

KILLED, ALIVE, TIMEOUT, UNTESTED = "killed", "alive", "timeout", "untested"
NO_MUTANT = "rmsprop_lesson.course.checks.probes.x_nothing__mutmut_0"
_getsource = inspect.getsource
_failures = []


def _without_mutmut(thing):
    """The source as it was written: the exercises show theirs."""
    lines = _getsource(thing).splitlines(keepends=True)
    return "".join(line for line in lines if "@_mutmut_mutated(" not in line)


inspect.getsource = _without_mutmut


def pytest_configure(config):
    """That a property fails is enough; its smallest example needn't be looked for."""
    phases = [Phase.explicit, Phase.generate]
    settings.register_profile("mutants", settings.get_profile("lesson"), phases=phases)
    settings.load_profile("mutants")


def pytest_runtest_logreport(report):
    if report.failed:
        _failures.append(report.longreprtext)


def function_of(mutant):
    return mutant.rpartition("__mutmut_")[0]


def _module(name):
    return name.partition(".x")[0]


def _exercise_modules():
    checks = sys.modules["rmsprop_lesson.course.checks"]
    return [f"rmsprop_lesson.course.checks.{name}" for name in ("probes", *checks._MODULES)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    job = json.loads(Path("job.json").read_text("utf-8"))
    on_import = sorted(state()._stats)
    if os.environ["MUTANT_UNDER_TEST"] != "stats":  # one mutant, with an import of its own
        seconds = job["seconds"]
        _run([item for item in session.items if seconds[item.nodeid] < 0.5], seconds)
        return True
    session.config.pluginmanager.unregister(name="terminalreporter")  # no dots and letters
    seconds, used = _watch(session)
    builders = [function for function in on_import if _module(function) in _exercise_modules()]
    results = {}
    _run_all(session, job, seconds, used, builders, results)
    if results.pop(NO_MUTANT) != ALIVE:
        raise SystemExit("with the exercises rebuilt, but without a mutant, a test fails")
    again = [function for function in on_import if function not in builders]
    report = {"results": results, "on_import": again, "seconds": seconds}
    Path("report.json").write_text(json.dumps(report, indent=0), "utf-8")
    return True


def _watch(session):
    """Run every test once, without a mutant: how long it takes and which functions it uses."""

    def watch():
        seconds, used = {}, {}
        for item, following in _in_order(session.items):
            _forget()
            state()._stats.clear()
            start = time.perf_counter()
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            seconds[item.nodeid] = time.perf_counter() - start
            used[item.nodeid] = sorted(state()._stats)
            if _failures:
                raise SystemExit(f"without a mutant, this fails:\n{_failures[0]}")
        return seconds, used

    seconds, used = _in_child(watch)
    tests = defaultdict(list)
    for name in sorted(seconds, key=seconds.get):
        for function in used[name]:
            tests[function].append(name)
    return seconds, tests


def _forget():
    """Empty the package's caches: a test that finds a result there would seem not to use it."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "rmsprop_lesson":
            for value in vars(module).values():
                if hasattr(value, "cache_clear") and value.__name__ != "exercises":
                    value.cache_clear()


def _rebuild_exercises(module):
    """Evaluate the modules of exercises anew, so that the mutant is in what they build."""
    checks = sys.modules["rmsprop_lesson.course.checks"]
    old, exercise_type = checks.exercises(), checks.Exercise
    for name in dict.fromkeys([module, *_exercise_modules()[1:]]):
        importlib.reload(sys.modules[name])
    checks.exercises.cache_clear()
    new = dict(checks.exercises())
    old.clear()
    old.update(new)
    for name, test in list(sys.modules.items()):
        if name.partition(".")[0].startswith("test"):
            for key, value in list(vars(test).items()):
                if isinstance(value, exercise_type):
                    setattr(test, key, new[value.name])


def _exercise_tests(session, module):
    """The tests that look at the exercises of a module, or at all exercises."""
    names = [e.name for e in getattr(sys.modules[module], "EXERCISES", ())]
    if module.endswith(".rmsprop"):
        names.append("test_checks_rmsprop")
    tests = [item for item in session.items if "test_checks" in item.nodeid]
    return [item for item in tests if any(n in item.nodeid for n in names) or not names]


def _in_order(items):
    return zip(items, [*items[1:], None], strict=True)


def _in_child(function):
    """What a function returns, called in a forked process."""
    path = Path(tempfile.mkstemp()[1])
    pid = os.fork()
    if not pid:
        try:
            path.write_text(json.dumps(function()), "utf-8")
            os._exit(0)
        except BaseException as error:
            os.write(2, f"{error}\n".encode())
            os._exit(1)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("the tests don't pass without a mutant")
    text = path.read_text("utf-8")
    path.unlink()
    return json.loads(text)


def _run_all(session, job, seconds, tests, builders, results):
    by_name = {item.nodeid: item for item in session.items}
    running, left = {}, list(reversed([*job["mutants"], NO_MUTANT]))
    builders = {*builders, function_of(NO_MUTANT)}
    gc.freeze()  # children then copy less
    said = 0
    while left or running:
        while left and len(running) < job["children"]:
            mutant = left.pop()
            module = _module(mutant) if function_of(mutant) in builders else None
            items = [by_name[name] for name in tests.get(function_of(mutant), [])]
            if module:
                items = _exercise_tests(session, module)
            if not items:
                results[mutant] = UNTESTED
                continue
            folder = Path(tempfile.mkdtemp(prefix="mutant-"))
            pid = os.fork()
            if not pid:
                _be(session, mutant, items, seconds, folder, module)
            running[pid] = mutant, folder
        _collect(running, results)
        if len(results) >= said + 100:
            said = len(results)
            print(f"{said} of {len(job['mutants'])} mutants", file=sys.__stderr__, flush=True)
            Path("results.json").write_text(json.dumps(results, indent=0), "utf-8")


def _be(session, mutant, items, seconds, folder, module):
    os.setsid()
    os.environ["MUTANT_UNDER_TEST"] = mutant
    session.config._tmp_path_factory._basetemp = folder
    try:
        if module:
            _rebuild_exercises(module)
        _run(items, seconds)
    finally:
        os._exit(2)


def _run(items, seconds):
    """Run tests up to the first that fails or takes far too long, and leave the process."""
    for item, following in _in_order(items):
        signal.setitimer(signal.ITIMER_REAL, 10 + 20 * seconds[item.nodeid])  # then SIGALRM ends it
        try:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        except BaseException:
            os._exit(1)
        if _failures:
            os._exit(1)
    os._exit(0)


def _collect(running, results):
    """Note the children that have ended, and end what they have left behind."""
    for pid, (mutant, folder) in list(running.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            continue
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        late = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
        results[mutant] = TIMEOUT if late else KILLED if status else ALIVE
        del running[pid]
        shutil.rmtree(folder, ignore_errors=True)
    time.sleep(0.002)
