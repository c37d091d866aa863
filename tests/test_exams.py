"""Exams: as many points as asked for, in the time there is, with keys that are right."""

import random
import re

import pytest

from rmsprop_lesson import questions
from rmsprop_lesson.course import commands as command
from rmsprop_lesson.course import exams


def points(tasks):
    return sum(task.points for task in tasks)


def minutes(tasks):
    each = {exams.CHOICE: exams.CHOICE_MINUTES, exams.NUMBER: exams.NUMBER_MINUTES}
    return sum(each[task.points] for task in tasks)


@pytest.mark.parametrize(("total", "time"), [(1, 2), (10, 20), (20, 45), (30, 60), (49, 90)])
def test_points_add_up_and_there_is_time(total, time):
    for tasks in exams.draw(total, time):
        assert points(tasks) == total
        assert minutes(tasks) <= time


def test_variants_have_the_same_questions_in_another_order_with_other_numbers():
    a, b, *_ = exams.draw(20, 45, seed=1)
    assert {t.text for t in a if t.choices} == {t.text for t in b if t.choices}
    assert [t.text for t in a] != [t.text for t in b]
    numbers = [{t.text for t in tasks if not t.choices} for tasks in (a, b)]
    assert len(numbers[0]) == len(numbers[1]) >= 3
    assert numbers[0] != numbers[1]


def test_the_key_names_the_right_choice():
    bank = {q.question: q for q in questions.everything().values()}
    for tasks in exams.draw(31, 60, seed=2):
        for task in (t for t in tasks if t.choices):
            right = next(c for c in bank[task.text].choices if c.right)
            assert task.choices["abcd".index(task.answer)] == right.text
            assert task.why == right.feedback


@pytest.mark.parametrize("make", exams.DRAWN, ids=lambda make: make.__name__)
def test_drawn_numbers_are_many_and_the_way_in_the_key_leads_to_the_answer(make):
    drawn = [make(random.Random(seed)) for seed in range(40)]
    assert len({text for text, *_ in drawn}) >= 4
    for _, answer, why in drawn:
        last = float(re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", why)[-1])
        assert last == pytest.approx(answer, rel=1e-3)


def test_drawn_answers_by_the_formulas():
    """By hand: what the text of each task says, worked with the published formulas."""
    for seed in range(20):
        luck = random.Random(seed)
        text, step, _ = exams.first_step(luck)
        eta, beta = (float(re.search(rf"{name} = ([\d.]+\d)", text)[1]) for name in "ηβ")
        assert step == pytest.approx(eta / (1 - beta) ** 0.5)
        text, theta, _ = exams.second_position(luck)
        eta, beta, x = (float(re.search(rf"{n} = ([\d.]*\d)", text)[1]) for n in ("η", "β", "θ₀"))
        S = 0.0
        for _ in range(2):
            S = beta * S + (1 - beta) * x**2
            x -= eta * x / S**0.5
        assert theta == pytest.approx(x)
        text, share, _ = exams.weight_left(luck)
        beta, n = (
            float(re.search(r"β = ([\d.]*\d)", text)[1]),
            int(re.search(r"last (\d)", text)[1]),
        )
        assert share == pytest.approx(100 * (1 - beta**n))


def test_the_same_seed_gives_the_same_exam_and_another_seed_another():
    assert exams.draw(20, 45, seed=3) == exams.draw(20, 45, seed=3)
    assert exams.draw(20, 45, seed=3) != exams.draw(20, 45, seed=4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"points": 200}, "points must be at most"),
        ({"points": 0}, "points"),
        ({"points": 20, "minutes": 10}, "minutes must be at least"),
        ({"variants": 5}, "variants"),
    ],
)
def test_an_impossible_exam_is_refused_before_anything_is_written(tmp_path, options, words):
    with pytest.raises(ValueError, match=words):
        exams.write(tmp_path / "exam", **options)
    assert not (tmp_path / "exam").exists()


def test_the_command_writes_papers_without_and_keys_with_answers(tmp_path, capsys):
    command.main(["exam", "--out", str(tmp_path), "--points", "12", "--minutes", "30"])
    assert capsys.readouterr().out.startswith("5 files")
    drawn = exams.draw(12, 30)
    key = (tmp_path / "exam_keys.html").read_text(encoding="utf-8")
    for letter, tasks in zip("ABCD", drawn, strict=True):
        paper = (tmp_path / f"exam_{letter}.html").read_text(encoding="utf-8")
        assert paper.count('class="task"') == len(tasks)
        assert f"Variant {letter}" in paper
        assert all(task.why not in paper for task in tasks)
        assert all(task.answer in key for task in tasks)


def test_code_in_a_question_is_printed_as_code(tmp_path):
    pages = exams.write(tmp_path, points=49, minutes=90)  # all that the bank has, or nearly
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert "<code>" in text
    assert "`" not in text
