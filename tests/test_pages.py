"""The site's tables of races and of claims are whole, and the search field finds rows."""

import re
from html import unescape

import pandas as pd
import pytest

from rmsprop_lesson import claims
from rmsprop_lesson.studies import programme
from tools import book, pages


@pytest.fixture(scope="module")
def table():
    return pages.claims_table()


def test_every_claim_has_its_row_with_verdict_and_experiment(table):
    rows = dict(re.findall(r'<tbody><tr id="(\w+)">(.*?)</tr></tbody>', table, re.DOTALL))
    assert list(rows) == list(claims.claims())
    for name, row in rows.items():
        words = re.sub("<[^>]*>", "", row).replace("\N{NO-BREAK SPACE}", " ")
        claim, plain = claims.claim(name), unescape(words)
        assert claim.claim in plain
        assert claim.right in plain
        assert f"<td>{claim.verdict}</td>" in row
        assert claims.code(name) in plain
        assert f"→ {claims.experiment(name).verdict}" in plain


def test_the_papers_of_a_claim_are_links(table):
    named = re.findall(r"(arXiv|doi):([\d.]+[^\s<,]*\w)", unescape(re.sub("<[^>]*>", " ", table)))
    places = {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
    assert named
    assert re.findall(r'<a href="(https://[^"]*)"', table) == [
        places[kind] + it for kind, it in named
    ]


def test_a_score_is_written_as_in_print():
    assert pages._score(4.92e-5) == "4.92×10<sup>−5</sup>"
    assert pages._rate(1e-5) == "10<sup>−5</sup>"
    assert pages._score(0.0119) == "0.0119"


def test_the_table_is_one_block_of_html(table):
    assert "\n\n" not in table  # an empty line would end it for Markdown
    assert all(title in unescape(table) for title in claims.themes().values())


def test_a_race_has_its_text_and_a_row_for_each_method():
    part = pages._race("saddle", programme.EVENTS["saddle"])
    best = programme.held("saddle").best()
    assert part.startswith("## Saddle (`saddle`)\n")
    assert programme.EVENTS["saddle"].text in part
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|", part, re.MULTILINE)[2:]
    assert [row[0] for row in rows] == list(best.index)
    assert rows[-1] == ("Adadelta", "–", "never")
    assert float(rows[0][2]) == best["median"].iloc[0]


def test_the_summary_names_every_race_that_was_held():
    held = programme.hold("saddle", "valley")
    text = pages._summary(held)
    assert all(f"| {name} |" in text for name in held)


@pytest.mark.parametrize("name", ["races", "claims"])
def test_the_pages_include_their_tables_and_are_in_the_book(name):
    page = (book.ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert f"```{{include}} {name}_table.md" in page
    assert name in book.TABLES
    assert f"docs/{name}" in (book.ROOT / "_toc.yml").read_text(encoding="utf-8")


def test_wordings_that_the_same_probes_see_share_a_row():
    names = ["sum", "sum (2)", "sum (3)", "sign", "sum (4)", "sum (5)", "sign (2)"]
    seen = [True, True, False, True, True, False, False]
    rows = list(book._alike(pd.DataFrame({"a probe": seen}, index=names)))
    assert rows == [
        ("sum (1–2, 4)", (True,)),
        ("sum (3, 5)", (False,)),
        ("sign", (True,)),
        ("sign (2)", (False,)),
    ]
    assert book._spans([1, 2, 3, 5, 7, 8, 9]) == "1–3, 5, 7–9"
