"""The question bank for learning systems says what the bank says. (tests/classroom reads it with
other people's programs.)"""

import base64
import io
import zipfile
from xml.etree import ElementTree as ET

import pytest

from rmsprop_lesson import questions
from rmsprop_lesson.course import commands as command
from rmsprop_lesson.course import exchange
from rmsprop_lesson.course.questions import Question, Wrong

BANK = questions.everything()
SHOWN = exchange.pictures(exchange.NOTEBOOKS)
NUMBERS = [q for q in BANK.values() if not q.choices]


def plain(html):
    """The text of a piece of HTML that is XML."""
    return "".join(ET.fromstring(f"<x>{html}</x>").itertext())


@pytest.fixture(scope="module")
def moodle(tmp_path_factory):
    path = tmp_path_factory.mktemp("moodle") / "questions.xml"
    assert exchange.write(path, "moodle") == len(BANK)
    return {
        q.findtext("name/text"): q for q in ET.parse(path).getroot() if q.find("name") is not None
    }


@pytest.fixture(scope="module", params=["qti12", "qti21"])
def package(request, tmp_path_factory):
    path = tmp_path_factory.mktemp(request.param) / "questions.zip"
    assert exchange.write(path, request.param) == len(BANK)
    return request.param, zipfile.ZipFile(path)


def test_moodle_has_every_question_with_the_feedback_to_every_answer(moodle):
    assert set(moodle) == set(BANK)
    for name, question in BANK.items():
        entry = moodle[name]
        assert plain(entry.findtext("questiontext/text")).startswith(
            question.question.replace("`", "")
        )
        answers = [
            (a.findtext("text"), a.get("fraction"), plain(a.findtext("feedback/text")))
            for a in entry.findall("answer")
        ]
        if question.choices:
            expected = [(c.text, "100" if c.right else "0", c.feedback) for c in question.choices]
            answers = [(plain(text), *rest) for text, *rest in answers]
            expected = [tuple(part.replace("`", "") for part in one) for one in expected]
            assert answers == expected
        else:
            assert answers[0][1:] == ("100", question.feedback.replace("`", ""))
            assert answers[-1] == ("*", "0", question.otherwise.replace("`", ""))
            assert len(answers) == len(question.wrong) + 2


@pytest.mark.parametrize("question", NUMBERS, ids=lambda q: q.id)
def test_moodle_accepts_the_numbers_that_the_course_accepts(moodle, question):
    answers = moodle[question.id].findall("answer")[:-1]
    for number in edges(question):
        for answer in answers:
            if abs(number - float(answer.findtext("text"))) <= float(answer.findtext("tolerance")):
                break
        else:
            answer = moodle[question.id].findall("answer")[-1]
        assert plain(answer.findtext("feedback/text")) == question.reply(number)[1].replace("`", "")
        assert (answer.get("fraction") == "100") == question.is_right(number)


def edges(question):
    """Numbers in the middle, near the edges and outside of what counts as one answer."""
    for number in (question.number, *(wrong.number for wrong in question.wrong)):
        for share in (0, 0.99, -0.99, 1.01, -1.01):
            yield number + share * (question.tolerance or 1e-6 * max(1, abs(number)))


def test_moodle_carries_the_pictures(moodle):
    assert len(SHOWN) >= 10
    for name, picture in SHOWN.items():
        feedback = moodle[name].find("generalfeedback")
        file = feedback.find("file")
        assert base64.b64decode(file.text) == picture.data
        image = ET.fromstring(f"<x>{feedback.findtext('text')}</x>").find(".//img")
        assert image.get("src") == f"@@PLUGINFILE@@/{file.get('name')}"
        assert image.get("alt") == picture.alt != ""


def test_packages_name_every_file_that_they_have(package):
    _, zipped = package
    manifest = ET.fromstring(zipped.read("imsmanifest.xml"))
    named = {file.get("href") for file in manifest.iter(f"{{{exchange.PACKAGING}}}file")}
    assert named == set(zipped.namelist()) - {"imsmanifest.xml"}
    identifiers = [r.get("identifier") for r in manifest.iter(f"{{{exchange.PACKAGING}}}resource")]
    assert len(set(identifiers)) == len(identifiers)
    needed = {d.get("identifierref") for d in manifest.iter(f"{{{exchange.PACKAGING}}}dependency")}
    assert needed <= set(identifiers)
    for picture in SHOWN.values():
        assert zipped.read(f"media/{picture.name}") == picture.data


def test_packages_have_every_text_of_every_question(package):
    kind, zipped = package
    text = ""
    for name in zipped.namelist():
        if name.endswith(".xml") and name != "imsmanifest.xml":
            content = "\n".join(ET.fromstring(zipped.read(name)).itertext())
            text += plain_all(content) if kind == "qti12" else content
    for question in BANK.values():
        texts = [question.question, *(c.text for c in question.choices)]
        texts += [c.feedback for c in question.choices] + [w.feedback for w in question.wrong]
        texts += [question.feedback, question.otherwise]
        for said in texts:
            assert "".join(said.replace("`", "").split()) in "".join(text.split()), question.id


def plain_all(content):
    """Text in which HTML stands escaped, without its tags."""
    import re
    from html import unescape

    return unescape(re.sub(r"<[^>]+>", "", content))


def scored12(item, given):
    """What QTI 1.2 gives for an answer: the points and the identifiers of the feedback."""
    tag = f"{{{exchange.QTI12}}}"
    shown, score = [], None
    for condition in item.iter(f"{tag}respcondition"):
        if not holds12(condition.find(f"{tag}conditionvar")[0], given, tag):
            continue
        shown.append(condition.find(f"{tag}displayfeedback").get("linkrefid"))
        if (set_ := condition.find(f"{tag}setvar")) is not None:
            score = float(set_.text)
        if condition.get("continue") == "No":
            break
    return score, shown


def holds12(node, given, tag):
    kind = node.tag.removeprefix(tag)
    if kind in ("and", "or"):
        return {"and": all, "or": any}[kind](holds12(child, given, tag) for child in node)
    if kind == "other":
        return True
    if kind == "varequal":
        return str(given) == node.text
    return {"vargte": given >= float(node.text), "varlte": given <= float(node.text)}[kind]


def test_qti12_scores_as_the_course_does(tmp_path):
    exchange.write(tmp_path / "q.zip", "qti12")
    zipped, items = zipfile.ZipFile(tmp_path / "q.zip"), {}
    for name in zipped.namelist():
        if name.startswith("lesson"):
            root = ET.fromstring(zipped.read(name))
            items |= {item.get("ident"): item for item in root.iter(f"{{{exchange.QTI12}}}item")}
    assert set(items) == set(BANK)
    for question in BANK.values():
        if question.choices:
            given = {letter: i for i, letter in enumerate("abcd"[: len(question.choices)])}
        else:
            given = {number: number for number in edges(question)}
        for answer, meant in given.items():
            score, shown = scored12(items[question.id], answer)
            assert (score == 100) == question.is_right(meant)
            assert ("general_fb" in shown) == (question.id in SHOWN)


def test_formulas_are_written_as_the_systems_typeset_them():
    assert exchange.html("What is $\\beta$ < 1?") == "<p>What is \\(\\beta\\) &lt; 1?</p>"
    assert exchange.html("`a < b`") == "<p><code>a &lt; b</code></p>"


def test_where_two_wrong_numbers_overlap_the_nearer_one_is_meant():
    wrong = (Wrong(13, "far"), Wrong(12, "near"))
    question = Question(
        "q", "?", number=10, tolerance=1, feedback="yes", otherwise="no", wrong=wrong
    )
    found = [
        (round(low, 6), round(high, 6), say) for low, high, say, _ in exchange.intervals(question)
    ]
    assert found == [(9, 11, "yes"), (11, 12.5, "near"), (12.5, 14, "far")]


def test_the_same_bank_gives_the_same_file(tmp_path):
    for name in ("a.zip", "b.zip"):
        exchange.write(tmp_path / name, "qti21", lessons=[3])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_without_the_stored_lessons_there_are_questions_without_pictures(tmp_path):
    count = exchange.write(tmp_path / "q.xml", "moodle", lessons=[3], notebooks=tmp_path)
    lesson = questions.lesson(3)
    assert count == len(lesson.predictions) + len(lesson.quiz)
    assert ET.parse(tmp_path / "q.xml").getroot().find(".//file") is None


def test_the_command(tmp_path, capsys):
    out = tmp_path / "q.zip"
    command.main(["questions", "--format", "qti12", "--out", str(out), "--lessons", "1", "3"])
    assert "questions in" in capsys.readouterr().out
    assert {"lesson_01.xml", "lesson_03.xml"} <= set(
        zipfile.ZipFile(io.BytesIO(out.read_bytes())).namelist()
    )
    for wrong in (["--format", "gift"], ["--format", "moodle", "--lessons", "99"]):
        with pytest.raises(SystemExit):
            command.main(["questions", *wrong, "--out", str(tmp_path / "no.xml")])
        assert not (tmp_path / "no.xml").exists()
