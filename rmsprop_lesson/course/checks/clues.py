"""What a learner's source shows without being run, in words."""

import ast
import dis
import inspect
from types import FunctionType

import numpy as np

from .source import called, source_tree


def clues(function, ran=True):
    """What the source shows without being run: one sentence for each.

    Parameters
    ----------
    function : callable
    ran : bool
        Whether it ran to its end; what it leaves unused is of no interest before that.

    Returns
    -------
    list of str
    """
    tree, _ = source_tree(function)
    tree = tree or ast.Module([], [])  # no source: the byte code shows a little, too
    kept = _selfless(tree)
    return [
        *_misnamed(tree),
        *kept.values(),
        *_printed(tree),
        *_lost(tree),
        *_apart(tree),
        *_ended(tree),
        *_asked_for_none(tree),
        *_yields(function),
        *_foreign(function, kept),
        *(_unused(function) if ran else ()),
        *_stuck(tree),
    ]


def _yields(function):
    if type(function) is FunctionType and function.__code__.co_flags & inspect.CO_GENERATOR:
        yield "`yield` makes a generator of the function. Return the result: `return`."


def unused_words(function):
    """What is said to arguments that are never read, or nothing."""
    return "\n".join(_unused(function))


def kept_instead(function):
    """Whether a method reads from its object what it is given, and leaves the argument unused."""
    return isinstance(function, type) and any(
        name in one.__code__.co_names
        for one in _methods(function)
        for name, how in _first_uses(one.__code__, own_from=1).items()
        if how is None
    )


def _methods(function):
    """The function itself, or the methods of a class; nothing for other callables."""
    parts = vars(function).values() if isinstance(function, type) else (function,)
    return [part for part in parts if type(part) is FunctionType]


def notebook_data(function):
    """Names of the notebook's numbers and arrays that a function, or a class, reads as its own."""
    found = []
    for one in _methods(function):
        for step in dis.get_instructions(one.__code__):
            value = one.__globals__.get(step.argval) if step.opname == "LOAD_GLOBAL" else None
            if isinstance(value, int | float | list | np.ndarray) and step.argval not in found:
                found.append(step.argval)
    return found


def _foreign(function, told):
    """What is read from the notebook; of the names in `told` more has been said."""
    for name in notebook_data(function):
        if name not in told:
            own = f" Is `self.{name}` meant?" if isinstance(function, type) else ""
            yield f"`{name}` is no argument: it is read from the notebook.{own}"


def _unused(function):
    """Arguments that are never read; seen from the byte code, so without the source, too."""
    for one in _methods(function):
        if one.__name__ != "__init__":
            yield from _unused_in(one.__code__, own_from=int(isinstance(function, type)))


def _unused_in(code, own_from):
    first = _first_uses(code, own_from)
    if unused := [f"`{name}`" for name, how in first.items() if how is None]:
        yield f"Not used: {', '.join(unused)}."
    for name, how in first.items():
        if how and how.startswith("STORE"):
            yield f"The argument `{name}` is replaced before it is used."


def _first_uses(code, own_from):
    """The instruction that first uses each argument, or None."""
    first = {}
    for step in dis.get_instructions(code):
        if "FAST" in step.opname:
            names = step.argval if isinstance(step.argval, tuple) else (step.argval,)
            for name in names:
                first.setdefault(name, step.opname)
    own = code.co_varnames[own_from : code.co_argcount]
    return {name: first.get(name) for name in own if name not in code.co_cellvars}


def _printed(tree):
    """Functions that show their result and don't return it."""
    nodes = list(ast.walk(tree))
    returns = any(isinstance(n, ast.Return) and n.value is not None for n in nodes)
    calls = [node for node in nodes if isinstance(node, ast.Call) and called(node) == "print"]
    if calls and not returns:
        yield f"Line {calls[-1].lineno} prints the result. Return it: `return` instead of `print`."


_NEARLY_INIT = {"__init", "_init_", "init", "__int__", "_init", "__init_", "_init__", "__inti__"}


def _misnamed(tree):
    for node in tree.body if isinstance(tree, ast.ClassDef) else ():
        if isinstance(node, ast.FunctionDef) and node.name in _NEARLY_INIT:
            yield (
                f"The method `{node.name}` should be `__init__`, with two underscores on "
                "either side: only then Python calls it."
            )
        for inner in getattr(node, "body", ()):
            if isinstance(inner, ast.FunctionDef):
                yield f"The method `{inner.name}` stands inside `{node.name}`: move it to the left."


_KINDS = {"float", "int", "bool", "dtype"}


def _apart(tree):
    """Arrays that are made of several numbers instead of one list of them."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and called(n) == "array"]
    for call in calls:
        second = "".join(map(ast.unparse, call.args[1:2]))
        if second and second.split(".")[-1].rstrip("0123456789") not in _KINDS:
            yield f"Line {call.lineno}: np.array takes one list, np.array([a, b])."


def _asked_for_none(tree):
    """Whether there is nothing yet, asked in a way that an array can't answer."""
    for node in ast.walk(tree):
        thing = None
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
            thing = node.left if ast.unparse(node.comparators[0]) == "None" else None
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            thing = node.operand if isinstance(node.operand, ast.Attribute) else None
        if thing is not None:
            yield (
                f"In line {node.lineno}, `{ast.unparse(node)}` asks every element of an array: "
                f"write `{ast.unparse(thing)} is None`."
            )


def _given_anew(nodes):
    """The names that are given a value, and not one that is made of their own old one."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            old = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
            yield from (t.id for t in node.targets if isinstance(t, ast.Name) and t.id not in old)
        elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            yield node.target.id


def _selfless(tree):
    """Names in a method that it doesn't make, where the object has one of that name: a sentence."""
    words = {}
    nodes = list(ast.walk(tree))
    kept = {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
    for method in nodes if isinstance(tree, ast.ClassDef) else ():
        if isinstance(method, ast.FunctionDef):
            inside = list(ast.walk(method))
            own = {node.arg for node in inside if isinstance(node, ast.arg)} | set(
                _given_anew(inside)
            )
            names = [node for node in inside if isinstance(node, ast.Name)]
            for name, line in {n.id: n.lineno for n in reversed(names)}.items():
                if name in kept - own:
                    words[name] = (
                        f"In line {line}, `{name}` isn't what the object keeps: that is "
                        f"self.{name}."
                    )
    return words


def _lost(tree):
    """What NumPy computes and nobody keeps."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = ast.unparse(node.value.func)
            if called.startswith("np.") and "random" not in called:
                yield (
                    f"Line {node.lineno}: {called} changes nothing, it returns a new array, and "
                    f"that is lost here. Give it a name: x = {called}(…)."
                )


def _ended(tree):
    """A `return` with which the first round of a loop is its last."""
    for loop in ast.walk(tree):
        if isinstance(loop, ast.For | ast.While):
            for node in loop.body:
                if isinstance(node, ast.Return):
                    yield (
                        f"Line {node.lineno}: `return` stands inside the loop, so it ends in the "
                        "first round. Move it to the left, so that it comes after the loop."
                    )


def _stuck(tree):
    """Loops whose condition can't change."""
    for loop in ast.walk(tree):
        if isinstance(loop, ast.While):
            asked = {n.id for n in ast.walk(loop.test) if isinstance(n, ast.Name)}
            changed = {
                n.id
                for statement in loop.body
                for n in ast.walk(statement)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            if (
                asked
                and not asked & changed
                and not any(isinstance(n, ast.Break | ast.Return) for n in ast.walk(loop))
            ):
                line = loop.lineno
                yield f"Nothing in the loop of line {line} changes `{ast.unparse(loop.test)}`."
