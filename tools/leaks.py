"""Which cells of a lesson give an answer away, and which need one that does."""

import ast

from rmsprop_lesson.course.checks.source import source_of
from rmsprop_lesson.course.guide import names_bound

TELLING = 2  # operators and calls; what has fewer stands everywhere


def gives_away(source, exercises):
    """The names of the exercises whose solution stands in a cell, whatever its names and settings.

    Parameters
    ----------
    source : str
    exercises : iterable of Exercise

    Returns
    -------
    list of str
    """
    there = _shapes(ast.parse(source))
    found = []
    for exercise in exercises:
        needed = _results(ast.parse(source_of(exercise.solution)))
        if sum(map(_weight, needed)) >= TELLING and needed <= there:
            found.append(exercise.name)
    return found


def shows(source):
    """Whether a cell prints something, or ends with what a notebook shows.

    Parameters
    ----------
    source : str

    Returns
    -------
    bool
    """
    tree = ast.parse(source)
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    printed = any(isinstance(name, ast.Name) and name.id == "print" for name in called)
    return printed or bool(tree.body and isinstance(tree.body[-1], ast.Expr))


def _results(tree):
    """The shapes of what a solution computes: of what it assigns, returns and goes by."""
    values = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Return) and node.value:
            values += getattr(node.value, "elts", [node.value])
        elif isinstance(node, ast.If | ast.While):
            values.append(node.test)
        elif isinstance(node, ast.For):
            values.append(node.iter)
    parts = [part for value in values for part in _branches(value)]
    return {shape for part in parts if _weight(shape := _shape(part))}


def _branches(value):
    return [value.test, value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]


def _shapes(tree):
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {_fields(setting.arg for setting in call.keywords) for call in calls}
    return named | {_shape(node) for node in ast.walk(tree) if isinstance(node, ast.expr)}


def _weight(shape):
    return shape.count("(")


def _shape(node):
    """An expression without names, settings and attributes, and whatever the order of its parts.

    A sum is its terms, a product its factors above and below the line. Whole numbers are a
    formula's own, others are settings; so is one minus a name, as 1 − β is often written 0.1.
    """
    match node:
        case ast.Constant(int(number)):
            return str(number)
        case ast.BinOp(ast.Constant(1), ast.Sub(), ast.Name() | ast.Attribute()):
            return "_"
        case ast.BinOp(_, ast.Add() | ast.Sub()):
            plus, minus = _parts(node, ast.Add, ast.Sub)
            return f"sum({', '.join(plus)} − {', '.join(minus)})"
        case ast.BinOp(_, ast.Mult() | ast.Div()):
            above, below = _parts(node, ast.Mult, ast.Div)
            return f"product({', '.join(above)} / {', '.join(below)})"
        case ast.BinOp(left, kind, right) | ast.Compare(left, [kind], [right]):
            return f"{type(kind).__name__}({_shape(left)}, {_shape(right)})"
        case ast.Call(function, values):
            name = getattr(function, "attr", getattr(function, "id", "_"))
            return f"{name}({', '.join(map(_shape, values))})"
        case ast.List(values):
            return f"list({', '.join(map(_shape, values))})"
        case ast.Dict(names):
            return _fields(getattr(name, "value", "_") for name in names)
        case ast.ListComp(value, [ast.comprehension(_, over)]):
            return f"each({_shape(value)}, {_shape(over)})"
        case ast.Subscript(value, place):
            return f"item({_shape(value)}, {_shape(place)})"
        case ast.Slice(first, last):
            return f"slice({_shape(first)}, {_shape(last)})"
        case ast.UnaryOp(_, value):
            return _shape(value)
    return "_"


def _fields(names):
    """The shape of a dictionary, or of a call's settings: settings are told by their names."""
    return " ".join(f"{name}(_)" for name in sorted(map(str, names)))


def _parts(node, joins, parts_from):
    """The shapes of what a chain of two operators joins, and of what it takes away, each sorted."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, joins | parts_from)):
        return [_shape(node)], []
    left, right = (_parts(side, joins, parts_from) for side in (node.left, node.right))
    if isinstance(node.op, parts_from):
        right = right[::-1]
    return sorted(left[0] + right[0]), sorted(left[1] + right[1])


def reads(source, names):
    """Whether a cell reads one of some names before it binds it.

    Parameters
    ----------
    source : str
    names : set of str

    Returns
    -------
    bool
    """
    return _reads(ast.parse(source).body, names)


def _reads(body, names):
    """Whether statements, one after the other, read one of the names before they bind it."""
    for statement in body:
        if isinstance(statement, ast.For | ast.While | ast.If | ast.With | ast.Try):
            inner = [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)]
            head = [part for part in ast.iter_child_nodes(statement) if part not in inner]
            if any(names & _read(part) for part in head):
                return True
            names = names.difference(*map(_stored, head))
            if _reads(inner, names):
                return True
        elif names & _read(statement):
            return True
        names = names - names_bound(ast.unparse(statement))
    return False


def _read(node):
    """The names that a piece of code reads from outside of its own loops and functions."""
    read, own = set(), set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            read.add(part.id)
        elif isinstance(part, ast.comprehension):
            own |= _stored(part.target)
        elif isinstance(part, ast.FunctionDef):
            own |= _stored(part)
        elif isinstance(part, ast.arg):
            own.add(part.arg)
    return read - own


def _stored(node):
    names = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}
