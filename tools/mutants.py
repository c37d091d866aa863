"""Mutation testing: change the package in thousands of small ways and see whether a test notices.

    python -m tools.mutants [--children 2] [--living | --keep]

It works on a copy in _build/mutants. What lives is compared with tests/mutants.toml, which says of
each survivor why it is harmless; a survivor that is not on the list fails, and so does an entry
whose mutant is gone or killed. mutmut (https://mutmut.readthedocs.io) makes the mutants; the tests
are run by tools/mutant_tests.py, which is some ten times as fast and starts from the same state for
each mutant. Two more things are done for mutmut:

* it leaves decorated functions alone, so `@property`, `@cache` and `@contextmanager` are first
  written below the function, as ``name = property(name)``;
* a function that runs while the package or a test is imported has run before the mutant is chosen.
  The living mutants of such functions run once more, each with an import of its own.
"""

import argparse
import ast
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.mutant_tests import ALIVE, KILLED, TIMEOUT, UNTESTED, function_of

ROOT = Path(__file__).parents[1]
COPY = ROOT / "_build" / "mutants"
LIST = ROOT / "tests" / "mutants.toml"
LEAST_KILLED = 0.95
_UNWRAPPED = ("property", "cache", "contextlib.contextmanager")


# ── the copy ─────────────────────────────────────────────────────────────────────────────────────


def make_copy():
    """Copy what git knows of into an empty folder, and unwrap the decorated functions."""
    shutil.rmtree(COPY, ignore_errors=True)
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, known.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)
    for pattern in _settings()["only_mutate"]:
        for path in COPY.glob(pattern):
            path.write_text(unwrapped(path.read_text("utf-8")), "utf-8")


def _settings():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutants"]


def unwrapped(source):
    """The source with the known decorators as assignments below their functions."""
    lines = source.splitlines()
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)]
    for node in sorted(functions, key=lambda n: n.lineno, reverse=True):
        names = [ast.unparse(decorator) for decorator in node.decorator_list]
        if len(names) == 1 and names[0] in _UNWRAPPED:
            after = f"{' ' * node.col_offset}{node.name} = {names[0]}({node.name})"
            lines[node.end_lineno : node.end_lineno] = [after]
            del lines[node.decorator_list[0].lineno - 1]
    return "\n".join(lines) + "\n"


# ── making and running ───────────────────────────────────────────────────────────────────────────


def make_mutants():
    """Put all mutants into the copy; return their names."""
    os.chdir(COPY)
    from mutmut.mutation.file_mutation import mutate_file_contents
    from mutmut.utils.format_utils import get_mutant_name

    names = []
    for pattern in _settings()["only_mutate"]:
        for path in sorted(Path().glob(pattern)):
            made = mutate_file_contents(str(path), path.read_text("utf-8"))
            path.write_text(made.code, "utf-8")
            names += [get_mutant_name(path, name) for name in made.mutant_names]
    return names


def run_mutants(names, children):
    """Run the tests on all mutants: once together, some of them anew."""
    job = {"mutants": names, "children": children}
    Path("job.json").write_text(json.dumps(job), "utf-8")
    if _pytest("stats", _settings()["tests"], sys.stdout):
        raise SystemExit("the tests could not be run")
    report = json.loads(Path("report.json").read_text("utf-8"))
    results, seconds = report["results"], report["seconds"]
    again = [
        name
        for name, result in results.items()
        if result in (ALIVE, UNTESTED) and function_of(name) in report["on_import"]
    ]
    print(f"{len(again)} living mutants of functions that run on import: once more", flush=True)
    job["seconds"] = seconds
    Path("job.json").write_text(json.dumps(job), "utf-8")
    with ThreadPoolExecutor(children) as pool:
        results |= zip(again, pool.map(_run_anew, again), strict=True)
    return results


def _run_anew(name):
    module = module_of(name)
    word = "checks" if module.startswith("checks") else module
    tests = [test for test in _settings()["tests"] if word in test]
    code = _pytest(name, tests, subprocess.DEVNULL)
    return {None: TIMEOUT, 0: ALIVE}.get(code, KILLED)


def _pytest(mutant, tests, output):
    command = [sys.executable, "-m", "pytest", "-q", *_settings()["pytest_arguments"], *tests]
    environment = os.environ | {"MUTANT_UNDER_TEST": mutant, "PYTHONPATH": "."}
    limit = None if mutant == "stats" else 300
    try:
        return subprocess.run(
            command, env=environment, stdout=output, stderr=output, timeout=limit, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return None


# ── the list ─────────────────────────────────────────────────────────────────────────────────────


def changes(names):
    """What each mutant changes, as (function, lines taken away, lines put in their place)."""
    found, sources = {}, {}
    for name in names:
        path = COPY / (name.partition(".x")[0].replace(".", "/") + ".py")
        path = path if path.exists() else path.with_suffix("") / "__init__.py"
        if path not in sources:
            sources[path] = _functions(path.read_text("utf-8"))
        mutant = name.rpartition(".")[2]
        original = mutant.rpartition("__mutmut_")[0] + "__mutmut_orig"
        lines = [sources[path][original][1:], sources[path][mutant][1:]]
        lines[0].insert(0, sources[path][original][0].replace(original, "f"))
        lines[1].insert(0, sources[path][mutant][0].replace(mutant, "f"))
        changed = list(difflib.unified_diff(*lines, lineterm="", n=0))[3:]
        old = " ".join(line[1:].strip() for line in changed if line.startswith("-"))
        new = " ".join(line[1:].strip() for line in changed if line.startswith("+"))
        function = function_of(name).removeprefix("rmsprop_lesson.")
        found[name] = (re.sub(r"\.xǁ|\.x_|ǁ", ".", function), old, new)
    return found


def _functions(source):
    """The lines of every function in a module, by its name."""
    lines = source.splitlines()
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {node.name: lines[node.lineno - 1 : node.end_lineno] for node in nodes}


def listed():
    """The harmless survivors, (function, old, new): why."""
    if not LIST.exists():
        return {}
    groups = tomllib.loads(LIST.read_text("utf-8"))["harmless"]
    return {tuple(mutant): group["why"] for group in groups for mutant in group["mutants"]}


def module_of(name):
    return name.partition(".x")[0].removeprefix("rmsprop_lesson.")


def report(results):
    """Print the figures and what is not as listed; return whether all is well."""
    total = Counter(map(module_of, results))
    living = [name for name, result in results.items() if result in (ALIVE, UNTESTED)]
    alive = Counter(map(module_of, living))
    print(f"{'module':<28}{'mutants':>8}{'alive':>8}{'killed':>9}")
    for module, count in total.items():
        print(f"{module:<28}{count:>8}{alive[module]:>8}{1 - alive[module] / count:>9.1%}")
    share = 1 - len(living) / len(results)
    print(f"{'all':<28}{len(results):>8}{len(living):>8}{share:>9.1%}")
    found, harmless = changes(living), listed()
    unknown = {name: change for name, change in found.items() if change not in harmless}
    for name, (function, old, new) in unknown.items():
        print(f"\n{results[name]}, but not listed: {function}\n  - {old}\n  + {new}")
    gone = harmless.keys() - set(found.values())
    for function, old, new in sorted(gone):
        print(f"\nlisted, but not alive: {function}\n  - {old}\n  + {new}")
    return not unknown and not gone and share >= LEAST_KILLED


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=os.cpu_count(), help="processes at once")
    parser.add_argument("--keep", action="store_true", help="only report the results of last time")
    parser.add_argument(
        "--living", action="store_true", help="run those again that lived last time (same package)"
    )
    options = parser.parse_args()
    start, kept = time.monotonic(), COPY.with_suffix(".json")
    before = json.loads(kept.read_text("utf-8")) if options.keep or options.living else {}
    if not options.keep:
        make_copy()
        names = make_mutants()
        if options.living:
            before = {name: before.get(name, UNTESTED) for name in names}
            names = [name for name in names if before[name] in (ALIVE, UNTESTED)]
        before |= run_mutants(names, options.children)
        kept.write_text(json.dumps(before, indent=0), "utf-8")
        print(f"{(time.monotonic() - start) / 60:.0f} minutes")
    return 0 if report(before) else 1


if __name__ == "__main__":
    sys.exit(main())
