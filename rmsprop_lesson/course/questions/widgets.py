"""Questions as widgets: alive with a kernel and on the site's pages, readable everywhere else."""

import re
from contextlib import suppress
from html import escape

from traitlets import Unicode

from .. import progress
from ..explorers.widget import Explorer
from . import bank

_LETTERS = "abcd"


def predict(name, reveal):
    """Ask for a prediction before showing a result.

    Parameters
    ----------
    name : str
        Of the question, as in the lessons' YAML files.
    reveal : Picture, DataFrame or str
        What appears after the answer, or after one click on "Skip, show me". Anything that shows
        itself as HTML will do as well.

    Returns
    -------
    Prediction
        Displays itself as the cell's result. It never waits for an answer.

    Raises
    ------
    QuestionError
        If there is no such question.
    TypeError
        If `reveal` is none of these.
    """
    return ask(bank.prediction(name), reveal)


def answer(name, given, reveal=None):
    """Take an answer that is handed in with the notebook, as the learner's edition asks for it.

    Parameters
    ----------
    name : str
        Of a prediction, a quiz question or a claim ("claim-a7").
    given : str
        A letter or a number; empty as long as there is no answer.
    reveal : object, optional
        What a prediction shows.

    Returns
    -------
    object or None
        `reveal` once there is an answer. Whether it is right isn't said.

    Raises
    ------
    QuestionError
        If there is no such question.
    ValueError
        If `given` is neither empty nor an answer.
    """
    question = find(name)
    wanted = "a number"
    if question.choices:
        *most, last = _LETTERS[: len(question.choices)]
        wanted = f"{', '.join(most)} or {last}"
    if isinstance(given, str) and not given.strip():
        print(f"Write {wanted} between the quotes, then run this cell again.")
        return None
    if question.meant(given) is None:
        raise ValueError(f"the answer to {name!r} must be {wanted}, got {given!r}")
    print("Noted.")
    return reveal


def find(name):
    """Return the prediction, the quiz question or the claim of this name.

    Raises
    ------
    QuestionError
        If there is none.
    """
    everything = bank.everything()
    name = re.sub(r"-before-\d+$", "", str(name))  # asked again in a later lesson
    if name in everything:
        return everything[name]
    if name.startswith("claim-"):
        from .. import court  # which needs this module

        with suppress(ValueError):
            return court.question(name.removeprefix("claim-").upper())
    raise bank.QuestionError(f"no question is called {name!r}")


def ask(question, reveal):
    """Like `predict`, for a `Question` that is not from the lessons' files."""
    return Prediction(question, reveal)


def quiz(lesson):
    """Ask the quiz of a lesson.

    Parameters
    ----------
    lesson : int

    Returns
    -------
    Quiz
        Displays itself as the cell's result.

    Raises
    ------
    QuestionError
        If there is no quiz for this lesson.
    """
    questions = bank.lesson(lesson).quiz
    if not questions:
        raise bank.QuestionError(f"lesson {lesson} has no quiz in lesson_{lesson:02}.yaml")
    return Quiz(lesson, questions)


def review(lesson):
    """Ask three questions of earlier lessons again.

    Parameters
    ----------
    lesson : int
        The lesson that begins, at least 2.

    Returns
    -------
    Review
        Displays itself as the cell's result.

    Raises
    ------
    QuestionError
        If there is no earlier lesson.
    """
    return Review(lesson, bank.review(lesson))


class Prediction(Explorer):
    """A question, and a result that appears after it was answered.

    Attributes
    ----------
    question : Question
    done : bool
        Whether an answer was given (skipping is none).
    """

    reveal = Unicode().tag(sync=True)  # the result as HTML, for the browser

    def __init__(self, question, reveal):
        result = _Result(reveal)
        settings = {"question": question.plain(), "given": None, "skipped": False}
        answer = _answer_html(question)
        folded = f"<details><summary>Answer</summary>{answer}{result.placeholder}</details>"
        still = f"{_asked_html('Predict.', question)}{folded}"
        description = f"{_asked_text('Predict:', question)}\n\n{result.text}"
        super().__init__("prediction", settings, still, description)
        self.question, self._result = question, result
        self.reveal = result.live
        self.observe(self._remember, "settings")

    def _remember(self, change):
        if self.done:
            progress.record("predictions", self.question.id)

    @property
    def done(self):
        return self.settings.get("given") is not None

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | self._result.image, metadata | self._result.metadata


class Quiz(Explorer):
    """The questions of a lesson's quiz.

    Attributes
    ----------
    lesson : int
    questions : tuple of Question
    score : int
        How many are answered right now.
    """

    def __init__(self, lesson, questions):
        settings = {"questions": [question.plain() for question in questions], "given": {}}
        parts, texts = [], []
        for i, question in enumerate(questions, start=1):
            answer = f"<details><summary>Answer</summary>{_answer_html(question)}</details>"
            parts.append(_asked_html(f"{i}.", question) + answer)
            texts.append(_asked_text(f"{i}.", question))
        super().__init__("quiz", settings, "".join(parts), "\n\n".join(texts))
        self.lesson, self.questions = lesson, questions
        self.observe(self._remember, "settings")

    def _remember(self, change):
        progress.record("quizzes", str(self.lesson), self.score)

    @property
    def score(self):
        given = self.settings.get("given", {})
        return sum(q.id in given and q.is_right(given[q.id]) for q in self.questions)


class Review(Quiz):
    """Questions of earlier lessons, asked again; they don't count for any quiz."""

    def _remember(self, change):
        pass


class _Result:
    """What a prediction reveals, in the forms that its output needs."""

    def __init__(self, reveal):
        self.image, self.metadata = {}, {}
        if isinstance(reveal, str):
            self._markup(f"<pre>{escape(reveal)}</pre>", reveal)
            return
        data, metadata = _mimebundle(reveal)
        if "image/png" in data:
            self._picture(data["image/png"], metadata.get("image/png", {}), repr(reveal))
        elif "text/html" in data:
            self._markup(data["text/html"], repr(reveal))
        else:
            raise TypeError(
                "reveal must be a Picture, a DataFrame or a str, or show itself as HTML, "
                f"got {type(reveal).__name__}"
            )

    def _markup(self, html, text):
        self.text = text
        self.placeholder = self.live = f'<div class="rmsprop-reveal">{html}</div>'

    # The PNG stays out of the stored HTML: its bytes depend on the machine. A page's builder puts
    # an image into the empty element, from the same output's image/png.
    def _picture(self, png, about, text):
        self.image, self.metadata = {"image/png": png}, {"image/png": about}
        self.text = text
        said = f"<p>What the picture shows: {escape(text)}</p>"
        self.placeholder = f'<div class="rmsprop-reveal" data-picture></div>{said}'
        source = f'src="data:image/png;base64,{png}" alt="{escape(text)}"'
        size = f'width="{about["width"]}" height="{about["height"]}"' if "width" in about else ""
        self.live = f'<div class="rmsprop-reveal" data-picture><img {source} {size}></div>'


def _mimebundle(reveal):
    """What an object shows in a notebook: data and metadata."""
    if hasattr(reveal, "_repr_mimebundle_"):
        shown = reveal._repr_mimebundle_()
        return shown if isinstance(shown, tuple) else (shown, {})
    if hasattr(reveal, "_repr_html_"):
        return {"text/html": reveal._repr_html_()}, {}
    return {}, {}


# ── where nothing is alive ───────────────────────────────────────────────────────────────────────


def _asked_text(head, question):
    lines = [f"{head} {question.question}"]
    if question.choices:
        lines += [f"  {a}) {c.text}" for a, c in zip(_LETTERS, question.choices, strict=False)]
    else:
        lines.append(f"  (a number{f', in units of {question.unit}' if question.unit else ''})")
    return "\n".join(lines)


def _asked_html(head, question):
    choices = "".join(f"<li>{_markup(choice.text)}</li>" for choice in question.choices)
    choices = choices and f"<ul>{choices}</ul>"
    return f"<p><strong>{head}</strong> {_markup(question.question)}</p>{choices}"


def _answer_html(question):
    if question.choices:
        return "".join(
            f"<p>{'✓ Right' if c.right else '✗ Wrong'}: <em>{_markup(c.text)}</em> "
            f"{_markup(c.feedback)}</p>"
            for c in question.choices
        )
    number = f"{question.number:g} {question.unit}".strip()
    wrong = "".join(f"<p>✗ Not {w.number:g}: {_markup(w.feedback)}</p>" for w in question.wrong)
    return f"<p>✓ <em>{escape(number)}</em> {_markup(question.feedback)}</p>{wrong}"


def _markup(text):
    """Plain text as HTML; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)).replace("\n", "<br>")
