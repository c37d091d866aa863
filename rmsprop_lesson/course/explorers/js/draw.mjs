// Draw your own gradients: one parameter, whose gradients the learner sketches over time.
import { feed, gaussian, optimizer } from "./core.mjs";
import { SETTINGS, defaults } from "./settings.mjs";
import { Axes, Card, Figure, Handle, clamp, count, decay, h, logarithmic, number, once } from "./ui.mjs";

const { numbers: STEPS, to: MOST } = SETTINGS.draw.gradients;
const added = (values) => values.reduce((total, value) => total + value, 0);
const each = (value) => Array.from({ length: STEPS }, (_, i) => value(i + 1));

export const draw = {
  defaults: defaults("draw"),

  build(host, state, options) {
    const card = new Card(host, {
      title: "Draw your own gradients",
      lead: "Sketch <i>g</i> over time with finger or mouse. By keys: ← → choose a step, ↑ ↓ change its gradient.",
      state,
      ...options,
    });
    const run = once(state, solve);
    const sketch = new Figure({ label: "The gradients over time, to draw in, between ±√S", role: "group", caption: "Gradient g: draw here" });
    const follows = new Figure({ label: "Below on the same time axis: g² shaded by its weight in S, the steps, and θ" });
    const pen = penOf(card, sketch);
    const total = () => added(state.gradients);
    const sizes = () => state.gradients.map(Math.abs);
    const end = () => Math.abs(run().theta.at(-1));
    card.card.append(
      card.stage(sketch.element, follows.element),
      h("div", { class: "rx-grid rx-half" },
        card.presets([
          ["all 1", { gradients: each(() => 1) }],
          ["one spike", { gradients: each((k) => (k === 30 ? MOST : 0.2)), t: 30 }],
          ["noise", { gradients: each((k) => clamp(Number(gaussian(1, k).toFixed(2)), -MOST, MOST)) }],
          ["all 0", { gradients: each(() => 0) }],
        ]),
        card.slider("beta", { label: "decay rate <i>β</i>", scale: decay })),
      card.sentence,
      card.challenges([
        { id: "longest", text: "After step 10, make the longest step there can be: <i>η</i>/√(1 − <i>β</i>), to 1 %, with <i>β</i> ≥ 0.5.",
          met: () => state.beta >= 0.5 && run().steps.slice(10).some((step) => Math.abs(step) * Math.sqrt(1 - state.beta) >= 0.99 * state.learning_rate) },
        { id: "away", text: "Walk 10 <i>η</i> away, though the gradients add up to nothing (to 2 % of the sum of their sizes).",
          met: () => Math.abs(total()) <= 0.02 * added(sizes()) && end() >= 10 * state.learning_rate },
        { id: "still", text: "Stand in a storm: each |<i>g</i>| is 0.5 or more, and <i>θ</i> ends within <i>η</i>/2 of its start.",
          met: () => Math.min(...sizes()) >= 0.5 && end() <= state.learning_rate / 2 },
      ]),
      card.more(h("div", { class: "rx-controls" }, card.slider("learning_rate", { label: "learning rate <i>η</i>", scale: logarithmic }))));
    card.start({
      draw() {
        drawSketch(sketch, run(), state);
        pen.show();
        drawBelow(follows, run(), state);
      },
      describe: () => describe(run(), state, total()),
    });
    return card;
  },
};

function solve({ gradients, learning_rate, beta }) {
  const fed = feed(optimizer("RMSprop", { learning_rate, beta }), gradients);
  const theta = [0];
  for (const change of fed.changes) theta.push(theta.at(-1) - change);
  return { theta, steps: fed.changes.map((change) => -change), S: fed.state.map(({ S }) => S) };
}

const LEFT = 46;
const RIGHT = 34;
const strip = (width, top, height, y, more = {}) =>
  new Axes({ width, height: top + height, left: LEFT, right: RIGHT, top, bottom: 0, x: { min: 0.4, max: STEPS + 0.6, ticks: [] }, y, ...more });

// The pen: the gradient of step t as a point that can be moved in any direction. Moved sideways it
// draws, and what it leaps over is filled in.
function penOf(card, figure) {
  const { state } = card;
  let last = null; // where the line that is being drawn has come to
  let handle = null;
  figure.svg.addEventListener("pointerdown", ({ target }) => {
    last = handle.element.contains(target) ? { k: now(), value: state.gradients[now() - 1] } : null;
  }, { capture: true });
  figure.svg.style.touchAction = "none";
  const now = () => clamp(Math.floor(state.t), 1, STEPS);
  const put = (k, g) => {
    const value = clamp(Number(g.toFixed(2)), -MOST, MOST);
    const from = last ?? { k, value };
    const gradients = state.gradients.slice();
    const way = Math.max(1, Math.abs(k - from.k));
    for (let i = 0; i <= way; i++) {
      const share = i / way;
      gradients[Math.round(from.k + share * (k - from.k)) - 1] = Number((from.value + share * (value - from.value)).toFixed(2));
    }
    gradients[k - 1] = value;
    last = { k, value };
    state.t = k;
    card.set("gradients", gradients);
  };
  const axes = () => sketchAxes(figure);
  const move = (x, y) => {
    const { left, right, top, bottom } = axes();
    put(clamp(Math.round(0.4 + ((x - left) / (right - left)) * (STEPS + 0.2)), 1, STEPS), MOST * 1.1 * (1 - (2 * (y - top)) / (bottom - top)));
  };
  const nudge = (right, up) => {
    last = null;
    if (up) return put(now(), state.gradients[now() - 1] + 0.1 * up);
    return card.set("t", clamp(now() + right, 1, STEPS));
  };
  handle = new Handle(figure, {
    label: "The pen: left and right arrows choose a step, up and down arrows change its gradient",
    place: () => [axes().x(now()), axes().y(state.gradients[now() - 1])],
    move,
    nudge,
    value: () => ({ now: state.gradients[now() - 1], min: -MOST, max: MOST, text: `step ${now()}, g = ${number(state.gradients[now() - 1])}` }),
  });
  return handle;
}

function sketchAxes(figure) {
  const { width, height } = figure.size(122);
  return strip(width, 4, height - 8, { min: -1.1 * MOST, max: 1.1 * MOST, ticks: [-MOST, 0, MOST] });
}

const cursor = (axes, t, top, bottom) => (t >= 1 ? `<path class="rx-axis" stroke-dasharray="2 3" d="M${axes.x(t)},${top}V${bottom}"/>` : "");
const wide = (axes) => Math.max(1.5, (0.72 * (axes.right - axes.left)) / STEPS);

// Bars from 0, as one path.
function bars(axes, values, from = 0, to = values.length) {
  const zero = axes.y(0);
  const half = wide(axes) / 2;
  let d = "";
  for (let i = from; i < to; i++) {
    if (values[i]) d += `M${(axes.x(i + 1) - half).toFixed(1)},${zero.toFixed(1)}V${axes.y(values[i]).toFixed(1)}h${(2 * half).toFixed(1)}V${zero.toFixed(1)}Z`;
  }
  return d;
}

const zeroLine = (axes) => `<path class="rx-axis" d="M${axes.left},${axes.y(0)}H${axes.right}"/>`;
const ks = each((k) => k);

function drawSketch(figure, { S }, { gradients, t }) {
  const axes = sketchAxes(figure);
  const root = S.map(Math.sqrt);
  const rim = (sign) => axes.line(ks, root.map((value) => sign * value));
  figure.draw(
    `<path class="rx-bars" d="${bars(axes, gradients)}"/>` +
      axes.clipped(`<g class="rx-m-rmsprop">${rim(1)}${rim(-1)}</g>`) +
      `<text class="rx-strong" style="fill:var(--rx-rmsprop)" x="${axes.right + 4}" y="${clamp(axes.y(root.at(-1)) + 4, axes.top + 8, axes.y(0))}">√S</text>` +
      cursor(axes, Math.floor(t), axes.top, axes.bottom),
    axes.frame() + zeroLine(axes));
}

const HEIGHTS = [62, 62, 62];
const GAP = 20; // with a strip's name
const sum = (n) => HEIGHTS.slice(0, n).reduce((total, height) => total + GAP + height, 0);

function drawBelow(figure, { S, steps, theta }, { gradients, learning_rate, beta, t }) {
  const { width, height } = figure.size(sum(HEIGHTS.length) + 24);
  const now = Math.floor(t);
  const squares = gradients.map((g) => g * g);
  const units = steps.map((step) => step / learning_rate);
  const limit = 1 / Math.sqrt(1 - beta);
  const most = Math.max(1, ...squares, ...S);
  const low = Math.min(0, ...theta);
  const high = Math.max(0, ...theta);
  const room = Math.max(0.15 * (high - low), learning_rate);
  const [square, step, place] = [
    { min: 0, max: 1.12 * most, ticks: twoTicks(0, most) },
    { min: -1.2 * limit, max: 1.2 * limit, ticks: [-limit, 0, limit].map((tick) => [tick, number(tick, 3)]) },
    { min: low - room, max: high + room, ticks: twoTicks(low, high) },
  ].map((y, i) => strip(width, sum(i) + GAP, HEIGHTS[i], y));
  // Each past g² in the shade of its weight; what is still to come is a pale outline.
  let shaded = "";
  for (let k = 1; k <= now; k++) {
    const share = beta ** (now - k);
    if (squares[k - 1] && share > 0.004) shaded += `<path d="${bars(square, squares, k - 1, k)}" fill-opacity="${share.toFixed(3)}"/>`;
  }
  const outlines = `<path class="rx-outline" d="${bars(square, squares)}"/>`;
  const edge = [limit, -limit].map((value) => `<path class="rx-reference" d="M${step.left},${step.y(value)}H${step.right}"/>`).join("");
  const foot = height - 24;
  figure.draw(
    `${outlines}<g class="rx-m-rmsprop"><g class="rx-weights">${shaded}</g>${square.line(ks, S, { under: true })}` +
      `<path class="rx-weights" d="${bars(step, units)}"/>${place.line([0.4, ...ks], theta)}${now ? place.marker(now, theta[now]) : ""}</g>` +
      `<text class="rx-strong" style="fill:var(--rx-rmsprop)" x="${square.right + 4}" y="${square.y(S.at(-1)) + 4}">S</text>` +
      cursor(square, now, 0, foot),
    named(square, `g², shaded by its weight in S${now ? ` at step ${now}` : ""}`) + named(step, "step, in units of η") + named(place, "θ") + edge + zeroLine(step) + zeroLine(place) +
      [10, 20, 30, 40, 50, 60].filter((tick) => tick <= STEPS).map((tick) => `<text x="${place.x(tick)}" y="${foot + 15}" text-anchor="middle">${tick === STEPS ? `step ${tick}` : tick}</text>`).join(""));
}

const named = (axes, name) => `${axes.frame()}<text class="rx-strong" x="${axes.left}" y="${axes.top - 6}">${name}</text>`;
const twoTicks = (low, high) => [...new Set([low, high, 0])].map((tick) => [tick, number(tick, 2)]);

function describe({ S, steps, theta }, { gradients, learning_rate, beta, t }, total) {
  const now = Math.floor(t);
  const limit = number(1 / Math.sqrt(1 - beta), 3);
  const all = `The gradients add up to ${number(total, 3)}, and after ${count(STEPS, "step")} θ is ${number(theta.at(-1), 3)}.`;
  if (now === 0) return `θ starts at 0. No step can be longer than ${limit} η. ${all}`;
  const i = now - 1;
  return `Step ${now}: g is ${number(gradients[i], 3)}, S is ${number(S[i], 3)} and its root ${number(Math.sqrt(S[i]), 3)}; the step is ${number(steps[i] / learning_rate, 3)} η, of ${limit} η at most. ${all}`;
}
