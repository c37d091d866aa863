"""The one small change to a learner's source that mends it, in words.

Slips happen in few ways: a bracket is missing, `*` stands for `**`, `return` stands in the loop.
Each way gives some changed copies of the source. They run on the probes, and only a change with
which the function does all that was asked is told, so what is said is never a guess.
"""

import ast
import copy
import io
import keyword
import math
import re
import sys
import time
import tokenize
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice, product

from .source import alone, called, source_tree

CHANGED = "<changed>"  # the file name of a changed copy
_MOST_COPIES = 400
_MOST_LINES = 20_000  # of Python that one copy may run: some of them never end


@dataclass(frozen=True)
class Mend:
    """A change that mends a function: a short name, and what to change."""

    name: str
    words: str


def mend(function, works, seconds=math.inf, replacing=True):
    """Look for a change that mends a function.

    Parameters
    ----------
    function : callable
        The learner's function or class.
    works : callable
        ``works(copy)`` says whether a changed copy does what was asked.
    seconds : float
        When to give up, looked at between two copies: in a browser no thread can be ended.
    replacing : bool
        Whether operators, numbers and names may be replaced, too, and not only regrouped.

    Returns
    -------
    Mend or None
        None if no single change is enough, or the source can't be found.
    """
    tree, namespace = source_tree(function)
    if tree is None:
        return None
    end = time.monotonic() + seconds
    changes = chain(_regrouped(tree), _replaced(tree) if replacing else ())
    for name, words, changed in islice(changes, _MOST_COPIES):
        if time.monotonic() > end:
            return None
        made = _made(changed, namespace)
        if made is not None and within_limits(partial(works, made)):
            return Mend(name, words)
    return None


def _made(tree, namespace):
    """The function or class that a tree defines; None if it can't be made, or run safely."""
    if any(_feeds_itself(node) for node in ast.walk(tree)):
        return None
    names = dict(namespace)
    try:
        module = ast.fix_missing_locations(ast.Module([tree], []))
        exec(compile(module, CHANGED, "exec", dont_inherit=True), names)  # the learner's own code
    except Exception:
        return None
    return names[tree.name]


def _feeds_itself(node):
    """Whether a list is put into itself: NumPy never comes back from such a list, nor stops."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    name = ast.dump(node.func.value)
    puts = node.func.attr in ("append", "extend", "insert")
    return puts and any(ast.dump(argument) == name for argument in node.args)


def within_limits(work, limit=_MOST_LINES):
    """Return ``work()``, or False if the changed copies in it run more lines than the limit."""
    left = limit

    def count(frame, event, argument):
        nonlocal left
        if frame.f_code.co_filename != CHANGED:
            return None
        left -= 1
        if left < 0:
            raise RuntimeError("too many lines")
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        result = work()
        return result if left >= 0 else False
    finally:
        sys.settrace(before)


# ── changes ──────────────────────────────────────────────────────────────────────────────────────


def _regrouped(tree):
    """Brackets, powers, lines and axes otherwise: (name, words, changed tree), likeliest first."""
    yield from _rewritten(tree, _missing_brackets)
    yield from _rewritten(tree, _powers)
    yield from _lines_moved(tree)
    yield from _everywhere(tree, _brackets)
    yield from _everywhere(tree, _missing_powers(tree))
    yield from _everywhere(tree, _axes)


def _replaced(tree):
    """Another operator, number or name in one place."""
    yield from _everywhere(tree, _operators)
    yield from _everywhere(tree, _counts_of(tree))
    yield from _everywhere(tree, _names_of(tree))


def _rewritten(tree, ways):
    """Change the text in each of the ways that ``ways(tokens)`` gives, and read it anew."""
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(tree.text).readline)
        if token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.OP, tokenize.NEWLINE)
    ]
    seen = {ast.dump(tree)}
    lines = tree.text.splitlines(keepends=True)
    for name, words, edits in ways(tokens):
        changed = lines.copy()
        for (row, start), end, new in sorted(edits, reverse=True):
            line = changed[row - 1]
            changed[row - 1] = line[:start] + new + line[end:]
        made = alone(changed)
        if made is not None and ast.dump(made) not in seen:
            seen.add(ast.dump(made))
            yield name, words, made


_BEFORE = {"return", "=", "(", "[", ",", "+=", "-=", "*=", "/=", "<", ">", "<=", ">=", "==", ":"}
_BEFORE |= {"if", "while", "+", "-", "*", "/", "//", "%", "**", "^", "@", "and", "or", "not", "in"}
_BINARY = {"+", "-", "*", "/", "//", "%", "**", "^", "@"}


def _missing_brackets(tokens):
    """One more pair of brackets, round any part of a line that has an operator in it."""
    for first, token in enumerate(tokens):
        before = tokens[first - 1].string if first else ""
        if not (_is_operand(token) or token.string == "(") or before not in _BEFORE:
            continue
        depth, operator = 0, False
        for last in range(first, len(tokens) - 1):
            text = tokens[last].string
            depth += (text in "([{") - (text in ")]}") if text.strip() else 0
            if depth < 0 or (depth == 0 and text in ("=", ",", ":", "for", "in", "if", "\n")):
                break
            operator = operator or (depth == 0 and text in _BINARY)
            ends = (_is_operand(tokens[last]) or text in ")]") and depth == 0
            one = token.type == tokenize.NUMBER and token.string == tokens[last].string  # 2/2
            if ends and operator and not one and tokens[last + 1].string not in ("(", "[", "."):
                row = token.start[0]
                shown = token.line[token.start[1] : tokens[last].end[1]]
                if tokens[last].end[0] == row:
                    words = f"In line {row}, brackets are missing round `{shown}`."
                    start, end = token.start[1], tokens[last].end[1]
                    edits = [((row, start), start, "("), ((row, end), end, ")")]
                    yield "brackets missing", words, edits


def _is_operand(token):
    is_name = token.type == tokenize.NAME and not keyword.iskeyword(token.string)
    return is_name or token.type == tokenize.NUMBER


_SIZES = {"range", "arange", "zeros", "ones", "full", "eye", "linspace", "permutation", "["}


def _powers(tokens):
    """** for *, * for **, ** for ^; not in sizes and indices, where a power explodes."""
    opened = []
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.string in ("(", "["):
            opened.append(before.string if token.string == "(" else "[")
        elif token.string in (")", "]") and opened:
            opened.pop()
        new = {"*": "**", "**": "*", "^": "**"}.get(token.string)
        if new == "*" and after.string == "2":
            continue  # nobody writes x**2 for x*2: it is a loss, or a square too many
        if new and _is_operand(after) | (after.string == "(") and not _SIZES & set(opened):
            row = token.start[0]
            first, last = _operand(token.line, token)
            old = token.line[first:last]
            shown = f"{token.line[first : token.start[1]].strip()}{new}"
            shown += token.line[token.end[1] : last].strip()
            words = (
                f"In line {row}, is `{old}` meant to be `{shown}`? ** is the power, * the product."
            )
            yield "* or **", words, [(token.start, token.end[1], new)]


def _operand(line, token):
    """Where the names on both sides of an operator begin and end, `self.` and all."""
    before = re.search(r"[\w.]*\W?\s*$", line[: token.start[1]])
    after = re.match(r"\s*\(?[\w.]*", line[token.end[1] :])
    return before.start(), token.end[1] + after.end()


def _everywhere(tree, ways):
    """Change each expression of a tree in each of the ways that ``ways(node)`` gives."""
    for node in ast.walk(tree):
        for name, new, words in ways(node):
            if _cancels(new):
                continue
            line = node.lineno
            ast.fix_missing_locations(new)  # unparse wants the line of a statement
            text = words.format(old=ast.unparse(node), new=ast.unparse(new))
            yield name, f"In line {line}, {text}", _with(tree, node, new)


def _cancels(node):
    """Whether it is a + (b − a): b in a roundabout way, which nobody meant."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)):
        return False
    inner = node.right
    is_difference = isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub)
    return is_difference and ast.dump(inner.right) == ast.dump(node.left)


def _with(tree, old, new):
    """The tree with a node, or a list of statements, exchanged; what isn't above it is shared."""
    if tree is old:
        return new
    if isinstance(tree, list):
        parts = [_with(part, old, new) for part in tree]
        return tree if all(a is b for a, b in zip(parts, tree, strict=True)) else parts
    if not isinstance(tree, ast.AST):
        return tree
    for name, part in ast.iter_fields(tree):
        exchanged = _with(part, old, new)
        if exchanged is not part:
            changed = copy.copy(tree)
            setattr(changed, name, exchanged)
            return changed
    return tree


def _turned(node):
    """The ways to set the brackets of two neighbouring operations otherwise."""
    if isinstance(node, ast.BinOp):
        left, right = node.left, node.right
        if isinstance(left, ast.BinOp):
            yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right))
        if isinstance(right, ast.BinOp):
            yield ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right)
        if _is_plain_call(left) and called(left) != "len":  # len(x - 1) is len(x)
            yield ast.Call(left.func, [ast.BinOp(left.args[0], node.op, right)], [])
        if _is_plain_call(right):
            yield ast.Call(right.func, [ast.BinOp(left, node.op, right.args[0])], [])
    if _is_plain_call(node) and isinstance(inner := node.args[0], ast.BinOp):
        if not isinstance(inner.left, ast.Constant):
            yield ast.BinOp(ast.Call(node.func, [inner.left], []), inner.op, inner.right)
        if not isinstance(inner.right, ast.Constant):
            yield ast.BinOp(inner.left, inner.op, ast.Call(node.func, [inner.right], []))


def _is_one(node):
    """Whether it is a number through itself: x**2/2 is a loss, x**(2/2) is what nobody meant."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and isinstance(node.left, ast.Constant)
        and ast.dump(node.left) == ast.dump(node.right)
    )


def _is_plain_call(node):
    plain = isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords
    return plain and called(node) not in ("cumsum", "cumprod")  # of one number they are nothing


def _brackets(node):
    for new in _turned(node):
        if any(map(_is_one, ast.walk(new))):
            continue
        missing = ast.unparse(new).count("(") > ast.unparse(node).count("(")
        name = "brackets missing" if missing else "bracket at the wrong place"
        words = "brackets are missing" if missing else "a bracket stands at the wrong place"
        yield name, new, f"{words}: `{{old}}` should be `{{new}}`."


def _is_name(node):
    return isinstance(node, ast.Name)


def _missing_powers(tree):
    """Ways to raise a name to the power of 2, or of t where there is one."""
    powers = [ast.Constant(2)]
    if any(isinstance(node, ast.arg) and node.arg == "t" for node in ast.walk(tree)):
        powers.append(ast.Name("t", ast.Load()))

    # A root of a square would be no mend, nor would the square of a result; that of a size explodes
    # or is never reached, and the rest that is left by the square of a number is nearly always the
    # number itself.
    nodes = list(ast.walk(tree))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    sizes = {n.id for c in calls if called(c) in _SIZES for n in ast.walk(c) if _is_name(n)}
    calls = [call for call in calls if len(call.args) > 1 or not call.keywords]
    rests = [n for n in nodes if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mod)]
    results = [node.value for node in nodes if isinstance(node, ast.Return)]
    given = {id(part) for call in calls for part in call.args} | {id(n.right) for n in rests}
    given |= {id(part) for one in results for part in getattr(one, "elts", ())}

    def ways(node):
        is_read = _is_name(node) and isinstance(node.ctx, ast.Load)
        if is_read and id(node) not in given and node.id not in sizes:
            for power in powers:
                new = ast.BinOp(node, ast.Pow(), power)
                yield "* or **", new, "a power is missing: `{old}` should be `{new}`."

    return ways


_OTHERS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Div,),
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.GtE, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.LtE, ast.Lt),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq,),
}


def _operators(node):
    """Another operator in place of one; and a sign or a square that is too many."""
    words = "`{old}` should be `{new}`."
    if _is_square(node):
        yield "a square too many", node.left, words
    if isinstance(node, ast.BinOp):
        for new in _OTHERS.get(type(node.op), ()):
            yield "wrong operator", ast.BinOp(node.left, new(), node.right), words
    if isinstance(node, ast.AugAssign):
        for new in _OTHERS.get(type(node.op), ()):
            yield "wrong operator", ast.AugAssign(node.target, new(), node.value), words
        yield "wrong operator", ast.Assign([node.target], node.value), words
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        (target,), value = node.targets, node.value
        is_signed = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.UAdd | ast.USub)
        if is_signed and isinstance(target, ast.Name):
            op = ast.Add() if isinstance(value.op, ast.UAdd) else ast.Sub()
            yield "wrong operator", ast.AugAssign(target, op, value.operand), words
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for new in _OTHERS.get(type(node.ops[0]), ()):
            yield "wrong comparison", ast.Compare(node.left, [new()], node.comparators), words
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "wrong sign", node.operand, words


def _is_square(node):
    power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    return power and isinstance(node.right, ast.Constant) and node.right.value == 2


_ALONG = {"sum", "max", "min", "amax", "amin", "mean", "median", "prod", "any", "all", "argmin"}
_ALONG |= {"argmax", "diff", "cumsum", "count_nonzero", "logsumexp"}


def _axes(node):
    """A sum or maximum along an axis, with its shape kept or not."""
    if not (isinstance(node, ast.Call) and called(node) in _ALONG):
        return
    others = [k for k in node.keywords if k.arg not in ("axis", "keepdims")]
    keep = ast.keyword("keepdims", ast.Constant(True))
    own = [k for k in node.keywords if k.arg == "axis"]
    axes = [ast.keyword("axis", ast.Constant(number)) for number in (1, 0)]
    lists = [[*own, keep]] if own else []
    lists += [[axis, *more] for axis in axes for more in ((), (keep,))] + [own]
    for keywords in lists:
        new = ast.Call(node.func, node.args, others + keywords)
        if ast.unparse(new) != ast.unparse(node):
            words = (
                "`{old}` goes along another axis, or has another shape, than it should: `{new}`."
            )
            yield "axis or keepdims", new, words


def _counts_of(tree):
    """Ways to change ranges, slices and counters that are off by one."""
    compared = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for part in [node.left, *node.comparators]
    }
    squares = {id(node.right) for node in ast.walk(tree) if _is_square(node)}

    def ways(node):
        if isinstance(node, ast.Call) and called(node) == "range":
            ends_first = sorted(range(len(node.args)), key=lambda place: place != 1)
            for place, by in product(ends_first, (1, -1)):
                arguments = list(node.args)
                arguments[place] = _more(node.args[place], by)
                new = ast.Call(node.func, arguments, node.keywords)
                yield "off by one", new, "`{old}` is off by one: `{new}`."
        if isinstance(node, ast.Return) and node.value is not None:
            for op in (ast.Add(), ast.Sub()):
                new = ast.Return(ast.BinOp(node.value, op, ast.Constant(1)))
                yield "off by one", new, "`{old}` is off by one: `{new}`."
        if isinstance(node, ast.Constant) and type(node.value) is int:
            for new in (node.value - 1, node.value + 1):
                # nobody means S == -1 or x**1
                nonsense = (new < 0 and id(node) in compared) or (new == 1 and id(node) in squares)
                if not nonsense:
                    yield "off by one", ast.Constant(new), "`{old}` should be `{new}`."

    return ways


def _more(node, by):
    """A number, or an expression, and one more or less."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return ast.Constant(node.value + by)
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(1))


def _names_of(tree):
    """Ways to put another name of the function, or an argument for a number."""
    nodes = list(ast.walk(tree))
    arguments = [node.arg for node in nodes if isinstance(node, ast.arg) and node.arg != "self"]
    assigned = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    names = list(dict.fromkeys(arguments + assigned))
    beside, counted = {}, set()  # nobody compares, or limits, a thing by itself
    for one in (node for node in nodes if isinstance(node, ast.Call | ast.Compare)):
        parts = one.args if isinstance(one, ast.Call) else [one]
        inside = [node for part in parts for node in ast.walk(part)]
        named = {node.id for node in inside if _is_name(node)}
        for node in inside:
            beside[id(node)] = beside.get(id(node), set()) | named
        if isinstance(one, ast.Call) and called(one) == "size":  # that of a plain number is 1
            counted.update(map(id, inside))

    def ways(node):
        words = "`{old}` stands where `{new}` belongs."
        is_read = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        if is_read and node.id in names and id(node) not in counted:
            for other in names:
                if other != node.id:
                    yield "wrong name", ast.Name(other, ast.Load()), words
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            for other in arguments:
                if other not in beside.get(id(node), ()):
                    yield "number instead of an argument", ast.Name(other, ast.Load()), words

    return ways


# ── lines at another place ───────────────────────────────────────────────────────────────────────


def _lines_moved(tree):
    """Lines that stand inside a loop and belong outside, or the other way round."""
    for node in ast.walk(tree):
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if isinstance(block, list):
                for place, loop in enumerate(block):
                    if isinstance(loop, ast.For | ast.While):
                        yield from _around_a_loop(tree, block, place)


def _around_a_loop(tree, block, place):
    loop = block[place]

    def moved(name, words, statement, new_block):
        line = statement.lineno
        shown = ast.unparse(statement).splitlines()[0]
        return name, words.format(line=line, shown=shown), _with(tree, block, new_block)

    def with_loop(body, before=(), after=()):
        new = copy.copy(loop)
        new.body = body
        return [*block[:place], *before, new, *after, *block[place + 1 :]]

    last = loop.body[-1]
    if len(loop.body) > 1:
        kind = "return in the loop" if isinstance(last, ast.Return) else "line in the loop"
        why = ", so it ends in the first round" if isinstance(last, ast.Return) else ""
        yield moved(
            kind,
            f"Line {{line}} (`{{shown}}`) stands inside the loop{why}. Move it to the left, "
            "so that it comes after the loop.",
            last,
            with_loop(loop.body[:-1], after=[last]),
        )
    for number, inner in enumerate(loop.body):
        if isinstance(inner, ast.If) and len(inner.orelse) == 1:
            other = inner.orelse[0]
            if isinstance(other, ast.Return):
                kept = copy.copy(inner)
                kept.orelse = []
                body = [*loop.body[:number], kept, *loop.body[number + 1 :]]
                yield moved(
                    "return in the loop",
                    "Line {line} (`{shown}`) ends the loop in the first round. Move it to the "
                    "left, so that it comes after the loop, without `else`.",
                    other,
                    with_loop(body, after=[other]),
                )
        if isinstance(inner, ast.If) and isinstance(inner.body[-1], ast.Break) and not inner.orelse:
            yield moved(
                "loop ended early",
                "Line {line} (`{shown}`) ends the loop before its last round. Leave it out.",
                inner,
                with_loop([*loop.body[:number], *loop.body[number + 1 :]]),
            )
        if isinstance(inner, ast.Assign) and len(loop.body) > 1:
            body = [*loop.body[:number], *loop.body[number + 1 :]]
            yield moved(
                "line in the loop",
                "Line {line} (`{shown}`) stands inside the loop, so it is done anew in each round. "
                "Move it in front of the loop.",
                inner,
                with_loop(body, before=[inner]),
            )
    for count in (1, 2):
        following = block[place + 1 : place + 1 + count]
        if len(following) == count and not any(isinstance(f, ast.Return) for f in following):
            new = copy.copy(loop)
            new.body = [*loop.body, *following]
            yield moved(
                "line outside the loop",
                "Line {line} (`{shown}`) stands outside the loop, so it is done only once. Move it "
                "to the right, into the loop.",
                following[0],
                [*block[:place], new, *block[place + 1 + count :]],
            )
