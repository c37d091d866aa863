"""Every question of the course is well formed and right, and shows itself everywhere."""

import json
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest

import rmsprop_lesson
from rmsprop_lesson import Valley, plots, predict, questions, quiz
from rmsprop_lesson.course.questions import Option, Question, QuestionError, Wrong, ask, bank
from rmsprop_lesson.course.questions.widgets import Quiz

LESSONS = questions.lessons()
ALL = [q for lesson in LESSONS.values() for q in (*lesson.predictions.values(), *lesson.quiz)]

ZIGZAG = Question(
    "which-zigzag",
    "Which one, if `beta` is <0.9?",
    (Option("θ₁", "No, it is long."), Option("θ₂", "It is steep.", right=True)),
)
FIRST = Question(
    "how-long-first",
    "How long is it?",
    number=3.162,
    tolerance=0.1,
    unit="η",
    computed="10**0.5",
    feedback="Yes: 1/√0.1.",
    wrong=(Wrong(1, "Not before S has filled."),),
    otherwise="S₁ is a tenth of g².",
)


# ── the course's own questions ───────────────────────────────────────────────────────────────────


def _namespace():
    """NumPy as np, and everything in the package, its modules too."""
    return {"np": np} | {name: getattr(rmsprop_lesson, name) for name in dir(rmsprop_lesson)}


def _decimals(number):
    """How many decimals a number is written with: 3.162 has 3, 87.0 none."""
    text = repr(number)
    return 0 if text.endswith(".0") else len(text.partition(".")[2])


@pytest.mark.parametrize("question", [q for q in ALL if not q.choices], ids=lambda q: q.id)
def test_the_package_computes_the_number_that_counts_as_right(question):
    value = float(eval(question.computed, _namespace()))
    near = abs(value - question.number) <= 0.01 * question.tolerance
    rounded = round(value, _decimals(question.number)) == question.number
    assert near or rounded, f"{question.computed} is {value}, not {question.number}"
    assert question.is_right(value)


def test_the_right_choice_is_not_always_in_the_same_place():
    """Someone who always takes the first, or the longest, must not come far."""
    choices = [q.choices for q in ALL if q.choices]
    first = np.mean([c[0].right for c in choices])
    longest = np.mean([max(c, key=lambda choice: len(choice.text)).right for c in choices])
    assert 0.1 < first < 0.6
    assert longest < 0.65


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


def test_answers_are_judged():
    assert [ZIGZAG.is_right(i) for i in (-1, 0, 1, 2)] == [False, False, True, False]
    assert [FIRST.is_right(x) for x in (3.062, 3.162, 3.262, 3.061, 3.263, -3.162)] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_a_given_answer_is_recorded_and_a_skip_is_not(monkeypatch, tmp_path):
    monkeypatch.setenv("RMSPROP_LESSON_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr("rmsprop_lesson.course.progress._memory", {})
    from rmsprop_lesson.course.progress import done

    prediction = ask(ZIGZAG, "a result")
    prediction.settings = prediction.settings | {"skipped": True}
    assert not prediction.done
    assert done()["predictions"] == {}
    prediction.settings = prediction.settings | {"given": 0}  # a wrong one is a prediction too
    assert prediction.done
    assert done()["predictions"] == {"which-zigzag": True}

    test = Quiz(3, (ZIGZAG, FIRST))
    test.settings = test.settings | {"given": {"which-zigzag": 1, "how-long-first": 1}}
    assert test.score == 1
    assert done()["quizzes"] == {"3": 1}
    test.settings = test.settings | {"given": {"which-zigzag": 0, "how-long-first": 3.2}}
    test.settings = test.settings | {"given": {"which-zigzag": 1, "how-long-first": 3.2}}
    assert done()["quizzes"] == {"3": 2}


# ── what is shown ────────────────────────────────────────────────────────────────────────────────


def _shown(widget):
    return widget._repr_mimebundle_()


def test_a_picture_stays_out_of_the_html_and_out_of_the_text():
    picture = plots.paths(Valley(condition=10))
    data, metadata = _shown(ask(ZIGZAG, picture))
    assert data["image/png"] == picture._repr_mimebundle_()[0]["image/png"]
    assert metadata["image/png"]["alt"] == picture.alt
    assert picture.alt in data["text/plain"]
    assert '<div class="rmsprop-reveal" data-picture></div>' in data["text/html"]
    assert "base64" not in data["text/html"]
    assert picture.alt in unescape(data["text/html"])


def test_the_living_widget_gets_the_picture_with_its_text():
    picture = plots.paths(Valley(condition=10))
    living = ask(ZIGZAG, picture).reveal
    assert living.startswith('<div class="rmsprop-reveal" data-picture><img ')
    assert picture._repr_mimebundle_()[0]["image/png"] in living
    assert f'alt="{picture.alt}"' in unescape(living)


@pytest.mark.parametrize("reveal", ["loss < 0.1\nend", pd.DataFrame({"η": [0.1, 1]})])
def test_texts_and_tables_are_in_the_html(reveal):
    widget = ask(FIRST, reveal)
    data, metadata = _shown(widget)
    inner = "loss &lt; 0.1\nend" if isinstance(reveal, str) else reveal._repr_html_()
    assert "image/png" not in data
    assert metadata == {}
    assert inner in data["text/html"]
    assert inner in widget.reveal
    assert str(reveal) in data["text/plain"]


def test_the_placeholder_holds_the_settings_and_a_readable_question():
    data, _ = _shown(ask(ZIGZAG, "x"))
    html = data["text/html"]
    kind, settings = re.match(
        r'<div class="rmsprop-explorer" data-explorer="(\w+)" data-settings="([^"]*)">', html
    ).groups()
    assert kind == "prediction"
    assert json.loads(unescape(settings)) == {
        "question": ZIGZAG.plain(),
        "given": None,
        "skipped": False,
    }
    assert "<code>beta</code> is &lt;0.9?" in html
    asked, folded = html[html.index("<p>") :].split("<details>")
    assert "<li>θ₂</li>" in asked
    assert "It is steep." not in asked
    assert "✓ Right: <em>θ₂</em> It is steep." in folded
    assert "  b) θ₂" in data["text/plain"]


def test_a_quiz_shows_all_questions_and_folds_the_answers():
    data, _ = _shown(Quiz(3, (ZIGZAG, FIRST)))
    assert data["text/html"].count("<details><summary>Answer</summary>") == 2
    assert "<strong>2.</strong> How long is it?" in data["text/html"]
    assert "2. How long is it?\n  (a number, in units of η)" in data["text/plain"]
    assert "3.162" not in data["text/plain"]


def test_the_output_is_the_same_every_time():
    name = next(iter(LESSONS[0].predictions))
    first, second = (_shown(predict(name, "x"))[0] for _ in range(2))
    assert [first[k] for k in ("text/html", "text/plain")] == [
        second[k] for k in ("text/html", "text/plain")
    ]
    assert LESSONS[0].quiz[0].question in _shown(quiz(0))[0]["text/plain"]


# ── mistakes of those who use it ─────────────────────────────────────────────────────────────────


def test_an_unknown_prediction_is_answered_with_a_similar_name():
    name = next(iter(LESSONS[0].predictions))
    with pytest.raises(QuestionError, match=rf"no prediction is called '{name}x'.*{name}"):
        predict(f"{name}x", "y")
    with pytest.raises(QuestionError, match="no prediction is called 3"):
        predict(3, "y")


@pytest.mark.parametrize("number", [99, "3", True, None])
def test_an_unknown_lesson_is_answered_with_those_that_there_are(number):
    with pytest.raises(QuestionError, match=r"no questions for lesson.*with some: 0"):
        quiz(number)


def test_a_result_that_shows_nothing_is_refused():
    with pytest.raises(TypeError, match=r"reveal must be a Picture, a DataFrame or a str.*got int"):
        ask(ZIGZAG, 3)


# ── mistakes of those who write it ───────────────────────────────────────────────────────────────

CHOICES = """
  zigzag:
    question: Which?
    choices:
      - {text: a, feedback: no}
      - {text: b, feedback: yes it is, right: true}
"""
NUMBER = """
  length:
    question: How long?
    number: 3.162
    tolerance: 0.1
    computed: 10**0.5
    feedback: yes it is
    wrong:
      - {number: 1, feedback: too short}
    otherwise: no
"""


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(bank, "FOLDER", tmp_path)
    return tmp_path


def _predictions(text):
    return "predictions:" + text.replace("feedback: no}", 'feedback: "no"}').replace(
        "otherwise: no", 'otherwise: "no"'
    )


def test_a_good_file_is_read(folder):
    (folder / "lesson_03.yaml").write_text(_predictions(CHOICES + NUMBER), encoding="utf-8")
    lesson = questions.lesson(3)
    assert [choice.right for choice in lesson.predictions["zigzag"].choices] == [False, True]
    assert lesson.predictions["length"].wrong == (Wrong(1.0, "too short"),)
    assert lesson.quiz == ()
    assert questions.prediction("length").number == 3.162
    with pytest.raises(QuestionError, match=r"lesson 3 has no quiz in lesson_03.yaml"):
        quiz(3)


def test_small_numbers_may_be_written_as_python_writes_them(folder):
    text = _predictions(NUMBER).replace("3.162", "1e-8")  # to YAML, a text
    (folder / "lesson_03.yaml").write_text(text.replace("number: 1,", "number: 1e3,"))
    assert questions.prediction("length").number == 1e-8


def test_a_file_that_changes_is_read_again(folder):
    path = folder / "lesson_03.yaml"
    path.write_text(_predictions(CHOICES), encoding="utf-8")
    assert questions.prediction("zigzag").question == "Which?"
    path.write_text(_predictions(CHOICES).replace("Which?", "Which one?"), encoding="utf-8")
    assert questions.prediction("zigzag").question == "Which one?"


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (CHOICES, ", right: true", "", "zigzag': exactly one choice must have right: true, 0 have"),
        (CHOICES, "feedback: no", "right: true, feedback: no", "exactly one choice .* 2 have"),
        (CHOICES, "right: true", "right: maybe", "choice 2: right must be true or left out"),
        (CHOICES, "text: b, feedback: yes it is", "text: b", "choice 2: lacks feedback"),
        (CHOICES, "feedback: yes it is", "feedback: ' '", "choice 2: feedback is empty"),
        (CHOICES, "text: a", "text: 25.0", "text must be a text, got 25.0; put it in quotes"),
        (CHOICES, "text: a", "text: b", "two choices have the same text"),
        (CHOICES, "{text: b, feedback: yes it is, right: true}", "3", "choice 2: must have the"),
        (CHOICES, "      - {text: a, feedback: no}\n", "", "must have 2 to 4 choices, has 1"),
        (CHOICES, "zigzag", "zig zag", "prediction 'zig zag': the id must be kebab-case"),
        (CHOICES, "    question: Which?\n", "", "lacks question"),
        (CHOICES, "question:", "qestion:", "unknown field 'qestion'; allowed: question, choices"),
        (
            CHOICES,
            "    choices",
            "    question: W?\n    choices",
            "line 4: 'question' is given twi",
        ),
        (CHOICES, "choices:", "choices: [", "is no YAML: "),
        (NUMBER, "    tolerance: 0.1\n", "", "prediction 'length': lacks tolerance"),
        (NUMBER, "    computed: 10**0.5\n", "", "lacks computed"),
        (NUMBER, "    number: 3.162\n", "", r"lacks number \(or choices\)"),
        (NUMBER, "computed: 10**0.5", "computed: ''", "computed is empty"),
        (NUMBER, "tolerance: 0.1", "tolerance: -1", "tolerance must be 0 or more, is -1"),
        (NUMBER, "number: 3.162", "number: true", "number must be a number, got True"),
        (NUMBER, "number: 3.162", "number: three", "number must be a number, got 'three'"),
        (NUMBER, "number: 1,", "number: 3.2,", "wrong number 1: 3.2 counts as right"),
    ],
)
def test_a_slip_is_named_with_file_id_and_what_is_allowed(folder, text, old, new, message):
    assert old in text
    (folder / "lesson_03.yaml").write_text(_predictions(text.replace(old, new)), encoding="utf-8")
    with pytest.raises(QuestionError, match=f"^lesson_03.yaml.*{message}"):
        questions.lesson(3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "the file: must have the fields predictions, quiz"),
        ("quizz: []", "unknown field 'quizz'"),
        ("predictions: [1]", "predictions: must be names with their questions"),
        ("quiz: {a: 1}", "quiz: must be a list"),
        ("quiz: [{id: a}]", "quiz: must have 3 to 5 questions, has 1"),
        ("quiz: [{}, {}, {}]", "quiz, question 1: needs an id"),
    ],
)
def test_the_file_as_a_whole_is_looked_at(folder, text, message):
    (folder / "lesson_03.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(QuestionError, match=message):
        questions.lesson(3)


def test_an_id_is_used_once_in_the_course(folder):
    for number in (3, 4):
        (folder / f"lesson_0{number}.yaml").write_text(_predictions(CHOICES), encoding="utf-8")
    with pytest.raises(QuestionError, match=r"lesson_04.yaml: the id 'zigzag' is taken by lesson_"):
        questions.lessons()


def test_a_slip_in_one_lesson_leaves_the_others_alone(folder):
    (folder / "lesson_03.yaml").write_text(_predictions(CHOICES), encoding="utf-8")
    (folder / "lesson_02.yaml").write_text("predictions: [", encoding="utf-8")
    assert questions.prediction("zigzag").question == "Which?"
    with pytest.raises(QuestionError, match="no prediction is called 'zag'; there are zigzag"):
        questions.prediction("zag")


# ── asked again ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", [n for n in questions.lessons() if n >= 2])
def test_a_lesson_begins_with_three_questions_of_earlier_ones(number):
    asked = bank.review(number)
    earlier = [q for n, lesson in questions.lessons().items() if n < number for q in lesson.quiz]
    assert len({q.question for q in asked}) == 3
    assert {q.question for q in asked} <= {q.question for q in earlier}
    assert {q.id for q in asked}.isdisjoint(q.id for q in earlier)  # they are asked anew


def test_a_review_counts_for_no_quiz(monkeypatch):
    monkeypatch.setenv("RMSPROP_LESSON_PROGRESS", "")
    monkeypatch.setattr("rmsprop_lesson.course.progress.place", lambda: None)
    monkeypatch.setattr("rmsprop_lesson.course.progress._memory", {})
    asked = questions.review(4)
    first = asked.questions[0]
    asked.settings = {**asked.settings, "given": {first.id: first.number or 0}}
    from rmsprop_lesson.course.progress import done

    assert done()["quizzes"] == {}


@pytest.mark.parametrize("number", [0, 1])
def test_the_first_lessons_have_nothing_to_review(number):
    with pytest.raises(QuestionError, match="no earlier lesson"):
        questions.review(number)
