"""Programs that differ from an exercise's solution by one to three small changes.

Each is what somebody might write by accident: another operator, name or number, a bracket at
another place, a line left out or exchanged with the next. tests/test_checks_mutated.py judges them.
"""

import ast
import copy
import random
import re
from functools import partial

from rmsprop_lesson.course.checks.source import without_docstrings

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.FloorDiv, ast.Mod)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_FUNCTIONS = (
    *("sqrt", "exp", "log", "log10", "abs", "square", "sign", "cos", "sin", "cumsum"),
    *("sum", "max", "min", "mean", "median", "argmin", "argmax", "ones", "zeros", "diff"),
)
_KINDS = {"sort", "permutation", "uniform", "normal", "integers", "random"}


def mutants(solution, count, seed=0):
    """Yield changed programs: every single change first, then two or three at once.

    Parameters
    ----------
    solution : callable
        The function or class to change.
    count : int
        How many programs, each different from the others.
    seed : int

    Yields
    ------
    str
        Source text.
    """
    tree = ast.parse(without_docstrings(solution))
    rng = random.Random(seed)
    seen = {ast.unparse(tree)}
    singles = [_changed(tree, *change) for change in _changes(tree)]
    rng.shuffle(singles)
    for _ in range(20 * count):
        once = singles.pop() if singles else _several(tree, rng.choice((2, 2, 3)), rng)
        text = ast.unparse(once) if once else ""
        if text and text not in seen and not _HOLDS_ITSELF.search(text):
            seen.add(text)
            yield text
        if len(seen) > count:
            return


def _several(tree, count, rng):
    """The tree after so many changes; None where one of them is no program."""
    for _ in range(count):
        tree = tree and _changed(tree, *rng.choice(_changes(tree)))
    return tree


# A list that holds itself fills the memory when NumPy makes an array of it.
_HOLDS_ITSELF = re.compile(r"(\w+)\.append\(.*\b\1\b.*\)")


def _changes(tree):
    """All (node, change) of a tree; a change alters a copy of the node or gives another."""
    nodes = list(ast.walk(tree))
    names = {node.id for node in nodes if isinstance(node, ast.Name)} - {"np"}
    names = sorted((names | {n.arg for n in nodes if isinstance(n, ast.arg)}) - {"self"})
    return [
        (node, change)
        for node in nodes
        for change in (*_of_expressions(node, names), *_of_lines(node))
    ]


def _changed(tree, node, change):
    copies = {}
    tree = copy.deepcopy(tree, copies)
    target = copies[id(node)]
    new = change(target)
    tree = tree if new is None else _Exchange(target, new).visit(tree)
    try:
        return ast.parse(ast.unparse(ast.fix_missing_locations(tree)))
    except SyntaxError:  # such as a number that is assigned to
        return None


class _Exchange(ast.NodeTransformer):
    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


def _of_expressions(node, names):
    """Functions that change a copy of the node in place, or return what stands in its place."""
    if isinstance(node, ast.BinOp):
        for operator in _OPERATORS:
            if not isinstance(node.op, operator):
                yield lambda n, o=operator: setattr(n, "op", o())
        yield lambda n: n.left
        yield lambda n: n.right
        yield lambda n: ast.BinOp(n.right, n.op, n.left)
        if isinstance(node.left, ast.BinOp):
            yield lambda n: ast.BinOp(
                n.left.left, n.left.op, ast.BinOp(n.left.right, n.op, n.right)
            )
        if isinstance(node.right, ast.BinOp):
            yield lambda n: ast.BinOp(
                ast.BinOp(n.left, n.op, n.right.left), n.right.op, n.right.right
            )
    if isinstance(node, ast.Compare):
        for operator in _COMPARISONS:
            if not isinstance(node.ops[0], operator):
                yield lambda n, o=operator: setattr(n, "ops", [o(), *n.ops[1:]])
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for value in (0, 1, 2, -1, 0.5, node.value + 1, node.value - 1, 2 * node.value, 1.1):
            yield lambda n, v=value: setattr(n, "value", v)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda n: setattr(n, "value", not n.value)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for name in names:
            yield lambda n, i=name: setattr(n, "id", i)
        for value in (0.0, 1.0, 2.0, 0.1):
            yield lambda n, v=value: ast.Constant(v)
    if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        if not isinstance(node, ast.Constant | ast.Starred | ast.Slice):
            yield lambda n: ast.UnaryOp(ast.USub(), n)
        if isinstance(node, ast.Name | ast.BinOp | ast.Call):
            for power in (2, 0.5):
                yield lambda n, p=power: ast.BinOp(n, ast.Pow(), ast.Constant(p))
            yield partial(_called, "abs")
            yield partial(_called, "sqrt")
    if isinstance(node, ast.Call):
        if node.args:
            yield lambda n: n.args[0]
        if len(node.args) > 1:
            yield lambda n: setattr(n, "args", n.args[::-1])
            yield lambda n: setattr(n, "args", n.args[:-1])
        for keyword in range(len(node.keywords)):
            yield lambda n, k=keyword: n.keywords.pop(k) and None
        if isinstance(node.func, ast.Attribute):
            pool = _KINDS if node.func.attr in _KINDS else _FUNCTIONS
            for name in sorted(set(pool) - {node.func.attr}):
                yield lambda n, a=name: setattr(n.func, "attr", a)
    if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load):
        yield lambda n: setattr(n, "elts", n.elts[::-1])
        if len(node.elts) > 1:
            yield lambda n: setattr(n, "elts", n.elts[:-1])
            yield lambda n: setattr(n, "elts", n.elts[1:])
    if isinstance(node, ast.Slice):
        for part in ("lower", "upper"):
            if getattr(node, part):
                yield lambda n, p=part: setattr(n, p, None)
            else:
                yield lambda n, p=part: setattr(n, p, ast.Constant(1))
    if isinstance(node, ast.UnaryOp):
        yield lambda n: n.operand
    if isinstance(node, ast.AugAssign):
        yield lambda n: ast.Assign([n.target], n.value)
        yield lambda n: setattr(n, "op", ast.Add())
        yield lambda n: setattr(n, "op", ast.Mult())


def _called(name, node):
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load()), [node], [])


def _of_lines(node):
    """Functions that leave out, double, exchange or move the statements of a block."""
    body = getattr(node, "body", None)
    if not isinstance(body, list) or isinstance(node, ast.Module | ast.ClassDef):
        return
    for line in range(len(body)):
        if len(body) > 1:
            yield lambda n, i=line: n.body.pop(i) and None
        yield lambda n, i=line: n.body.insert(i, n.body[i])
    for line in range(len(body) - 1):
        yield lambda n, i=line: _exchange(n.body, i)
        if isinstance(body[line], ast.For | ast.While):
            yield lambda n, i=line: n.body[i].body.append(n.body.pop(i + 1))
            yield lambda n, i=line: n.body.insert(i + 1, n.body[i].body[-1])


def _exchange(body, line):
    body[line], body[line + 1] = body[line + 1], body[line]
