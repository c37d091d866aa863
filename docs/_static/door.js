// The door (index.html): a valley that is alive at once, what the symbols of RMSprop are worth at this
// moment, and on each lesson's card how much of it is done. Stands behind site.js in course.js.
addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll(".door-valley")) liveValley(place);
  showProgress(document.querySelectorAll(".door-card[data-parts]"));
});

const REACH = [4, 2.6]; // half the width of the map, and half its height
const SHOWN = 70; // steps, so many a second, and the milliseconds between two walks
const EACH_SECOND = 9;
const REST = 2500;

function liveValley(place) {
  const { Axes, Card, Figure, Handle, METHODS, Player, between, clamp, number } = $ui;
  const valley = $core.OBJECTIVES.Valley({ condition: 20 });
  const methods = {
    "gradient descent": $core.optimizer("gradient descent", { learning_rate: 0.09 }),
    RMSprop: $core.optimizer("RMSprop", { learning_rate: 0.1 }),
  };
  const state = { start: [3, 1], t: SHOWN };
  const names = Object.keys(methods).map((name) => `${$ui.swatch(METHODS[name].key, METHODS[name].dash, METHODS[name].marker)} ${name}`);
  const card = new Card(place, { title: "Two methods walk down the same valley", lead: `${names.join(" &nbsp; ")} &nbsp; Drag the start.`, state });
  const figure = new Figure({ label: "A valley from above with two paths", role: "group" });
  let walks;
  const walk = () => {
    const run = (method) => $core.descend(valley, method, state.start, SHOWN);
    walks = Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, run(method)]));
  };
  walk();

  // It walks by itself, again and again, while it can be seen and nobody has stopped it.
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let wanted = !still;
  let waiting = null;
  const player = new Player({
    get: () => state.t,
    set: (t) => { state.t = t; card.request({ quiet: true }); },
    length: () => SHOWN,
    rate: () => EACH_SECOND,
  });
  card.player = player;
  const go = (soon = 0) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => wanted && !player.running && player.start(), soon);
  };
  player.onstop = () => {
    card.request({ quiet: true });
    if (state.t >= SHOWN && still) wanted = false;
    if (state.t >= SHOWN) go(REST);
  };
  const seen = new IntersectionObserver(([{ isIntersecting }]) => {
    if (isIntersecting) go();
    else player.stop();
  });
  seen.observe(place);
  const button = card.button("Pause", () => {
    wanted = !wanted;
    if (wanted) go();
    else player.stop();
    card.request();
  }, { text: () => (wanted ? "Pause" : "Play") });

  const scale = () => figure.width / (2 * REACH[0]);
  const put = (x, y) => {
    state.start = [x, y].map((value, i) => clamp(Number(value.toFixed(2)), -REACH[i], REACH[i]));
    state.t = wanted ? 0 : SHOWN;
    walk();
    go();
    card.request();
  };
  const handle = new Handle(figure, {
    label: "Start of both paths: left and right arrows move θ₁, up and down arrows θ₂",
    place: () => [(state.start[0] + REACH[0]) * scale(), (REACH[1] - state.start[1]) * scale()],
    move: (x, y) => put(x / scale() - REACH[0], REACH[1] - y / scale()),
    nudge: (right, up) => put(state.start[0] + right * 0.1, state.start[1] + up * 0.1),
    value: () => ({ now: state.start[0], min: -REACH[0], max: REACH[0], text: `θ₁ = ${number(state.start[0])}, θ₂ = ${number(state.start[1])}` }),
  });

  card.card.append(figure.element, $ui.h("div", { class: "rx-bar" }, button), card.sentence);
  const symbols = new Symbols(place.closest(".door-hero"));
  card.start({
    draw() {
      const { width, height } = figure.size((w) => (w * REACH[1]) / REACH[0]);
      const [x, y] = REACH.map((reach) => ({ min: -reach, max: reach, ticks: [] }));
      const axes = new Axes({ width, height, left: 0, right: 0, top: 0, bottom: 0, x, y });
      const clip = `<clipPath id="${axes.clip}"><rect width="${width}" height="${height}" rx="8"/></clipPath>`;
      const lines = Object.entries(walks).map(([name, run]) => trail(axes, run, METHODS[name], state.t));
      const now = moment(walks.RMSprop, Math.min(Math.floor(state.t), SHOWN - 1));
      const here = between(walks.RMSprop.positions, state.t);
      figure.draw(axes.clipped(lines.join("") + forces(axes, here, now)), clip + axes.clipped(floor(axes)));
      handle.show();
      symbols.show(now);
    },
    describe() {
      const t = Math.floor(state.t);
      const ends = Object.entries(walks).map(([name, { positions: all }]) => `${name} is at (${all[t].map((v) => number(Number(v.toFixed(3)))).join(", ")})`);
      return `After ${$ui.count(t, "step")} from (${state.start.map((v) => number(v)).join(", ")}), ${ends.join(", and ")}. The minimum is at (0, 0).`;
    },
  });
}

// What RMSprop has in its hands at step t: g, the new S, and the step that follows from them.
function moment({ gradients, positions, state }, t) {
  const step = positions[t + 1].map((value, i) => value - positions[t][i]);
  return { g: gradients[t], S: state[t + 1].S, theta: positions[t], step };
}

function floor(axes) {
  const px = axes.x(1) - axes.x(0);
  const rings = [];
  for (let a = 16; a > 0.2; a /= 2) rings.push(`<ellipse class="rx-contour" rx="${a * px}" ry="${(a * px) / Math.sqrt(20)}"/>`);
  return `<g transform="translate(${axes.x(0)},${axes.y(0)})">${rings.join("")}</g><path class="rx-curve" d="M${axes.x(0) - 6},${axes.y(0)}h12m-6,-6v12"/>`;
}

function trail(axes, { positions }, { key, dash, marker }, t) {
  const here = $ui.between(positions, t);
  const points = [...positions.slice(0, Math.floor(t) + 1), here];
  const line = axes.line(points.map(([x]) => x), points.map(([, y]) => y), { dash, under: true });
  return `<g class="rx-m-${key}">${line}${axes.marker(...here, marker, 1.4)}</g>`;
}

// At RMSprop's place: the arrow against g, the box ±√S, both to one scale, and the step. Where the arrow
// reaches the box's side, that coordinate's step is η.
function forces(axes, [x, y], { g, S, step }) {
  const roots = S.map(Math.sqrt);
  const longest = Math.max(...roots, ...g.map(Math.abs));
  if (!(longest > 0)) return "";
  const px = (0.9 * (axes.x(1) - axes.x(0))) / longest;
  const [left, top] = [axes.x(x), axes.y(y)];
  const arrow = (symbol, dx, dy) => {
    const size = Math.hypot(dx, dy);
    const head = Math.min(8, size / 2);
    return `<g class="door-${symbol}" data-symbol="${symbol}" transform="translate(${left},${top}) rotate(${(Math.atan2(dy, dx) * 180) / Math.PI})">` +
      `<path d="M0,0H${size}M${size - head},${-head / 2}L${size},0L${size - head},${head / 2}"/></g>`;
  };
  const unit = axes.x(1) - axes.x(0);
  return `<g class="door-S" data-symbol="S"><rect x="${left - roots[0] * px}" y="${top - roots[1] * px}" width="${2 * roots[0] * px}" height="${2 * roots[1] * px}"/></g>` +
    arrow("g", -g[0] * px, g[1] * px) + arrow("theta", step[0] * unit, -step[1] * unit);
}

// The symbols in the two equations, and what stands below them: each lights up in all places at once.
class Symbols {
  constructor(hero) {
    this.hero = hero;
    this.buttons = [...hero.querySelectorAll(".door-symbol")];
    this.pressed = null;
    const light = (symbol) => {
      if (symbol) hero.dataset.lit = symbol;
      else delete hero.dataset.lit;
    };
    for (const button of this.buttons) {
      button.disabled = false;
      button.addEventListener("click", () => {
        this.pressed = this.pressed === button.value ? null : button.value;
        for (const other of this.buttons) other.setAttribute("aria-pressed", other.value === this.pressed);
        light(this.pressed);
      });
    }
    for (const symbol of this.buttons.map(({ value }) => value)) {
      for (const el of hero.querySelectorAll(`.katex-html .door-${symbol}, .door-symbol[value="${symbol}"]`)) {
        el.addEventListener("pointerenter", () => light(symbol));
        el.addEventListener("pointerleave", () => light(this.pressed));
      }
    }
  }

  show(now) {
    const pair = (values) => `(${values.map((v) => (Number(v.toFixed(2)) + 0).toFixed(2).replace("-", "−")).join(", ")})`;
    for (const button of this.buttons) $ui.setText(button.querySelector("output"), pair(now[button.value]));
  }
}

// On each card: how many of the lesson's exercises, predictions and quiz questions are done.
function showProgress(cards) {
  const draw = () => {
    const { exercises: solved, predictions: predicted, quizzes } = $store.kept();
    for (const card of cards) {
      const { exercises, predictions, quiz } = JSON.parse(card.dataset.parts);
      const done = exercises.filter((name) => solved[name]?.done).length + predictions.filter((id) => id in predicted).length +
        quiz.filter((id) => quizzes[id]?.right).length;
      const all = exercises.length + predictions.length + quiz.length;
      $ui.setText(card.querySelector(".door-done"), done ? `${done} of ${all} done${done === all ? " ✓" : ""}` : "");
      card.style.setProperty("--done", all ? done / all : 0);
    }
  };
  addEventListener("rmsprop-kept", draw);
  addEventListener("pageshow", draw);
  draw();
}
