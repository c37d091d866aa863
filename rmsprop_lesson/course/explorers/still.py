"""The explorers where nothing can run: a sentence and a small picture or table, the same bytes on
every machine."""

from html import escape

from ...plots import STYLE
from . import runs

_NOTE = "A still picture: JavaScript brings it to life, on the course's pages and in JupyterLab."
WIDTH, HEIGHT = 480, 280


def still(explorer, settings):
    """Return ``(html, text)`` of an explorer."""
    title, sentence, body = _KINDS[explorer](settings)
    head = f"<p><strong>{title}.</strong> {escape(sentence)}</p>"
    return f"{head}{body}<p><small>{_NOTE}</small></p>", f"{title}. {sentence}"


def _short(value):
    return f"{value:.3g}".replace("-", "−")


# ── the members ─────────────────────────────────────────────────────────────────────────────────


def _step_by_step(s):
    run = runs.step_by_step(s)
    rows = [
        [t, *map(_short, (run.positions[t], run.gradients[t], run.state["S"][t + 1], run.step[t]))]
        for t in range(min(6, len(run)))
    ]
    sentence = (
        f"RMSprop on L = θ²/2 from θ₀ = {_short(s['theta0'])} with η = {_short(s['learning_rate'])}"
        f", β = {s['beta']:g}: its first steps, with every number."
    )
    return "RMSprop step by step", sentence, _table(["t", "θ", "g", "S", "step"], rows)


def _valley(s):
    found = runs.valley(s)
    sentence = (
        f"The loss (u² + κw²)/2 with κ = {_short(s['condition'])} from above, and from the start "
        f"({', '.join(map(_short, s['start']))}) {s['steps']} steps of "
        f"{_listing([f'{name} ({_end(run)})' for name, run in found.items()])}."
    )
    paths = [
        _line(name, [_on_map(point) for point in run.positions]) for name, run in found.items()
    ]
    return "The valley", sentence, _svg(sentence, _ground(s) + "".join(paths))


def _glasses(s):
    positions, seen = runs.glasses(s)
    kind = {"apart": "a lens for each parameter", "turning": "glasses that turn"}[s["lenses"]]
    turned = f", turned by {s['angle']:g}°" if s["angle"] else ""
    sentence = (
        f"RMSprop in a valley of condition number {_short(s['condition'])}{turned}: in φ = S^¼ θ, "
        f"with {kind}, where its step goes straight downhill, the valley's condition number is "
        f"{_short(seen[0])} at the start and {_short(seen[-1])} after {s['steps']} steps."
    )
    path = _line("RMSprop", [_on_map(point) for point in positions])
    return "RMSprop's glasses", sentence, _svg(sentence, _ground(s) + path)


def _average(s):
    *_, plain, corrected = runs.average(s)
    sentence = (
        f"The length of RMSprop's steps in units of η with β = {s['beta']:g}: the first is "
        f"{_short(plain[0])}, step {s['steps']} is {_short(plain[-1])}; with bias correction "
        f"(dashed) they are {_short(corrected[0])} and {_short(corrected[-1])}."
    )
    top = 1.1 * max(*plain, *corrected)
    lines = [
        _line(name, [_at(t / s["steps"], value / top) for t, value in enumerate(values, 1)])
        for name, values in {"RMSprop": plain, "Adam": corrected}.items()
    ]
    return "The average and its bias", sentence, _svg(sentence, _frame() + "".join(lines))


def _draw(s):
    theta, _, steps = runs.draw(s)
    sentence = (
        f"RMSprop's steps under gradients that one draws, from {_short(min(s['gradients']))} to "
        f"{_short(max(s['gradients']))} over {len(steps)} steps, with β = {s['beta']:g}: the "
        f"longest step is {_short(max(abs(steps)))} η, of {_short((1 - s['beta']) ** -0.5)} η at "
        f"most, and θ goes from 0 to {_short(theta[-1])}."
    )
    reach = 1.1 * max(*abs(theta), s["learning_rate"])
    points = [_at(t / len(steps), (x / reach + 1) / 2) for t, x in enumerate(theta)]
    picture = _svg(sentence, _frame(middle=True) + _line("RMSprop", points))
    return "Draw your own gradients", sentence, picture


def _plateau(s):
    found = runs.plateau(s)
    noise = f" with noise of {_short(s['sigma'])} in the gradients" if s["sigma"] else ""
    sentence = (
        f"θ over {s['steps']} steps on the {s['landscape']}{noise}, from {_short(s['theta0'])}: "
        f"{_listing([f'{name} ({_end(run)})' for name, run in found.items()])}."
    )
    reach = 1.1 * max([0.5, *(abs(x) for run in found.values() for x in run.positions)])
    lines = [
        _line(
            name,
            [_at(t / s["steps"], (x / reach + 1) / 2) for t, x in enumerate(run.positions)],
        )
        for name, run in found.items()
    ]
    return "Plateau and noise", sentence, _svg(sentence, _frame(middle=True) + "".join(lines))


def _winner(s):
    rate, places = runs.winner(s)
    races = [race["name"] for race in runs.race_record()["races"]]
    rows = [[name, f"{mine.mean():.1f}", *mine] for name, mine in places.items()]
    sentence = (
        f"{len(rows)} optimisers in {len(races)} races at the same learning rate, η = {rate:g}: "
        f"{rows[0][0]} wins with a mean place of {rows[0][1]}. Another rate makes another winner."
    )
    return "Choose the winner", sentence, _table(["", "mean place", *races], rows)


def _mnist(s):
    record = runs.mnist_record()
    methods = dict.fromkeys(run["method"] for run in record["runs"])
    rows = []
    for method in methods:
        mine = [run for run in record["runs"] if run["method"] == method]
        cells = [f"{100 * run['test'][-1]:.1f}" if run["test"] else "diverged" for run in mine]
        if mine[0]["rate"] is None:
            cells = [f"{cells[0]} (no rate)"] + [""] * (len(record["rates"]) - 1)
        rows.append([method, *cells])
    sentence = (
        f"A {'-'.join(map(str, record['sizes']))} network after {record['epochs']} epochs on "
        f"{record['train_images']} digits: accuracy on {record['test_images']} test digits in per "
        "cent, by optimiser and learning rate η."
    )
    head = ["η =", *(f"{rate:g}" for rate in record["rates"])]
    return "Training on handwritten digits", sentence, _table(head, rows)


def _court(s):
    from ...studies.claims import claims

    known = claims().values()
    asked = _table(["", "claim"], [[c.id, c.claim] for c in known])
    found = _table(["", "verdict", "what holds"], [[c.id, c.verdict, c.right] for c in known])
    answers = f"<details><summary>The verdicts</summary>{found}</details>"
    sentence = f"{len(known)} claims of three documents about RMSprop, to be judged one by one."
    return "The court", sentence, f"{asked}{answers}"


_KINDS = {
    "step-by-step": _step_by_step,
    "valley": _valley,
    "glasses": _glasses,
    "average-and-bias": _average,
    "draw": _draw,
    "plateau-and-noise": _plateau,
    "winner": _winner,
    "mnist": _mnist,
    "court": _court,
}


# ── parts ───────────────────────────────────────────────────────────────────────────────────────


def _end(run):
    if run.diverged_at is not None:
        return f"diverged at step {run.diverged_at}"
    loss = float(run.losses[-1])
    return f"loss {loss:.1e}" if 0 < loss < 0.001 else f"loss {loss:.2g}"


def _listing(parts):
    if len(parts) < 2:
        return "".join(parts) or "nothing"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


_SCALE = WIDTH / 8  # pixels a unit on a map of the valley


def _ground(s):
    """The valley's contours."""
    ellipses = "".join(
        f'<ellipse rx="{a * _SCALE:.0f}" ry="{a * _SCALE / s["condition"] ** 0.5:.0f}"/>'
        for a in (0.5, 1, 2, 4, 8, 16, 32)
    )
    turned = f"translate({WIDTH // 2},{HEIGHT // 2}) rotate({-s['angle']:g})"
    return f'<g transform="{turned}" fill="none" stroke="currentColor" opacity="0.3">{ellipses}</g>'


def _on_map(point):
    return WIDTH / 2 + point[0] * _SCALE, HEIGHT / 2 - point[1] * _SCALE


def _table(head, rows):
    head = "".join(f"<th>{escape(str(cell))}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _svg(alt, ink):
    return (
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" style="max-width:100%;height:auto">{ink}</svg>'
    )


def _frame(middle=False):
    zero = HEIGHT // 2 if middle else HEIGHT - 20
    line = f'<path d="M30,10V{HEIGHT - 20}M30,{zero}H{WIDTH - 10}"'
    return f'{line} fill="none" stroke="currentColor" opacity="0.6"/>'


def _at(across, up):
    """Parts of the frame's width and height in pixels."""
    return 30 + across * (WIDTH - 40), HEIGHT - 20 - up * (HEIGHT - 30)


def _line(name, points):
    """A line in an optimiser's colour and dash. What is far outside ends it."""
    color, dash, _ = STYLE[name]
    color = "currentColor" if color == "#000000" else color
    inside = []
    for x, y in points:
        if abs(x) > 5000 or abs(y) > 5000:
            break
        inside.append(f"{x:.0f},{y:.0f}")
    dashes = "" if dash == "-" else f' stroke-dasharray="{" ".join(str(2 * d) for d in dash[1])}"'
    return (
        f'<polyline points="{" ".join(inside)}" fill="none" stroke="{color}" '
        f'stroke-width="2"{dashes}/>'
    )
