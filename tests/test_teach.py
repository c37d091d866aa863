"""The teacher's guide: minutes add up, names exist, numbers are right, pages are up to date."""

import copy
import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml

import rmsprop_lesson
from rmsprop_lesson import checks, frameworks, questions, worksheets
from tests.bench import load
from tools import clock, lesson_map, lessons, plans, teaching

ROOT = Path(__file__).resolve().parents[1]
PLANS = {plan.name: plan for plan in plans.plans()}
NOTES = teaching.notes()
GUIDE = teaching.GUIDE.read_text(encoding="utf-8")
PROSE = " ".join(GUIDE.split())

each_plan = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
each_lesson = pytest.mark.parametrize("number", lessons.NOTEBOOKS)


def markdown(number):
    cells = lessons.notebook(number).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def listed(text):
    """The numbers in "3", "3 and 4", "1, 2 and 6", "3 to 9"."""
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    return set(range(numbers[0], numbers[1] + 1)) if " to " in text else set(numbers)


# ── plans ────────────────────────────────────────────────────────────────────────────────────────


@each_plan
def test_a_plan_fits_into_its_time_and_leaves_some_for_questions(plan):
    assert plan.minutes / 50 <= plan.minutes - plan.taken <= plan.minutes / 4


@each_lesson
def test_the_clock_gives_each_lesson_its_minutes(number):
    assert sum(clock.cells(number)) == pytest.approx(clock.minutes(number))
    for stretch in clock.stretches(number):
        assert clock.of_part(number, stretch.sections) == pytest.approx(stretch.minutes)
    said = [text for stretch in clock.stretches(number) for text in stretch.says]
    assert said == [part["text"] for part in NOTES[number]["say"]]


def test_an_exercise_that_is_left_out_takes_no_time():
    whole, part = (clock.of_part(3, [2], without) for without in ((), ("rmsprop_step",)))
    assert 2 < whole - part < whole


@each_plan
def test_the_page_shows_the_plan_with_its_clock(plan):
    table = GUIDE.partition(f"\n### {plan.name}\n")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| (\d+):(\d\d) \| \**(\d+)\** \|", table, re.MULTILINE)
    starts = [60 * int(hours) + int(minutes) for hours, minutes, _ in rows]
    lengths = [int(length) for *_, length in rows]
    assert starts == [sum(lengths[:i]) for i in range(len(lengths))]
    assert lengths[-1] == plan.minutes == sum(lengths[:-1])


def test_the_sessions_are_the_whole_course_in_order():
    taught = [(p.lesson, s) for plan in plans.sessions() for p in plan.parts for s in p.sections]
    assert taught == [(n, s) for n in lessons.NOTEBOOKS for s in lessons.sections(n)]
    assert all(plan.taken <= plan.minutes + 1 for plan in plans.sessions())


def test_sessions_are_as_even_as_they_can_be():
    fullest = max(sum(p.minutes for p in plan.parts if p.sections) for plan in plans.sessions())
    assert len(plans._cut(fullest - 2)) > len(plans.sessions())


def test_no_session_ends_with_questions_to_a_lesson_that_comes_next_time():
    for plan in plans.sessions():
        (*_, last) = [part for part in plan.parts if part.sections]
        assert last.sections[-1] not in plans.OPENING


def test_an_exam_ends_the_last_session_if_there_is_time_for_it(monkeypatch):
    close = next(entry["close"] for entry in plans.entries() if "close" in entry)
    taught = [part for part in plans.sessions()[-1].parts if part.sections]
    left = plans.sessions()[-1].minutes - sum(part.minutes for part in taught)
    for minutes, ends in [(left, [close["part"]]), (left + 1, [])]:
        plans.sessions.cache_clear()
        monkeypatch.setitem(close, "minutes", minutes)
        *others, last = plans.sessions()
        assert [part.name for part in last.parts if not part.sections] == ends
        assert all(part.sections for plan in others for part in plan.parts)
    plans.sessions.cache_clear()


@pytest.mark.parametrize("plan", [plan for plan in PLANS.values() if plan.minutes <= 90])
def test_a_short_plan_has_every_equation_that_it_mentions(plan):
    text = "\n".join(
        lessons.notebook(part.lesson).cells[place].source
        for part in plan.parts
        if part.lesson is not None
        for place in clock.places(part.lesson, part.sections, part.without)
    )
    mentioned = set(re.findall(r"(?<![\w.$])\((\d{1,2}\.[1-9]\d?)\)", text))
    assert mentioned <= set(re.findall(r"\\tag\{(\d+\.\d+)\}", text))


def test_all_lessons_together_take_what_the_guide_says():
    total = sum(map(clock.minutes, lessons.NOTEBOOKS))
    assert int(re.search(r"All lessons together take (\d+) minutes", PROSE)[1]) == total


# ── lesson by lesson ─────────────────────────────────────────────────────────────────────────────


def test_every_lesson_has_its_notes():
    assert set(lessons.NOTEBOOKS) <= set(NOTES)


@each_lesson
def test_a_class_takes_no_longer_than_somebody_alone(number):
    assert 0 < sum(p["minutes"] for p in NOTES[number]["say"]) <= lessons.minutes(number)


@each_lesson
def test_the_notes_name_sections_that_the_lesson_has(number):
    for part in NOTES[number]["say"]:
        for which in re.findall(r"[Ss]ections? (\d+(?:(?:, | and | to )\d+)*)", part["text"]):
            assert listed(which) <= set(lessons.sections(number))


@each_lesson
def test_every_exercise_has_its_place_and_every_name_exists(number):
    note = NOTES[number]
    named = [name for place in teaching.PLACES for name in note[place]]
    own = [e.name for e in checks.exercises().values() if e.lesson == number]
    assert sorted(set(named) & set(checks.exercises())) == sorted(own)
    assert len(named) == len(set(named))
    assert all(f"`{name}`" in teaching.lesson(number) for name in own)
    for question in re.findall(r"Question (\d)", " ".join(named)):
        assert re.search(rf"^(\*\*)?{question}\.", markdown(number), re.MULTILINE)


@each_lesson
def test_typical_mistakes_are_in_the_catalogue(number):
    for exercise, names in NOTES[number]["typical"].items():
        catalogue = checks.exercises()[exercise]
        assert catalogue.lesson == number
        assert set(names) <= set(catalogue.mistakes)
        assert len(names) >= 2
        for name in names:  # what the guide says that the check sees, it sees
            assert teaching.first_seen(catalogue, name)


def test_every_exercise_has_typical_mistakes():
    assert {e for note in NOTES.values() for e in note["typical"]} == {
        e.name for e in checks.exercises().values() if e.lesson is not None
    }


NAMES = {name: getattr(rmsprop_lesson, name) for name in dir(rmsprop_lesson)}
NUMBERS = [
    (number, written, str(code))
    for number, note in NOTES.items()
    for written, code in note["written"].get("numbers", {}).items()
]


@pytest.mark.parametrize(("number", "written", "code"), NUMBERS)
def test_the_package_computes_the_numbers_of_the_questions_on_paper(number, written, code):
    assert written in yaml.safe_dump(NOTES[number], allow_unicode=True, width=10**6).replace(
        code, ""
    )
    digits = re.search(r"−?\d+(?:\.(\d+))?", written)
    value = float(eval(code, {"np": np, "frameworks": frameworks, **NAMES}))
    places = len(digits[1] or "")
    assert round(value, places) == float(digits[0].replace("−", "-"))


@each_lesson
def test_a_board_fits_a_slide_and_is_described(number):
    lines = NOTES[number]["board"].rstrip().splitlines()
    assert max(map(len, lines)) <= 100
    assert len(lines) <= 12
    assert len(NOTES[number]["board_text"]) > 80


@each_lesson
def test_every_question_is_asked_with_all_its_replies(number):
    page = teaching.lesson(number)
    bank = questions.lesson(number)
    for question in [*bank.predictions.values(), *bank.quiz]:
        assert teaching.plain(question.question) in page
        replies = [choice.feedback for choice in question.choices]
        replies += [wrong.feedback for wrong in question.wrong]
        assert all(text in page for text in [*replies, question.feedback, question.otherwise])
    assert set(bank.predictions) <= set(teaching.asked_under(number))


def test_plain_text_is_shown_as_it_is():
    assert teaching.plain("a * b_c[0] < $1, `d * e`\nf") == r"a \* b\_c\[0\] \< \$1, `d * e` f"


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def test_the_pages_are_up_to_date():
    again = "run `python -m tools.teaching`"
    start = nbformat.read(lesson_map.START, as_version=4).cells
    assert lesson_map.renewed(copy.deepcopy(start)) == start, again
    assert teaching.PAGE.read_text(encoding="utf-8") == teaching.page(), again
    assert teaching.guide(GUIDE) == GUIDE, again


def test_the_command_writes_the_pages_and_the_map(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(teaching, "PAGE", tmp_path / "lessons.md")
    monkeypatch.setattr(teaching, "GUIDE", tmp_path / "guide.md")
    monkeypatch.setattr(teaching, "ROOT", tmp_path)
    monkeypatch.setattr(lesson_map, "START", Path(shutil.copy(lesson_map.START, tmp_path)))
    teaching.GUIDE.write_text(teaching.PLANS.sub("", GUIDE), encoding="utf-8")
    teaching.main()
    assert teaching.GUIDE.read_text(encoding="utf-8") == GUIDE
    assert teaching.PAGE.read_text(encoding="utf-8") == teaching.page()
    assert capsys.readouterr().out.startswith("lessons.md, the plans in guide.md")


@pytest.mark.parametrize("page", ["teach.md", "teach_lessons.md"])
def test_links_lead_somewhere_and_the_page_is_in_the_book(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    targets = set(re.findall(r"\]\(([^)#:]+)\)", text))
    assert targets
    assert all((ROOT / "docs" / target).exists() for target in targets)
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    assert f"docs/{page.removesuffix('.md')}" in files


# ── what the guide says of tools ─────────────────────────────────────────────────────────────────


def test_as_many_worksheets_as_the_guide_says():
    assert int(re.search(r"numbers for up to (\d+) learners", PROSE)[1]) == len(worksheets.sheets())


def test_the_memory_to_plan_follows_from_what_was_measured():
    found = re.findall(r"largest kernel (\d+) MiB, after \w+ (\d+) MiB", GUIDE)
    (kernel, mnist), (alone, crowd) = ((int(a), int(b)) for a, b in found)
    rows = re.findall(r"^(\w+) +(\d+) .* s +[\d.]+ +(\d+) MiB$", GUIDE, re.MULTILINE)
    assert all((ROOT / "notebooks" / f"{name}.ipynb").exists() for name, *_ in rows)
    assert sum(int(learners) for _, learners, _ in rows) == 30 + 30
    assert max(int(memory) for *_, memory in rows) == kernel
    assert int(rows[-1][2]) == alone == crowd
    assert {memory for name, _, memory in rows if name == load.MNIST} == {str(mnist), str(crowd)}
    assert max(mnist, crowd) <= load.MNIST_LIMIT
    totals = re.findall(r"all kernels and the server (\d+) MiB", GUIDE)
    assert all(int(total) <= load.TOTAL_LIMIT for total in totals)
    plan = PROSE.partition("**Memory to plan**")[2]
    each = int(re.search(r"up to (\d+) MiB for each lesson", plan)[1])
    server = int(re.search(r"JupyterHub, (\d+) MiB for a server", plan)[1])
    one, two = map(int, re.search(r"makes (\d+) MiB, two make (\d+) MiB", plan).groups())
    assert (each, one, two) == (kernel, server + each, server + 2 * each)
    few, more = map(int, re.search(r"So (\d+) GiB .* and (\d+) GiB with two", plan).groups())
    assert 30 * one <= 1024 * few
    assert 30 * two <= 1024 * more
    assert server + 3 * each <= 1024  # "a server and three open lessons" in 1G


def test_a_plan_that_leaves_out_what_is_not_there_is_an_error():
    for entry, name in ({"without": ["Try them on"]}, "Try them on"), ({"sections": [99]}, "99"):
        with pytest.raises(ValueError, match=name):
            plans._part({"lesson": 3, **entry})
