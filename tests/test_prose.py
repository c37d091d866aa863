"""A number in the text is one that was computed: it stands in the outputs or code beside it.

A figure of a lesson's prose counts as guarded if, as rounded,

1. its own section, or a cell close by, prints it or has it in its code;
2. or it has four significant digits or more, and some cell of the lesson has it;
3. or it is the result of arithmetic beside it, "19/21 = 0.905", which is done again here;
4. or its paragraph names the lesson whose cells have it;
5. or it repeats a figure of the same lesson that is guarded in one of these ways.

What is left is listed below, each with its reason. A single digit is not looked at.
"""

import ast
import math
import re
from html import unescape
from itertools import pairwise
from typing import NamedTuple

import nbformat
import numpy as np
import pytest

import rmsprop_lesson
from rmsprop_lesson import claims, questions
from tools import lessons

LESSONS = {number: lessons.notebook(number) for number in lessons.NOTEBOOKS}
# Not looked at; the map is written by tools/lesson_map.py.
UNREAD = (  # what an example in a hint computes: test_checks.py
    r"(?ms)^## (?:References|The map|\w+ ways through)$.*|^```.*?^```$"
    r"|<details><summary>Hint 2:.*?</details>"
)
CLOSE = 4  # cells before and after that count as beside, also across a heading

each_lesson = pytest.mark.parametrize("number", LESSONS)

# ── figures in a text ────────────────────────────────────────────────────────────────────────────

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
REWRITTEN = [
    (r"\]\([^)]*\)", "]"),  # addresses
    (r"(?m)^#+ \d+ · ", ""),
    (r"(?s)<!--.*?-->|</?\w[^>]*>", " "),
    (r"\\tag\{[^}]*\}|\*\*Time\*\* \d+ minutes|Minutes so far: \d+", ""),  # test_lessons.py
    (r"(?m)^\| \d* ?\| (?:\[[^|]*\] \||\*\*Together).*$", ""),  # the map: test_lesson_map.py
    (r"(?<![\w.$])\(\d{1,2}\.[1-9]\d?\)", ""),  # an equation's number: test_lessons.py
    (r"\b[Ll]essons? \d+(?:(?:, | and | to )\d+)*", "lesson"),
    (r"\bsections? \d+(?:(?:, | and | to )\d+)*", "section"),
    (r"\b(?:of|in|May) (?:19|20)\d\d\b|\((?:[^()]*,\s)?(?:19|20)\d\d\.?\)", "year"),
    (r"−|--?(?=\d)", "-"),
    (r"\\[td]?frac\s*(\d)\s*(\d)", r"\1/\2"),
    (r"\\[td]?frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)"),
    (rf"[{RAISED}]+", lambda m: "^" + m[0].translate(str.maketrans(RAISED, "0123456789-"))),
    (r"\^\{([^{}]*)\}", r"^\1"),
    (r"_(\{[^{}]*\}|\w\b)", ""),  # indices
    (r"\\cdot|×|\\times", "·"),
    (r"\\approx", "≈"),
    (r"\\(?=%)|\{,\}|\$", ""),
    (r"\s+", " "),
    (r"(?<=\d)(?:_|\\,)(?=\d{3}(?!\d))", ""),  # 10_000, 1\,000
    (
        r"(?<![\d.])\d{1,3}(?:[\u00a0\u2009\u202f ]\d{3})+(?![\d.])",
        lambda m: re.sub(r"\D", "", m[0]),
    ),
    (r"\\[,;! ]", " "),
]
FIGURE = re.compile(
    r"(?:(?<![\w.)}\]-])(?P<sign>-))?(?<![\w.^])(?P<digits>\d+(?:\.\d+)?)"
    r"(?:e(?P<e>[+-]?\d+)| ?· ?10\^(?P<ten>-?\d+)|\^(?P<power>-?\d+))?(?P<percent> ?%)?"
)


class Figure(NamedTuple):
    """A number as it is written: its value, what its last digit is worth, and where it stands."""

    value: float
    unit: float
    significant: int
    signed: bool
    percent: bool
    written: str
    start: int
    end: int


def plain(markdown):
    """A text without what is no prose, and with one spelling for each kind of number."""
    for pattern, replacement in REWRITTEN:
        markdown = re.sub(pattern, replacement, markdown)
    return markdown


def figures(text):
    """Every number of a plain text but single digits: 3.16, 0.5, 10, 10^-8, 2.8·10^5, 43 %."""
    found = []
    for m in FIGURE.finditer(text):
        digits, exponent = m["digits"], int(m["e"] or m["ten"] or 0)
        if m["power"] and digits == "10":
            digits, exponent = "1", int(m["power"])
        decimals = len(digits.partition(".")[2])
        bare = digits.replace(".", "")
        if len(bare) > 1 or exponent:
            value = float(digits) * 10.0**exponent * (-1 if m["sign"] else 1)
            found.append(
                Figure(value, 10.0 ** (exponent - decimals), len(bare.strip("0")), bool(m["sign"]),
                       bool(m["percent"]), m[0].strip(), *m.span())
            )  # fmt: skip
        if m["power"] and m["digits"] != "10" and len(m["power"].lstrip("-")) > 1:
            found.append(Figure(abs(float(m["power"])), 1.0, 2, False, False, m[0], *m.span()))
    return found


# ── what was computed ────────────────────────────────────────────────────────────────────────────


class Numbers(NamedTuple):
    """Numbers of some cells: those in code count as they stand, those in outputs as rounded."""

    code: np.ndarray
    outputs: np.ndarray

    def have(self, figure):
        return any(
            self._near(value, unit, figure)
            for value, unit in [
                (figure.value, figure.unit),
                *([(figure.value / 100, figure.unit / 100)] if figure.percent else []),
            ]
        )

    def _near(self, value, unit, figure):
        close = 0.5 * unit * (1 + 1e-6) if figure.significant > 1 else 1e-12 * abs(value)
        code, outputs = (n if figure.signed else abs(n) for n in self)
        exact = 1e-12 * abs(value)
        return bool((abs(code - value) <= exact).any() or (abs(outputs - value) <= close).any())


def values(text):
    text = plain(text)
    found = [float(m["digits"]) for m in FIGURE.finditer(text)]
    return found + [figure.value for figure in figures(text)]


def shown(cell):
    """What a cell's outputs say, without the words of a question, which nobody computed."""
    asks = re.search(r"^(?:\w+\.)*(predict|quiz|trial)\(", cell.source, re.MULTILINE)
    if cell.source.strip() == "claims.table()":
        return  # texts
    for output in cell.outputs:
        data = output.get("data", {"text/plain": output.get("text", "")})
        text = data.get("text/plain", "")
        if asks:
            yield "" if asks[1] == "quiz" else text.partition("\n\n")[2].partition("\n→ ")[0]
            continue
        yield text
        if "<table" in data.get("text/html", ""):
            yield unescape(re.sub(r"(?s)<style.*?</style>|<[^>]+>", " ", data["text/html"]))


def numbers(cells):
    cells = [cell for cell in cells if cell.cell_type == "code"]
    code = [value for cell in cells for value in constants(cell.source)]
    outputs = [value for cell in cells for text in shown(cell) for value in values(text)]
    return Numbers(np.unique(code), np.unique(outputs))


def constants(source):
    """The numbers of a cell's code; those in its texts and comments are prose again."""
    for node in ast.walk(ast.parse(source)):
        negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        value = getattr(node.operand if negative else node, "value", None)
        if type(value) in (int, float):
            yield -float(value) if negative else float(value)


# ── arithmetic in the text ───────────────────────────────────────────────────────────────────────

SIDE = r"(?:\\sqrt|\\ln|\bln|√|\d|[.+\-·/^(){}% ])"
TO_PYTHON = [
    (r"\\?ln ?(\d+(?:\.\d+)?(?:\^-?\d+)?)", r"log(\1)"),
    (r"\\ln", "log"),
    (r"(?:√|\\sqrt) ?(\d+(?:\.\d+)?)", r"sqrt(\1)"),
    (r"√|\\sqrt ?", "sqrt"),
    (r"([\d)]) ?(?=\()", r"\1*"),
    (r"\^", "**"),
    (r"·", "*"),
    (r"%", "/100"),
]


class Equation(NamedTuple):
    """Two sides made of numbers alone, of which one is to be worked out."""

    left: str
    right: str
    start: int
    end: int

    @property
    def true(self):
        left, right = _value(self.left), _value(self.right)
        unit = _unit(self.right) or _unit(self.left) or 1e-6 * abs(left)
        return abs(left - right) <= 0.5 * unit * (1 + 1e-6)


def equations(text):
    """The equations and approximations of a plain text that can be worked out."""
    found = []
    for sign in re.finditer("[=≈]", text):
        left = re.search(rf"{SIDE}*$", text[: sign.start()])[0]
        right = re.match(rf"{SIDE}*", text[sign.end() :])[0]
        start, end = sign.start() - len(left), sign.end() + len(right)
        left, right = _balanced(left[::-1], ")(")[::-1].lstrip(" ."), _balanced(right, "()")
        factor = re.search(r"(?:(?:^|[^a-z])[^\W\d]|\\\w+|\))$", text[:start].rstrip())
        if factor and not re.search(r"\w$", text[:start].rstrip()[:-1]):
            continue  # a symbol in front that belongs to the left side
        right = right.rstrip(" .")
        if None in (_value(left), _value(right)) or (_unit(left) and _unit(right)):
            continue
        found.append(Equation(left, right, start, end))
    return found


def _balanced(text, brackets):
    """The beginning of a text up to a bracket that is closed but was never opened."""
    depth = 0
    for i, sign in enumerate(text.replace("{", "(").replace("}", ")")):
        depth += (sign == brackets[0]) - (sign == brackets[1])
        if depth < 0:
            return text[:i]
    return text


def _unit(side):
    """What the last digit is worth, for a side that is a number and nothing else."""
    plainly = FIGURE.fullmatch(side.strip())
    if not plainly or (plainly["power"] and plainly["digits"] != "10"):
        return None
    decimals = len(plainly["digits"].partition(".")[2])
    exponent = int(plainly["e"] or plainly["ten"] or plainly["power"] or 0)
    return 10.0 ** (exponent - decimals - 2 * bool(plainly["percent"]))


def _value(side):
    for pattern, replacement in TO_PYTHON:
        side = re.sub(pattern, replacement, side)
    side = side.replace("{", "(").replace("}", ")").strip()
    try:
        return float(eval(side, {"sqrt": math.sqrt, "log": math.log}))
    except (ArithmeticError, NameError, SyntaxError, TypeError, ValueError):
        return None


# ── the guard ────────────────────────────────────────────────────────────────────────────────────

# Lesson → figures that no cell of it has, and why that is right.
GIVEN = "what an exercise or a question supposes"
TRY = "a setting to try"
MINUTES = "the rule of tools/minutes.py"
LISTED = {
    0: dict.fromkeys(["10", "110"], MINUTES),
    4: {"0.612": "in the printed table"},
    7: {"0.9": "the usual value of β", "10^-5": GIVEN},
    8: {"16": "of float64", "11": "MB to load", "255": GIVEN, "10^-8": "lesson 9 prints it"},
    9: {"100": GIVEN, "0.001": GIVEN},
    11: {"2000": GIVEN},
    10: {"100": TRY}
    | dict.fromkeys(
        ["-1.6838", "0.001", "0.0017", "1.239", "0.95", "-1.21", "6.58"],
        "test_bug_hunt.py computes them",
    ),
}
COMPUTED = {number: numbers(lesson.cells) for number, lesson in LESSONS.items()}


def named_lessons(text):
    """The numbers of the lessons that a text refers to."""
    found = re.findall(r"[Ll]essons? (\d+(?:(?:, | and | to )\d+)*)", text)
    return {int(n) for these in found for n in re.findall(r"\d+", these)} & COMPUTED.keys()


class Guard:
    """Knows what a lesson's cells have computed, and says which figures of a text it can't find."""

    def __init__(self, cells, listed=()):
        self.listed, self.everywhere = listed, numbers(cells)
        self.texts, self.beside, self.named, self.found = {}, {}, {}, []
        sections = np.cumsum([cell.source.startswith("## ") for cell in cells])
        for i, cell in enumerate(cells):
            if cell.cell_type != "markdown":
                continue
            beside = numbers(
                other
                for j, other in enumerate(cells)
                if sections[j] == sections[i] or abs(j - i) <= CLOSE
            )
            prose = re.sub(UNREAD, "", cell.source)
            for k, paragraph in enumerate(prose.split("\n\n")):
                self.texts[i, k], self.beside[i, k] = plain(paragraph), beside
                self.named[i, k] = [COMPUTED[number] for number in named_lessons(paragraph)]
        for place, text in self.texts.items():
            unknown = self._unknown(place, text)
            self.found += [abs(f.value) for f in figures(text) if f not in unknown]

    def _unknown(self, place, text):
        sums = [e for e in equations(text) if e.true]
        return [
            figure
            for figure in figures(text)
            if not (
                self.beside[place].have(figure)
                or (figure.significant > 3 and self.everywhere.have(figure))
                or (figure.significant > 1 and any(n.have(figure) for n in self.named[place]))
                or any(e.start <= figure.start < e.end for e in sums)
            )
        ]

    def missing(self, place, text):
        """The figures in the text of a paragraph that were computed nowhere and aren't listed."""
        return [
            figure.written
            for figure in self._unknown(place, text)
            if figure.written not in self.listed
            and not np.isclose(self.found, abs(figure.value), rtol=1e-12, atol=0).any()
        ]

    def all_missing(self):
        return [
            (*place, figure)
            for place, text in self.texts.items()
            for figure in self.missing(place, text)
        ]


@each_lesson
def test_every_figure_in_the_text_was_computed(number):
    assert Guard(LESSONS[number].cells, LISTED.get(number, ())).all_missing() == []


@each_lesson
def test_the_list_of_exceptions_is_no_longer_than_it_must_be(number):
    needed = {figure for *_, figure in Guard(LESSONS[number].cells).all_missing()}
    assert needed == set(LISTED.get(number, ()))


@each_lesson
def test_arithmetic_in_the_text_is_right(number):
    for cell in LESSONS[number].cells:
        if cell.cell_type == "markdown":
            assert [e for e in equations(plain(cell.source)) if not e.true] == []


# ── questions and claims ─────────────────────────────────────────────────────────────────────────


def asked(number):
    """Every question of a lesson with its texts; what it supposes, it says in the question."""
    lesson = questions.lesson(number)
    for question in (*lesson.predictions.values(), *lesson.quiz):
        wrong = [other.feedback for other in question.wrong]
        replies = [text for choice in question.choices for text in (choice.text, choice.feedback)]
        texts = [question.feedback, question.otherwise, *wrong, *replies]
        yield question, plain(question.question), [plain(text) for text in texts if text]


# Question → figures in its replies that were worked out nowhere.
REPLIES = {
    "elementwise": {"16", "-16", "25.0"},  # NumPy's answers to [3, −4]**2, right and wrong
    "excuse": {"0.005"},  # somebody's wrong guess
}
NAMES = {"np": np} | {name: getattr(rmsprop_lesson, name) for name in dir(rmsprop_lesson)}


@each_lesson
def test_every_figure_in_a_reply_was_computed_or_is_in_the_question(number):
    for question, given, replies in asked(number):
        own = [*values(given), *values(question.computed or "")]
        own += [question.number or 0.0, *(other.number for other in question.wrong)]
        own += [float(eval(question.computed, NAMES))] if question.computed else []
        pool = Numbers(COMPUTED[number].code, np.append(COMPUTED[number].outputs, own))
        for text in replies:
            sums = equations(text)
            assert [e for e in sums if not e.true] == [], question.id
            unknown = [
                figure.written
                for figure in figures(text)
                if not pool.have(figure) and not any(e.start <= figure.start < e.end for e in sums)
            ]
            assert set(unknown) <= REPLIES.get(question.id, set()), (question.id, text)


# Claim → figures that its experiment doesn't print.
SAID = {"B7": {"4000", "64"}, "C8": {"117838"}}  # sizes; a loop of lesson 10


@pytest.mark.skipif(10 not in LESSONS, reason="the trials are in lesson 10")
def test_every_figure_of_a_verdict_is_one_of_its_experiment():
    for name, claim in claims.claims().items():
        found = Numbers(np.array([]), np.array([*values(repr(claims.experiment(name)))]))
        unknown = {f.written for f in figures(plain(claim.right)) if not found.have(f)}
        assert unknown == SAID.get(name, set()), name
    assert COMPUTED[10].have(figures("117838")[0])


# ── does the guard see anything? ─────────────────────────────────────────────────────────────────


def slips(text, figure):
    """The text with a slip in one figure: a digit one higher, or two neighbours swapped."""
    places = [k for k in range(figure.start, figure.end) if text[k].isdigit()]
    for k in places:
        yield text[:k] + str((int(text[k]) + 1) % 10) + text[k + 1 :]
    for a, b in pairwise(places):
        if text[a] != text[b]:
            yield text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]


def slips_seen(number, every=1):
    """For each slip whether the guard sees it, by the number of significant digits."""
    guard = Guard(LESSONS[number].cells, LISTED.get(number, ()))
    seen = {}
    for place, text in guard.texts.items():
        for figure in figures(text)[::every]:
            for slipped in slips(text, figure):
                wrong = any(not e.true for e in equations(slipped))
                seen.setdefault(min(figure.significant, 3), []).append(
                    wrong or bool(guard.missing(place, slipped))
                )
    return seen


def test_most_slips_are_seen():
    """Of all slips 0.64 are seen in one significant digit, 0.84 in two, 0.96 in three or more.

    What isn't seen has become another number of the same section, such as 0.9 for 0.99.
    """
    seen = {}
    for number in LESSONS:
        for digits, found in slips_seen(number, every=3).items():
            seen.setdefault(digits, []).extend(found)
    assert np.mean(seen[1]) > 0.6
    assert np.mean(seen[2]) > 0.8
    assert np.mean(seen[3]) > 0.92


@pytest.mark.parametrize(
    ("lesson", "right", "wrong"),
    [
        (1, "= 0.91$", "= 0.19$"),
        (2, "526", "562"),
        (3, r"3.16\,\eta", r"3.61\,\eta"),
        (3, "43 %", "34 %"),
        (3, "0.324", "0.342"),
        (4, r"4 \cdot 10^{-9}", r"4 \cdot 10^{-8}"),
        (5, "1 751", "1 715"),
        (6, "= 0.0125$", "= 0.0152$"),
        (7, r"10^{-14}", r"10^{-12}"),
        (8, "101 770", "107 170"),
        (9, "0.1754", "0.1745"),
        (10, "117 838", "117 383"),
        (10, "18 are true", "81 are true"),
    ],
)
def test_a_known_slip_is_seen(lesson, right, wrong):
    if lesson not in LESSONS:
        pytest.skip(f"lesson {lesson} is left out")
    guard = Guard(LESSONS[lesson].cells, LISTED.get(lesson, ()))
    cells = [cell.source for cell in LESSONS[lesson].cells if cell.cell_type == "markdown"]
    assert any(right in source for source in cells)
    changed = [
        nbformat.from_dict({**cell, "source": cell.source.replace(right, wrong)})
        if cell.cell_type == "markdown"
        else cell
        for cell in LESSONS[lesson].cells
    ]
    assert guard.all_missing() == []
    slipped = Guard(changed, LISTED.get(lesson, ())).all_missing()
    sums = [e for c in changed if c.cell_type == "markdown" for e in equations(plain(c.source))]
    assert slipped or not all(e.true for e in sums)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$3.16\\,\\eta$", 3.16),
        ("10⁻⁸", 1e-8),
        ("$10^{-8}$", 1e-8),
        ("2.8·10⁵", 2.8e5),
        (r"$2.8 \cdot 10^{5}$", 2.8e5),
        ("1e-6", 1e-6),
        ("4 000", 4000),
        (r"$4\,000$", 4000),
        ("10_000", 10000),
        ("−0.306", -0.306),
        ("43 %", 43),
        (r"$1/\sqrt{10}$", 10),
        (r"$\frac{1}{12}$", 12),
        ("0.9¹⁰", 0.9),
    ],
)
def test_a_figure_is_read_in_every_spelling(text, value):
    assert figures(plain(text))[0].value == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "lesson 10",
        "(3.10)",
        "in 2012",
        "(Polyak, 1964)",
        "$\\theta_{10}$",
        "float64",
        "A12",
        "7 or 8",
    ],
)
def test_what_is_no_figure_is_left_alone(text):
    assert figures(plain(text)) == []


@pytest.mark.parametrize(
    ("figure", "code", "outputs", "known"),
    [
        ("3.16", [], [3.1623], True),
        ("3.61", [], [3.1623], False),
        ("3.16", [3.1623], [], False),  # code isn't rounded
        ("0.5", [], [0.48], False),  # nor is a single digit
        ("−3.16", [], [3.16], False),
        ("3.16", [], [-3.16], True),
        ("43 %", [], [0.4312], True),
        ("43", [], [0.4312], False),
    ],
)
def test_a_figure_counts_as_computed_if_it_is_a_rounded_output(figure, code, outputs, known):
    (figure,) = figures(plain(figure))
    assert Numbers(np.array(code), np.array(outputs)).have(figure) == known


@pytest.mark.parametrize(
    ("text", "true"),
    [
        (r"$\ln 10^4 / \ln(1/0.9) = 87$", [True]),
        (r"$\ln 10^4 / \ln(1/0.9) = 78$", [False]),
        ("$19/21 \\approx 0.905$", [True]),
        ("1/√(1 − 0.99) = 1/√0.01 = 10", [True, True]),
        ("(which is $2/100 = 0.02$)", [True]),
        ("0.9⁵⁰ = 0.5 %", [True]),
        (r"$\beta \cdot 0.4 + 0.1 = 3$", []),  # β isn't known
        ("η = 0.1 and κ = 100", []),
    ],
)
def test_arithmetic_is_worked_out(text, true):
    assert [e.true for e in equations(plain(text))] == true
