"""The question bank for learning systems: Moodle XML, QTI 1.2 (as Canvas takes it) and QTI 2.1.

Each question keeps its feedback to every answer, its tolerance, and, where the stored lessons are
at hand, the figure that a prediction reveals. Sources: Moodle's documentation of its XML format;
IMS Question & Test Interoperability 1.2 and 2.1; IMS Content Packaging 1.1.
"""

import base64
import json
import math
import re
import zipfile
from dataclasses import dataclass
from html import escape, unescape
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

from . import questions

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"  # where the course is a clone
LETTERS = "abcd"
_PICTURE = re.compile(r'src="data:image/png;base64,(?P<data>[^"]+)" alt="(?P<alt>[^"]*)"')
_PREDICTION = re.compile(r'\bpredict\(\s*"([^"]+)"')


@dataclass(frozen=True)
class Picture:
    """A PNG with its text alternative."""

    name: str
    data: bytes
    alt: str


def write(path, format, lessons=None, notebooks=NOTEBOOKS):
    """Write the questions of the course, or of some lessons.

    Parameters
    ----------
    path : str or Path
        "moodle" is one XML file, the others are packages (ZIP).
    format : {"moodle", "qti12", "qti21"}
    lessons : iterable of int, optional
        All if left out.
    notebooks : Path
        The stored lessons, for the pictures; without them there are none.

    Returns
    -------
    int
        How many questions were written.

    Raises
    ------
    ValueError
        If the format or a lesson is unknown.
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {format!r}")
    numbers = list(questions.lessons()) if lessons is None else list(lessons)
    bank = {}
    for number in numbers:
        lesson = questions.lesson(number)
        bank[number] = [*lesson.predictions.values(), *lesson.quiz]
    content = FORMATS[format](bank, pictures(notebooks))
    Path(path).write_bytes(content) if isinstance(content, bytes) else _write_zip(path, content)
    return sum(map(len, bank.values()))


def pictures(folder):
    """The figures that predictions reveal, from the outputs of the stored lessons: id → Picture."""
    found = {}
    for path in sorted(Path(folder).glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            asked = _PREDICTION.search("".join(cell["source"]))
            shown = _PICTURE.search(json_text(cell.get("outputs", []))) if asked else None
            if shown:
                data = base64.b64decode(shown["data"])
                found[asked[1]] = Picture(f"{asked[1]}.png", data, unescape(shown["alt"]))
    return found


def json_text(outputs):
    """The HTML of a cell's outputs."""
    return "".join("".join(out.get("data", {}).get("text/html", "")) for out in outputs)


def _write_zip(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))  # the same each time
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content)


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────


def with_code(text):
    """A text of the bank as HTML, with code where backticks stand."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def html(text, picture=None, source=""):
    """A text of the bank as HTML that is XML, too: code in backticks, formulas in dollars."""
    text = with_code(text).replace("\n", "<br/>")
    text = re.sub(r"\$([^$]+)\$", r"\\(\1\\)", text)  # as MathJax in Moodle and Canvas wants it
    shown = f'<p><img src="{source}" alt="{escape(picture.alt)}"/></p>' if picture else ""
    return (f"<p>{text}</p>" if text else "") + shown


def asked(question):
    """The question, and of which unit its number is."""
    unit = f" (A number, in units of {question.unit}.)" if question.unit else ""
    return question.question + unit


def intervals(question):
    """The numbers that get an answer of their own; where two would, the nearer one counts.

    Returns
    -------
    list of (float, float, str, bool)
        From, to, what to say, and whether it is right. The right one comes first, and counts first.
    """
    room = question.tolerance + 1e-9 * max(abs(question.number), question.tolerance)
    found = [(question.number - room, question.number + room, question.feedback, True)]
    wrong = sorted(question.wrong, key=lambda one: one.number)
    middles = [(a.number + b.number) / 2 for a, b in pairwise(wrong)]
    for one, before, after in zip(wrong, [-math.inf, *middles], [*middles, math.inf], strict=False):
        low, high = max(one.number - room, before), min(one.number + room, after)
        found.append((low, high, one.feedback, False))
    return found


def element(tag, *children, **attributes):
    """An XML element; a child that is a string becomes its text."""
    made = ET.Element(tag, {name.rstrip("_"): str(value) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, str):
            made.text = (made.text or "") + child
        elif child is not None:
            made.append(child)
    return made


def document(root):
    """An element as a file."""
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


# ── Moodle ───────────────────────────────────────────────────────────────────────────────────────


def moodle(bank, figures):
    """The bank as Moodle XML, a category for each lesson."""
    quiz = element("quiz")
    for number, entries in bank.items():
        name = f"$course$/top/RMSprop/Lesson {number:02}"
        quiz.append(element("question", element("category", _text(name)), type="category"))
        quiz.extend(_moodle_question(q, figures.get(q.id)) for q in entries)
    return document(quiz)


def _text(text):
    return element("text", text)


def _moodle_html(tag, text, *more, **attributes):
    return element(tag, _text(text), *more, format="html", **attributes)


def _moodle_question(question, picture):
    shown = file = None
    if picture:
        shown = html("", picture, f"@@PLUGINFILE@@/{picture.name}")
        data = base64.b64encode(picture.data).decode()
        file = element("file", data, name=picture.name, path="/", encoding="base64")
    head = [
        element("name", _text(question.id)),
        _moodle_html("questiontext", html(asked(question))),
        _moodle_html("generalfeedback", shown or "", file),
        element("defaultgrade", "1"),
        element("penalty", "0.3333333"),
        element("hidden", "0"),
    ]
    if question.choices:
        head += [element("single", "true"), element("shuffleanswers", "true")]
        head += [element("answernumbering", "abc")]
        answers = [(html(c.text), c.feedback, c.right, ()) for c in question.choices]
        kind = "multichoice"
    else:
        answers = [
            (
                f"{(low + high) / 2:.12g}",
                say,
                right,
                [element("tolerance", f"{(high - low) / 2:g}")],
            )
            for low, high, say, right in intervals(question)
        ]
        answers.append(("*", question.otherwise, False, [element("tolerance", "0")]))
        kind = "numerical"
    return element("question", *head, *(_moodle_answer(*a) for a in answers), type=kind)


def _moodle_answer(text, say, right, more):
    form = "html" if text.startswith("<") else "moodle_auto_format"
    feedback = _moodle_html("feedback", html(say))
    return element(
        "answer", _text(text), *more, feedback, fraction=100 if right else 0, format=form
    )


# ── QTI ──────────────────────────────────────────────────────────────────────────────────────────

PACKAGING = "http://www.imsglobal.org/xsd/imscp_v1p1"
QTI12 = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
QTI21 = "http://www.imsglobal.org/xsd/imsqti_v2p1"


def _manifest(name, resources):
    """A package's table of contents, from (identifier, type, file, identifiers it needs)."""
    entries = [
        element(
            "resource",
            element("file", href=file),
            *(element("dependency", identifierref=other) for other in needs),
            identifier=identifier,
            type=kind,
            href=file,
        )
        for identifier, kind, file, needs in resources
    ]
    return document(
        element(
            "manifest",
            element("organizations"),
            element("resources", *entries),
            identifier=name,
            xmlns=PACKAGING,
        )
    )


def _shown(bank, figures):
    """The pictures of a bank: as files, and as resources of the manifest."""
    ids = [q.id for entries in bank.values() for q in entries if q.id in figures]
    files = {f"media/{figures[name].name}": figures[name].data for name in ids}
    return files, [(f"picture_{name}", "webcontent", f"media/{name}.png", ()) for name in ids]


# ── QTI 1.2 ──


def qti12(bank, figures):
    """The bank as a package of QTI 1.2, an assessment (in Canvas: a quiz) for each lesson."""
    files, resources = _shown(bank, figures)
    for number, entries in bank.items():
        name = f"lesson_{number:02}"
        items = [_item12(question, figures.get(question.id)) for question in entries]
        section = element("section", *items, ident="root_section")
        title = f"RMSprop, lesson {number}"
        assessment = element("assessment", section, ident=f"assessment_{name}", title=title)
        files[f"{name}.xml"] = document(element("questestinterop", assessment, xmlns=QTI12))
        needs = [f"picture_{question.id}" for question in entries if question.id in figures]
        resources.append((name, "imsqti_xmlv1p2", f"{name}.xml", needs))
    return {"imsmanifest.xml": _manifest("rmsprop_questions", resources)} | files


def _mattext(text):
    return element("material", element("mattext", text, texttype="text/html"))


def _item12(question, picture):
    answers = _choices12(question) if question.choices else _numbers12(question)
    kind = "multiple_choice_question" if question.choices else "numerical_question"
    fields = [
        element("qtimetadatafield", element("fieldlabel", label), element("fieldentry", entry))
        for label, entry in (("question_type", kind), ("points_possible", "1"))
    ]
    processing = element("resprocessing", element("outcomes", _score12()))
    feedback = []
    if picture:
        text = html("", picture, f"media/{picture.name}")
        always = element("conditionvar", element("other"))
        processing.append(_condition12(always, None, "general_fb", "Yes"))
        feedback.append(("general_fb", text))
    for i, (condition, say, right) in enumerate(answers.conditions):
        processing.append(_condition12(condition, right, f"answer_{i}_fb"))
        feedback.append((f"answer_{i}_fb", html(say)))
    return element(
        "item",
        element("itemmetadata", element("qtimetadata", *fields)),
        element("presentation", _mattext(html(asked(question))), answers.response),
        processing,
        *(element("itemfeedback", _mattext(text), ident=name) for name, text in feedback),
        ident=question.id,
        title=question.id,
    )


@dataclass(frozen=True)
class _Answers12:
    """How a question is answered, and its conditions with what to say and whether it is right."""

    response: ET.Element
    conditions: list


def _score12():
    return element("decvar", varname="SCORE", vartype="Decimal", minvalue=0, maxvalue=100)


def _choices12(question):
    labels = [
        element("response_label", _mattext(html(choice.text)), ident=letter)
        for letter, choice in zip(LETTERS, question.choices, strict=False)
    ]
    render = element("render_choice", *labels)
    conditions = [
        (
            element("conditionvar", element("varequal", letter, respident="response1")),
            c.feedback,
            c.right,
        )
        for letter, c in zip(LETTERS, question.choices, strict=False)
    ]
    return _Answers12(
        element("response_lid", render, ident="response1", rcardinality="Single"), conditions
    )


def _numbers12(question):
    label = element("response_label", ident="answer1")
    render = element("render_fib", label, fibtype="Decimal")
    conditions = []
    for low, high, say, right in intervals(question):
        bounds = [("vargte", low), ("varlte", high)]
        both = element("and", *(element(t, f"{v:.12g}", respident="response1") for t, v in bounds))
        exact = element("varequal", f"{(low + high) / 2:.12g}", respident="response1")
        conditions.append((element("conditionvar", element("or", exact, both)), say, right))
    conditions.append((element("conditionvar", element("other")), question.otherwise, False))
    return _Answers12(
        element("response_str", render, ident="response1", rcardinality="Single"), conditions
    )


def _condition12(condition, right, feedback, goes_on="No"):
    score = None if right is None else element(
        "setvar", "100" if right else "0", action="Set", varname="SCORE"
    )  # fmt: skip
    shown = element("displayfeedback", feedbacktype="Response", linkrefid=feedback)
    return element("respcondition", condition, score, shown, continue_=goes_on)


# ── QTI 2.1 ──


def qti21(bank, figures):
    """The bank as a package of QTI 2.1: a file for each question, and a test with them all."""
    files, resources = _shown(bank, figures)
    sections = []
    for number, entries in bank.items():
        references = []
        for question in entries:
            name, file = f"item_{question.id}", f"items/{question.id}.xml"
            files[file] = document(_item21(question, figures.get(question.id)))
            needs = [f"picture_{question.id}"] if question.id in figures else []
            resources.append((name, "imsqti_item_xmlv2p1", file, needs))
            references.append(element("assessmentItemRef", identifier=name, href=file))
        lesson = {"identifier": f"lesson_{number:02}", "title": f"Lesson {number}"}
        sections.append(element("assessmentSection", *references, visible="true", **lesson))
    mode = {"navigationMode": "nonlinear", "submissionMode": "individual"}
    part = element("testPart", *sections, identifier="all", **mode)
    test = element("assessmentTest", part, identifier="rmsprop", title="RMSprop", xmlns=QTI21)
    files["test.xml"] = document(test)
    needs = [name for name, kind, *_ in resources if kind.startswith("imsqti_item")]
    resources.append(("rmsprop_test", "imsqti_test_xmlv2p1", "test.xml", needs))
    return {"imsmanifest.xml": _manifest("rmsprop_questions", resources)} | files


def _xml(text, tag="div"):
    """HTML of ours as an element."""
    return ET.fromstring(f"<{tag}>{text}</{tag}>")


def _item21(question, picture):
    replies = _choices21(question) if question.choices else _numbers21(question)
    base = "identifier" if question.choices else "float"
    right = element("value", replies.correct)
    shown = html("", picture, f"../media/{picture.name}") if picture else ""
    return element(
        "assessmentItem",
        element(
            "responseDeclaration",
            element("correctResponse", right),
            identifier="RESPONSE",
            cardinality="single",
            baseType=base,
        ),
        _outcome("SCORE", "float", element("defaultValue", element("value", "0"))),
        _outcome("FEEDBACK", "identifier"),
        element("itemBody", _xml(html(asked(question))), replies.interaction),
        element("responseProcessing", replies.processing),
        *(
            element(
                "modalFeedback",
                _xml(html(say) + shown),
                outcomeIdentifier="FEEDBACK",
                identifier=name,
                showHide="show",
            )
            for name, say in replies.feedback
        ),
        identifier=f"item_{question.id}",
        title=question.id,
        adaptive="false",
        timeDependent="false",
        xmlns=QTI21,
    )


@dataclass(frozen=True)
class _Replies21:
    """The interaction, the right answer, what is done with an answer, and what is said to it."""

    interaction: ET.Element
    correct: str
    processing: ET.Element
    feedback: list


def _outcome(name, base, *default):
    names = {"identifier": name, "cardinality": "single", "baseType": base}
    return element("outcomeDeclaration", *default, **names)


def _set(outcome, value, base):
    return element(
        "setOutcomeValue", element("baseValue", value, baseType=base), identifier=outcome
    )


def _branch(tag, condition, name, right):
    score = [_set("SCORE", "1", "float")] if right else []
    return element(tag, condition, *score, _set("FEEDBACK", name, "identifier"))


def _response():
    return element("variable", identifier="RESPONSE")


def _choices21(question):
    pairs = list(zip(LETTERS, question.choices, strict=False))
    choices = [element("simpleChoice", _xml(html(c.text)), identifier=a) for a, c in pairs]
    options = {"responseIdentifier": "RESPONSE", "shuffle": "true", "maxChoices": "1"}
    branches = []
    for i, (letter, choice) in enumerate(pairs):
        value = element("baseValue", letter, baseType="identifier")
        condition = element("match", _response(), value)
        tag = "responseElseIf" if i else "responseIf"
        branches.append(_branch(tag, condition, f"reply_{letter}", choice.right))
    return _Replies21(
        element("choiceInteraction", *choices, **options),
        next(letter for letter, choice in pairs if choice.right),
        element("responseCondition", *branches),
        [(f"reply_{letter}", choice.feedback) for letter, choice in pairs],
    )


def _numbers21(question):
    branches, feedback = [], []
    for i, (low, high, say, right) in enumerate(intervals(question)):
        name = f"reply_{i}"
        bounds = [
            element(tag, _response(), element("baseValue", f"{bound:.12g}", baseType="float"))
            for tag, bound in (("gte", low), ("lte", high))
        ]
        tag = "responseElseIf" if i else "responseIf"
        branches.append(_branch(tag, element("and", *bounds), name, right))
        feedback.append((name, say))
    branches.append(element("responseElse", _set("FEEDBACK", "reply_other", "identifier")))
    entry = element("textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="10")
    return _Replies21(
        element("p", entry),
        f"{question.number:.12g}",
        element("responseCondition", *branches),
        [*feedback, ("reply_other", question.otherwise)],
    )


FORMATS = {"moodle": moodle, "qti12": qti12, "qti21": qti21}
