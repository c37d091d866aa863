"""The decks in a real browser, opened from the folder as from a USB stick."""

import re

import pytest
from operating import NAME, PAINTED, operate

from rmsprop_lesson.course.explorers.settings import SETTINGS
from tools import slides, teaching

DECKS = [path.stem for path in teaching.NOTEBOOKS.values()]
MOST_LINES = 12  # of code on a slide
SMALLEST, PROSE = 20, 24  # pixels of 720
FIGURE = 900  # of 1280 pixels: what a prediction reveals
# Where a lesson calls explore("valley"): the name of the explorer.
EXPLORERS = {
    path.stem: called[1]
    for path in teaching.NOTEBOOKS.values()
    if (called := re.search(r'"explore\(\\"([a-z-]+)\\"', path.read_text(encoding="utf-8")))
}
EXPLORER = ".rmsprop-explorer:has(.rx-controls, .rx-runs)"
SECTION = re.compile(r"<section[ >].*?</section>", re.DOTALL)
# What leaves the slide, or its own box, on the slide that is shown with all its fragments.
SPILLED = """() => {
  const slide = Reveal.getCurrentSlide(), frame = slide.getBoundingClientRect();
  const all = slide.querySelectorAll(".fit *:not(.katex *, svg *, .rx-scroll *, option)");
  const out = [...all].filter((el) => {
    const box = el.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && el.checkVisibility({ visibilityProperty: true })
      && (box.bottom > frame.bottom + 1 || box.right > frame.right + 1 || box.left < frame.left - 1
        || (el.matches("pre, p, .column, .part") && el.scrollWidth > el.clientWidth + 2));
  });
  return out.map((el) => el.outerHTML.slice(0, 120));
}"""
# Words smaller than they may be, on the slide that is shown. An index is as large as its formula.
TOO_SMALL = """([smallest, prose]) => {
  const slide = Reveal.getCurrentSlide(), out = [];
  const words = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode.data.trim();
    const parent = words.currentNode.parentElement;
    const unseen = "aside.notes, option, style, .rx-hidden, .rx-say, .katex-mathml";
    if (!text || parent.closest(unseen)) continue;
    const el = parent.closest(".katex") ?? parent.closest("sup, sub")?.parentElement ?? parent;
    const box = el.getBoundingClientRect();
    if (box.width <= 1 || !el.checkVisibility({ visibilityProperty: true })) continue;
    const size = parseFloat(getComputedStyle(el).fontSize) * el.currentCSSZoom;
    const isProse = el.closest("p, li, legend, .rx-choice, .rx-feedback")
      && !el.closest("pre, table, code, small, .goes-on, .rest, .projected");
    if (size < (isProse ? prose : smallest) - 0.05) out.push(`${size}: ${text}`);
  }
  return out;
}"""
# Until the content has kept its size for some frames: an explorer is fitted bit by bit.
FITTED = """async () => {
  const all = [...document.querySelectorAll(".fit")];
  const frame = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
  for (let still = 0, before = ""; still < 3; ) {
    await frame();
    const now = all.map((el) => `${el.style.zoom} ${el.offsetHeight}`).join();
    still = now === before ? still + 1 : 0;
    before = now;
  }
}"""
COUNT = "document.querySelectorAll('.slides > section').length"


def sections(stem):
    """The slides of a deck, as HTML."""
    return SECTION.findall((slides.SLIDES / f"{stem}.html").read_text(encoding="utf-8"))


@pytest.fixture
def opened(open_page):
    """Open a deck: opened(stem, width, height, query)."""

    def make(stem, width=1280, height=720, query=""):
        page = open_page(viewport={"width": width, "height": height})
        page.goto(f"{(slides.SLIDES / stem).as_uri()}.html{query}")
        page.wait_for_function("window.Reveal?.isReady()")
        return page

    return make


def walk(page):
    """Show each slide with all its fragments."""
    for number in range(page.evaluate(COUNT)):
        page.evaluate(f"Reveal.slide({number}, 0, 99)")
        yield number + 1


def spilled(page):
    """What leaves the slide, once it has been fitted."""
    page.evaluate(FITTED if page.locator(f"section.present {EXPLORER}").count() else PAINTED)
    return page.evaluate(SPILLED)


def views(page):
    """Show each slide with all its fragments, then with its folds opened, then answered."""
    for number in walk(page):
        yield f"slide {number}"
        folds = page.locator("section.present .fit summary")
        if folds.count():
            for fold in folds.all():
                fold.click()
            yield f"slide {number}, opened"
        ask = page.locator("section.present .rx-form")
        if ask.count():
            _answer(ask)
            yield f"slide {number}, answered"


@pytest.mark.parametrize("stem", DECKS)
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=["720", "1080"])
def test_every_view_stays_on_its_slide_and_is_read_from_the_last_row(opened, stem, size):
    page = opened(stem, *size)
    for view in views(page):
        assert spilled(page) == [], view
        assert page.evaluate(TOO_SMALL, [SMALLEST, PROSE]) == [], view
        if page.locator("section.present .verdict").count():
            _fills(page, view)


def _answer(ask):
    choice = ask.locator("input[type=radio]")
    if choice.count():
        choice.last.check()
    else:
        ask.locator("input").fill("7")
    ask.locator(".rx-button").first.click()
    ask.locator(".rx-feedback").wait_for()


@pytest.mark.parametrize("stem", DECKS)
def test_code_is_short_and_shows_nothing_but_its_point(opened, stem):
    code = opened(stem).locator(".fit .highlight pre").all_text_contents()
    assert max((text.rstrip().count("\n") + 1 for text in code), default=0) <= MOST_LINES
    plumbing = re.compile(
        r"\bprint\(|\bplots\.|^(from|import) |\b(predict|quiz|explore)\(", re.MULTILINE
    )
    assert [text for text in code if plumbing.search(text)] == []


def test_a_key_shows_the_code_of_any_slide(opened):
    page = opened(DECKS[1])
    behind = page.locator("section.present .behind")
    page.evaluate("Reveal.slide(1)")
    page.keyboard.press("c")
    assert "descend(valley, GradientDescent" in behind.inner_text()
    assert page.evaluate(TOO_SMALL, [SMALLEST, PROSE]) == []
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    assert behind.is_hidden()


@pytest.mark.parametrize("stem", DECKS)
def test_no_slide_is_empty_and_none_talks_of_its_making(opened, stem):
    page = opened(stem)
    slides_ = page.locator(".slides > section")
    for number, slide in enumerate(slides_.all(), start=1):
        shown = slide.locator(".fit")
        text = shown.text_content()
        assert "NBVAL" not in text, f"slide {number}"
        assert "Not run here" not in text, f"slide {number}"
        headings = "".join(shown.locator("h1, h2, h3, .goes-on").all_text_contents())
        content = shown.locator("img, table, .rmsprop-explorer").count()
        assert content or len(text.strip()) > len(headings) + 2, f"slide {number}"


LINES = "(el) => Math.round(el.offsetHeight / parseFloat(getComputedStyle(el).lineHeight))"


def _fills(page, view):
    assert page.locator("section.present .verdict").evaluate(LINES) == 1, view
    assert page.locator("section.present legend:visible").count() == 0, view
    figure = page.locator("section.present .revealed img:visible")
    if figure.count():
        box = figure.bounding_box()
        scale = page.evaluate("Reveal.getScale()")
        # A square is as high as the slide instead.
        assert box["width"] >= FIGURE * scale or box["height"] >= 600 * scale, view


@pytest.mark.parametrize("number", teaching.NOTEBOOKS)
def test_notes_have_the_minutes(number):
    minutes = teaching.minutes(number)
    times = [
        re.search(r'<aside class="notes"><p>Minute (\d+) to (\d+) of (\d+)\.', section).groups()
        for section in sections(teaching.NOTEBOOKS[number].stem)
    ]
    begins, ends, wholes = (list(map(int, column)) for column in zip(*times, strict=True))
    assert begins == [0, *ends[:-1]]
    assert ends[-1] == minutes
    assert set(wholes) == {minutes}


@pytest.mark.parametrize("stem", DECKS)
def test_a_page_of_print_for_each_slide(opened, stem):
    page = opened(stem, query="?print-pdf")
    page.wait_for_selector(".pdf-page")
    page.evaluate(FITTED)
    count = page.evaluate(COUNT.replace(".slides >", ".pdf-page >"))
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == count >= len(sections(stem))


@pytest.mark.parametrize("answers", [False, True])
def test_print_has_what_predictions_reveal_and_answers_if_asked(opened, answers):
    page = opened(DECKS[1], query="?print-pdf" + "&answers" * answers)
    page.wait_for_selector(".pdf-page")
    page.emulate_media(media="print")
    page.pdf()  # as a printer does: what folds open before printing has its chance
    assert page.locator(".pdf-page .result img").count()
    for what in page.locator(".pdf-page .result :is(img, table)").all():
        assert what.is_visible()
    for verdict in page.locator(".pdf-page .result .verdict").all():
        assert verdict.is_visible() == answers
    for fold in page.locator(".pdf-page section details").all():
        assert (fold.get_attribute("open") is not None) == answers
    for box in page.evaluate(MARGINS):
        assert min(box) >= 12


# How far what is printed stays from the edges of its page: left, top, right.
MARGINS = """[...document.querySelectorAll(".pdf-page")].map((page) => {
  const paper = page.getBoundingClientRect();
  const ink = page.querySelector(".fit").getBoundingClientRect();
  return [ink.left - paper.left, ink.top - paper.top, paper.right - ink.right];
})"""


def shown(page):
    """Go to the slide with the explorer, and wait until it has its size."""
    host = page.locator(EXPLORER)
    page.evaluate(
        "(el) => { const at = Reveal.getIndices(el.closest('section')); Reveal.slide(at.h); }",
        host.element_handle(),
    )
    assert spilled(page) == []
    return host


@pytest.mark.parametrize("stem", EXPLORERS)
def test_explorers_are_alive(opened, stem):
    page = opened(stem)
    host = shown(page)
    assert host.evaluate(NAME) == EXPLORERS[stem]
    operate(page, host, "mouse")
    assert spilled(page) == []


@pytest.mark.parametrize("width", [1280, 1920])
def test_start_is_dragged_on_a_slide_as_elsewhere(opened, width):
    page = opened(DECKS[1], width, width * 9 // 16)
    handle = shown(page).locator(".rx-handle")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 100, y + 20, steps=4)
    page.mouse.up()
    page.evaluate(FITTED)
    box = handle.bounding_box()
    assert box["x"] + box["width"] / 2 == pytest.approx(x - 100, abs=4)


def test_each_explorer_is_in_a_deck():
    assert set(EXPLORERS.values()) == set(SETTINGS)


# For each slide, the name of what can be clicked there, or nothing.
KINDS = "Reveal.getSlides().map((s) => s.querySelector('[data-explorer]')?.dataset.explorer)"
CLICKED = "section.present .rx :is(label:first-of-type input, input[type=text], .rx-button)"


@pytest.mark.parametrize("stem", DECKS)
def test_the_clicker_works_whatever_was_clicked_before(opened, stem):
    page = opened(stem)
    kinds = page.evaluate(KINDS)
    clicked = 0
    for here in {kind: i for i, kind in enumerate(kinds) if kind}.values():
        page.evaluate(f"Reveal.slide({here}, 0, 99)")
        for control in page.query_selector_all(CLICKED):
            if not (control.is_visible() and control.is_enabled()):
                continue
            control.click()
            clicked += 1
            for key, there in [("PageDown", here + 1), ("PageUp", here)]:
                page.keyboard.press(key)
                at = page.evaluate("Reveal.getIndices().h")
                # What was answered is passed over by the slide with its result.
                assert at == there or (key == "PageDown" and at == there + 1), f"slide {here + 1}"
    assert clicked


def test_keys_belong_to_the_control_that_uses_them(opened):
    page = opened(DECKS[1])
    host = shown(page)
    here = page.evaluate("Reveal.getIndices().h")
    slider = host.locator("input[type=range]:enabled").first
    slider.focus()
    before = slider.input_value()
    page.keyboard.press("ArrowLeft")
    assert slider.input_value() != before
    host.get_by_role("button", name="Play").click()
    page.keyboard.press("Space")
    assert page.evaluate("Reveal.getIndices().h") == here
    page.keyboard.press("ArrowRight")  # of no use to a button
    assert page.evaluate("Reveal.getIndices().h") == here + 1
    page.keyboard.press("PageUp")
    slider.focus()
    page.keyboard.press("Escape")
    assert page.evaluate("Reveal.isOverview()")


@pytest.mark.parametrize("stem", DECKS)
def test_formulas_stand_once_in_the_notes(opened, stem):
    page = opened(stem)
    assert page.locator("aside.notes .katex-html").count() == 0
    formulas = page.locator("aside.notes .katex").count()
    assert page.locator("aside.notes .katex > math").count() == formulas


# Equation numbers, as far as they lie over a part of their formula.
UNDER_NUMBERS = """[...document.querySelectorAll(".katex-html > .tag")].filter((tag) => {
  const own = tag.getBoundingClientRect();
  return [...tag.parentElement.querySelectorAll(":scope > .base")].some((el) => {
    const box = el.getBoundingClientRect();
    return own.left < box.right - 1 && box.left < own.right - 1
      && own.top < box.bottom - 1 && box.top < own.bottom - 1;
  });
}).map((tag) => tag.parentElement.textContent)"""


@pytest.mark.parametrize("stem", DECKS)
def test_no_equation_number_lies_over_its_formula(opened, stem):
    page = opened(stem)
    page.add_style_tag(content=".slides > section { display: block !important; }")
    assert page.evaluate(UNDER_NUMBERS) == []


def test_keys_show_the_dark_deck_and_the_notes(opened):
    page = opened(DECKS[3])
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    popup.value.get_by_text(re.compile(r"^Minute 0 to \d+ of ")).wait_for()


def test_the_list_of_decks_leads_to_them(open_page):
    page = open_page()
    page.goto((slides.SLIDES / "index.html").as_uri())
    links = page.get_by_role("link").evaluate_all(
        "links => links.map((a) => a.getAttribute('href'))"
    )
    assert links == [f"{stem}.html" for stem in DECKS]
    page.get_by_role("link").first.click()
    page.wait_for_function("window.Reveal?.isReady()")
