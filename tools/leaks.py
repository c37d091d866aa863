"""Which cells of a lesson give the solution of an exercise away, and which need them."""

import ast

from rmsprop_lesson.course.checks.source import source_of
from rmsprop_lesson.course.guide import names_bound

TELLING = 3  # operators and calls; what has fewer stands everywhere


def gives_away(source, exercises):
    """The names of the exercises whose solution stands in a cell, whatever its names and numbers.

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


def _results(tree):
    """The shapes of what a solution computes: of what it assigns and returns."""
    kinds = (ast.Assign, ast.AugAssign, ast.Return)
    values = [node.value for node in ast.walk(tree) if isinstance(node, kinds) and node.value]
    parts = [part for value in values for part in getattr(value, "elts", [value])]
    return {shape for part in parts if _weight(shape := _shape(part))}


def _shapes(tree):
    return {_shape(node) for node in ast.walk(tree) if isinstance(node, ast.expr)}


def _weight(shape):
    return shape.count("(")


def _shape(node):
    """An expression without names, numbers and attributes, and whatever the order of its parts.

    A sum is its terms, a product its factors above and below the line. One minus something counts
    as a number, as 1 − β is often written 0.1.
    """
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        if getattr(node.left, "value", None) == 1:
            return "_"
        plus, minus = _parts(node, ast.Add, ast.Sub)
        return f"sum({', '.join(plus)} − {', '.join(minus)})"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        above, below = _parts(node, ast.Mult, ast.Div)
        return f"product({', '.join(above)} / {', '.join(below)})"
    if isinstance(node, ast.BinOp):
        return f"{type(node.op).__name__}({_shape(node.left)}, {_shape(node.right)})"
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", "_"))
        return f"{name}({', '.join(map(_shape, node.args))})"
    return _shape(node.operand) if isinstance(node, ast.UnaryOp) else "_"


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
