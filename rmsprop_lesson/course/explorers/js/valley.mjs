// Explorer 2: the elongated valley from above, for as many optimisers as one likes.
import { OBJECTIVES, descend, optimizer } from "./core.mjs";
import { arrow, circles, elevation, relief } from "./map.mjs";
import { SETTINGS, defaults } from "./settings.mjs";
import { Axes, Card, Figure, Handle, METHODS, OWN, between, clamp, count, decay, escapeHtml, h, linear, logarithmic, markerPath, number, sentences, setText, swatch, whole } from "./ui.mjs";

const [[, X], [, Y]] = SETTINGS.valley.start.point; // the map reaches from −X to X and from −Y to Y
const REACH = 2 ** 8; // the outermost contour's u
const PLAIN = ["gradient descent", "momentum"]; // their step is in proportion to the gradient
const ADAPTIVE = ["Adagrad", "RMSprop", "Adam"];

export const valley = {
  defaults: defaults("valley"),

  build(host, state, { data, ...options }) {
    const card = new Card(host, {
      title: "The valley",
      lead: "<i>L</i> = (<i>u</i>² + <i>κw</i>²)/2 from above: flat along the valley, steep across it. Drag the start or use the arrow keys.",
      state,
      ...options,
    });
    let own = data?.own;
    const first = structuredClone(state);
    const including = (name) => (state.shown.includes(name) ? state.shown : [...state.shown, name]);
    let solved = null;
    const runs = () => {
      const key = JSON.stringify({ ...state, t: 0, own });
      if (solved?.key !== key) solved = { key, list: solve(state, own) };
      return solved.list;
    };
    const figures = {
      map: new Figure({ label: "Map of the valley with contour lines and the paths", role: "group" }),
      rates: new Figure({ label: "The effective learning rate of each parameter, on a logarithmic axis", caption: "Rate per parameter" }),
      loss: new Figure({ label: "The loss over the steps, on a logarithmic axis", caption: "Loss" }),
    };
    const handle = startHandle(card, figures.map);
    const note = h("p", { class: "rx-note" });
    const table = h("table", {});
    let shown = null;
    const none = (names) => () => !state.shown.some((name) => names.includes(name));
    const end = (name) => runs().find((entry) => entry.name === name)?.run.losses[state.steps] ?? NaN; // NaN: not shown, or diverged
    const edge = () => (state.rate_descent * state.condition) / 2;
    const steep = () => state.condition >= 20;
    card.card.append(
      card.methods("shown"),
      card.transport({ length: () => state.steps, rate: () => state.steps / 6 }),
      h("div", { class: "rx-grid rx-beside" }, card.stage(figures.map.element),
        h("div", { class: "rx-stack" },
          h("div", { class: "rx-controls" },
            card.slider("rate_descent", { label: "<i>η</i> of gradient descent and momentum", scale: logarithmic, off: none(PLAIN) }),
            card.slider("learning_rate", { label: "<i>η</i> of Adagrad, RMSprop and Adam", scale: logarithmic, off: () => !own && none(ADAPTIVE)() })),
          card.presets([
            ["turn it 45°", { angle: 45 }],
            ["too fast", () => ({ shown: including("gradient descent"), rate_descent: Number((2.2 / state.condition).toPrecision(3)) })],
            ["β = 0.999", () => ({ shown: including("RMSprop"), beta: 0.999 })],
            ["κ = 200", { condition: 200, rate_descent: 0.009 }],
            ["as before", first],
          ]))),
      card.sentence,
      card.challenges([
        { id: "edge", text: "Set gradient descent’s <i>η</i> just below the largest stable one, to 3 %, with <i>κ</i> ≥ 20.", met: () => steep() && edge() >= 0.97 && edge() < 1 && end("gradient descent") >= 0 },
        { id: "lose", text: "Make RMSprop end with a higher loss than gradient descent, with <i>κ</i> ≥ 20.", met: () => steep() && end("RMSprop") > end("gradient descent") },
        { id: "momentum", text: "Bring momentum below a loss of 10⁻⁶ in 60 steps or fewer, with <i>κ</i> ≥ 20.", met: () => steep() && state.steps <= 60 && end("momentum") < 1e-6 },
      ]),
      card.folds(
        card.more(h("div", { class: "rx-controls" },
          card.slider("condition", { label: "condition number <i>κ</i>", scale: logarithmic }),
          card.slider("angle", { label: "rotation of the valley", scale: linear(1), unit: " degrees" }),
          card.slider("steps", { label: "number of steps", scale: whole(10) }),
          card.slider("beta", { label: "decay rate <i>β</i> of RMSprop", scale: decay, off: () => !own && none(["RMSprop"])() }),
          card.slider("momentum", { label: "<i>β</i> of momentum", scale: decay, off: none(["momentum"]) }))),
        card.fold("Rates, losses, numbers",
          h("div", { class: "rx-grid rx-half" }, h("div", { class: "rx-stack" }, figures.rates.element, note), figures.loss.element),
          h("div", { class: "rx-scroll", tabindex: 0, role: "region", "aria-label": "Where each optimiser is" }, table))));
    card.start({
      draw() {
        drawMap(figures.map, runs(), state);
        handle.show();
        drawRates(figures.rates, runs(), state);
        setText(note, state.angle ? "1 and 2 are the parameters. In a turned valley no axis of the loss belongs to one of them." :
          "1 and 2 are the parameters. Dashed: 2/λ, the rate above which a steady step along that axis is too long.");
        drawLoss(figures.loss, runs(), state);
        const rows = tableRows(runs(), state);
        if (shown !== rows) table.innerHTML = shown = rows;
      },
      describe: () => describe(runs(), state, own),
      receive: (changed) => { own = changed?.own; },
    });
    return card;
  },
};

const objectiveOf = ({ condition, angle }) => OBJECTIVES.Valley({ condition, angle });

function settingsOf(name, state) {
  if (name === "Adadelta") return {};
  const learning_rate = PLAIN.includes(name) ? state.rate_descent : state.learning_rate;
  if (name === "momentum") return { learning_rate, beta: state.momentum };
  return name === "RMSprop" ? { learning_rate, beta: state.beta } : { learning_rate };
}

function solve(state, own) {
  const objective = objectiveOf(state);
  const list = state.shown.map((name) => ({
    name,
    look: METHODS[name],
    run: descend(objective, optimizer(name, settingsOf(name, state)), state.start, state.steps),
  }));
  if (own?.run) list.push({ name: own.name, look: OWN, run: own.run, stale: isStale(own, state) });
  for (const entry of list) entry.crossings = crossings(entry.run, objective);
  return list.filter(({ run }) => run.positions.length);
}

// What the kernel computed belongs to other settings than these: it is still at work.
const isStale = (own, state) =>
  Object.entries(own.settings).some(([key, value]) => JSON.stringify(state[key]) !== JSON.stringify(value));

// How often the path has crossed the valley's floor, after each step: from one side to the other,
// each time so far from it that one can see it.
const VISIBLE = 0.02; // about a pixel
function crossings(run, { cos, sin }) {
  let n = 0;
  let last = 0;
  return run.positions.map(([x, y]) => {
    const off = cos * y - sin * x;
    if (Math.abs(off) < VISIBLE) return n;
    if (Math.sign(off) === -last) n += 1;
    last = Math.sign(off);
    return n;
  });
}

const onMap = ([x, y]) => Math.abs(x) <= X && Math.abs(y) <= Y;

// The step with which a run that is off the map at step t has left it; null if it is there.
function leftAt({ positions }, t) {
  if (onMap(positions[t])) return null;
  return positions.slice(0, t).findLastIndex(onMap) + 1;
}

// Whether the loss climbs: beyond that of the start, and of late higher than before.
function isDiverging({ losses }, t) {
  const late = Math.max(1, Math.floor(t / 3));
  const highest = (from, to) => Math.max(...losses.slice(Math.max(0, from), to));
  return losses[t] > losses[0] && highest(t + 1 - late, t + 1) > highest(t + 1 - 2 * late, t + 1 - late);
}

// What has become of a run after t steps: `lost` where its numbers say nothing any more, `words` where
// it is not simply a place on the map.
function fate(run, t) {
  if (ended(run, t)) return { lost: true, words: `diverged at step ${run.diverged_at}` };
  const left = leftAt(run, t);
  const diverging = isDiverging(run, t);
  const words = [diverging && "is diverging", left !== null && `has left the map at step ${left}`].filter(Boolean);
  return { lost: diverging && left !== null, words: words.join(" and ") };
}

function startHandle(card, map) {
  const { state } = card;
  const set = (x, y) => card.set("start", [clamp(Number(x.toFixed(2)), -X, X), clamp(Number(y.toFixed(2)), -Y, Y)]);
  const px = () => map.width / (2 * X);
  const move = (x, y) => set(x / px() - X, Y - y / px());
  return new Handle(map, {
    label: "Start of all paths: left and right arrows move θ₁, up and down arrows θ₂",
    place: () => [(state.start[0] + X) * px(), (Y - state.start[1]) * px()],
    move,
    nudge: (right, up) => set(state.start[0] + right * 0.1, state.start[1] + up * 0.1),
    value: () => ({ now: state.start[0], min: -X, max: X, text: `θ₁ = ${number(state.start[0])}, θ₂ = ${number(state.start[1])}` }),
  });
}

function drawMap(figure, runs, state) {
  const { width, height } = figure.size((w) => (w * Y) / X);
  const axes = new Axes({ width, height, left: 0, right: 0, top: 0, bottom: 0, x: { min: -X, max: X }, y: { min: -Y, max: Y } });
  const { loss, cos, sin } = objectiveOf(state);
  const scale = width / (2 * X);
  relief(figure, `${state.condition} ${state.angle}`, (x, y) => elevation(loss([x / scale - X, Y - y / scale]), scale));
  const across = 1 / Math.sqrt(state.condition);
  let ground = circles([scale * cos, -scale * sin, -scale * sin * across, -scale * cos * across, width / 2, height / 2], REACH);
  for (const tick of [-3, -2, -1, 1, 2, 3]) {
    ground += `<text class="rx-halo" x="${axes.x(tick)}" y="${height - 6}" text-anchor="middle">${number(tick)}</text>`;
    if (Math.abs(tick) < Y && axes.y(tick) > 34) ground += `<text class="rx-halo" x="6" y="${axes.y(tick) + 4}">${number(tick)}</text>`;
  }
  ground += `<text class="rx-strong rx-halo" x="${width - 8}" y="${height - 8}" text-anchor="end">θ₁</text><text class="rx-strong rx-halo" x="8" y="18">θ₂</text>`;
  ground += `<path class="rx-curve" d="M${axes.x(0) - 6},${axes.y(0)}h12m-6,-6v12"/>`;
  const clip = `<clipPath id="${axes.clip}"><rect width="${width}" height="${height}" rx="8"/></clipPath>`;
  const arrows = runs.length <= 2 ? runs.map((entry) => arrowsOf(axes, entry, state.t)).join("") : "";
  figure.draw(axes.clipped(runs.map((entry) => path(axes, entry, state.t)).join("") + arrows), clip + axes.clipped(ground));
}

function path(axes, { run, look, stale }, t) {
  const n = Math.min(Math.floor(t) + 1, run.positions.length);
  const here = between(run.positions, t);
  const left = onMap(here) ? null : leftAt(run, n - 1); // what is outside for good is not drawn
  const points = left === null ? [...run.positions.slice(0, n), here] : run.positions.slice(0, left + 1);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const dots = n <= 120 ? `<path class="rx-dots" d="${points.slice(0, n).map(([x, y]) => dot(axes.x(x), axes.y(y))).join("")}"/>` : "";
  const shown = onMap(here) ? axes.marker(...here, look.marker, 1.3) : exit(axes, run, Math.floor(t), look);
  return `<g class="rx-m-${look.key}"${stale ? ' opacity="0.35"' : ""}>${axes.line(xs, ys, { dash: look.dash, under: true })}${dots}${shown}</g>`;
}

// At a walker: which way is downhill, and which way its next step goes.
const FAR = 46; // pixels
function arrowsOf(axes, { run, look }, t) {
  const now = Math.floor(t);
  const [here, next, g] = [run.positions[now], run.positions[now + 1], run.gradients?.[now]];
  if (!next || !g || !onMap(here)) return "";
  const at = [axes.x(here[0]), axes.y(here[1])];
  const way = [next[0] - here[0], here[1] - next[1]];
  const same = Math.abs(way[0] * g[1] + way[1] * g[0]) < 0.02 * Math.hypot(...way) * Math.hypot(...g) && way[0] * -g[0] + way[1] * g[1] > 0;
  const { width, height } = axes;
  return (same ? "" : arrow(at, [-g[0], g[1]], FAR, { width, height, word: "downhill" })) +
    arrow(at, way, FAR, { width, height, key: `m-${look.key}`, word: same ? "step, downhill" : "step" });
}

// Where a run has left the map: its marker at the edge, with a cross.
function exit(axes, run, t, look) {
  const step = leftAt(run, Math.min(t, run.positions.length - 1)) ?? run.positions.length;
  const inside = run.positions[Math.max(0, step - 1)];
  const outside = run.positions[step] ?? inside;
  const share = Math.min(1, ...inside.map((from, i) => {
    const edge = [X, Y][i] * Math.sign(outside[i]);
    return Math.abs(outside[i]) > [X, Y][i] ? (edge - from) / (outside[i] - from) : 1;
  }));
  const [x, y] = inside.map((from, i) => clamp(from + share * (outside[i] - from), ...[[-X, X], [-Y, Y]][i]));
  const at = [clamp(axes.x(x), 12, axes.right - 12), clamp(axes.y(y), 12, axes.bottom - 12)];
  return `<g transform="translate(${at})"><path class="rx-marker" transform="scale(1.6)" d="${markerPath(look.marker)}"/>` +
    `<path class="rx-exit" d="M-9,-9L9,9M9,-9L-9,9"/></g>` +
    `<text class="rx-strong rx-halo" x="${at[0] + (x > 0 ? -14 : 14)}" y="${at[1] + (y > 0 ? 16 : -8)}" text-anchor="${x > 0 ? "end" : "start"}">left the map, step ${step}</text>`;
}

const dot = (x, y) => (Math.abs(x) < 5000 && Math.abs(y) < 5000 ? `M${x.toFixed(1)},${y.toFixed(1)}h0` : "");

const ratesAt = (run, t) => run.rates?.[clamp(Math.ceil(t) - 1, 0, run.rates.length - 1)];

function drawRates(figure, runs, { t, condition, angle }) {
  const rows = runs.filter(({ run }) => run.rates?.length);
  const { width, height } = figure.size(52 + 26 * Math.max(1, rows.length));
  const all = rows.flatMap(({ run }) => run.rates.flat()).filter((rate) => rate > 0 && Number.isFinite(rate));
  const edges = angle === 0 ? [2 / condition, 2] : [];
  const range = [...all, ...edges];
  const min = 10 ** Math.max(-6, Math.floor(Math.log10(Math.min(...range, 0.1))));
  const max = 10 ** Math.min(6, Math.ceil(Math.log10(Math.max(...range, 1))));
  const axes = new Axes({ width, height, left: 10, right: 16, top: 18, bottom: 24, x: { min, max, log: true }, y: { min: 0, max: 1, ticks: [] } });
  let ground = axes.frame();
  let ink = "";
  edges.forEach((edge, i) => {
    if (edge < min || edge > max || (i === 1 && condition < 1.5)) return;
    ground += `<path class="rx-reference" d="M${axes.x(edge)},${axes.top}V${axes.bottom}"/>`;
    ground += `<text class="rx-halo" x="${axes.x(edge)}" y="${axes.top - 5}" text-anchor="middle">${i ? "2/λ₁" : "2/λ₂"}</text>`;
  });
  rows.forEach(({ run, look, stale }, i) => {
    const y = axes.top + 14 + 26 * i;
    const xs = ratesAt(run, t).map((rate) => clamp(axes.x(rate), axes.left, axes.right));
    ink += `<g class="rx-m-${look.key}"${stale ? ' opacity="0.35"' : ""}><path class="rx-line" d="M${xs[0]},${y}H${xs[1]}"/>`;
    const same = Math.abs(xs[0] - xs[1]) < 14;
    xs.forEach((x, k) => {
      if (same && k) return;
      ink += `<circle r="9" cx="${x}" cy="${y}" fill="var(--rx-bg)" stroke="var(--c)" stroke-width="2.2"/>`;
      ink += `<text class="rx-strong" style="font-size:12px" x="${x}" y="${y + 4}" text-anchor="middle">${same ? "=" : k + 1}</text>`;
    });
    ink += "</g>";
  });
  figure.draw(ink, ground);
}

function drawLoss(figure, runs, { t, steps }) {
  const { width, height } = figure.size(170);
  const all = runs.flatMap(({ run }) => run.losses).filter((loss) => loss > 0);
  const max = 10 ** Math.min(6, Math.ceil(Math.log10(Math.max(...all, 1e-3))));
  const min = 10 ** Math.max(-12, Math.min(Math.log10(max) - 2, Math.floor(Math.log10(Math.min(...all, max)))));
  const axes = new Axes({ width, height, x: { min: 0, max: steps, label: "step" }, y: { min, max, log: true } });
  let ink = "";
  for (const { run, look, stale } of runs) {
    const n = Math.min(Math.floor(t) + 1, run.losses.length);
    const shown = run.losses.slice(0, n).map((loss) => clamp(loss, min, max));
    ink += `<g class="rx-m-${look.key}"${stale ? ' opacity="0.35"' : ""}>${axes.line(shown.map((_, i) => i), shown, { dash: look.dash })}${axes.marker(n - 1, shown.at(-1), look.marker)}</g>`;
  }
  figure.draw(axes.clipped(ink), axes.frame());
}

const ended = (run, t) => run.diverged_at !== null && t >= run.diverged_at;

function tableRows(runs, { t }) {
  const step = Math.floor(t);
  const rows = runs.map(({ name, look, run, crossings, stale }) => {
    const head = `<th scope="row">${swatch(look.key, look.dash, look.marker)} ${escapeHtml(name)}${stale ? " (computing…)" : ""}`;
    const { lost, words } = fate(run, step);
    const said = words && `<div class="rx-warn">✗ ${words.replace(/\b(is|has) /g, "").replace(" and ", ", ")}</div>`;
    if (lost) return `<tr>${head}${said}</th>${"<td>–</td>".repeat(4)}</tr>`;
    const [x, y] = run.positions[step];
    return `<tr>${head}${said}</th><td>${number(x)}</td><td>${number(y)}</td><td>${number(run.losses[step], 3)}</td><td>${crossings[step]}</td></tr>`;
  });
  const head = "<tr><th scope='col'>optimiser</th><th scope='col'>θ₁</th><th scope='col'>θ₂</th><th scope='col'>loss</th><th scope='col'>crossings of the floor</th></tr>";
  return `<caption class="rx-hidden">After ${step} steps</caption><thead>${head}</thead><tbody>${rows.join("") || "<tr><td colspan='5' style='text-align:left'>No optimiser is switched on.</td></tr>"}</tbody>`;
}

function describe(runs, state, own) {
  const t = Math.floor(state.t);
  const { condition, angle } = state;
  const turned = angle ? `, turned by ${number(angle)}°` : "";
  const said = runs.map(({ name, run, crossings }) => {
    const { lost, words } = fate(run, t);
    if (lost) return `${name} ${words}`;
    const [x, y] = run.positions[t];
    return `${name} ${words && `${words}, `}is at (${number(x, 3)}, ${number(y, 3)}), loss ${number(run.losses[t], 2)}, ${count(crossings[t], "crossing")} of the floor`;
  });
  const error = own?.error ? ` ${own.name} stopped: ${own.error}.` : "";
  const where = t === 0 ? "before the first step" : `after ${t} step${t === 1 ? "" : "s"}`;
  return `Condition number ${number(condition)}${turned}, ${where}. ${sentences(said) || "No optimiser is switched on."}${error}`;
}
