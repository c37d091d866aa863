"""The decks in a real browser, opened from the folder as from a USB stick."""

import re

import pytest
from conftest import watch
from operating import NAME, PAINTED, operate

from rmsprop_lesson import checks, questions
from rmsprop_lesson.course.explorers.settings import SETTINGS
from tools import clock, lessons, plans, slides

LESSONS = [path.stem for path in lessons.NOTEBOOKS.values()]
PLANS = {slides.plan_stem(plan): plan for plan in plans.plans() + plans.sessions()}
DECKS = [*LESSONS, *list(PLANS)[:2]]  # other plans are made of the same slides
MOST_LINES = 12  # of code on a slide
SMALLEST, PROSE = 20, 24  # pixels of 720
USED = 18  # in an explorer
FIGURE = 900  # of 1280 pixels: what a prediction reveals
TYPE = 12.5 / 72 * 200  # pixels of a figure's own: its type in points, drawn at 200 to the inch
LIMITS = [SMALLEST, PROSE, FIGURE, USED, TYPE]
# Lesson and name of each explorer, where it calls explore("valley").
EXPLORERS = [
    (path.stem, name)
    for path in lessons.NOTEBOOKS.values()
    for name in re.findall(r'"explore\(\\"([a-z-]+)\\"', path.read_text(encoding="utf-8"))
]
EXPLORER = ", ".join(f'[data-explorer="{name}"]' for name in SETTINGS)
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
# What is wrong on the slide that is shown: what leaves it, or its own box; words smaller than they
# may be (an index is as large as its formula); after an answer a small figure, a long verdict, a
# question that stays.
WRONG = """([smallest, prose, figure, used, type]) => {
  const slide = Reveal.getCurrentSlide(), frame = slide.getBoundingClientRect(), out = [];
  const seen = (el) => el.checkVisibility({ visibilityProperty: true });
  for (const el of slide.querySelectorAll(".fit *:not(.katex *, svg *, .rx-scroll *, option)")) {
    const box = el.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && seen(el)
      && (box.bottom > frame.bottom + 1 || box.right > frame.right + 1 || box.left < frame.left - 1
        || (el.matches("pre, p, .column, .part") && el.scrollWidth > el.clientWidth + 2)))
      out.push(`leaves its place: ${el.outerHTML.slice(0, 120)}`);
  }
  const words = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode.data.trim();
    const parent = words.currentNode.parentElement;
    const unseen = "aside.notes, option, style, .rx-hidden, .rx-say, .katex-mathml";
    if (!text || parent.closest(unseen)) continue;
    const el = parent.closest(".katex") ?? parent.closest("sup, sub")?.parentElement ?? parent;
    if (el.getBoundingClientRect().width <= 1 || !seen(el)) continue;
    const size = parseFloat(getComputedStyle(el).fontSize) * el.currentCSSZoom;
    const isProse = el.closest("p, li, legend, .rx-choice, .rx-feedback")
      && !el.closest("pre, table, code, small, .goes-on, .rest, .projected");
    const least = parent.closest(".projected") ? Math.min(smallest, used) : smallest;
    if (size < (isProse ? prose : least) - 0.05) out.push(`${size}: ${text}`);
  }
  for (const image of [...slide.querySelectorAll("img.course-figure")].filter(seen)) {
    const shown = image.getBoundingClientRect().width / Reveal.getScale();
    const size = (type * shown) / image.naturalWidth;
    const [own, now] = [image.naturalHeight / image.naturalWidth, image.height / image.width];
    if (Math.abs(now / own - 1) > 0.02) out.push(`stretched: ${image.alt.slice(0, 60)}`);
    if (size < smallest - 0.5) out.push(`${size} in a figure: ${image.alt.slice(0, 60)}`);
  }
  for (const formula of slide.querySelectorAll(".fit span[style*=nowrap] .katex-html")) {
    const bases = [...formula.querySelectorAll(":scope > .base")].filter(seen);
    const boxes = bases.map((base) => base.getBoundingClientRect());
    if (boxes.some((box, i) => i && box.top > boxes[i - 1].bottom))
      out.push(`parted: ${formula.textContent}`);
  }
  const verdict = slide.querySelector(".verdict");
  if (verdict) {
    const lines = verdict.offsetHeight / parseFloat(getComputedStyle(verdict).lineHeight);
    if (Math.round(lines) !== 1) out.push(`${lines} lines of verdict`);
    if ([...slide.querySelectorAll("legend")].some(seen)) out.push("the question stays");
    for (const image of [...slide.querySelectorAll(".revealed img")].filter(seen)) {
      const box = image.getBoundingClientRect(), scale = Reveal.getScale();
      // A square is as high as the slide instead.
      if (box.width < figure * scale && box.height < 600 * scale)
        out.push(`a figure of ${box.width} pixels`);
    }
  }
  return out;
}"""
# Every view of every slide, measured in the page: with its fragments, then with folds opened, then
# answered.
TOUR = f"""async ([limits, answers]) => {{
  const wrong = {WRONG}, fitted = {FITTED}, out = [];
  const painted = {PAINTED};
  for (const slide of document.querySelectorAll(".slides section.leaf")) {{
    const {{ h, v }} = Reveal.getIndices(slide);
    const look = async (view) => {{
      await (slide.querySelector('{EXPLORER}') ? fitted() : painted());
      let found = wrong(limits);
      for (let frame = 0; found.length && frame < 10; frame++) {{ // until it has settled
        await painted();
        found = wrong(limits);
      }}
      if (found.length) out.push([`${{h + 1}}.${{v + 1}}${{view}}`, ...found]);
    }};
    Reveal.slide(h, v, 99);
    await look("");
    if (!answers) continue;
    const folds = slide.querySelectorAll(".fit details");
    for (const fold of folds) fold.open = true;
    if (folds.length) await look(", opened");
    const form = slide.querySelector(".rx-form");
    if (!form) continue;
    const choice = [...form.querySelectorAll("input[type=radio]")].at(-1);
    const number = form.querySelector("input:not([type=radio])");
    if (choice) choice.click();
    else {{
      number.value = "7";
      number.dispatchEvent(new Event("input", {{ bubbles: true }}));
    }}
    form.querySelector(".rx-button").click();
    await painted();
    await look(", answered");
    const feedback = slide.querySelector(".rx-feedback")?.textContent;
    if (!feedback) out.push([`${{h + 1}}.${{v + 1}}`, "no answer"]);
  }}
  return out;
}}"""
LEAVES = ".slides section.leaf"
# Where the deck stands, as one number; how to go there; the first slide that has something.
AT = f"[...document.querySelectorAll('{LEAVES}')].indexOf(Reveal.getCurrentSlide())"
GO = f"""(i) => {{
  const at = Reveal.getIndices(document.querySelectorAll("{LEAVES}")[i]);
  Reveal.slide(at.h, at.v, 99);
}}"""
FIRST_WITH = f"""(what) =>
  [...document.querySelectorAll("{LEAVES}")].findIndex((slide) => slide.querySelector(what))"""


@pytest.fixture(scope="module", params=DECKS)
def deck(browser, request):
    """A deck, loaded once for all that only looks at it."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    watch(context, page)
    page.goto(f"{(slides.SLIDES / request.param).as_uri()}.html")
    page.wait_for_function("window.Reveal?.isReady()")
    yield page
    context.close()
    assert page.faults == []


@pytest.fixture
def opened(open_page):
    """Open a deck: opened(stem, width, height, query)."""

    def make(stem, width=1280, height=720, query=""):
        page = open_page(viewport={"width": width, "height": height})
        page.goto(f"{(slides.SLIDES / stem).as_uri()}.html{query}")
        page.wait_for_function("window.Reveal?.isReady()")
        return page

    return make


def test_code_is_short_and_shows_nothing_but_its_point(deck):
    code = deck.locator(".fit :is(.highlight pre, pre code)").all_text_contents()
    assert max((text.rstrip().count("\n") + 1 for text in code), default=0) <= MOST_LINES
    plumbing = re.compile(
        r"\bprint\(|\bplots\.|^(from|import) |\b(predict|quiz|explore)\(", re.MULTILINE
    )
    assert [text for text in code if plumbing.search(text)] == []


def test_a_key_shows_the_code_of_any_slide(opened):
    page = opened(LESSONS[1])
    behind = page.locator("section.present.leaf .behind")
    page.evaluate(GO, page.evaluate(FIRST_WITH, ".behind"))
    page.keyboard.press("c")
    assert "descend(valley, GradientDescent" in behind.inner_text()
    assert page.evaluate(WRONG, LIMITS) == []
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    assert behind.is_hidden()


# Slides without anything to see, or that talk of their making.
EMPTY = """[...document.querySelectorAll(".slides section.leaf > .fit")].filter((fit) => {
  const texts = [...fit.querySelectorAll("h1, h2, h3, .goes-on")].map((el) => el.textContent);
  const heads = texts.join("");
  const text = fit.textContent.trim();
  const break_ = fit.querySelector("h1"); // a title may stand alone
  const sight = break_ || fit.querySelector("img, table, .rmsprop-explorer");
  const making = /NBVAL|Not run:|Minutes so far|yours comes here/.test(text);
  return making || !(sight || text.length > heads.length + 2);
}).map((fit) => fit.textContent)"""


def test_no_slide_is_empty_and_none_talks_of_its_making(deck):
    assert deck.evaluate(EMPTY) == []


# Slides that end with a colon, and nothing beside it, although something else was to follow.
LEADING_NOWHERE = f"""[...document.querySelectorAll("{LEAVES} > .fit")]
  .filter((fit) => !fit.querySelector("img, table, .rmsprop-explorer"))
  .map((fit) => fit.textContent.trim()).filter((text) => text.endsWith(":"))"""


def test_a_colon_stands_on_the_slide_with_what_it_announces(deck):
    assert deck.evaluate(LEADING_NOWHERE) == []


def test_what_comes_next_is_said_and_has_no_slide(opened):
    page = opened(LESSONS[3])
    assert "What comes next" not in page.locator(f"{LEAVES} > .fit h2").all_text_contents()
    assert "Now with pencil and paper" in page.locator("aside.notes").last.text_content()


# Lines of code that are broken, from slides that are all laid out.
BROKEN = """[...document.querySelectorAll(".fit .highlight pre")].filter((pre) => {
  const style = getComputedStyle(pre), px = (name) => parseFloat(style[name]);
  const lines = (pre.clientHeight - px("paddingTop") - px("paddingBottom")) / px("lineHeight");
  return Math.round(lines) !== pre.textContent.trimEnd().split("\\n").length;
}).map((pre) => pre.textContent)"""


def test_lines_of_code_are_whole(deck):
    style = deck.add_style_tag(content=".slides section { display: block !important; }")
    assert deck.evaluate(BROKEN) == []
    style.evaluate("(el) => el.remove()")


def test_in_the_dark_a_figure_is_no_panel(opened):
    page = opened(LESSONS[1])
    page.evaluate(GO, page.evaluate(FIRST_WITH, "img.course-figure"))
    page.keyboard.press("d")
    box = page.locator("section.present.leaf img.course-figure").bounding_box()
    shots = [
        page.screenshot(clip={"x": box["x"] + x, "y": box["y"] + 12, "width": 4, "height": 4})
        for x in (-8, 8)  # beside the figure, and on its paper
    ]
    assert shots[0] == shots[1]


# Slides that don't say what they belong to; explorers and answers take the whole slide.
HEADLESS = f"""[...document.querySelectorAll("{LEAVES}")].filter((slide) =>
  !slide.querySelector(".revealed, .projected")
    && ![...slide.querySelectorAll("h1, h2, h3, .goes-on")].some((head) =>
      getComputedStyle(head).display !== "none")
).map((slide) => slide.querySelector(".fit").textContent.slice(0, 80))"""


def test_every_slide_says_what_it_belongs_to(deck):
    assert deck.evaluate(HEADLESS) == []


def seconds(time):
    minutes, rest = time.split(":")
    return 60 * int(minutes) + int(rest)


def clock_of(page):
    """From when to when each slide is shown, and how long the deck takes, in seconds."""
    said = page.locator(f"{LEAVES} > aside.notes > p:first-child").all_text_contents()
    return [
        tuple(map(seconds, re.fullmatch(r"(\S+) to (\S+) of (\S+)", line).groups()))
        for line in said
    ]


def test_the_notes_have_one_clock(deck):
    times = clock_of(deck)
    begins, ends, wholes = zip(*times, strict=True)
    parts = {begins[0], *ends}
    assert begins[0] == 0
    assert all(begin in parts for begin in begins)  # a slide that was parted keeps its time
    assert list(begins) == sorted(begins)
    (whole,) = set(wholes)
    assert whole * 0.75 <= ends[-1] <= whole + 10
    stem = deck.url.rpartition("/")[2].removesuffix(".html")
    length = PLANS[stem].minutes if stem in PLANS else clock.minutes(int(stem[:2]))
    assert whole == 60 * length


@pytest.mark.parametrize("stem", list(PLANS)[:2])
def test_a_plan_has_about_a_slide_for_two_minutes(opened, stem):
    shown = opened(stem).locator(f"{LEAVES}:not(.result)").count()
    assert 1.5 <= PLANS[stem].taken / shown <= 3


def test_the_notes_hold_the_guide(opened):
    page = opened(LESSONS[3])
    notes = " ".join(page.locator("aside.notes").all_text_contents())
    notes = notes.replace("\N{NO-BREAK SPACE}", " ")  # in numbers such as 10 000
    note = clock.notes()[3]
    for part in note["say"]:
        assert part["text"][:40].replace("`", "") in notes
    assert note["board"].strip().splitlines()[0] in notes
    for question in questions.lesson(3).quiz:
        for choice in question.choices:
            assert choice.feedback.replace("`", "")[:30] in notes.replace("`", "")
    for mistake in note["typical"]["rmsprop_step"]:
        assert mistake in notes


def test_what_is_written_before_an_explorer_is_said(opened):
    slide = opened(LESSONS[1]).locator(f'{LEAVES}:has([data-explorer="valley"])')
    assert "From which rate on" in slide.locator("aside.notes").text_content()
    assert "From which rate on" not in slide.locator(".fit").text_content()


def test_the_answers_to_expect_stand_beside_the_result_too(deck):
    for result in deck.locator(f"{LEAVES}.result > aside.notes").all_text_contents():
        assert "Answers to expect" in result


@pytest.mark.parametrize("stem", list(PLANS)[:4])
def test_a_plan_speaks_of_nothing_that_it_leaves_out(opened, stem):
    page = opened(stem)
    told = " ".join(page.locator("aside.notes").all_text_contents())
    heads = page.locator(f"{LEAVES} :is(h1, h2, h3)").all_text_contents()
    for part in PLANS[stem].parts:
        for name in set(part.without) & set(checks.exercises()):
            assert name not in told
        assert not set(part.without) & set(heads)


@pytest.mark.parametrize("stem", [LESSONS[0], LESSONS[1], *list(PLANS)[:1]])
def test_a_page_of_print_for_each_slide(opened, stem):
    page = opened(stem, query="?print-pdf")
    page.wait_for_selector(".pdf-page")
    page.evaluate(FITTED)
    count = page.locator(".pdf-page section.leaf").count()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == count


@pytest.mark.parametrize("answers", [False, True])
def test_print_has_what_predictions_reveal_and_answers_if_asked(opened, answers):
    page = opened(LESSONS[1], query="?print-pdf" + "&answers" * answers)
    page.wait_for_selector(".pdf-page")
    page.emulate_media(media="print")
    page.pdf()  # as a printer does: what folds open before printing has its chance
    assert page.locator(".pdf-page .result img").count()
    for what in page.locator(".pdf-page .result :is(img, table)").all():
        assert what.is_visible()
    for verdict in page.locator(".pdf-page .result .verdict").all():
        assert verdict.is_visible() == answers
    told = page.locator(".pdf-page .rx-onpaper").all()
    assert told
    for one in told:  # the slide with the result has it
        assert not one.is_visible()
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


def shown(page, name):
    """Go to the slide with an explorer, and wait until it has its size."""
    one = f'[data-explorer="{name}"]'
    host = page.locator(one)
    page.evaluate(GO, page.evaluate(FIRST_WITH, one))
    page.evaluate(FITTED)
    assert page.evaluate(WRONG, LIMITS) == []
    return host


@pytest.mark.parametrize(("stem", "name"), EXPLORERS)
def test_explorers_are_alive(opened, stem, name):
    page = opened(stem)
    host = shown(page, name)
    assert host.evaluate(NAME) == name
    operate(page, host, "mouse")
    page.evaluate(FITTED)
    assert page.evaluate(WRONG, [USED, USED, FIGURE, USED, TYPE]) == []


@pytest.mark.parametrize("width", [1280, 1920])
def test_start_is_dragged_on_a_slide_as_elsewhere(opened, width):
    page = opened(LESSONS[1], width, width * 9 // 16)
    handle = shown(page, "valley").locator(".rx-handle")
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
    assert {name for _, name in EXPLORERS} == set(SETTINGS)


CLICKABLE = "label:first-of-type input, input[type=text], .rx-button"
CLICKED = f"section.present.leaf .rx :is({CLICKABLE})"
# One slide for each kind of thing that can be clicked.
KINDS = f"""Object.values(Object.fromEntries([...document.querySelectorAll("{LEAVES}")]
  .map((slide, i) => [slide.querySelector("[data-explorer]")?.dataset.explorer, i])
  .filter(([kind]) => kind)))"""


@pytest.mark.parametrize("stem", DECKS)
def test_the_clicker_works_whatever_was_clicked_before(opened, stem):
    page = opened(stem)
    clicked, last = 0, page.locator(LEAVES).count() - 1
    for here in page.evaluate(KINDS):
        page.evaluate(GO, here)
        for control in page.query_selector_all(CLICKED):
            if not (control.is_visible() and control.is_enabled()):
                continue
            control.click()
            clicked += 1
            for key, there in [("PageDown", here + 1), ("PageUp", here)][: 2 * (here < last)]:
                page.keyboard.press(key)
                at = page.evaluate(AT)
                # What was answered is passed over by the slide with its result.
                over = key == "PageDown" and at == there + 1
                assert at == there or over, f"slide {here + 1}"
    assert clicked


def test_the_clicker_leads_through_the_whole_deck_and_back(opened):
    page = opened(next(iter(PLANS)))
    last = page.locator(LEAVES).count() - 1
    for key, end in [("PageDown", last), ("PageUp", 0)]:
        for _ in range(300):
            if page.evaluate(AT) == end:
                break
            page.keyboard.press(key)
        assert page.evaluate(AT) == end


def test_votes_are_counted_by_keyboard_and_stand_beside_the_answer(opened):
    page = opened(next(iter(PLANS)))
    page.evaluate(GO, page.evaluate(FIRST_WITH, ".rx-choice"))
    page.keyboard.press("v")
    fields = page.locator("section.present.leaf .vote")
    for number in range(fields.count()):
        page.keyboard.type(str(10 + number))
        page.keyboard.press("Enter")
    assert fields.evaluate_all("all => all.map((one) => one.value)") == [
        str(10 + number) for number in range(fields.count())
    ]
    page.keyboard.press("v")
    page.keyboard.type("1 2 30")  # as a poll gives them
    page.keyboard.press("PageDown")
    line = page.locator("section.present.result .tally span").all_text_contents()
    assert [re.search(r"\d+", text)[0] for text in line[:3]] == ["1", "2", "30"]
    assert sum(text.startswith("✓") for text in line) == 1
    assert page.evaluate(WRONG, LIMITS) == []
    page.keyboard.press("PageUp")
    page.locator("section.present.leaf .rx-choice input[type=radio]").first.check()
    page.locator("section.present.leaf .rx-button").first.click()
    told = page.locator("section.present.answered .tally span")
    told.first.wait_for()
    assert told.all_text_contents() == line
    assert page.evaluate(WRONG, LIMITS) == []


def test_votes_outlive_a_reload_and_can_be_forgotten(opened):
    page = opened(next(iter(PLANS)))
    here = page.evaluate(FIRST_WITH, ".rx-choice")
    values = "all => all.map((one) => one.value)"
    fields, told = (
        page.locator(f"section.present.{what}") for what in ("leaf .vote", "result .tally span")
    )
    page.evaluate(GO, here)
    page.keyboard.press("v")
    page.keyboard.type("1 2 30")
    page.keyboard.press("PageDown")
    line = told.all_text_contents()
    page.reload()
    page.wait_for_function("window.Reveal?.isReady()")
    page.evaluate(GO, here + 1)
    assert told.all_text_contents() == line
    assert page.evaluate(WRONG, LIMITS) == []
    page.keyboard.press("PageUp")
    page.keyboard.press("v")
    assert fields.evaluate_all(values)[:3] == ["1", "2", "30"]
    page.keyboard.press("PageDown")
    page.keyboard.press("x")
    assert told.count() == 0
    page.keyboard.press("PageUp")
    page.keyboard.press("v")
    assert set(fields.evaluate_all(values)) == {"0"}


def test_keys_belong_to_the_control_that_uses_them(opened):
    page = opened(LESSONS[1])
    host = shown(page, "valley")
    here = page.evaluate(AT)
    slider = host.locator("input[type=range]:enabled").first
    slider.focus()
    before = slider.input_value()
    page.keyboard.press("ArrowLeft")
    assert slider.input_value() != before
    host.get_by_role("button", name="Play").click()
    page.keyboard.press("Space")
    assert page.evaluate(AT) == here
    page.keyboard.press("ArrowRight")  # of no use to a button
    assert page.evaluate(AT) == here + 1
    page.keyboard.press("PageUp")
    slider.focus()
    page.keyboard.press("Escape")
    assert page.evaluate("Reveal.isOverview()")


def test_formulas_stand_once_in_the_notes(deck):
    assert deck.locator("aside.notes .katex-html").count() == 0
    formulas = deck.locator("aside.notes .katex").count()
    assert deck.locator("aside.notes .katex > math").count() == formulas


# Equation numbers, as far as they lie over a part of their formula.
UNDER_NUMBERS = """[...document.querySelectorAll(".katex-html > .tag")].filter((tag) => {
  const own = tag.getBoundingClientRect();
  return [...tag.parentElement.querySelectorAll(":scope > .base")].some((el) => {
    const box = el.getBoundingClientRect();
    return own.left < box.right - 1 && box.left < own.right - 1
      && own.top < box.bottom - 1 && box.top < own.bottom - 1;
  });
}).map((tag) => tag.parentElement.textContent)"""


def test_no_equation_number_lies_over_its_formula(deck):
    style = deck.add_style_tag(content=".slides section { display: block !important; }")
    assert deck.evaluate(UNDER_NUMBERS) == []
    style.evaluate("(el) => el.remove()")


def test_every_view_stays_on_its_slide_and_is_read_from_the_last_row(deck):
    """At both sizes, before and after every fold is opened and every prediction answered."""
    for width, answers in [(1280, True), (1920, False)]:
        deck.set_viewport_size({"width": width, "height": width * 9 // 16})
        deck.evaluate("Reveal.layout()")
        assert deck.evaluate(TOUR, [LIMITS, answers]) == [], width


def test_keys_show_the_dark_deck_and_the_notes(opened):
    page = opened(LESSONS[3])
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    popup.value.get_by_text(re.compile(r"^0:00 to \d+:\d\d of ")).wait_for()


def test_the_list_of_decks_leads_to_them(open_page):
    page = open_page()
    page.goto((slides.SLIDES / "index.html").as_uri())
    links = page.get_by_role("link").evaluate_all(
        "links => links.map((a) => a.getAttribute('href'))"
    )
    assert links == [f"{stem}.html" for stem in [*PLANS, *LESSONS, "desk"]]
    page.get_by_role("link").first.click()
    page.wait_for_function("window.Reveal?.isReady()")


def test_the_guide_at_the_desk_has_a_page_for_each_lesson(open_page):
    page = open_page()
    page.goto((slides.SLIDES / "desk.html").as_uri())
    for paper in ("A4", "Letter"):
        pdf = page.pdf(format=paper, prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == len(LESSONS)
