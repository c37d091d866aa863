"""The explorers in a real browser: their arithmetic is the package's, and every control works."""

import itertools
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import serve
from operating import operate, unfold

import rmsprop_lesson as lesson
from rmsprop_lesson import explore
from rmsprop_lesson.course.court import question
from rmsprop_lesson.course.explorers import noise, runs
from rmsprop_lesson.course.explorers.bundle import bundle
from rmsprop_lesson.course.explorers.settings import SETTINGS, checked
from rmsprop_lesson.studies import claims
from tests.bench.explorers import lab, opened_in_lab, run_all
from tools import npm

CORE = Path(lesson.__file__).parent / "course" / "explorers" / "js" / "core.mjs"
NAMES = list(SETTINGS)
PLAYED = [
    name for name in NAMES if "t" in SETTINGS[name] and name != "draw"
]  # in time, by a player
REACHABLE = ", ".join(
    f".rx {control}"
    for control in (
        "input:not([type=radio]):not([disabled])",
        "input[type=radio]:checked",
        "select",
        'button:not([tabindex="-1"])',
        ".rx-handle",
        ".rx-scroll[tabindex]",
        "summary",
    )
)


def page_of(html, script, theme="light"):
    """A page as a theme would make it."""
    color = {"light": "#fff", "dark": "#14181e"}[theme]
    return (
        f'<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Explorers</title></head>'
        f'<body style="margin:8px;--pst-color-background:{color};background:{color}"><main>{html}'
        f'</main><script type="module">{script}</script></body></html>'
    )


def show(page, name, theme="light", **settings):
    """Put an explorer's stored output on a page, bring it to life and open its folds."""
    html = explore(name, **settings)._repr_mimebundle_()[0]["text/html"]
    script = f"{bundle()}\nwindow.lesson = {{ mount, EXPLORERS }}; mountAll();"
    page.set_content(page_of(html, script, theme))
    page.wait_for_selector(".rx-card")
    unfold(page)
    settle(page)
    return page


@pytest.fixture
def site(tmp_path):
    """Serve pages with an explorer that remembers: site("glasses") is the address of one."""
    server = serve(tmp_path)

    def address(name, before="", **settings):
        html = explore(name, **settings)._repr_mimebundle_()[0]["text/html"]
        script = f"{bundle()}\nmountAll(document, {{ memory: true }});"
        page = page_of(before + html, script)
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
        return f"http://127.0.0.1:{server.server_port}/{name}.html"

    yield address
    server.shutdown()


# What keeps words on a line in a sentence that is shown.
LOOSE = str.maketrans("\N{NO-BREAK SPACE}", " ", "\N{WORD JOINER}")


def state(page):
    return page.evaluate("document.querySelector('.rmsprop-explorer').rmspropExplorer.settings")


def said(page):
    """What the explorer says now, without waiting for it to be read out."""
    return page.evaluate("document.querySelector('.rmsprop-explorer').rmspropExplorer.describe()")


def settle(page):
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => setTimeout(go)))")


# ── arithmetic ──────────────────────────────────────────────────────────────────────────────────

OBJECTIVES = {
    "Parabola": [(lesson.Parabola(c), {"curvature": c}, [2.0]) for c in (1, 100)],
    "Saddle": [(lesson.Saddle(), {}, [1.0, 0.1])],
    "Rosenbrock": [(lesson.Rosenbrock(), {}, [-1.2, 1.0])],
    "Plateau": [(lesson.Plateau(), {}, [start]) for start in (1.5, -3.0)],
    "Valley": [
        (lesson.Valley(kappa, angle), {"condition": kappa, "angle": angle}, [3.0, 1.0])
        for kappa, angle in itertools.product((1, 20, 1000), (0, 30))
    ],
}
OPTIMIZERS = [
    *((lesson.GradientDescent, {"learning_rate": rate}) for rate in (0.01, 0.09, 1.5)),
    *(
        (lesson.Momentum, {"learning_rate": rate, "beta": 0.9, "averaged": averaged})
        for rate in (0.01, 0.09)
        for averaged in (False, True)
    ),
    *((lesson.Adagrad, {"learning_rate": rate, "epsilon": 1e-10}) for rate in (0.1, 1.0)),
    *(
        (
            lesson.RMSprop,
            {
                "learning_rate": 0.1,
                "beta": beta,
                "epsilon": epsilon,
                "epsilon_inside": inside,
                "bias_correction": corrected,
            },
        )
        for beta in (0.5, 0.9, 0.999)
        for epsilon in (1e-8, 0.01)
        for inside in (True, False)
        for corrected in (True, False)
    ),
    *((lesson.Adadelta, {"rho": rho, "epsilon": 1e-6}) for rho in (0.9, 0.95)),
    *(
        (lesson.Adam, {"learning_rate": rate, "beta1": 0.9, "beta2": beta2, "epsilon": 1e-8})
        for rate in (0.01, 0.1)
        for beta2 in (0.99, 0.999)
    ),
]
STEPS = 60


@pytest.fixture
def core(page_without_network):
    """A page that knows the explorers' arithmetic."""
    names = (
        "OBJECTIVES, OPTIMIZERS, optimizer, descend, feed, gaussian, stepsUntil, glassesOf, "
        "seenThrough"
    )
    source = re.sub(r"^export ", "", CORE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    page_without_network.set_content(page_of("", f"{source}\nwindow.core = {{ {names} }};"))
    return page_without_network


def test_trajectories_equal_the_packages_on_a_grid(core):
    cases = [
        (objective, name, arguments, start, build, settings)
        for name, members in OBJECTIVES.items()
        for objective, arguments, start in members
        for build, settings in OPTIMIZERS
    ]
    assert len(cases) >= 200
    asked = [
        {"objective": name, "arguments": a, "start": start, "name": build.name, "settings": s}
        for _, name, a, start, build, s in cases
    ]
    found = core.evaluate(
        """([cases, steps]) => cases.map((c) => {
          const objective = core.OBJECTIVES[c.objective](c.arguments);
          const run = core.descend(objective, core.optimizer(c.name, c.settings), c.start, steps);
          return { ...run, state: Object.fromEntries(core.OPTIMIZERS[c.name].state.map((q) =>
            [q, run.state.map((s) => s[q])])) };
        })""",
        [asked, STEPS],
    )
    diverged = 0
    for (objective, *_, start, build, settings), got in zip(cases, found, strict=True):
        point = np.array(start) if objective.dimension == 2 else start[0]
        run = lesson.descend(objective, build(**settings), point, STEPS)
        what = f"{build.__name__} {settings} on {objective!r}"
        assert got["diverged_at"] == run.diverged_at, what
        diverged += run.diverged_at is not None
        rows = {"positions": run.positions, "losses": run.losses, "gradients": run.gradients}
        for key, values in rows.items():
            close(got[key][: len(values)], values, f"{what}: {key}")
        for key, values in run.state.items():
            close(got["state"][key], values, f"{what}: {key}")
    assert diverged >= 2  # these were compared, too


def close(got, values, what):
    """Equal to 1e-12, of the largest number of the run so far where numbers are large."""
    got = np.reshape(np.array(got, dtype=float), np.shape(values))
    np.testing.assert_allclose(got, values, rtol=1e-12, atol=1e-12, err_msg=what)


def test_rates_equal_the_packages(core):
    for build, settings in OPTIMIZERS:
        optimizer = build(**settings)
        theta, expected = np.array([3.0, 1.0]), []
        for _ in range(20):
            theta = optimizer.step(theta, lesson.Valley(20).gradient(theta))
            expected.append(np.broadcast_to(optimizer.rate, 2))
        got = core.evaluate(
            """([name, settings]) => core.descend(core.OBJECTIVES.Valley({ condition: 20 }),
              core.optimizer(name, settings), [3, 1], 20).rates""",
            [build.name, settings],
        )
        np.testing.assert_allclose(got, expected[: len(got)], rtol=1e-12, err_msg=str(settings))


@pytest.mark.parametrize("angle", [0, 20, 45])
@pytest.mark.parametrize("lenses", ["apart", "turning"])
def test_glasses_are_the_same(core, lenses, angle):
    settings = {"condition": 100, "angle": angle, "lenses": lenses, "start": [3.0, 1.0]}
    settings = checked("glasses", settings)
    positions, seen = runs.glasses(settings)
    kinds = {"apart": "RMSprop", "turning": "full-matrix RMSprop"}
    got = core.evaluate(
        """([name, s]) => {
          const objective = core.OBJECTIVES.Valley(s);
          const opt = core.optimizer(name, { learning_rate: s.learning_rate, beta: s.beta });
          const run = core.descend(objective, opt, s.start, s.steps);
          const seen = run.state.slice(1)
              .map(({ S }) => core.seenThrough(core.glassesOf(S, 1e-8), objective));
          return { positions: run.positions, seen };
        }""",
        [kinds[lenses], settings],
    )
    close(got["positions"], positions, "θ")
    np.testing.assert_allclose(got["seen"][1:], seen[1:-1], rtol=1e-6)


def test_noise_is_the_same(core):
    got = core.evaluate(
        "[0, 1, 999].map((seed) => Array.from({ length: 200 }, (_, t) => core.gaussian(seed, t)))"
    )
    expected = [[noise.gaussian(seed, t) for t in range(200)] for seed in (0, 1, 999)]
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("sigma", [0.3, 2.0])
def test_noisy_runs_are_the_same(core, sigma):
    settings = checked("plateau-and-noise", {"landscape": "parabola", "sigma": sigma, "seed": 4})
    run = runs.plateau(settings)["RMSprop"]
    got = core.evaluate(
        """(sigma) => core.descend(core.OBJECTIVES.Parabola(), core.optimizer("RMSprop",
          { learning_rate: 0.1 }), [4], 100,
          { noise: (t) => sigma * core.gaussian(4, t) }).positions""",
        sigma,
    )
    close(got, run.positions, "noisy")


def test_averages_equal_the_packages(core):
    for gradient, beta in itertools.product(("noisy", "rise"), (0.5, 0.99)):
        S, _, plain, _ = runs.average(
            checked("average-and-bias", {"gradient": gradient, "beta": beta})
        )
        gradients = runs._gradients(
            checked("average-and-bias", {"gradient": gradient, "beta": beta})
        )
        got = core.evaluate(
            """([beta, g]) => core.feed(core.optimizer("RMSprop",
              { learning_rate: 1, beta, epsilon: 0 }), g)""",
            [beta, gradients],
        )
        close([s["S"] for s in got["state"]], S, gradient)
        close(np.abs(got["changes"]), plain, gradient)


def test_counts_steps_as_the_package_does(core):
    got = core.evaluate(
        """core.stepsUntil(core.OBJECTIVES.Plateau(), core.optimizer("gradient descent",
          { learning_rate: 0.5 }), 4, 0.1, 1e5)"""
    )
    run = lesson.descend(lesson.Plateau(), lesson.GradientDescent(0.5), 4.0, 1000)
    assert got == np.argmax(np.abs(run.positions) < 0.1)


# ── what is on the page ─────────────────────────────────────────────────────────────────────────


def test_defaults_are_those_of_python(page_without_network):
    page = show(page_without_network, "step-by-step")
    defaults = page.evaluate(
        "Object.fromEntries(Object.entries(lesson.EXPLORERS).map(([k, v]) => [k, v.defaults]))"
    )
    for name in NAMES:
        assert defaults[name] == checked(name, {}), name


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_accessible_and_no_wider_than_the_page(open_page, name, theme, width):
    page = show(open_page(viewport={"width": width, "height": 800}), name, theme)
    page.wait_for_function(f"document.querySelector('.rx').dataset.mode === '{theme}'")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(path=str(npm.package("axe-core") / "axe.min.js"))
    rules = {"rules": {"page-has-heading-one": {"enabled": False}}}  # the host's affair
    found = page.evaluate("(rules) => axe.run(document, rules)", rules)
    faults = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]]
    assert faults == []


@pytest.mark.parametrize("name", NAMES)
def test_every_control_is_reached_by_the_tab_key(page_without_network, name):
    page = show(page_without_network, name)
    wanted = page.evaluate(f"document.querySelectorAll('{REACHABLE}').length")
    page.evaluate("window.reached = new Set()")
    for _ in range(wanted + 12):
        page.keyboard.press("Tab")
        page.evaluate("window.reached.add(document.activeElement)")
    reached = page.evaluate(f"[...window.reached].filter((e) => e.matches('{REACHABLE}')).length")
    assert reached == wanted


@pytest.mark.parametrize("name", NAMES)
def test_live_text_is_polite_and_follows(page_without_network, name):
    page = show(page_without_network, name)
    live = page.locator(".rx-say")
    assert live.get_attribute("aria-live") == "polite"
    before = live.text_content()
    step = page.get_by_role("button", name=re.compile("^(Step|Back)$")).and_(
        page.locator(":not([aria-disabled])")
    )
    step.or_(page.locator(".rx-presets button, .rx-tile[tabindex='-1']")).first.click()
    page.wait_for_function(
        "(old) => document.querySelector('.rx-say').textContent !== old", arg=before
    )
    assert live.text_content().translate(LOOSE) == said(page)


# ── each explorer, operated ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("hand", ["mouse", "keyboard", "touch"])
def test_every_control_works_and_what_is_said_is_the_packages(open_page, name, hand):
    touch = {"viewport": {"width": 360, "height": 800}, "has_touch": True, "is_mobile": True}
    page = open_page(**touch if hand == "touch" else {"viewport": {"width": 1200, "height": 900}})
    show(page, name)
    operate(page, page.locator(".rmsprop-explorer"), hand)


def row(page, name):
    return page.locator("tbody tr", has_text=name).text_content()


def test_valley_start_moves_by_keys(page_without_network):
    page = show(page_without_network, "valley")
    page.locator(".rx-handle").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    settle(page)
    assert state(page)["start"] == [3.2, 1.1]
    assert "θ₁ = 3.2" in page.locator(".rx-handle").get_attribute("aria-valuetext")
    run = lesson.descend(lesson.Valley(20), lesson.GradientDescent(0.09), [3.2, 1.1], 60)
    assert f"{run.positions[-1][0]:.4g}" in row(page, "gradient descent")


def test_valley_start_is_dragged_by_the_mouse(page_without_network):
    page = show(page_without_network, "valley")
    box = page.locator(".rx-handle").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y + 30, steps=4)
    page.mouse.up()
    settle(page)
    first, second = state(page)["start"]
    assert first < 2.5
    assert second < 1
    handle = page.locator(".rx-handle").bounding_box()
    assert handle["x"] + handle["width"] / 2 == pytest.approx(x - 120, abs=3)


def test_valley_by_touch(open_page):
    page = open_page(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    show(page, "valley")
    page.get_by_role("checkbox", name="Adagrad").tap()
    figure = page.locator(".rx-figure > svg").first.bounding_box()
    page.touchscreen.tap(figure["x"] + figure["width"] / 4, figure["y"] + figure["height"] / 2)
    settle(page)
    assert state(page)["shown"] == ["gradient descent", "Adagrad", "RMSprop"]
    assert state(page)["start"] == pytest.approx([-2, 0], abs=0.05)


def test_valley_says_who_diverged(page_without_network):
    page = show(page_without_network, "valley", condition=1000, rate_descent=0.5, steps=300)
    run = lesson.descend(lesson.Valley(1000), lesson.GradientDescent(0.5), [3.0, 1.0], 300)
    told = f"diverged at step {run.diverged_at}"
    assert told in row(page, "gradient descent")
    assert told in said(page)


@pytest.mark.parametrize(("condition", "rate"), [(20, 0.11), (1000, 0.09)])
def test_valley_says_in_words_who_is_diverging(page_without_network, condition, rate):
    page = show(page_without_network, "valley", condition=condition, rate_descent=rate)
    run = lesson.descend(lesson.Valley(condition), lesson.GradientDescent(rate), [3.0, 1.0], 60)
    left = np.argmax((abs(run.positions) > (4, 2.6)).any(axis=1))
    told = f"radient descent is diverging and has left the map at step {left}."
    assert told in said(page)
    assert f"✗ diverging, left the map at step {left}" in row(page, "gradient descent")
    assert page.get_by_text(f"left the map, step {left}").is_visible()
    assert page.locator(".rx-exit").count() == 1
    for text in (said(page), page.locator(".rx-card").inner_text()):
        assert not re.search("10[⁵⁶⁷⁸⁹]|10[¹²³]", text.replace("10⁻", ""))


def test_valley_counts_crossings_that_one_can_see(page_without_network):
    page = show(page_without_network, "valley")
    run = lesson.descend(lesson.Valley(20), lesson.RMSprop(0.1), [3.0, 1.0], 60)
    sides = np.sign(run.positions[abs(run.positions[:, 1]) >= 0.02, 1])
    assert (np.diff(np.sign(run.positions[:, 1])) != 0).sum() > 20  # most are far too small
    assert row(page, "RMSprop").endswith(str((np.diff(sides) != 0).sum()))


def test_valley_is_dragged_from_anywhere_at_once(page_without_network):
    page = show(page_without_network, "valley")
    box = page.locator(".rx-figure > svg").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    settle(page)
    assert state(page)["start"] == pytest.approx([-2, 0], abs=0.05)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4, steps=3)
    settle(page)
    assert state(page)["start"] == pytest.approx([0, 1.3], abs=0.05)
    page.mouse.up()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    settle(page)
    assert state(page)["start"] == pytest.approx([0, 1.3], abs=0.05)


def test_handle_knows_the_keys_of_a_slider(page_without_network):
    page = show(page_without_network, "valley")
    page.locator(".rx-handle").focus()
    for key, theta in (("Home", -4), ("PageUp", -3), ("End", 4), ("PageDown", 3)):
        page.keyboard.press(key)
        settle(page)
        assert state(page)["start"] == [theta, 1]


@pytest.mark.parametrize("name", PLAYED)
def test_play_speaks_once_and_shows_the_step_it_is_at(page_without_network, name):
    page = show(page_without_network, name, t=0)
    page.evaluate(
        """() => {
          const say = document.querySelector(".rx-say");
          const card = document.querySelector(".rmsprop-explorer").rmspropExplorer;
          window.spoken = [];
          window.apart = 0;
          new MutationObserver(() => {
            if (say.getAttribute("aria-live") === "off") {
              const loose = say.textContent.replaceAll("\u00a0", " ").replaceAll("\u2060", "");
              window.apart += loose !== card.describe();
            } else window.spoken.push(say.textContent);
          }).observe(say, { childList: true, characterData: true, subtree: true });
        }"""
    )
    page.evaluate(
        "document.querySelector('.rmsprop-explorer').rmspropExplorer.card.player.rate = () => 40"
    )
    assert page.locator(".rx output").count() == 0  # it would speak as well
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('.rx-say').getAttribute('aria-live') === 'off'")
    page.wait_for_function(
        "document.querySelector('.rx-say').getAttribute('aria-live') === 'polite'"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("[window.spoken.length, window.apart]") == [1, 0]
    assert page.evaluate("window.spoken[0]").translate(LOOSE) == said(page)


def test_slider_and_number_field_agree(page_without_network):
    page = show(page_without_network, "valley")
    field = page.get_by_label("condition number κ, exact value")
    field.fill("137")
    settle(page)
    assert state(page)["condition"] == 137
    slider = page.get_by_label("condition number κ", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert float(field.input_value()) == state(page)["condition"] > 137
    field.fill("100000")
    page.get_by_role("button", name="Play").focus()
    assert "must be a number between 1 and 1000" in page.locator(".rx-say").text_content()
    steps = page.get_by_label("number of steps, exact value")
    steps.fill("20.5")
    assert steps.get_attribute("aria-invalid") == "true"
    settle(page)
    assert state(page)["steps"] == 60


def test_play_pause_step_back_and_reset(page_without_network):
    page = show(page_without_network, "valley", t=0)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "document.querySelector('.rmsprop-explorer').rmspropExplorer.settings.t > 5"
    )
    page.get_by_role("button", name="Pause").click()
    settle(page)
    t = state(page)["t"]
    assert t == int(t)
    page.get_by_role("button", name="Step", exact=True).click()
    settle(page)
    assert state(page)["t"] == t + 1
    page.get_by_role("button", name="Back").click()
    settle(page)
    assert state(page)["t"] == t
    page.get_by_role("button", name="Reset").click()
    settle(page)
    assert state(page)["t"] == 0


def test_reduced_motion_shows_still_pictures(open_page):
    page = open_page(viewport={"width": 800, "height": 800}, reduced_motion="reduce")
    show(page, "valley", t=0)
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(300)
    assert state(page)["t"] == 0
    page.wait_for_function(
        "document.querySelector('.rmsprop-explorer').rmspropExplorer.settings.t === 5"
    )


def test_learners_own_path(page_without_network):
    page = show(page_without_network, "valley", shown=["RMSprop"])
    widget = explore(lambda theta, grad, S, learning_rate, beta, epsilon: (theta - 0.02 * grad, S))
    page.evaluate(
        "(data) => document.querySelector('.rmsprop-explorer').rmspropExplorer.receive(data)",
        widget.data,
    )
    settle(page)
    run = lesson.descend(lesson.Valley(20), lesson.GradientDescent(0.02), [3.0, 1.0], 60)
    assert f"{run.positions[-1][0]:.4g}" in row(page, "<lambda>")
    assert page.locator(".rx-m-own").count() > 0
    page.get_by_label("condition number κ", exact=True).press("ArrowRight")
    settle(page)
    assert "computing…" in row(page, "<lambda>")  # until the kernel has answered
    error = {"own": {**widget.data["own"], "run": None, "error": "TypeError: no"}}
    page.evaluate(
        "(data) => document.querySelector('.rmsprop-explorer').rmspropExplorer.receive(data)", error
    )
    assert "<lambda> stopped: TypeError: no" in said(page)


MINE = """\
import numpy as np

from rmsprop_lesson import explore


class Mine:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.learning_rate, self.beta, self.epsilon, self.S = learning_rate, beta, epsilon, 0.0

    def step(self, theta, grad):
        self.S = self.beta * self.S + (1 - self.beta) * grad**2
        return theta - self.learning_rate * grad / np.sqrt(self.S + self.epsilon)


explore(Mine)
"""


def test_learners_own_optimiser_runs_again_in_jupyterlab(browser):
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    with lab([MINE]) as address:
        opened_in_lab(page, address)
        run_all(page)
        page.wait_for_selector(".rx-card", timeout=120_000)
        unfold(page)
        slider = page.get_by_label("η of Adagrad, RMSprop and Adam", exact=True)
        slider.focus()
        for _ in range(5):
            page.keyboard.press("ArrowLeft")
        settle(page)
        rate = float(page.get_by_label("η of Adagrad, RMSprop and Adam, exact value").input_value())
        assert rate < 0.1
        run = lesson.descend(lesson.Valley(20), lesson.RMSprop(rate), [3.0, 1.0], 60)
        rows = page.locator(".rx-card tbody tr")
        for name in ("RMSprop", "Mine"):
            mine = rows.filter(has_text=re.compile(rf"^\s*{name}"))
            mine.filter(has_text=f"{run.positions[-1][0]:.4g}").wait_for(timeout=10_000)
        assert "computing" not in rows.all_text_contents()[1]
        page.close()


@pytest.mark.parametrize(
    ("name", "control"),
    [
        ("valley", "η of Adagrad, RMSprop and Adam"),
        ("glasses", "turn the valley"),
        ("draw", "decay rate β"),
        ("plateau-and-noise", "noise σ in the gradients"),
    ],
)
def test_on_a_phone_the_picture_stays_in_sight_of_its_control(open_page, name, control):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    show(page, name)
    slider = page.get_by_label(control, exact=True)
    slider.evaluate("(el) => el.scrollIntoView({ block: 'end' })")
    picture = page.locator(".rx-stage").bounding_box()
    y = slider.bounding_box()["y"]
    assert 0 <= picture["y"] < picture["y"] + picture["height"] <= y
    page.evaluate("(by) => window.scrollBy(0, by)", y - picture["height"] - 20)
    picture = page.locator(".rx-stage").bounding_box()
    assert picture["y"] == pytest.approx(0, abs=1)
    assert slider.bounding_box()["y"] >= picture["height"]


# Words in a picture, or the ring of its handle, that leave it.
OUTSIDE = """() => [...document.querySelectorAll(".rx-stage svg")].flatMap((svg) => {
  const map = svg.getBoundingClientRect();
  const ring = ({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2];
  const within = (x, y) => x >= map.left - 1 && x <= map.right + 1
      && y >= map.top - 1 && y <= map.bottom + 1;
  const words = [...svg.querySelectorAll("text.rx-strong")].filter((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    return !within(left, top) || !within(right, bottom);
  });
  const handles = [...svg.querySelectorAll(".rx-handle circle:not(.rx-grip)")]
    .filter((circle) => !within(...ring(circle.getBoundingClientRect())));
  return [...words.map((text) => text.textContent), ...handles.map(() => "the start")];
})"""


@pytest.mark.parametrize("name", ["valley", "glasses"])
@pytest.mark.parametrize("start", [[4, 2.6], [-4, -2.6]])
def test_what_stands_at_the_edge_of_a_map_can_be_read(open_page, name, start):
    page = show(open_page(viewport={"width": 390, "height": 900}), name, start=start)
    for t in (0, 1, 2, 5):
        page.evaluate(SET, {"t": t})
        settle(page)
        assert page.evaluate(OUTSIDE) == [], t


# Words in the first picture that lie on each other.
COLLIDING = """() => {
  const words = [...document.querySelector(".rx-stage svg").querySelectorAll("text.rx-strong")]
    .map((text) => [text.textContent, text.getBoundingClientRect()]);
  return words.flatMap(([one, a], i) => words.slice(i + 1).filter(([, b]) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom - 3 && b.top < a.bottom - 3)
    .map(([other]) => [one, other]));
}"""


@pytest.mark.parametrize("width", [390, 806])
@pytest.mark.parametrize("start", [[3, 1.5], [-3, -1.5]])
def test_words_at_two_arrows_stay_apart(open_page, width, start):
    page = open_page(viewport={"width": width, "height": 900})
    show(page, "glasses", condition=1000, angle=30, start=start)
    for t in (0, 50, 100):
        page.evaluate(SET, {"t": t})
        settle(page)
        assert page.evaluate(COLLIDING) == [], t


def test_a_leap_in_the_calm_is_named_once_it_is_made(page_without_network):
    page = show(page_without_network, "plateau-and-noise")
    run = runs.plateau(checked("plateau-and-noise", {}))["RMSprop"]
    sizes = np.abs(np.diff(run.positions.ravel())) / 0.1
    step = 40 + int(np.argmax(sizes[40:])) + 1
    words = f"a step of {sizes[step - 1]:.2g} η"
    page.evaluate(SET, {"t": 40 + int(np.argmax(sizes[40:] >= 2))})  # before the first long one
    settle(page)
    assert page.locator(".rx-figure text", has_text="S has faded").count() == 0
    page.evaluate(SET, {"t": step})
    settle(page)
    assert page.locator(".rx-figure text", has_text=f"S has faded: {words}").count() == 1
    assert f"At step {step} it made {words}" in said(page)


@pytest.mark.parametrize(("beta", "steps"), [(0.9, 1), (0.99, 60), (0.999, 60), (0.999, 2000)])
def test_weights_can_be_seen_however_long_the_memory(page_without_network, beta, steps):
    page = show(page_without_network, "average-and-bias", beta=beta, steps=max(10, steps), t=steps)
    bars = page.locator(".rx-weights")
    assert bars.evaluate("el => el.getBBox().height") >= 8
    first = page.locator(".rx-figure text", has_text="↑")
    assert first.count() == (beta**steps > 8 * (1 - beta))


def test_the_chosen_run_is_in_sight_on_a_phone(open_page):
    page = show(open_page(viewport={"width": 390, "height": 844}), "mnist", rate=10.0)
    chosen = page.locator(".rx-run[aria-pressed=true]")
    box = page.locator(".rx-scroll:has(.rx-runs)")
    for change in ({"rate": 10.0}, {"rate": 1e-5}, {"rate": 0.01}, {"method": "Adadelta"}):
        page.evaluate(SET, change)
        settle(page)
        cell, window = chosen.bounding_box(), box.bounding_box()
        names = page.locator(".rx-runs tbody th").first.bounding_box()
        assert cell["x"] >= names["x"] + names["width"] - 1
        assert cell["x"] + cell["width"] <= window["x"] + window["width"] + 1


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_no_higher_than_a_screen(open_page, name):
    page = open_page(viewport={"width": 806, "height": 900})  # the site's column, with margins
    show(page, name)
    page.evaluate("document.querySelectorAll('.rx-more').forEach((el) => { el.open = false; })")
    settle(page)
    assert page.locator(".rx-card").bounding_box()["height"] <= 800


def test_gradients_are_drawn_by_the_mouse_and_what_is_leapt_over_is_filled(page_without_network):
    page = show(page_without_network, "draw")
    box = page.locator(".rx-figure > svg").first.bounding_box()
    pen = page.locator(".rx-handle").bounding_box()  # at step 30, where g is 0
    x, y = pen["x"] + pen["width"] / 2, pen["y"] + pen["height"] / 2
    apart = (box["width"] - 46 - 34) / 60.2  # pixels between two steps
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8 * apart, y - 30)
    page.mouse.up()
    settle(page)
    drawn = state(page)["gradients"]
    assert drawn[28] == 0
    assert np.all(np.diff(drawn[29:38]) > 0.1)
    assert state(page)["t"] == 38
    theta, _, _ = runs.draw(checked("draw", {"gradients": drawn}))
    assert f"θ is {theta[-1]:.3g}".replace("-", "−") in said(page)
    page.mouse.move(x, y + 200)  # below, where one can't draw
    page.mouse.down()
    page.mouse.up()
    settle(page)
    assert state(page)["gradients"] == drawn


def test_gradients_are_drawn_by_keys_and_by_finger(open_page):
    page = open_page(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    show(page, "draw", t=30)
    page.locator(".rx-handle").focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "Shift+ArrowDown"):
        page.keyboard.press(key)
    settle(page)
    assert state(page)["t"] == 31
    assert state(page)["gradients"][30] == pytest.approx(-0.8)
    box = page.locator(".rx-figure > svg").first.bounding_box()
    page.touchscreen.tap(box["x"] + 46 + 3, box["y"] + 20)
    settle(page)
    assert state(page)["t"] == 1
    assert state(page)["gradients"][0] > 2


def test_the_podium_reorders_and_keeps_the_focus(page_without_network):
    page = show(page_without_network, "winner")
    names = page.locator(".rx-rank > span:nth-of-type(3)")
    assert names.all_text_contents() == list(runs.winner(checked("winner", {}))[1])
    momentum = page.get_by_role("button", name=re.compile("momentum"))
    momentum.click()
    settle(page)
    assert state(page)["method"] == "momentum"
    page.evaluate(SET, {"rate": 0.001})
    settle(page)
    order = list(runs.winner(checked("winner", {"rate": 0.001}))[1])
    assert names.all_text_contents() == order
    assert order[0] == "momentum"
    assert page.evaluate("document.activeElement.textContent").startswith("1.momentum")


def test_a_claim_is_judged_and_the_verdict_kept(page_without_network, site):
    page = page_without_network
    page.goto(site("court"))
    page.wait_for_selector(".rx-card")
    page.evaluate(
        """localStorage.setItem("rmsprop-course", JSON.stringify(
          { predictions: { "claim-b2": { given: 3, skipped: false } } }))"""
    )  # as a trial in the lesson keeps it
    page.reload()
    page.get_by_role("button", name="A1, open").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert state(page)["claim"] == "A2"
    judge = page.get_by_role("button", name="Judge", exact=True)
    assert judge.get_attribute("aria-disabled") == "true"
    page.get_by_role("radio", name="true", exact=True).click()
    page.get_by_role("radio", name="75 %").click()
    judge.click()
    settle(page)
    finding = claims.experiment("A2").rows()
    assert page.locator(".rx-finding td").all_text_contents() == [value for _, value in finding]
    right = "right" if RIGHT["A2"] == 0 else "not right"
    number = 2 if RIGHT["A2"] == 0 else 1
    assert said(page) == f"A2: {right}. 2 of 53 claims judged, {number} rightly."
    page.reload()
    page.wait_for_selector(".rx-card")
    assert state(page)["given"] == {
        "B2": {"choice": 3, "sure": None},
        "A2": {"choice": 0, "sure": 0.75},
    }


def test_average_by_keyboard(page_without_network):
    page = show(page_without_network, "average-and-bias")
    page.get_by_label("gradients").select_option("rise")
    page.get_by_label("decay rate β, exact value").fill("0.99")
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("End")
    settle(page)
    S, hat, plain, corrected = runs.average(
        checked("average-and-bias", {"beta": 0.99, "gradient": "rise", "t": 60})
    )
    for value in (S[-1], hat[-1], plain[-1], corrected[-1]):
        assert f"{value:.3g}" in said(page)


@pytest.mark.parametrize("memory", ["β = 0.999", "long enough to settle", "1, then 10"])
def test_weights_can_be_seen_whatever_the_memory(page_without_network, memory):
    page = show(page_without_network, "average-and-bias")
    page.get_by_role("button", name=memory).click()
    settle(page)
    bars = page.locator(".rx-weights").first
    assert (
        bars.evaluate("el => getComputedStyle(el).stroke") == "none"
    )  # a rim would cover thin ones
    assert bars.bounding_box()["width"] >= 1


@pytest.mark.parametrize(
    ("preset", "method"), [("too fast", "gradient descent"), ("β = 0.999", "RMSprop")]
)
def test_a_preset_of_the_valley_shows_whom_it_concerns(page_without_network, preset, method):
    page = show(page_without_network, "valley", shown=["Adam"])
    page.get_by_role("button", name=preset).click()
    assert set(state(page)["shown"]) == {"Adam", method}
    page.get_by_role("button", name="as before").click()
    assert state(page)["shown"] == ["Adam"]


def test_plateau_by_mouse_and_keys(page_without_network):
    page = show(page_without_network, "plateau-and-noise")
    run = lesson.descend(lesson.Plateau(), lesson.GradientDescent(0.5), 4.0, 1000)
    assert f"needs {np.argmax(np.abs(run.positions) < 0.1)} steps" in said(page)
    page.get_by_role("radio", name="parabola").click()
    page.locator(".rx-handle").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_label("noise σ in the gradients, exact value").fill("0.5")
    settle(page)
    now = state(page)
    assert (now["landscape"], now["theta0"], now["sigma"]) == ("parabola", 3.9, 0.5)
    found = runs.plateau(checked("plateau-and-noise", now))
    for one in found.values():
        late = one.positions[50:]
        assert f"{np.sqrt(np.mean(late**2)):.2g}" in said(page)
    before = said(page)
    page.get_by_role("button", name="Other noise").click()
    settle(page)
    assert said(page) != before


def test_mnist_by_keyboard_and_mouse(page_without_network):
    page = show(page_without_network, "mnist")
    record = runs.mnist_record()
    page.get_by_label(re.compile(r"^RMSprop, η = 0.001:")).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    settle(page)
    assert (state(page)["method"], state(page)["rate"]) == ("Adagrad", 0.01)
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.get_by_label(re.compile("^Adam, η = 0.01:")).click()
    page.get_by_role("button", name="Back").click()
    settle(page)
    run = next(r for r in record["runs"] if r["method"] == "Adam" and r["rate"] == 0.01)
    assert f"{100 * run['test'][4]:.1f} % of the test digits" in said(page)
    digits = page.locator(".rx-digits li").all_text_contents()
    wrong = sum(text.startswith("✗") for text in digits)
    expected = sum(a != b for a, b in zip(run["guesses"][5], record["labels"], strict=True))
    assert (len(digits), wrong) == (len(record["labels"]), expected)
    page.keyboard.press("Tab")
    for key in ("ArrowDown", "ArrowRight"):  # over Adadelta, which has one run
        page.get_by_label(re.compile("^(Adadelta|RMSprop, η = 0.01):")).first.focus()
        page.keyboard.press(key)
    settle(page)


def test_step_by_step_equals_the_worked_table(page_without_network):
    page = show(page_without_network, "step-by-step")
    for _ in range(5):
        page.get_by_role("button", name="Step", exact=True).click()
        settle(page)
    run = lesson.descend(lesson.Parabola(), lesson.RMSprop(0.1), 2.0, 5)
    rows = page.locator("tbody tr").all()
    assert len(rows) == 5
    for t, line in enumerate(rows):
        text = line.text_content()
        assert f"{run.positions[t + 1]:.6f}" in text
        assert f"{run.state['S'][t + 1]:.6f}" in text


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({"theta0": 0, "convention": "none"}, 1),
        ({"theta0": 0, "epsilon": 0}, 1),
        ({"theta0": 2, "beta": 0, "learning_rate": 1, "convention": "none"}, 3),
        ({"theta0": 1, "beta": 0, "learning_rate": 1, "convention": "none"}, 2),
        ({"theta0": 0.1, "beta": 0, "learning_rate": 0.1, "convention": "none"}, 2),
        ({"theta0": 0, "epsilon": 0, "convention": "outside", "bias_correction": True}, 1),
    ],
)
def test_step_by_step_goes_to_where_there_is_no_number(page_without_network, settings, steps):
    page = show(page_without_network, "step-by-step", **settings)
    for _ in range(steps):
        page.get_by_role("button", name="Step", exact=True).click()
        settle(page)
    rows = page.locator("tbody tr")
    assert rows.count() == steps
    *_, S, root, step, theta = rows.last.locator("td").all_text_contents()
    assert (S, root, step, theta) == ("0", "0", "not a number", "not a number")
    assert f"After step {steps} θ is not a number, since the gradient is 0" in said(page)
    assert "Here the run ends" in page.locator(".rx-work").text_content()
    page.get_by_role("button", name="Back").click()
    settle(page)
    assert re.search(r"S\d = .* = 0step", page.locator(".rx-work").text_content())


# How long the parts of each bar are.
BARS = """() => [...document.querySelectorAll(".rx-figure > svg")[1].querySelectorAll("rect")]
  .map((rect) => rect.width.baseVal.value)"""


@pytest.mark.parametrize("settings", [{}, {"beta": 0.999}, {"bias_correction": True}])
@pytest.mark.parametrize("t", [0, 4])
def test_bars_of_an_update_have_its_proportions(page_without_network, settings, t):
    page = show(page_without_network, "step-by-step", t=t, **settings)
    optimizer = lesson.RMSprop(0.1, **settings)
    run = lesson.descend(lesson.Parabola(), optimizer, 2.0, t + 1)
    g, old, new = run.gradients[t], *run.state["S"][t : t + 2]
    counted = 1 - optimizer.beta ** (t + 1) if settings.get("bias_correction") else 1
    ratio = abs(np.diff(run.positions)[t]) / 0.1
    parts = np.reshape(page.evaluate(BARS), (6, 2))  # what S keeps, and the rest or the whole
    kept, lengths = parts[1, 0], parts.sum(axis=1)
    assert lengths[1] / lengths[0] == pytest.approx(new / counted / g**2, rel=1e-6)
    assert kept / lengths[1] == pytest.approx(optimizer.beta * old / new, rel=1e-6, abs=1e-9)
    assert lengths[2] / lengths[3] == pytest.approx(ratio, rel=1e-6)
    assert lengths[4] / lengths[5] == pytest.approx(ratio, rel=1e-6)
    assert max(lengths) < page.locator(".rx-figure > svg").nth(1).bounding_box()["width"] - 120


# ── challenges ──────────────────────────────────────────────────────────────────────────────────

# What meets each challenge, and settings close to it that don't.
MEETS = {
    "glasses": {
        "circles": ({"t": 150}, {"t": 150, "condition": 10}),
        "broken": ({"angle": 45, "t": 60}, {"angle": 45, "t": 40}),
        "mended": (
            {"angle": 45, "lenses": "turning", "t": 30},
            {"angle": 45, "lenses": "apart", "t": 30},
        ),
    },
}
MEETS["step-by-step"] = {
    "leap": ({"beta": 0.998}, {"beta": 0.997}),
    "exact": ({"bias_correction": True}, {"beta": 0}),
    "nowhere": ({"theta0": 0, "epsilon": 0}, {"theta0": 0}),
}
MEETS["valley"] = {
    "edge": ({"rate_descent": 0.099}, {"rate_descent": 0.101}),
    "lose": ({"angle": 45, "steps": 60, "t": 60}, {"angle": 0}),
    "momentum": (
        {"shown": ["momentum"], "momentum": 0.5},
        {"shown": ["momentum"], "momentum": 0.9},
    ),
}
MEETS["average-and-bias"] = {
    "slow": ({"beta": 0.999}, {"beta": 0.997}),
    "forget": ({"beta": 0.6}, {"beta": 0.7}),
    "jump": (
        {"gradient": "rise", "beta": 0.97, "steps": 600},
        {"gradient": "rise", "beta": 0.97},  # S hasn't settled
    ),
}
MEETS["plateau-and-noise"] = {
    "stall": ({"theta0": 5.2}, {"theta0": 4.5}),
    "epsilon": ({"epsilon": 1}, {"epsilon": 0.01}),
    "calm": (
        {"landscape": "parabola", "theta0": 0, "sigma": 0.5, "learning_rate": 0.002},
        {"landscape": "parabola", "theta0": 0, "sigma": 0.5},
    ),
}
MEETS["mnist"] = {
    "best": ({"method": "Adam", "rate": 0.01}, {"method": "momentum", "rate": 0.1}),
    "gap": ({"method": "momentum", "rate": 0.1}, {"method": "Adagrad", "rate": 0.1}),
    "worse": ({"rate": 0.01}, {"rate": 0.1}),
}
MEETS["draw"] = {
    "longest": (
        {"gradients": [0.05] * 30 + [3] + [0] * 29},
        {"gradients": [3] + [0] * 59},  # before step 10
    ),
    "away": (
        {"gradients": [-0.1] * 30 + [3] + [0] * 29},
        {"gradients": [-0.1] * 30 + [2] + [0] * 29},  # they add up to −1
    ),
    "still": (
        {"gradients": [0.5, -0.5] + [-0.5, 0.5] * 29, "beta": 0},
        {"gradients": [0.4, -0.4] + [-0.4, 0.4] * 29, "beta": 0},
    ),
}
MEETS["winner"] = {
    "crown": ({"rate": 0.01}, {"rate": 0.0562}),
    "fall": ({"rate": 1}, {"rate": 0.562}),
    "even": ({"rate": 0.0316}, {"rate": 0.00316}),
}
CLAIMS = list(claims.claims())
RIGHT = {name: [c.right for c in question(name).choices].index(True) for name in CLAIMS}


def verdicts(names, sure=0.95):
    """Verdicts on claims, all of them right."""
    return {"given": {name: {"choice": RIGHT[name], "sure": sure} for name in names}}


MEETS["court"] = {
    "ten": (verdicts(CLAIMS[:10]), verdicts(CLAIMS[:9])),
    "document": (
        verdicts(name for name in CLAIMS if name[0] == "C"),
        verdicts(name for name in CLAIMS if name[0] == "A"),
    ),
    "calibrated": (verdicts(CLAIMS[:20]), verdicts(CLAIMS[:20], sure=0.5)),
}
assert set(MEETS) == set(NAMES)
CHALLENGES = [(name, challenge) for name in MEETS for challenge in MEETS[name]]
SET = """(changed) => {
  const { card } = document.querySelector(".rmsprop-explorer").rmspropExplorer;
  Object.assign(card.state, changed);
  card.request();
}"""


def met(page):
    return page.evaluate(
        "[...document.querySelector('.rmsprop-explorer').rmspropExplorer.card.met]"
    )


@pytest.mark.parametrize(("name", "challenge"), CHALLENGES)
def test_a_challenge_is_met_by_what_it_asks_for(page_without_network, name, challenge):
    page = show(page_without_network, name)
    enough, almost = MEETS[name][challenge]
    start = state(page)
    for settings, expected in ((start, False), (almost, False), (enough, True), (start, True)):
        page.evaluate(SET, start | settings)
        settle(page)
        assert (challenge in met(page)) is expected, settings
    heard = page.locator(".rx-challenges [role=status]").text_content()
    assert heard.startswith("Challenge met: ")
    assert page.locator(".rx-challenges [data-met]").count() == len(met(page))


def test_challenges_are_kept_in_the_browser(page_without_network, site):
    page = page_without_network
    page.goto(site("glasses"))
    page.wait_for_selector(".rx-card")
    page.get_by_role("button", name="turn it 45°").click()
    page.wait_for_selector(".rx-challenges [data-met]")
    page.reload()
    page.wait_for_selector(".rx-card")
    assert met(page) == ["broken"]
    assert page.locator(".rx-challenges [data-met]").count() == 1


# ── numbers in the text ─────────────────────────────────────────────────────────────────────────

TEXT = (
    '<p>For β = <data value="average-and-bias beta">0.9</data> the average reaches back 10 steps; '
    'for κ = <data value="valley condition">20</data> and '
    '<data value="average-and-bias nothing">0.5</data> nothing happens.</p>'
)


def test_a_number_in_the_text_moves_its_figure(page_without_network, site):
    page = page_without_network
    page.goto(site("average-and-bias", before=TEXT))
    number = page.get_by_role(
        "slider", name="decay rate β, in the figure “The average and its bias”"
    )
    text = page.locator("p").first
    assert text.text_content() == re.sub("<[^>]*>", "", TEXT)
    assert page.locator(".rx-scrub").count() == 1  # nothing else is there to be moved
    number.press("ArrowRight")
    settle(page)
    beta = state(page)["beta"]
    assert beta == pytest.approx(1 - 10 ** (-21 / 20), abs=0.001)
    assert f"β = {beta} (text: 0.9) the average" in text.text_content()
    assert f"With β = {beta} " in said(page)
    number.press("Escape")
    settle(page)
    assert state(page)["beta"] == 0.9
    assert text.text_content() == re.sub("<[^>]*>", "", TEXT)
    box = number.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 50, y)
    page.mouse.up()
    settle(page)
    assert state(page)["beta"] == pytest.approx(1 - 10 ** (-10 / 20), abs=0.01)
    page.add_script_tag(path=str(npm.package("axe-core") / "axe.min.js"))
    rules = {"rules": {"page-has-heading-one": {"enabled": False}}}
    assert page.evaluate("(rules) => axe.run(document, rules)", rules)["violations"] == []


def luminance(color):
    channels = [int(value) / 255 for value in re.findall(r"\d+", color)[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return np.dot(linear, (0.2126, 0.7152, 0.0722))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


INK = """() => {
  const drawn = (selector) => [...document.querySelectorAll(selector)]
      .map((el) => getComputedStyle(el));
  return [...drawn(".rx-figure :is(.rx-line, .rx-curve), .rx-swatch .rx-line").map((s) => s.stroke),
    ...drawn(".rx-figure text").map((style) => style.fill)];
}"""
SYSTEM = """(name) => { const el = document.body.appendChild(document.createElement("i"));
  el.style.color = name; const found = getComputedStyle(el).color; el.remove(); return found; }"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_forced_colours_leave_everything_to_be_seen(open_page, name, theme):
    page = open_page(forced_colors="active", color_scheme=theme)
    other = {"light": "dark", "dark": "light"}[theme]  # whatever the site's own theme
    everything = {"shown": list(lesson.plots.STYLE)} if name == "valley" else {}
    show(page, name, other, **everything)
    canvas = page.evaluate(SYSTEM, "Canvas")
    page.wait_for_function(f"document.querySelector('.rx').dataset.mode === '{theme}'")
    inks = set(page.evaluate(INK))
    assert inks
    assert {ink: contrast(ink, canvas) for ink in inks if contrast(ink, canvas) < 3} == {}


def test_momentum_can_be_seen_and_is_the_same_in_python(page_without_network):
    page = show(page_without_network, "valley", shown=["momentum"])
    line = page.locator(".rx-m-momentum .rx-line").first
    ours = line.evaluate("el => getComputedStyle(el).stroke")
    wanted = lesson.plots.STYLE["momentum"][0]
    assert ours == f"rgb({', '.join(str(int(wanted[i : i + 2], 16)) for i in (1, 3, 5))})"
    deepest = page.evaluate(
        "getComputedStyle(document.querySelector('.rx')).getPropertyValue('--rx-low')"
    )
    low = ", ".join(str(int(deepest.strip()[i : i + 2], 16)) for i in (1, 3, 5))
    assert contrast(ours, "255, 255, 255") >= 3
    assert contrast(ours, low) >= 3


def test_data_of_the_page_is_json(page_without_network):
    page = show(page_without_network, "mnist", method="Adam", rate=0.01)
    assert json.loads(json.dumps(state(page)))["method"] == "Adam"


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("0.25", "", 0.25),
        ("0,25", "", 0.25),
        ("−3 η", "η", -3),
        ("10⁻³", "", 1e-3),
        ("2·10^4", "", 2e4),
        ("1/3", "", 1 / 3),
        ("65 %", "", 0.65),
        ("65 %", "per cent", 65),
        ("65 percent", "per cent", 65),
        ("65 per cent", "per cent", 65),
        ("65", "per cent", 65),
        ("3,162", "", None),
        ("much", "", None),
    ],
)
def test_a_number_is_read_as_it_is_typed(browser, typed, unit, value):
    page = browser.new_page()
    page.set_content(
        f'<script type="module">{bundle()}\nwindow.read = $questions.parseNumber;</script>'
    )
    page.wait_for_function("window.read !== undefined")
    read = page.evaluate("([typed, unit]) => read(typed, unit)", [typed, unit])
    page.close()
    assert math.isnan(read) if value is None else read == pytest.approx(value)
