"""The questions of the course, read from ``lesson_NN.yaml`` and checked on the way in."""

import math
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
FEWEST, MOST = 3, 5  # questions in a quiz
CHOICES = (2, 4)  # fewest and most
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class QuestionError(ValueError):
    """A question is unknown, or its YAML file is not as it should be; the message says where."""


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from, and what to say to it."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Wrong:
    """A typical wrong number, and what to say to it."""

    number: float
    feedback: str


@dataclass(frozen=True)
class Question:
    """A question with choices, or one that asks for a number.

    Attributes
    ----------
    id : str
        In kebab-case, unique over the course.
    question : str
        Plain text; what stands between backticks is code.
    choices : tuple of Option
        Empty if a number is asked for.
    number, tolerance : float or None
        The right number, and how far from it an answer may lie.
    unit : str
    computed : str
        A Python expression for the number, which a test evaluates.
    feedback : str
        What to say to the right number.
    wrong : tuple of Wrong
    otherwise : str
        What to say to any other number.
    """

    id: str
    question: str
    choices: tuple[Option, ...] = ()
    number: float | None = None
    tolerance: float | None = None
    unit: str = ""
    computed: str = ""
    feedback: str = ""
    wrong: tuple[Wrong, ...] = ()
    otherwise: str = ""

    def is_right(self, given):
        """Tell whether an answer is right.

        Parameters
        ----------
        given : int or float
            The position of a choice (from 0), or the number.
        """
        if self.choices:
            return given in range(len(self.choices)) and self.choices[int(given)].right
        return within(given, self.number, self.tolerance)

    def meant(self, given):
        """Read an answer as a learner writes it.

        Parameters
        ----------
        given : str, int or float
            A letter or the text of a choice; a number, also with a comma, ×10⁻³ as e-3, or a unit.

        Returns
        -------
        int, float or None
            What `is_right` takes; None if it is no answer.
        """
        if isinstance(given, bool) or not isinstance(given, int | float | str):
            return None
        if isinstance(given, int | float):
            return given if not self.choices or given in range(len(self.choices)) else None
        text = given.strip()
        if self.choices:
            texts = [choice.text for choice in self.choices]
            letters = dict(zip("abcd", range(len(texts)), strict=False))
            letter = re.match(r"([a-d])(?:\W|$)", text.casefold())
            return texts.index(text) if text in texts else letters.get(letter and letter[1])
        number = re.search(r"[-−+]?\d+(?:[.,]\d+)?(?:e[-+]?\d+)?", text, re.IGNORECASE)
        return float(number[0].replace("−", "-").replace(",", ".")) if number else None

    def reply(self, value):
        """Return what was answered, and what to say to it: two texts.

        Parameters
        ----------
        value : int or float
            As for `is_right`.
        """
        if self.choices:
            return self.choices[int(value)].text, self.choices[int(value)].feedback
        if within(value, self.number, self.tolerance):
            return f"{self.number:g} {self.unit}".strip(), self.feedback
        typical = [wrong for wrong in self.wrong if within(value, wrong.number, self.tolerance)]
        if not typical:
            return "another number", self.otherwise
        nearest = min(typical, key=lambda wrong: abs(value - wrong.number))
        return f"{nearest.number:g} {self.unit}".strip(), nearest.feedback

    def plain(self):
        """Return what the browser needs, as plain JSON."""
        if self.choices:
            choices = [
                {"text": c.text, "feedback": c.feedback, "right": c.right} for c in self.choices
            ]
            return {"id": self.id, "question": self.question, "choices": choices}
        return {
            "id": self.id,
            "question": self.question,
            "number": self.number,
            "tolerance": self.tolerance,
            "unit": self.unit,
            "feedback": self.feedback,
            "wrong": [{"number": w.number, "feedback": w.feedback} for w in self.wrong],
            "otherwise": self.otherwise,
        }


def within(value, number, tolerance):
    """Tell whether `value` is `number` up to `tolerance`, with a hair for rounding."""
    return abs(value - number) <= tolerance + 1e-9 * max(abs(number), tolerance)


@dataclass(frozen=True)
class Lesson:
    """All questions of a lesson.

    Attributes
    ----------
    number : int
    predictions : dict of str to Question
    quiz : tuple of Question
    """

    number: int
    predictions: dict
    quiz: tuple[Question, ...]


def lesson(number):
    """Return the questions of one lesson.

    Parameters
    ----------
    number : int
        As in the name of the notebook: 3 for ``03_rmsprop_mathematics``.

    Raises
    ------
    QuestionError
        If the lesson has no file, or the file is not as it should be.
    """
    if isinstance(number, bool) or not isinstance(number, int) or number not in _files():
        have = ", ".join(map(str, _files()))
        raise QuestionError(
            f"there are no questions for lesson {number!r}; lessons with some: {have}"
        )
    path = _files()[number]
    return _read(number, path, path.stat().st_mtime_ns)


def lessons():
    """Return the questions of all lessons, by number.

    Raises
    ------
    QuestionError
        If a file is not as it should be, or an id occurs twice.
    """
    found, owner = {}, {}
    for number, path in _files().items():
        found[number] = lesson(number)
        for name in [*found[number].predictions, *(q.id for q in found[number].quiz)]:
            if name in owner:
                raise QuestionError(
                    f"{path.name}: the id {name!r} is taken by {owner[name]}; ids must be unique "
                    "over the course"
                )
            owner[name] = path.name
    return found


def review(number):
    """Return three questions of earlier lessons, to be asked again at the beginning of one.

    Two come from the quiz two lessons back, one from the quiz five lessons back; in the first
    lessons, from the earliest that there is, another one each time.

    Parameters
    ----------
    number : int
        Of the lesson that begins, at least 2: the first lesson has its warm-up in lesson 0.

    Returns
    -------
    tuple of Question
        Each with an id of its own, so that it is asked anew.

    Raises
    ------
    QuestionError
        If there is no earlier lesson, or a file is not as it should be.
    """
    lesson(number)
    if number < 2:
        raise QuestionError(f"lesson {number} has no earlier lesson to review")
    near, far = (lesson(max(number - back, 0)).quiz for back in (2, 5))
    chosen = [near[0], near[1], far[(min(number - 5, 0) - 1) % len(far)]]
    return tuple(replace(q, id=f"{q.id}-before-{number}") for q in chosen)


def prediction(name):
    """Return the prediction of this name, from whichever lesson.

    Raises
    ------
    QuestionError
        If there is none, or a file that mentions it is not as it should be.
    """
    for number, path in _files().items():
        mentioned = isinstance(name, str) and f"{name}:" in path.read_text(encoding="utf-8")
        if mentioned and name in (predictions := lesson(number).predictions):
            return predictions[name]
    names = []
    for number in _files():
        with suppress(QuestionError):  # a slip in another lesson's file is no help here
            names += lesson(number).predictions
    close = get_close_matches(str(name), names, n=3, cutoff=0.5) or names
    raise QuestionError(f"no prediction is called {name!r}; there are {', '.join(close)}")


def everything():
    """Return every prediction and quiz question of the course by its id, in the lessons' order."""
    found = {}
    for entry in lessons().values():
        found |= entry.predictions | {question.id: question for question in entry.quiz}
    return found


def _files():
    """The lessons' YAML files by number."""
    return {int(path.stem[-2:]): path for path in sorted(FOLDER.glob("lesson_[0-9][0-9].yaml"))}


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Refuses a key that is given twice, of which YAML would silently keep the last."""


def _mapping(loader, node):
    seen = set()
    for key, _ in node.value:
        if key.value in seen:
            raise QuestionError(f"line {key.start_mark.line + 1}: {key.value!r} is given twice")
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


@lru_cache(maxsize=64)
def _read(number, path, _changed):
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # a SafeLoader's child
        return _lesson(number, content)
    except yaml.YAMLError as error:
        raise QuestionError(f"{path.name} is no YAML: {error}") from None
    except QuestionError as error:
        raise QuestionError(f"{path.name}, {error}") from None


def _lesson(number, content):
    _fields("the file", content, required=(), optional=("predictions", "quiz"))
    predictions = content.get("predictions") or {}
    _require(isinstance(predictions, dict), "predictions", "must be names with their questions")
    quiz = content.get("quiz") or []
    _require(isinstance(quiz, list), "quiz", "must be a list, each entry with a dash and an id")
    if quiz and not FEWEST <= len(quiz) <= MOST:
        raise QuestionError(f"quiz: must have {FEWEST} to {MOST} questions, has {len(quiz)}")
    return Lesson(
        number,
        {
            name: _question(f"prediction {name!r}", name, entry)
            for name, entry in predictions.items()
        },
        tuple(_quiz_question(i, entry) for i, entry in enumerate(quiz, start=1)),
    )


def _quiz_question(position, entry):
    _require(isinstance(entry, dict) and "id" in entry, f"quiz, question {position}", "needs an id")
    entry = dict(entry)
    name = entry.pop("id")
    return _question(f"quiz {name!r}", name, entry)


def _question(where, name, entry):
    _require(isinstance(name, str) and _KEBAB.fullmatch(name), where, "the id must be kebab-case")
    if isinstance(entry, dict) and "choices" in entry:
        _fields(where, entry, required=("question", "choices"))
        return Question(name, _text(where, entry, "question"), _choices(where, entry["choices"]))
    required = ("question", "number", "tolerance", "computed", "feedback", "otherwise")
    _fields(where, entry, required=required, optional=("unit", "wrong"))
    return _numeric(where, name, entry)


def _choices(where, entries):
    fewest, most = CHOICES
    _require(isinstance(entries, list), where, "choices must be a list")
    if not fewest <= len(entries) <= most:
        raise QuestionError(f"{where}: must have {fewest} to {most} choices, has {len(entries)}")
    choices = []
    for i, entry in enumerate(entries, start=1):
        here = f"{where}, choice {i}"
        _fields(here, entry, required=("text", "feedback"), optional=("right",))
        right = entry.get("right", False)
        _require(isinstance(right, bool), here, "right must be true or left out")
        choices.append(Option(_text(here, entry, "text"), _text(here, entry, "feedback"), right))
    right = sum(choice.right for choice in choices)
    _require(right == 1, where, f"exactly one choice must have right: true, {right} have")
    texts = {choice.text for choice in choices}
    _require(len(texts) == len(choices), where, "two choices have the same text")
    return tuple(choices)


def _numeric(where, name, entry):
    number, tolerance = _number(where, entry, "number"), _number(where, entry, "tolerance")
    _require(tolerance >= 0, where, f"tolerance must be 0 or more, is {tolerance:g}")
    wrong = []
    for i, slip in enumerate(entry.get("wrong") or (), start=1):
        here = f"{where}, wrong number {i}"
        _fields(here, slip, required=("number", "feedback"))
        value = _number(here, slip, "number")
        _require(not within(value, number, tolerance), here, f"{value:g} counts as right")
        wrong.append(Wrong(value, _text(here, slip, "feedback")))
    texts = {key: _text(where, entry, key) for key in ("question", "feedback", "otherwise")}
    computed = str(entry["computed"]).strip()
    _require(computed != "", where, "computed is empty; it must be a Python expression")
    unit = _text(where, entry, "unit") if "unit" in entry else ""
    numbers = {"number": number, "tolerance": tolerance, "computed": computed, "unit": unit}
    return Question(name, **texts, **numbers, wrong=tuple(wrong))


def _fields(where, entry, required, optional=()):
    allowed = ", ".join([*required, *optional])
    _require(isinstance(entry, dict), where, f"must have the fields {allowed}")
    for key in entry:
        _require(key in (*required, *optional), where, f"unknown field {key!r}; allowed: {allowed}")
    missing = [key for key in required if key not in entry]
    hint = " (or choices)" if "number" in missing else ""
    _require(not missing, where, f"lacks {', '.join(missing)}{hint}")


def _text(where, entry, key):
    value = entry[key]
    if not isinstance(value, str):
        raise QuestionError(f"{where}: {key} must be a text, got {value!r}; put it in quotes")
    _require(value.strip() != "", where, f"{key} is empty")
    return value.strip()


def _number(where, entry, key):
    value = entry[key]
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # YAML reads 1e-8 as text
    except (TypeError, ValueError):
        number = math.nan
    _require(math.isfinite(number), where, f"{key} must be a number, got {value!r}")
    return number


def _require(condition, where, problem):
    if not condition:
        raise QuestionError(f"{where}: {problem}")
