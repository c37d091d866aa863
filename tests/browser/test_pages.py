"""Every page of the site in a real browser: complete offline, accessible, light, on a phone."""

import gzip
import io
import json
import re
import tarfile
from urllib.parse import urlsplit

import pytest
from conftest import HTML, watch
from PIL import Image

from rmsprop_lesson import GradientDescent, RMSprop, Valley, descend
from tools import lessons, npm

PAGES = [
    path.relative_to(HTML).as_posix()
    for path in sorted(HTML.rglob("*.html"))
    if "_static" not in path.parts
]
LESSONS = [page for page in PAGES if page.startswith("notebooks/")]
# Only what every lesson page loads for its formulas, and no script is among it: they are typeset.
TOTAL, SCRIPT = 1_000_000, 300_000
AXE = """(options) => axe.run(document, {preload: false, resultTypes: ["violations"], ...options})
    .then((result) => result.violations.flatMap((rule) =>
        rule.nodes.map((node) => [rule.id, ...node.target, node.html.slice(0, 120)].join(": "))))"""
# Colours are looked at in each theme, and don't depend on the width; all else not on the theme.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
ALL_ELSE = {"rules": {"color-contrast": {"enabled": False}}}
# Each picture: where it is, its words, and its width once it is loaded.
PICTURES = """() => Promise.all([...document.images].map(async (image) => {
  image.loading = "eager";
  await image.decode().catch(() => {});
  return [image.src, image.alt.trim(), image.naturalWidth];
}))"""
MODES = "[...document.querySelectorAll('.rx')]"

each_page = pytest.mark.parametrize("name", PAGES)
each_lesson = pytest.mark.parametrize("name", LESSONS)


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core."""
    return (npm.package("axe-core") / "axe.min.js").read_text(encoding="utf-8")


def visit(page, address):
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


@pytest.fixture(scope="module", params=LESSONS)
def lesson(browser, site_url, request):
    """A lesson's page, loaded once for all that only looks at it, at whatever width."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    watch(context, page)
    yield visit(page, f"{site_url}/{request.param}")
    context.close()
    assert page.faults == []


def test_the_site_has_all_its_pages():
    assert [f"notebooks/{path.stem}.html" for path in lessons.NOTEBOOKS.values()] == LESSONS
    assert {"index.html", "404.html", "search.html", "docs/glossary.html"} <= set(PAGES)


def test_the_teachers_guide_is_not_on_the_learners_site():
    assert [page for page in PAGES if "teach" in page] == []
    assert [path for path in HTML.rglob("*") if "teach" in path.name] == []


# Of hundreds of rows, entries, code cells or formulas that are made alike, a few: axe's time grows
# with the square.
THIN = """
const all = (selector) => [...document.querySelectorAll(selector)];
const kinds = ["dl.py", ".highlight", ".katex:not(th *)"].map(all);
for (const alike of [...kinds, ...all("tbody").map((body) => [...body.rows])])
  alike.slice(8).forEach((el) => el.replaceWith(el.matches(".katex") ? "x" : ""));"""


@each_page
def test_page_is_complete_and_accessible(open_page, site_url, axe, name):
    page = open_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
    visit(page, f"{site_url}/{name}")
    pictures = page.evaluate(PICTURES)
    assert [src for src, alt, width in pictures if not alt or not width] == []
    for fold in page.query_selector_all("details"):
        fold.evaluate("fold => { fold.open = true }")
    page.evaluate(THIN)
    page.evaluate(axe)
    for theme, what in (("light", {}), ("dark", COLOURS)):
        page.emulate_media(color_scheme=theme)
        if name != "404.html":
            page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
            page.wait_for_function(f"{MODES}.every((el) => el.dataset.mode === '{theme}')")
            page.wait_for_function("document.getAnimations().length === 0")  # colours fade
        assert page.evaluate(AXE, what) == [], theme


@each_page
def test_page_fits_a_phone(open_page, site_url, axe, name):
    page = open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    visit(page, f"{site_url}/{name}")
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate(THIN)
    page.evaluate(axe)
    assert page.evaluate(AXE, ALL_ELSE) == []


def test_what_can_be_operated_is_alive(lesson):
    placed = lesson.locator(".rmsprop-explorer[data-explorer]")
    assert placed.count() >= 1
    alive = "all => all.filter(el => !el.rmspropExplorer).map(el => el.dataset.explorer)"
    assert placed.evaluate_all(alive) == []


def weigh(page, address):
    """Return what a page loads, packed as a server would: {address: (kind, bytes)}."""
    sizes = {}

    def note(response):
        if response.ok:
            kind = "script" if response.request.resource_type == "script" else "other"
            body = response.body()
            packed = body if response.url.endswith((".png", ".woff2")) else gzip.compress(body)
            sizes[response.url] = (kind, len(packed))

    page.on("requestfinished", lambda request: note(request.response()))
    visit(page, address)
    return sizes


@pytest.mark.parametrize("name", ["index.html", *LESSONS])
def test_page_is_light_on_first_visit(open_page, site_url, name):
    page = open_page(viewport={"width": 1280, "height": 800})
    sizes = weigh(page, f"{site_url}/{name}")
    total = sum(size for _, size in sizes.values())
    script = sum(size for kind, size in sizes.values() if kind == "script")
    print(f"\n{name}: {total / 1000:.0f} kB, of which script {script / 1000:.0f} kB")
    assert len(sizes) > 10
    assert total <= TOTAL, sizes
    assert script <= SCRIPT, sizes


def test_a_figure_hidden_by_a_prediction_appears_with_its_words(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/notebooks/01_why_adapt.html")
    card = page.locator('.rmsprop-explorer[data-explorer="prediction"]:has(figure)').first
    figure = card.locator("figure.course-figure")
    assert not figure.is_visible()
    card.locator("input").first.check()
    card.get_by_role("button").first.click()
    figure.wait_for(state="visible")
    assert figure.get_by_role("img").get_attribute("aria-label")
    assert figure.locator("svg:visible").count() == 1


# Each drawing that can be seen: its letters' height and whether any of it leaves its figure.
LETTERS = """() => [...document.querySelectorAll(".course-figure svg")]
  .filter((svg) => svg.checkVisibility() && !svg.closest("[aria-hidden=true]:not(svg)"))
  .flatMap((svg) => [...svg.querySelectorAll("text")].map((text) => {
    const size = parseFloat(getComputedStyle(text).fontSize) * svg.getScreenCTM().a;
    const box = text.getBoundingClientRect();
    return [size, box.left, box.right, text.textContent];
  }))"""


@pytest.mark.parametrize("width", [390, 1440])
def test_letters_in_figures_can_be_read(lesson, width):
    lesson.set_viewport_size({"width": width, "height": 900})
    lesson.evaluate("document.documentElement.classList.add('course-show-all')")
    found = lesson.evaluate(LETTERS)
    assert found
    assert [letters for letters in found if letters[0] < 10.5 and letters[3].strip()] == []
    assert [letters for letters in found if letters[1] < 0 or letters[2] > width] == []


def test_figures_have_numbers_and_captions(lesson):
    captions = lesson.locator(".course-figure figcaption").all_text_contents()
    numbers, words = zip(*(caption.split(". ", 1) for caption in captions), strict=True)
    number = int(lesson.url.rpartition("/")[2][:2])
    assert list(numbers) == [f"Figure {number}.{k + 1}" for k in range(len(captions))]
    assert all(words)
    double = "all => all.map(el => el.id).filter((id, i, ids) => ids.indexOf(id) < i)"
    assert lesson.locator(".course-figure [id]").evaluate_all(double) == []


INKS = """() => [".course-figure text", ".course-figure [style*='--c-0072b2']"].map((selector) => {
  const style = getComputedStyle(document.querySelector(selector));
  return style[selector.includes("text") ? "fill" : "stroke"];
})"""


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ({"color_scheme": "light"}, ["rgb(28, 33, 40)", "rgb(0, 114, 178)"]),
        ({"color_scheme": "dark"}, [None, "rgb(63, 159, 224)"]),
        (
            {"color_scheme": "dark", "media": "print"},
            ["rgb(28, 33, 40)", "rgb(0, 114, 178)"],
        ),
    ],
)
def test_figures_have_the_colours_of_the_page(open_page, site_url, media, expected):
    page = open_page()
    page.emulate_media(**media)
    visit(page, f"{site_url}/{LESSONS[0]}")
    page.evaluate("document.documentElement.classList.add('course-show-all')")
    page.wait_for_function("document.getAnimations().length === 0")
    text, line = page.evaluate(INKS)
    around = page.locator(".course-figure:has(text)").first
    assert text == around.evaluate("el => getComputedStyle(el).color")
    assert expected[0] in (None, text)
    assert line == expected[1]


def test_in_the_dark_digits_are_white_and_scales_of_colours_stay(open_page, site_url):
    page = open_page(color_scheme="dark")
    visit(page, f"{site_url}/notebooks/08_mnist_network.html")
    filters = """figure => [...document.querySelectorAll(`${figure} image`)]
        .map(image => getComputedStyle(image).filter)"""
    assert set(page.evaluate(filters, "#figure-8-1")) == {"invert(1)"}
    assert set(page.evaluate(filters, "#figure-8-4")) == {"none"}


def test_forced_colours_reach_the_figures(open_page, site_url):
    page = open_page(forced_colors="active", color_scheme="dark")
    visit(page, f"{site_url}/{LESSONS[1]}")
    page.evaluate("document.documentElement.classList.add('course-show-all')")
    ink = page.locator(".course-figure g [style*='--c-000000']").first
    assert ink.evaluate("el => getComputedStyle(el).stroke") == "rgb(255, 255, 255)"


def test_words_of_a_button_can_be_read_in_forced_colours(open_page, site_url):
    page = open_page(forced_colors="active", color_scheme="dark")
    visit(page, f"{site_url}/{LESSONS[1]}")
    button = page.get_by_role("button", name="Commit and look").first
    pixels = Image.open(io.BytesIO(button.screenshot())).convert("RGB")
    width, height = pixels.size
    middle = pixels.crop((8, 8, width - 8, height - 8))  # within its border
    most, ground = max(middle.getcolors(middle.width * middle.height))
    assert most > 0.6 * middle.width * middle.height
    assert ground == pixels.getpixel((width // 2, 5))  # nothing lies between words and ground


def test_plumbing_is_folded_and_what_it_shows_is_not(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/{LESSONS[1]}")
    quiz = page.locator('.cell:has([data-explorer="quiz"])')
    assert quiz.locator("[data-explorer]").is_visible()
    assert not quiz.get_by_text("quiz(1)").is_visible()
    quiz.locator("summary").first.click()
    assert quiz.get_by_text("quiz(1)").is_visible()


# ── the door ─────────────────────────────────────────────────────────────────────────────────────

MARK = """() => document.querySelector(".door-valley .rx-figure .rx-m-rmsprop .rx-marker")
  .getAttribute("transform")"""


def test_the_valley_of_the_door_is_alive_at_once(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/index.html")
    before = page.evaluate(MARK)
    page.wait_for_function(f"before => ({MARK})() !== before", arg=before)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("document.querySelector('.door-valley button').textContent === 'Play'")
    resting = page.evaluate(MARK)
    page.wait_for_timeout(300)
    assert page.evaluate(MARK) == resting


def test_the_valley_of_the_door_rests_for_those_who_want_that(open_page, site_url):
    page = open_page(reduced_motion="reduce")
    visit(page, f"{site_url}/index.html")
    before = page.evaluate(MARK)
    page.wait_for_timeout(1000)
    assert page.evaluate(MARK) == before
    assert page.get_by_role("button", name="Play").is_visible()
    assert "After 70 steps" in page.locator(".door-valley").inner_text()


def test_the_door_without_scripts_shows_a_still_and_all_lessons(open_page, site_url):
    page = open_page(java_script_enabled=False)
    page.goto(f"{site_url}/index.html")
    page.faults.clear()  # the scripts were refused
    assert page.locator(".door-valley [role=img] svg").is_visible()
    assert page.locator(".door-card").count() == len(LESSONS)


def test_the_start_can_be_moved_and_the_package_agrees(open_page, site_url):
    page = open_page(reduced_motion="reduce")
    visit(page, f"{site_url}/index.html")
    start = page.locator(".door-valley [role=slider]")
    start.focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    said = page.locator(".door-valley .rx-say")
    said.filter(has_text="from (2.8, 1.1)").wait_for()
    for method in (GradientDescent(0.09), RMSprop(0.1)):
        run = descend(Valley(condition=20), method, start=[2.8, 1.1], steps=70)
        place = ", ".join(f"{v:g}".replace("-", "−") for v in run.positions[-1].round(3) + 0)
        assert f"at ({place})" in said.text_content()
    g, S = page.locator(".door-symbol output").all_text_contents()[:2]
    adaptive = descend(Valley(condition=20), RMSprop(0.1), start=[2.8, 1.1], steps=70)
    shown = [
        "(" + ", ".join(f"{v:.2f}".replace("-", "−") for v in values) + ")"
        for values in (adaptive.gradients[-1], adaptive.state["S"][-1])
    ]
    assert [text.replace("−0.00", "0.00") for text in (g, S)] == [
        text.replace("−0.00", "0.00") for text in shown
    ]


def test_a_symbol_lights_up_in_the_equations_and_in_the_picture(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/index.html")
    hero = page.locator(".door-hero")
    page.get_by_role("button", name="Pause").click()
    for symbol in ("g", "S", "theta"):
        button = page.locator(f'.door-symbol[value="{symbol}"]')
        assert hero.locator(f".katex-html .door-{symbol}").count() >= 2
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert hero.get_attribute("data-lit") == symbol
        shown = hero.locator(f'svg [data-symbol="{symbol}"]')
        assert shown.evaluate("el => getComputedStyle(el).opacity") == "1"
        others = hero.locator(f'svg [data-symbol]:not([data-symbol="{symbol}"])').first
        assert float(others.evaluate("el => getComputedStyle(el).opacity")) < 0.5
        colors = [
            part.evaluate(f"el => getComputedStyle(el).{kind}")
            for part, kind in [
                (shown.locator("path, rect").first, "stroke"),
                (button.locator("b"), "color"),
                (hero.locator(f".katex-html .door-{symbol}").first, "color"),
            ]
        ]
        assert len(set(colors)) == 1
        button.click()
        page.mouse.move(5, 5)
        assert hero.get_attribute("data-lit") is None


def test_cards_say_what_a_lesson_is_and_what_is_done(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/index.html")
    cards = page.locator(".door-card")
    assert cards.evaluate_all("all => all.map(a => a.getAttribute('href'))") == LESSONS
    for card, name in zip(cards.all(), LESSONS, strict=True):
        lesson = json.loads((HTML.parents[1] / name.replace(".html", ".ipynb")).read_text("utf-8"))
        first = "".join(lesson["cells"][0]["source"])
        minutes = re.search(r"\*\*Time\*\* (\d+) minutes", first)[1]
        assert f"{minutes} minutes" in card.inner_text()
        assert card.locator("svg").count() == 1
        assert card.locator(".door-done").text_content() == ""
    visit(page, f"{site_url}/{LESSONS[1]}")
    page.get_by_role("button", name="Skip, show me").first.click()
    visit(page, f"{site_url}/index.html")
    parts = json.loads(cards.nth(1).get_attribute("data-parts"))
    assert cards.nth(1).locator(".door-done").text_content() == (
        f"1 of {sum(map(len, parts.values()))} done"
    )
    assert cards.nth(2).locator(".door-done").text_content() == ""


def test_the_course_can_be_taken_home(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/index.html")
    link = page.get_by_role("link", name="Get the course")
    packed = HTML / link.get_attribute("href")
    with tarfile.open(packed) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    lessons = {name.replace(".html", ".ipynb") for name in LESSONS}
    assert {"Makefile", "environment.yml", "pyproject.toml", "README.md", *lessons} <= names
    assert page.locator(".door-ways li pre").count() == 3


def test_a_link_to_the_door_has_words_and_a_picture(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/index.html")
    about = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("meta[property], meta[name]")]
            .map((meta) => [meta.getAttribute("property") ?? meta.name, meta.content]))"""
    )
    assert "RMSprop" in page.title()
    assert {"description", "og:title", "og:description", "og:image:alt"} <= set(about)
    width, height = Image.open(HTML / about["og:image"]).size
    assert (str(width), str(height)) == (about["og:image:width"], about["og:image:height"])


def test_what_was_answered_is_there_after_a_reload(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/{LESSONS[1]}")
    predictions = page.locator('[data-explorer="prediction"]')
    predictions.nth(0).locator("input").nth(1).check()
    predictions.nth(0).get_by_role("button", name="Commit and look").click()
    predictions.nth(1).get_by_role("button", name="Skip, show me").click()
    question = page.locator('[data-explorer="quiz"] form:has([type="radio"])').first
    question.locator("input").first.check()
    question.get_by_role("button", name="Check").click()
    heard = question.locator(".rx-feedback")
    heard.filter(has_text="ight").wait_for()
    told = heard.text_content()
    page.reload()
    assert predictions.nth(0).locator("input").nth(1).is_checked()
    assert "Your prediction is in" in predictions.nth(0).text_content()
    assert "Skipped" in predictions.nth(1).text_content()
    assert predictions.nth(1).locator("figure.course-figure").is_visible()
    assert heard.text_content() == told
    assert page.locator(".rx-result:visible").count() == 2


@pytest.mark.parametrize(
    "junk",
    [
        "{",
        "[]",
        "null",
        '{"predictions": 3}',
        '{"predictions": {"nearest-after-twenty": {"given": 9}}}',
    ],
)
def test_whatever_the_browser_holds_is_no_trouble(page_without_network, site_url, junk):
    page = page_without_network
    page.add_init_script(f"localStorage.setItem('rmsprop-course', {junk!r})")
    visit(page, f"{site_url}/{LESSONS[1]}")
    first = page.locator('[data-explorer="prediction"]').first
    first.get_by_role("button", name="Skip, show me").click()
    first.locator(".rx-result").wait_for()


# What can be read between a prediction and the next heading or prediction, but for the notice.
READABLE = """() => [...document.querySelectorAll('[data-explorer="prediction"]')].map((host) => {
  const parts = "h1, h2, h3, h4, .cell, .bd-article :is(p, li, table)";
  const cell = host.closest(".cell");
  const ends = (el) => el.matches("h1, h2, h3, h4, .cell:has([data-explorer=prediction])");
  const all = [...document.querySelectorAll(parts)];
  const after = all.slice(all.indexOf(cell) + 1)
      .filter((el) => !cell.contains(el) && el.checkVisibility());
  return after.slice(0, after.findIndex(ends)).filter((el) => !el.matches(".course-waits"))
      .map((el) => el.textContent);
})"""
ANSWERS = "all => all.filter(el => el.checkVisibility()).length"


@each_lesson
def test_no_answer_is_to_be_read_before_the_question_is_answered(
    page_without_network, site_url, name
):
    page = visit(page_without_network, f"{site_url}/{name}")
    predictions = page.locator('[data-explorer="prediction"]')
    veils = page.locator(".course-veiled")
    assert page.evaluate(READABLE) == [[]] * predictions.count()
    assert veils.evaluate_all(ANSWERS) == 0
    for host in predictions.all():  # each lifts at most its own veil
        before = veils.evaluate_all(ANSWERS)
        if host.locator(".rx-result").is_visible() or not host.is_visible():
            continue
        host.get_by_role("button", name="Skip, show me").click()
        assert veils.evaluate_all(ANSWERS) >= before
    folds = page.locator(".course-behind-fold").count()
    assert veils.evaluate_all(ANSWERS) == veils.count() - folds
    for fold in page.query_selector_all("details"):
        fold.evaluate("fold => { fold.open = true }")
    assert veils.evaluate_all(ANSWERS) == veils.count()


@pytest.mark.parametrize("place", ["paper", "no script", "show all"])
def test_all_answers_are_there(open_page, site_url, place):
    page = open_page(java_script_enabled=place != "no script")
    visit(page, f"{site_url}/{LESSONS[1]}")
    if place == "no script":
        page.faults.clear()  # the scripts were refused
    if place == "paper":
        page.emulate_media(media="print")
    if place == "show all":
        page.get_by_role("button", name="Show all answers").click()
    assert page.locator(".course-waits:visible").count() == 0
    veils = page.locator(".course-veiled:not(.course-behind-fold)")
    assert veils.count() > 2
    assert all(veil.is_visible() for veil in veils.all())
    if place != "no script":
        results = page.locator(".rx-result")
        assert results.count() == page.locator('[data-explorer="prediction"]').count()
        assert all(result.is_visible() and result.inner_text() for result in results.all())


def test_a_link_to_something_veiled_lifts_the_veil(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/{LESSONS[8]}#what-came-out")
    assert page.locator("#what-came-out h3").is_visible()
    assert page.locator("#what-the-map-means h3").is_hidden()


def test_formulas_are_there_for_eyes_and_for_screen_readers(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/notebooks/03_rmsprop_mathematics.html")
    formulas = page.locator(".katex")
    assert formulas.count() > 20
    assert page.locator(".katex math").count() == formulas.count()
    assert page.locator(".katex-error").count() == 0
    fonts = page.evaluate(
        """document.fonts.ready.then(
            (all) => [...all].filter((font) => font.status === "loaded").map((font) => font.family)
        )"""
    )
    assert "KaTeX_Main" in fonts


# Numbers of equations that lie on their formula.
COVERED = """() => [...document.querySelectorAll(".katex-display .tag")].filter((tag) => {
  const range = document.createRange();
  range.selectNodeContents(tag);
  const own = [...range.getClientRects()].filter((box) => box.width > 1);
  const formula = [...tag.parentElement.querySelectorAll(":scope > .base")];
  const touch = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
      && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  return formula.some((base) => own.some((box) => touch(box, base.getBoundingClientRect())));
}).map((tag) => tag.textContent)"""
WIDTHS = (360, 390, 800, 1024, 1440)


def test_no_equation_lies_under_its_number(lesson):
    lesson.evaluate("document.documentElement.classList.add('course-show-all')")
    for width in WIDTHS:
        lesson.set_viewport_size({"width": width, "height": 800})
        assert lesson.evaluate(COVERED) == [], width


def test_a_heading_weighs_more_than_those_below_it(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/{LESSONS[4]}")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        looks = [
            page.locator(f".bd-article {tag}").first.evaluate(
                "el => [parseFloat(getComputedStyle(el).fontSize), getComputedStyle(el).fontWeight]"
            )
            for tag in ("h1", "h2", "h3")
        ]
        sizes, weights = zip(*looks, strict=True)
        assert sorted(set(sizes), reverse=True) == list(sizes)
        assert sorted(map(int, weights), reverse=True) == list(map(int, weights))


def test_what_goes_on_beyond_the_edge_shows_it(open_page, site_url):
    page = open_page(viewport={"width": 390, "height": 800})
    visit(page, f"{site_url}/{LESSONS[6]}")
    page.get_by_role("button", name="Show all answers").click()
    table = page.locator('.cell_output .output[data-beyond="right"]').first.element_handle()
    assert table.evaluate("el => getComputedStyle(el).maskImage") != "none"
    table.evaluate("el => { el.scrollLeft = 20 }")
    page.wait_for_function("el => el.dataset.beyond === 'left right'", arg=table)
    table.evaluate("el => { el.scrollLeft = 9999 }")
    page.wait_for_function("el => el.dataset.beyond === 'left'", arg=table)


# Names in code that a table breaks, and names of neighbours that are cut.
BROKEN = """() => [...document.querySelectorAll("td code")].filter((code) =>
  code.checkVisibility() && !/[ (]/.test(code.innerText) && code.getClientRects().length > 1)
  .map((code) => code.innerText)"""
CUT = """() => [...document.querySelectorAll(".prev-next-area a, .rp-done")].filter((el) =>
  el.scrollWidth > el.clientWidth).map((el) => el.innerText)"""


@each_page
def test_no_name_is_broken_or_cut_on_a_phone(open_page, site_url, name):
    page = open_page(viewport={"width": 390, "height": 800})
    visit(page, f"{site_url}/{name}")
    assert page.evaluate(BROKEN) == []
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("name", ["docs/mistakes.html", "notebooks/06_fair_race.html"])
def test_names_of_rows_stay_in_sight(open_page, site_url, name):
    page = open_page(viewport={"width": 390, "height": 800})
    visit(page, f"{site_url}/{name}")
    page.evaluate("document.documentElement.classList.add('course-show-all')")
    page.evaluate("dispatchEvent(new Event('resize'))")
    table = page.locator("[data-beyond]:has(table)").first
    name = table.locator("tbody tr").first.locator("> *").first
    table.evaluate("el => { el.scrollLeft = 9999; window.table = el }")
    page.wait_for_function("window.table.dataset.beyond === 'left'")
    table = page.locator("[data-beyond='left']")
    assert name.bounding_box()["x"] >= table.bounding_box()["x"]
    assert name.evaluate("el => getComputedStyle(el).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert table.evaluate("el => getComputedStyle(el).maskImage") == "none"


# Of the longest table, half-way down: whether its head is on the screen, nothing covers it, and it
# isn't where it was.
HEAD = """() => {
  const tables = [...document.querySelectorAll("table")];
  const table = tables.sort((a, b) => b.rows.length - a.rows.length)[0];
  const around = table.parentElement;
  table.scrollIntoView();
  if (around.scrollHeight > around.clientHeight + 1) around.scrollTop = around.scrollHeight / 2;
  else scrollBy(0, table.getBoundingClientRect().height / 2);
  const [head, first] = [0, 1].map((row) => table.rows[row].cells[0].getBoundingClientRect());
  const above = document.elementFromPoint(head.left + 5, head.top + 5);
  return [head.top >= 0 && head.bottom < innerHeight, table.rows[0].contains(above),
      first.top < head.top];
}"""


@pytest.mark.parametrize(
    ("name", "width"), [("mistakes", 390), ("mistakes", 1440), ("claims", 1440)]
)
def test_heads_of_long_tables_stay_in_sight(open_page, site_url, name, width):
    page = open_page(viewport={"width": width, "height": 800})
    visit(page, f"{site_url}/docs/{name}.html")
    assert page.evaluate(HEAD) == [True, True, True]


def test_what_stays_in_sight_is_not_below_the_bar_of_buttons(open_page, site_url):
    page = open_page(viewport={"width": 390, "height": 844})
    visit(page, f"{site_url}/{LESSONS[1]}")
    stage = page.locator(".rx-stage").first
    stage.evaluate("el => scrollBy(0, el.getBoundingClientRect().top + 60)")
    bar = page.locator(".bd-header-article").bounding_box()
    assert bar["y"] == 0
    assert stage.bounding_box()["y"] >= bar["height"] - 1


def test_folds_of_an_explorer_stand_on_one_line(lesson):
    heights = lesson.locator(".rx-folds").evaluate_all(
        """all => all.map(folds => [...folds.querySelectorAll("summary")]
            .map(summary => summary.getBoundingClientRect().y))"""
    )
    assert [row for row in heights if len(set(row)) > 1] == []


PAPERS = """() => {
  const article = document.querySelector(".bd-article");
  const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  const bare = [];
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const prose = !text.parentElement.closest("a, pre, code, script, .cell_output");
    if (prose && /(arXiv|doi):\\d/.test(text.data)) bare.push(text.data);
  }
  return bare;
}"""


@each_page
def test_papers_are_links(page_without_network, site_url, name):
    page = visit(page_without_network, f"{site_url}/{name}")
    if page.locator(".bd-article").count():
        assert page.evaluate(PAPERS) == []


def test_tables_are_written_as_in_print(lesson):
    cells = lesson.locator("table.dataframe :is(th, td)").evaluate_all(
        "all => all.map(el => [el.tagName, el.textContent])"
    )
    raw = re.compile(r"^TH\w+_[\w{]|^TH.*\de[+-]\d|^TD(-\d.*|\d[\d.]*e[+-]?\d+|-?inf|NaN)$")
    assert [cell for tag, cell in cells if raw.search(tag + cell)] == []
    heads = lesson.locator("table.dataframe thead").evaluate_all(
        "all => all.map(el => el.rows.length)"
    )
    assert set(heads) <= {1}


def test_numbers_of_equations_are_links(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/notebooks/04_worked_table.html")
    links = page.locator('a[href*="#equation-"]')
    assert links.count() >= 1
    number = re.search(r"#equation-(\d+)-(\d+)", links.first.get_attribute("href"))
    assert links.first.inner_text() == f"({number[1]}.{number[2]})"
    links.first.click()
    assert page.evaluate("document.querySelector(':target .tag').innerText") == (
        f"({number[1]}.{number[2]})"
    )


def test_search_finds_a_word(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/search.html?q=Adagrad")
    page.locator("#search-results li a").first.wait_for()
    found = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any("02_momentum_and_adagrad" in address for address in found)


def test_search_counts_lessons_as_numbers(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/search.html?q=Before+you+start")
    page.locator("#search-results li a").nth(5).wait_for()
    found = page.locator("#search-results li a").all_inner_texts()
    lessons = [int(title.split(" ")[0]) for title in found if re.match(r"\d+ · .* > Before", title)]
    assert len(lessons) >= 5
    assert lessons == sorted(lessons)


@pytest.mark.parametrize("word", ["RMSprop", "rate"])
def test_search_results_are_text_and_light(open_page, site_url, axe, word):
    page = open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    sizes = weigh(page, f"{site_url}/search.html?q={word}")
    results = page.locator("#search-results li")
    assert results.count() >= 10
    quoted = " ".join(results.locator(".context").all_text_contents())
    assert "\\" not in quoted
    assert not re.search(r"(β|θ|η) ?= ?[\d.]+\1", quoted)
    assert word.lower() in quoted.lower()
    total = sum(size for _, size in sizes.values())
    print(f"\nsearch for {word}: {total / 1000:.0f} kB")
    assert total <= TOTAL, sizes
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate(axe)
    assert page.evaluate(AXE) == []


def test_the_glass_of_the_search_is_beside_the_words(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/{LESSONS[3]}")
    page.keyboard.press("Control+k")
    field = page.locator("form.bd-search:visible")
    icon = field.locator("i").bounding_box()
    box = field.locator("input")
    begin = box.bounding_box()["x"] + box.evaluate(
        "el => parseFloat(getComputedStyle(el).paddingLeft)"
    )
    assert icon["x"] + icon["width"] <= begin


def test_search_box_leads_to_the_results(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/notebooks/05_early_bias.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("half-life")
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for()


def test_previous_and_next_lead_through_the_lessons(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/index.html")
    for lesson in LESSONS:
        page.locator(".prev-next-footer a.right-next").click()
        page.wait_for_url(f"**/{lesson}")
    page.locator(".prev-next-footer a.left-prev").click()
    page.wait_for_url(f"**/{LESSONS[-2]}")


def test_theme_can_be_switched_by_hand(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/{LESSONS[0]}")
    seen = set()
    for _ in range(3):
        page.locator(".theme-switch-button:visible").first.click()
        seen.add(page.get_attribute("html", "data-theme"))
    assert seen == {"light", "dark"}


def test_notebook_that_is_downloaded_is_the_lesson(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/{LESSONS[3]}")
    address = page.locator("a.btn-download-source-button").get_attribute("href")
    assert address.endswith(".ipynb")
    body = page.evaluate("href => fetch(href).then(answer => answer.text())", address)
    lesson = HTML.parents[1] / LESSONS[3].replace(".html", ".ipynb")
    assert json.loads(body) == json.loads(lesson.read_text(encoding="utf-8"))


def test_everything_is_unfolded_on_paper(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/{LESSONS[3]}")
    folded = "document.querySelectorAll('details:not([open])').length"
    before = page.evaluate(folded)
    assert before > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(folded) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(folded) == before


def test_who_reads_in_the_dark_prints_in_the_light(open_page, site_url):
    colors = {}
    for scheme in ("light", "dark"):
        page = visit(open_page(color_scheme=scheme), f"{site_url}/{LESSONS[2]}")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print", color_scheme=scheme)
        colors[scheme] = page.locator(".highlight pre span").evaluate_all(
            "all => all.map((el) => getComputedStyle(el).color)"
        )
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert colors["dark"] == colors["light"]


def test_folded_code_and_what_is_to_be_written_are_on_paper(page_without_network, site_url):
    page = visit(page_without_network, f"{site_url}/{LESSONS[3]}")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    code = page.locator("details.hide > :not(summary)")
    assert code.count() > 2
    looks = "all => all.map(el => getComputedStyle(el)).map(s => [s.opacity, s.animationName])"
    assert {tuple(look) for look in code.evaluate_all(looks)} == {("1", "none")}
    fields = page.locator("textarea.rp-field")  # where the site has Python
    cut = """all => all.filter((el) => el.scrollWidth > el.clientWidth + 1
        || el.scrollHeight > el.clientHeight + 1).length"""
    assert fields.evaluate_all(cut) == 0


@each_lesson
def test_nothing_is_cut_on_paper(open_page, site_url, name):
    page = open_page(viewport={"width": 680, "height": 960})  # A4 within its margins
    visit(page, f"{site_url}/{name}")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    cut = page.locator(".bd-article :is(pre, table, .katex-display, img)").evaluate_all(
        """(all) => all.filter((el) => el.checkVisibility())
            .filter((el) => el.scrollWidth > el.clientWidth + 1 && el.matches("pre")
                || el.getBoundingClientRect().right > 681)
            .map((el) => el.textContent.slice(0, 60))"""
    )
    assert cut == []


def test_a_wrong_address_leads_back_to_the_start(page_without_network, site_url):
    page = page_without_network
    page.goto(f"{site_url}/notebooks/nothing_here.html")
    page.faults.clear()  # this once, an answer of 404 is right
    page.locator("#home").click()
    page.locator(".door-hero").wait_for()
    assert urlsplit(page.url).path == "/index.html"


def test_a_page_works_from_a_file(browser):
    context = browser.new_context()
    page = context.new_page()
    visit(page, (HTML / LESSONS[1]).as_uri())
    assert page.locator(".rmsprop-explorer[data-explorer] input").count() > 0
    context.close()
