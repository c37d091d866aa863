"""What a learner wrote is used: ``rmsprop_step = checks.mine("rmsprop_step")``.

A function that passes its check is kept for the lesson that it stands in, and its source for later
ones, in a folder ``my_code`` beside the file of the progress. Who skipped the exercise gets the
course's own.
"""

import ast
import functools
import inspect
import textwrap
from contextlib import suppress

import numpy as np

from .. import progress

_passed = {}  # name → the function or class that passed in this kernel


def keep(name, function):
    """Remember what passed the check of this name; its source for later lessons, too."""
    use(name, function)
    path, source = _file(name), _source(function)
    if path and source:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source + "\n", encoding="utf-8")


def use(name, function):
    """Let the lesson go on with this function, in this kernel."""
    _passed[name] = function


def _file(name):
    place = progress.place()
    return place and place.with_name("my_code") / f"{name}.py"


def taken(exercise):
    """What the learner wrote for an exercise, else its solution; prints which one it is.

    Returns
    -------
    callable
    """
    own = _passed.get(exercise.name) or _rebuilt(exercise)
    where = "yours" if own else "the course's own (yours comes here once it has passed its check)"
    print(f"{exercise.name}: {where}")
    return _by_the_stubs_names(own, exercise.solution) if own else exercise.solution


def _by_the_stubs_names(own, solution):
    """A function whose arguments the learner renamed, callable by the names of the stub, too."""
    if not (inspect.isfunction(own) and inspect.isfunction(solution)):
        return own
    stub = inspect.signature(solution)
    if list(stub.parameters) == list(inspect.signature(own).parameters):
        return own
    return functools.wraps(own)(lambda *given, **named: own(*stub.bind(*given, **named).args))


def _rebuilt(exercise):
    """The function made from its kept source, if that passes by itself; else None."""
    try:
        function = _namespace(exercise.name)[exercise.name]
    except Exception:  # none is kept, or it leans on something else in its notebook
        return None
    return function if exercise.judge(function).passed else None


def _namespace(name):
    """What a kept source makes, with the other kept ones that it uses: a class to build on, say."""
    source, namespace = _file(name).read_text(encoding="utf-8"), {"np": np}
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    for other in used - {name}:
        if _file(other).exists():
            namespace[other] = _namespace(other)[other]
    exec(source, namespace)  # the learner's own, on their own machine
    return namespace


def _source(function):
    """The source of a function, or of a class through one of its methods; else None."""
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):  # a class made in a notebook has no file (before Python 3.13)
        return _class_source(function)


def _class_source(cls):
    for method in vars(cls).values() if isinstance(cls, type) else ():
        if not inspect.isfunction(method):
            continue
        try:
            cell = "".join(inspect.findsource(method)[0])
        except OSError:
            continue
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
                return textwrap.dedent(ast.get_source_segment(cell, node))
    return None
