"""Make reveal.js decks in _build/slides, of each lesson and of each plan: python -m tools.slides

The cells' slide marks are Jupyter's own: slide and subslide begin a slide, a fragment appears with
a key, notes are for the speaker, skip leaves out. A section is a column of slides, so that a
slide's number is that of its section and its place in it. A plan's deck has what its parts have, as
many slides as a class can follow. What is stored in the notebook is shown; nothing is executed. A
deck opens from a folder or a USB stick: all that it loads lies beside it in assets.

    --name "Ada Lovelace" --place "Room 101" --date 2027-01-12     what the titles say

nbconvert's slides would need MathJax, its own template and a script for the widgets; a page of our
own is shorter, and reads Markdown with the parser that the site uses.
"""

import argparse
import copy
import json
import math
import re
import shutil
from html import escape, unescape
from itertools import pairwise

import nbformat
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from . import book, clock, desk, lessons, npm, outputs, plans, spoken
from .typeset import markdown, typeset
from .typeset import spoken as as_spoken
from .worked_code import worked

SLIDES = book.BUILD / "slides"
DECK = book.ROOT / "tools" / "deck"
STYLES = {"light": "a11y-high-contrast-light", "dark": "a11y-high-contrast-dark"}
LICENCE = "Text and pictures CC BY 4.0, code MIT; digits: MNIST (LeCun, Cortes, Burges)"
SLIDE = 1.75  # minutes that a slide of a plan takes, or more
WIDE, LONG = 4, 14  # columns beyond which a table takes the slide's width; rows that a slide shows
FEW, SOME = 25, 60  # words that need no slide of their own: before others, and before what asks
AFTERWORD, FULL = 45, 130  # words that are said after a result; that a slide of text can hold
BESIDE, NARROW = 100, 30  # words, and letters in a line of output, that have room beside a figure
BROAD = 2.5  # times as wide as high: such a figure takes the slide's width
SIGHTS = ("<img", "<table", "rmsprop-explorer")
ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
PRE = re.compile(r"<pre.*?</pre>", re.DOTALL)
SIZE = re.compile(r'<img[^>]* width="(\d+)" height="(\d+)"')
MOST_LINES = 12  # of code that a room can read
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"\A#+ (.*)")
HEAD = re.compile(r"<h(\d).*?</h\1>", re.DOTALL)
QUIZ = re.compile(r'data-explorer="quiz" data-settings="(.*?)"')
EXPERIMENT = re.compile(
    r"<details><summary>The experiment.{1,6}s code</summary>(.*?)</details>", re.DOTALL
)
PREDICTED = re.compile(
    r'data-explorer="prediction" data-settings="(.*?)".*?'
    r'<div class="rmsprop-reveal"[^>]*>(<img[^>]*>|.*?(?=</div></details>))',
    re.DOTALL,
)
PREDICTION = 'data-explorer="prediction"'
STOP = re.compile(r"^\*\*A good place to stop\.\*\*.*?(\n\n|\Z)", re.MULTILINE | re.DOTALL)
YES = re.compile(r"\AYes[.,:]\s+([a-z]+(?=\s))?")  # and a word that now begins the sentence
TIME = re.compile(r"\*\*Time\*\*[^·]*·\s")  # that of somebody who reads alone
WHOSE = re.compile(r"^(\w+: )?(yours|the course's own)\b")
UNCOUNTED = re.compile(
    r"This part isn't counted in the\s+minutes of the lesson\.\s*| \(not counted in the minutes\)"
)
EXPONENT = re.compile(r"(?<=\de)-(?=\d)")
NUMBERED = re.compile(r"^(#+ )\d+ · ")
ANNOUNCED = re.compile(r"(?:(?<=[.?!])\s|(?<=\n\n)|\A)(?:(?![.?!]\s|\n\n).)*:\s*\Z", re.DOTALL)
EXPLORER = re.compile(r'data-explorer="(?!prediction)([a-z-]+)"')  # a quiz, too


def main(arguments=None):
    """Make all decks, the guide for the desk, and the page that lists them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("name", "place", "date"):
        parser.add_argument(f"--{name}", default="", help="on the title slides")
    options = parser.parse_args(arguments)
    by = " · ".join(filter(None, (options.name, options.place, options.date)))
    shutil.rmtree(SLIDES, ignore_errors=True)
    assets = SLIDES / "assets"
    _place_assets(assets)
    figures = outputs.Figures(assets / "figures", "assets/figures")
    decks = [_deck_of_lesson(number, figures, by) for number in lessons.NOTEBOOKS]
    decks += [_deck_of_plan(plan, figures, by) for plan in plans.plans() + plans.sessions()]
    for made, ready in zip(decks, typeset(list(map(html_of, decks))), strict=True):
        _write(made.stem, made.title, f'<div class="slides">{ready}</div>')
    (SLIDES / "desk.html").write_text(typeset([desk.page(decks)])[0], encoding="utf-8")
    about = (DECK / "index.html").read_text(encoding="utf-8")
    split = len(lessons.NOTEBOOKS)
    for place, those in (("LESSONS", decks[:split]), ("PLANS", decks[split:])):
        about = about.replace(place, "".join(f"<li>{_linked(made)}</li>" for made in those))
    _write("index", "Slides", about)


def _linked(made):
    return f'<a href="{made.stem}.html">{escape(made.title)}</a>'


def _deck_of_lesson(number, figures, by):
    """The deck of a lesson: all its sections; the first slide says who speaks where and when."""
    part = plans.Part(
        clock.minutes(number), lesson=number, sections=tuple(lessons.sections(number)), whole=True
    )
    cells = _cells(number, figures)
    title = cells[0].source.partition("\n")[0].lstrip("# ")
    deck = spoken.Deck(lessons.NOTEBOOKS[number].stem, title, part.minutes)
    cells[0].source += f"\n\n{_imprint(by)}"
    _add(deck, part, cells)
    return deck


def _deck_of_plan(plan, figures, by):
    """The deck of a plan: a title, then its parts, about a slide for two minutes; questions."""
    deck = spoken.Deck(plan_stem(plan), plan.name, plan.minutes)
    numbers = list(dict.fromkeys(p.lesson for p in plan.parts if p.lesson is not None))
    title = "\n".join(f"- {lessons.title(number)}" for number in numbers)
    deck.add(
        "",
        [_slide_of(f"# RMSprop: {plan.name}\n\n{title}\n\n{_imprint(by)}")],
        length=0,
        say=[plan.aim],
    )
    for part in plan.parts:
        if part.lesson is None:
            heading = _slide_of(f"# {part.name}\n\n{part.minutes} minutes")
            deck.add(part.name, [heading], length=part.minutes, say=filter(None, [part.what]))
        else:
            _add(deck, part, _cells(part.lesson, figures), few=True)
    if plan.questions.minutes:
        _add_questions(deck, plan.questions, sorted(numbers))
    return deck


def _add_questions(deck, part, numbers):
    """End a deck with what the class asks, and where to go on."""
    where = f"lesson{'s' * bool(numbers[1:])} {plans.in_words(list(map(str, numbers)))}"
    text = f"# {part.name}\n\nAll of this, to run and to change, with exercises: {where}."
    deck.add(part.name, [_slide_of(text)], length=part.minutes, say=[part.what])


def plan_stem(plan):
    """The name of a plan's deck: 45_minutes."""
    return re.sub(r"\W+", "_", plan.name.lower())


def _slide_of(source):
    return [("slide", nbformat.v4.new_markdown_cell(source))]


def _imprint(by):
    """Who speaks where and when, and the licence."""
    lines = [by and f"<p>{escape(by)}</p>", f"<p>{LICENCE}</p>"]
    return f'<div class="imprint">{"".join(filter(None, lines))}</div>'


def _cells(number, figures):
    """A copy of a lesson's cells, with outputs for a page, and the minutes of each."""
    cells = outputs.prepare(copy.deepcopy(lessons.notebook(number)), figures).cells
    for cell, minutes in zip(cells, clock.cells(number), strict=True):
        cell.metadata["minutes"] = minutes
        _leave_out_what_is_for_readers(cell)
    return cells


def _leave_out_what_is_for_readers(cell):
    """Nobody stops in a lecture; whose solution is at work is said to the learner who runs it."""
    if cell.cell_type == "markdown":
        for words in (STOP, UNCOUNTED, TIME):
            cell.source = words.sub("", cell.source)
        return
    for output in cell.outputs:
        if output.output_type == "stream":
            output.text = "".join(
                line for line in output.text.splitlines(keepends=True) if not WHOSE.search(line)
            )
    cell.outputs = [output for output in cell.outputs if output.get("text", "there")]


def _add(deck, part, cells, few=False):
    """Add a part of a lesson to a deck, a column for each of its sections.

    What is only said, such as what comes next, is said at the end of the section before.
    """
    columns, waiting = {}, []
    for section in part.sections:
        own = [cells[place] for place in clock.places(part.lesson, [section], part.without)]
        if few:  # what is for those who want more has no minutes in a plan
            own = [cell for cell in own if "extra" not in cell.metadata.get("tags", ())]
        if columns and {_mark(cell) for cell in own} <= {"notes", "skip"}:
            columns[next(reversed(columns))] += own
        else:
            columns[section] = own
    for section, own in columns.items():
        groups = slides(waiting + own)
        waiting = [] if groups else waiting + own
        if few:
            groups = _few(groups)
        if groups:
            deck.add(section, groups, lesson=part.lesson, without=part.without)


def _few(groups):
    """As many of a section's slides as its minutes allow.

    What has a heading, what asks, figures, tables and numbered equations stay, then the rest in the
    order of its minutes. What goes is for the speaker, and what stays takes over its minutes.
    """
    minutes = sum(map(spoken.minutes, groups))
    most = math.ceil(minutes / SLIDE)
    ranked = sorted(groups, key=lambda g: (not _must_stay(g), -spoken.minutes(g)))
    kept = [g for g in groups if _must_stay(g) or any(g is r for r in ranked[:most])]
    scale = minutes / (sum(map(spoken.minutes, kept)) or 1)
    for group in kept:
        for _, cell in group:
            cell.metadata["minutes"] = scale * cell.metadata.get("minutes", 0)
    for group, after in pairwise([*groups, []]):
        if not any(after is k for k in kept) or heading_of(after):
            _announce_nothing(group)
        _, first = group[0]
        first.source = NUMBERED.sub(r"\1", first.source)  # a plan has sections of its own
    for group, after in reversed(list(pairwise(groups))):
        if not any(after is k for k in kept):
            group += _only_said(after, minutes=False)
    return kept


def _announce_nothing(group):
    """Leave out the sentence that leads over to something which doesn't follow."""
    last = _last_shown(group)
    if last.cell_type == "markdown":
        last.source = ANNOUNCED.sub("", last.source)


def _last_shown(group):
    return [cell for mark, cell in group if mark != "notes" and _parts(mark, cell)][-1]


def _must_stay(group):
    html = "".join(_html_of(cell) for _, cell in group)
    return (
        (heading_of(group) and spoken.minutes(group))  # what has none is for home
        or any(word in html for word in (*SIGHTS, 'class="revealed"'))
        or any(r"\tag{" in cell.source for mark, cell in group if mark != "notes")
        or any(c.metadata.get("rmsprop_lesson", {}).get("part") == "stub" for _, c in group)
    )


def _html_of(cell):
    return "".join(o.get("data", {}).get("text/html", "") for o in cell.get("outputs", []))


def _write(stem, title, body):
    page = (DECK / "page.html").read_text(encoding="utf-8")
    page = page.replace("TITLE", escape(title)).replace("BODY", body)
    (SLIDES / f"{stem}.html").write_text(page, encoding="utf-8")


def _place_assets(folder):
    book.place_scripts(folder)
    reveal = npm.package("reveal.js")
    for name in ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js"):
        shutil.copy(reveal / name, folder)
    for name in ("deck.css", "deck.js"):
        shutil.copy(DECK / name, folder)
    colours = [
        HtmlFormatter(style=style).get_style_defs(f'html[data-theme="{theme}"] .highlight')
        for theme, style in STYLES.items()
    ]
    (folder / "code.css").write_text("\n".join(colours), encoding="utf-8")


# ── from cells to slides ─────────────────────────────────────────────────────────────────────────


def _mark(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def slides(cells):
    """Group cells into slides: lists of (mark, cell), without what is skipped.

    Each question has a slide of its own, and so has what a prediction reveals; a few words after
    that are for the speaker. What has nothing to show but a heading, or a few words, goes with the
    slide that follows. The words before an explorer, which takes the whole of its slide, are for
    the speaker.
    """
    groups = []
    for cell in cells:
        mark = _mark(cell)
        if mark in ("slide", "subslide") or not groups:
            groups.append([])
        if mark != "skip":
            groups[-1].append((mark, _with_code_behind(cell)))
    parted = [part for group in groups for part in _asked_and_answered(group)]
    parted = [part for group in parted for part in _around_a_figure(group)]
    whole, waiting = [], []
    for group, after in pairwise([*parted, []]):
        waiting = waiting + group
        if not _has_content(waiting) or _only_leads_to(after, waiting):
            continue
        if whole and _adds_to(whole[-1], waiting):
            for place in (-2, -1):  # for the speaker who shows the result at once, and the other
                whole[place] += _only_said(waiting, minutes=place == -1)
        else:
            whole.append(waiting)
        waiting = []
    for group, after in pairwise(whole):
        _announce_with(after, group)
    return [_with_room(group) if _explores(group) else group for group in whole]


def _adds_to(result, group):
    """Whether a group has but a few words to a result, and nothing to look at."""
    html = "".join(_shown(group))
    return (
        _is_result(result)
        and not heading_of(group)
        and not (_is_sight(html, code=False) or _has_formula(html))
        and len(_words(html)) <= AFTERWORD
    )


def _only_said(group, minutes=True):
    """A group as notes; without its minutes where it is said for a second time."""
    said = [("notes", copy.deepcopy(cell)) for _, cell in group]
    for _, cell in said:
        cell.metadata["minutes"] = cell.metadata.get("minutes", 0) * minutes
    return said


def _announce_with(after, group):
    """Move a sentence that ends in a colon to the slide with what it announces."""
    last = _last_shown(group)
    if heading_of(after):
        _announce_nothing(group)
    if heading_of(after) or _explores(after) or last.cell_type != "markdown":
        return
    sentence = ANNOUNCED.search(last.source)
    if sentence and sentence[0].strip() and _words(HEAD.sub("", markdown(last.source))):
        last.source = last.source[: sentence.start()]
        after.insert(0, ("-", nbformat.v4.new_markdown_cell(sentence[0].strip())))


def _is_result(group):
    return 'class="revealed"' in "".join(map(_html_of, (cell for _, cell in group)))


def _explores(group):
    found = EXPLORER.search("".join(_shown(group)))
    return found and found[1] != "quiz"


def _with_room(group):
    """A slide with an explorer: what is written before it is said."""
    return [("notes" if cell.cell_type == "markdown" else mark, cell) for mark, cell in group]


def _only_leads_to(after, group):
    """Whether a slide has but a few words, which belong to what the next one asks."""
    html, next_html = "".join(_shown(group)), "".join(_shown(after))
    goes_on = next_html and not heading_of(after)
    leads = PREDICTION in next_html or "".join(_words(html)).endswith(":")
    words = len(_words(html))
    if _are_short(html, next_html, goes_on) and not _is_exercise(group):
        return True
    if goes_on and _explores(after):
        most = math.inf
    elif _is_exercise(after) or (goes_on and leads):
        most = SOME
    else:
        most = FEW if goes_on else 0
    return not (_has_formula(html) or _is_sight(html)) and words <= most


def _are_short(html, next_html, goes_on):
    """Whether two slides have room on one: both short, one of them words only, and no figure."""
    both = [html, next_html]
    rest = [html, next_html.replace("<table", "")] if goes_on else both  # beside its table
    words = [len(_words(one)) for one in both]
    lone = [
        n <= SOME and not (_is_sight(one) or _has_formula(one))
        for n, one in zip(words, both, strict=True)
    ]
    return (
        all(words)
        and any(lone)
        and not any(_is_sight(one, code=False) for one in rest)
        and sum(words) <= FULL
    )


def _is_exercise(group):
    return any(c.metadata.get("rmsprop_lesson", {}).get("part") == "task" for _, c in group)


def _is_sight(html, code=True):
    return any(word in html for word in SIGHTS) or (code and "<pre" in html)


def _has_formula(html):
    return "\x02b" in html  # one with lines of its own


def _words(html):
    return re.sub("<[^>]*>", "", html).split()


def _with_code_behind(cell):
    """A cell without the code that made its results, or is longer than a slide: a key shows it."""
    if cell.cell_type == "markdown":
        for found in FENCE.finditer(cell.source):
            if found[1].count("\n") > MOST_LINES:
                cell.source = cell.source.replace(found[0], "(Its code: key C.)")
                cell.metadata["behind"] = found[1]
    for output in cell.get("outputs", []):
        if found := EXPERIMENT.search(output.get("data", {}).get("text/html", "")):
            output.data["text/html"] = output.data["text/html"].replace(found[0], "")
            cell.metadata["behind"] = unescape(re.sub("<[^>]*>", "", found[1]))
    return cell


def _asked_and_answered(group):
    """Part a group after each question, and between a prediction and what it reveals."""
    parts = [[]]
    for mark, cell in group:
        html, minutes = _html_of(cell), cell.metadata.get("minutes", 0)
        if found := QUIZ.search(html):
            asked = json.loads(unescape(found[1]))["questions"]
            if _has_content(parts[-1]):
                parts.append([])
            for question in asked:
                made = _made_cell(_quiz_of(question), minutes / len(asked))
                parts[-1].append(("-", made))
                parts.append([])
        elif found := PREDICTED.search(html):
            cell.metadata["minutes"] = minutes / 2  # to think and vote, then to look and talk
            parts[-1].append((mark, cell))
            question = json.loads(unescape(found[1]))["question"]
            result = _made_cell(_result_of(question, found[2]), minutes / 2)
            result.metadata["asked"] = [found[1]]
            parts += [[("-", result)], []]
        else:
            parts[-1].append((mark, cell))
    parts[-2:] = [parts[-2] + parts[-1]] if parts[1:] and _only_notes(parts[-1]) else parts[-2:]
    return [part for part in parts if part]


def _around_a_figure(group):
    """Part a group with many words around its figure, which keeps those before it, or behind it."""
    html = "".join(_shown(group))
    lines = [line for pre in PRE.findall(html) for line in re.sub("<[^>]*>", "", pre).splitlines()]
    has_room = len(_words(html)) <= BESIDE and max(map(len, lines), default=0) <= NARROW
    if html.count("<img") != 1 or has_room or "data-explorer" in html:
        return [group]
    group = [part for mark, cell in group for part in _figure_apart(mark, cell)]
    (place,) = [i for i, part in enumerate(group) if "<img" in "".join(_shown([part]))]
    begins = place - (place > 0 and _are_few_words(group[place - 1 : place]))
    ends = place + 1
    if begins == place and _are_few_words(group[ends:]):
        ends = len(group)
    parts = [group[:begins], group[begins:ends], group[ends:]]
    return [part for part in parts if part]


def _figure_apart(mark, cell):
    """A cell that prints and draws as two, the code with what is printed."""
    drawn = [out for out in cell.get("outputs", []) if "<img" in _html_of({"outputs": [out]})]
    if not drawn or drawn == cell.outputs:
        return [(mark, cell)]
    figure = _made_cell("", minutes=0)
    figure.outputs = drawn
    cell.outputs = [out for out in cell.outputs if out not in drawn]
    return [(mark, cell), ("-", figure)]


def _are_few_words(group):
    html = "".join(_shown(group))
    return len(_words(html)) < BESIDE and not (_is_sight(html) or _has_formula(html))


def _only_notes(group):
    return all(mark == "notes" for mark, _ in group)


def _made_cell(html, minutes):
    output = nbformat.v4.new_output("display_data", data={"text/html": html})
    return nbformat.v4.new_code_cell(outputs=[output], metadata={"minutes": minutes})


def _quiz_of(question):
    settings = escape(json.dumps({"questions": [question]}))
    return f'<div class="rmsprop-explorer" data-explorer="quiz" data-settings="{settings}"></div>'


def _result_of(question, revealed):
    """What a prediction reveals, for a room that goes on without committing to an answer."""
    if question.get("choices"):
        right = next(choice for choice in question["choices"] if choice["right"])
        answer, why = right["text"], right["feedback"]
    else:
        answer, why = f"{question['number']:g} {question.get('unit') or ''}", question["feedback"]
    why = YES.sub(lambda yes: (yes[1] or "").capitalize(), why.strip())  # nobody has answered
    return (
        f'<div class="revealed"><p class="verdict">The answer: {_plain(answer)}</p>'
        f'<p class="asked">{_plain(question["question"])}</p>'
        f'<div class="outcome">{revealed}</div><p class="why">{_plain(why)}</p></div>'
    )


def _plain(text):
    """Plain text as HTML; what stands between backticks is code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text.strip()))


def html_of(deck):
    """A deck's slides, with formulas still to be typeset; a section is a column of them."""
    columns = []
    for column in deck.columns:
        made, heading = [], ""
        for place, group in enumerate(column.groups):
            own = heading_of(group)
            notes = markdown(deck.notes(column, place))
            made.append(section(group, notes, "" if own else heading))
            heading = own or heading
        columns.append(f"<section>{''.join(made)}</section>")
    return "\n".join(columns)


def heading_of(group):
    """The heading with which a slide begins, or an empty string."""
    first = next(cell for mark, cell in group if mark != "notes" and _parts(mark, cell))
    found = HEADING.search(first.source) if first.cell_type == "markdown" else None
    return found[1] if found else ""


def section(group, notes, heading):
    """One slide with formulas still to be typeset.

    Parameters
    ----------
    group : list of (str, NotebookNode)
    notes : str
        What the speaker sees, as HTML.
    heading : str
        That of an earlier slide which this one goes on with, or empty.
    """
    shown = [part for mark, cell in group if mark != "notes" for part in _parts(mark, cell)]
    result = any("revealed" in html for _, html in shown)
    if heading and not result:
        shown.insert(0, (False, f'<div class="part goes-on">{markdown(heading)}</div>'))
    own = [html for mark, cell in group if mark == "notes" for _, html in _parts(mark, cell)]
    said = as_spoken(notes + "".join(own))
    kind = ' class="leaf result" data-visibility="uncounted"' if result else ' class="leaf"'
    return (
        f'<section{kind}><div class="fit">{_arranged(shown)}</div>{_behind(group)}'
        f'<aside class="notes">{said}</aside></section>'
    )


def _behind(group):
    """All the code of a slide, which a key shows."""
    cells = [cell for mark, cell in group if mark != "notes"]
    own = [cell.source if cell.cell_type == "code" else "" for cell in cells]
    code = own + [cell.metadata.get("behind") for cell in cells]
    code = [highlight(source, PythonLexer(), HtmlFormatter()) for source in code if source]
    return f'<aside class="behind" hidden>{"".join(code)}</aside>' if code else ""


def _has_content(group):
    html = HEAD.sub("", "".join(_shown(group)))
    return _is_sight(html) or _words(html)


def _shown(group):
    return [html for mark, cell in group if mark != "notes" for _, html in _parts(mark, cell)]


def _arranged(parts):
    """Words and code on the left of what there is to look at, unless that wants all the width."""
    placed = [
        (sight, html.replace("<div", f'<div data-place="{place}"', 1))
        for place, (sight, html) in enumerate(parts)
    ]
    words, sights = (
        [html for sight, html in placed if sight is wanted] for wanted in (False, True)
    )
    words_alone = [html for html in words if "goes-on" not in html and _words(HEAD.sub("", html))]
    if not (words_alone and sights) or any(map(_is_wide, sights)):
        return "".join(html for _, html in parts)
    head = ""
    seen = "".join(sights)
    if "<img" in seen and PREDICTION not in seen and (found := HEAD.search(words[0])):
        head, words[0] = found[0], words[0].replace(found[0], "")  # words get more room
    columns = "".join(f'<div class="column">{"".join(side)}</div>' for side in (words, sights))
    return f'{head}<div class="beside">{columns}</div>'


def _is_wide(html):
    if PREDICTION in html:
        return False
    if size := SIZE.search(html):
        return int(size[1]) > BROAD * int(size[2])
    rows = ROW.findall(html)
    return EXPLORER.search(html) or (rows and rows[0].count("<th") > WIDE)


def _parts(mark, cell):
    """Return what a cell shows, as a list of (whether it is to look at, HTML)."""
    fragment = " fragment" if mark == "fragment" else ""
    parts = [(False, markdown(cell.source))] if cell.cell_type == "markdown" else _code(cell)
    return [(sight, f'<div class="part{fragment}">{html}</div>') for sight, html in parts]


def _code(cell):
    part = cell.metadata.get("rmsprop_lesson", {}).get("part")
    if part == "check":  # its answer belongs to the learner who runs it
        return []
    shown = _without_details(cell.source) if part == "stub" else worked(cell.source)
    shown = shown.replace("  # fmt: skip", "")
    code = [(False, highlight(shown, PythonLexer(), HtmlFormatter()))] if shown else []
    outputs = [_output(output) for output in cell.outputs if not _is_missing(output)]
    return code + [(any(word in html for word in SIGHTS), html) for html in outputs]


def _is_missing(output):
    """Whether a cell says that it had nothing to work on."""
    return output.get("text", "").startswith("Not run:")


def _without_details(stub):
    """A stub with the first line of its docstring only; the lesson has the rest."""
    return re.sub(r'("""[^\n"]+)\n\n.*?"""', r'\1"""', stub, flags=re.DOTALL)


def _output(output):
    if output.output_type == "stream":
        return f"<pre>{escape(output.text)}</pre>"
    data = output.data
    if "text/html" in data:
        return _cut(data["text/html"].replace(' loading="lazy"', ""))
    if "text/latex" in data:
        return markdown(data["text/latex"])
    if "text/markdown" in data:
        return markdown(data["text/markdown"])
    return f"<pre>{escape(data['text/plain'])}</pre>"


def _cut(html):
    """Leave out the rows of a table that nobody could read on a slide, and say so."""
    if "rmsprop-explorer" in html:
        return html
    rows = ROW.findall(html)[1:]
    for row in rows[LONG:]:
        html = html.replace(row, "", 1)
    html = EXPONENT.sub("\N{NON-BREAKING HYPHEN}", html)
    if len(rows) <= LONG:
        return html
    return f'{html}<p class="rest">{LONG} of {len(rows)} rows: the lesson has them all.</p>'


if __name__ == "__main__":
    main()
