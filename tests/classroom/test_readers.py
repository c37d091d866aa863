"""Other people's programs read what is written for them."""

import re
import shutil
import subprocess
import unicodedata
from html import unescape

import pytest

from rmsprop_lesson import questions
from rmsprop_lesson.course import exchange
from tools import lessons

BANK = questions.everything()


def test_a_reader_of_moodles_format_finds_every_choice(tmp_path):
    parser = pytest.importorskip("moodle_xml_parser.parser")
    exchange.write(tmp_path / "q.xml", "moodle")
    read = {q.name: q for q in parser.parse_file(str(tmp_path / "q.xml"))["multichoice"]}
    assert set(read) == {name for name, question in BANK.items() if question.choices}
    for name, entry in read.items():
        assert entry.single
        for option, choice in zip(entry.options, BANK[name].choices, strict=True):
            assert option.score_fraction == (100 if choice.right else 0)
            assert flat(choice.text) in flat(option.answer)
            assert flat(choice.feedback) in flat(option.feedback)


def flat(html):
    """A text without tags, backticks and the way its lines break."""
    for tag in ("<p>", "</p>", "<code>", "</code>", "<br/>", "`"):
        html = html.replace(tag, "")
    return " ".join(unescape(html).split())


@pytest.mark.parametrize("kind", ["qti12", "qti21"])
def test_a_checker_of_packages_finds_nothing_to_complain_about(tmp_path, kind):
    integrity = pytest.importorskip("qti_package_maker.common.package_integrity")
    exchange.write(tmp_path / "q.zip", kind)
    assert integrity.check_package(str(tmp_path / "q.zip")) == []


@pytest.fixture(scope="module")
def book():
    if not all(map(shutil.which, ("chromium", "epubcheck", "java"))):
        pytest.skip("the book's test needs chromium, epubcheck and Java")
    from tools import ebook

    ebook.main()
    return ebook.OUT


def test_epubcheck_passes_the_book(book):
    command = ["java", "-jar", shutil.which("epubcheck"), book / "rmsprop.epub"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 errors / 0 warnings" in run.stdout + run.stderr


def test_the_pdf_has_every_lesson_numbered_figures_and_the_solutions(book):
    run = subprocess.run(["pdftotext", book / "rmsprop.pdf", "-"], capture_output=True, check=True)
    text = run.stdout.decode()
    assert "10 · " in text
    assert "Fig. 1 " in text
    assert "Solutions and answers" in text
    assert not re.search(r"```|\*\*\d+\.\*\*", text)  # marks that were to be typeset


def test_the_contents_say_where_each_chapter_begins(book):
    printed = pytest.importorskip("pypdf").PdfReader(book / "rmsprop.pdf")
    _, *chapters = [one for one in printed.outline[1] if not isinstance(one, list)]
    begins = {one.title: printed.get_destination_page_number(one) + 1 for one in chapters}
    assert len(begins) >= len(lessons.NOTEBOOKS)
    contents = unicodedata.normalize("NFKC", printed.pages[0].extract_text())  # no ligatures
    contents = " ".join(contents.split())
    for title, page in begins.items():
        assert f"{title} {page}" in contents
