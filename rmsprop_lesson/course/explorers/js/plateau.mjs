// Explorer 4: where gradient descent stalls, where RMSprop jitters, and what ε does.
import { OBJECTIVES, descend, gaussian, optimizer, rms, stepsUntil } from "./core.mjs";
import { SETTINGS, defaults } from "./settings.mjs";
import { Axes, Card, Figure, Handle, METHODS, between, clamp, count, decay, grouped, h, linear, logarithmic, logarithmicOrZero, number, sentences, thinned, whole } from "./ui.mjs";

const REACH = SETTINGS["plateau-and-noise"].theta0.to;
const NEAR = 0.1; // "there": |θ| below this
const PATIENCE = 100000;
const SHOWN = ["gradient descent", "momentum", "RMSprop", "Adam"];

export const plateauAndNoise = {
  defaults: defaults("plateau-and-noise"),

  build(host, state, options) {
    const card = new Card(host, {
      title: "Plateau and noise",
      lead: "On the plateau, <i>L</i> = 1 − exp(−<i>θ</i>²/2), the gradient dies away far out. Drag the start or use the arrow keys.",
      state,
      ...options,
    });
    const first = structuredClone(state);
    let solved = null;
    const runs = () => {
      const key = JSON.stringify({ ...state, t: 0 });
      if (solved?.key !== key) solved = { key, list: solve(state) };
      return solved.list;
    };
    const figures = {
      land: new Figure({ label: "The loss as a curve, with the start and where each optimiser is", caption: "Loss and positions", role: "group" }),
      time: new Figure({ label: "θ over the steps", caption: "θ over time" }),
      size: new Figure({ label: "The length of a step against the size of the gradient, both axes logarithmic", caption: "What ε does: step against gradient" }),
    };
    const handle = startHandle(card, figures.land);
    const none = (...names) => () => !state.shown.some((name) => names.includes(name));
    const needs = (name) => {
      const entry = runs().find((one) => one.name === name);
      return entry && state.sigma === 0 ? needed(entry, state) : NaN;
    };
    card.card.append(
      card.methods("shown", { names: SHOWN }),
      card.transport({ length: () => state.steps, rate: () => state.steps / 8 }),
      card.stage(h("div", { class: "rx-grid rx-half" }, figures.land.element, figures.time.element)),
      card.sentence,
      h("div", { class: "rx-grid rx-half" },
        card.slider("sigma", { label: "noise <i>σ</i> in the gradients", scale: linear(0.05) }),
        card.presets([
          ["far out", { landscape: "plateau", theta0: 5, sigma: 0, epsilon: 1e-8 }],
          ["noise at the bottom", { landscape: "parabola", sigma: 0.5, steps: 300, t: 300 }],
          ["ε = 0.001", { landscape: "plateau", sigma: 0, epsilon: 0.001 }],
          ["as before", first],
        ])),
      card.challenges([
        { id: "stall", text: "Let gradient descent need more than 10 000 steps.", met: () => needs("gradient descent") > 10000 },
        { id: "epsilon", text: "Let RMSprop need more than 1000 steps from |<i>θ</i>₀| ≤ 4, with <i>η</i> = 0.1.", met: () => state.learning_rate === 0.1 && Math.abs(state.theta0) <= 4 && needs("RMSprop") > 1000 },
        { id: "calm", text: "With <i>σ</i> ≥ 0.5, hold RMSprop’s root mean square over the last half below 0.05.", met: () => state.sigma >= 0.5 && calm(runs(), state) < 0.05 },
      ]),
      card.folds(
        card.more(h("div", { class: "rx-controls" },
          card.slider("rate_descent", { label: "<i>η</i> of gradient descent and momentum", scale: logarithmic, off: none("gradient descent", "momentum") }),
          card.slider("learning_rate", { label: "<i>η</i> of RMSprop and Adam", scale: logarithmic, off: none("RMSprop", "Adam") }),
          card.slider("beta", { label: "decay rate <i>β</i> of RMSprop", scale: decay, off: none("RMSprop") }),
          card.slider("epsilon", { label: "<i>ε</i> of RMSprop", scale: logarithmicOrZero, off: none("RMSprop") }),
          card.slider("steps", { label: "number of steps", scale: whole(20) }),
          card.segments("landscape", { label: "Loss", options: [["plateau", "plateau"], ["parabola", "parabola"]] }),
          card.button("Other noise", () => card.set("seed", (state.seed + 1) % 1000), { enabled: () => state.sigma > 0 }))),
        card.fold("What ε does", figures.size.element)));
    card.start({
      draw() {
        drawLand(figures.land, runs(), state);
        handle.show();
        drawTime(figures.time, runs(), state);
        drawSize(figures.size, runs(), state);
      },
      describe: () => describe(runs(), state),
    });
    return card;
  },
};

const objectiveOf = ({ landscape }) => (landscape === "plateau" ? OBJECTIVES.Plateau() : OBJECTIVES.Parabola());

function optimizerOf(name, state) {
  const learning_rate = SHOWN.indexOf(name) < 2 ? state.rate_descent : state.learning_rate;
  return optimizer(name, name === "RMSprop" ? { learning_rate, beta: state.beta, epsilon: state.epsilon } : { learning_rate });
}

function solve(state) {
  const noise = state.sigma > 0 ? (t) => state.sigma * gaussian(state.seed, t) : null;
  return state.shown.map((name) => ({
    name,
    look: METHODS[name],
    run: descend(objectiveOf(state), optimizerOf(name, state), [state.theta0], state.steps, { noise }),
  })).filter(({ run }) => run.positions.length);
}

let axesOfLand = null;

function startHandle(card, figure) {
  const { state } = card;
  const set = (x) => card.set("theta0", clamp(Number(x.toFixed(2)), -REACH, REACH));
  const left = 40;
  const span = () => figure.width - left - 12;
  return new Handle(figure, {
    label: "Start θ₀: the arrow keys move it",
    place: () => [axesOfLand.x(state.theta0), axesOfLand.y(objectiveOf(state).loss([state.theta0]))],
    move: (x) => set(((x - left) / span() - 0.5) * 2 * REACH * 1.05),
    nudge: (right, up) => set(state.theta0 + 0.1 * (right || up)),
    value: () => ({ now: state.theta0, min: -REACH, max: REACH, text: `θ₀ = ${number(state.theta0)}` }),
  });
}

function drawLand(figure, runs, state) {
  const { width, height } = figure.size(205, { low: 150 });
  const { loss } = objectiveOf(state);
  const edge = REACH * 1.05;
  const top = loss([edge]);
  const axes = new Axes({ width, height, left: 40, x: { min: -edge, max: edge, label: "θ" }, y: { min: -0.06 * top, max: 1.08 * top, label: "L" } });
  axesOfLand = axes;
  const xs = Array.from({ length: 121 }, (_, i) => edge * (i / 60 - 1));
  const curve = axes.line(xs, xs.map((x) => loss([x])), { kind: "curve" });
  let ink = "";
  for (const { run, look } of runs) {
    const here = between(run.positions, state.t);
    ink += `<g class="rx-m-${look.key}">${axes.marker(here[0], loss(here), look.marker, 1.5)}</g>`;
  }
  figure.draw(axes.clipped(ink), axes.frame() + axes.clipped(curve));
}

// RMSprop's longest step in the calm after it has arrived: there S fades, until a small slope is divided
// by next to nothing. Null where there was none that is long.
const LEAP = 2; // η
const CALM = 10; // steps
function leapOf({ name, run }, { sigma, learning_rate, t }) {
  const arrived = run.positions.findIndex(([x]) => Math.abs(x) < NEAR);
  if (name !== "RMSprop" || sigma > 0 || arrived < 0) return null;
  let longest = { size: 0 };
  for (let k = arrived + CALM; k <= Math.min(Math.floor(t), run.positions.length - 1); k++) {
    const size = Math.abs(run.positions[k][0] - run.positions[k - 1][0]) / learning_rate;
    if (size > longest.size) longest = { k, size };
  }
  return longest.size >= LEAP ? longest : null;
}

function drawTime(figure, runs, state) {
  const { steps, t, theta0 } = state;
  const { width, height } = figure.size(205, { low: 150 });
  const all = runs.flatMap(({ run }) => run.positions.map(([x]) => x));
  const edge = clamp(1.1 * Math.max(Math.abs(theta0), ...all.map(Math.abs), 0.5), 0.5, 2 * REACH);
  const low = Math.min(...all, 0) < -0.02 * edge ? -edge : -0.1 * edge;
  const axes = new Axes({ width, height, x: { min: 0, max: steps, label: "step" }, y: { min: theta0 < 0 ? -edge : low, max: edge, label: "θ" } });
  let ink = axes.line([0, steps], [0, 0], { kind: "reference" });
  for (const { run, look } of runs) {
    const n = Math.min(Math.floor(t) + 1, run.positions.length);
    const shown = thinned(n, 500);
    ink += `<g class="rx-m-${look.key}">${axes.line(shown, shown.map((i) => run.positions[i][0]), { dash: look.dash })}${axes.marker(n - 1, run.positions[n - 1][0], look.marker)}</g>`;
  }
  for (const entry of runs) {
    const leap = leapOf(entry, state);
    if (leap) ink += axes.text(leap.k, 0, `S has faded: a step of ${number(leap.size, 2)} η`, { anchor: leap.k > steps / 2 ? "end" : "start", dy: -22 });
  }
  figure.draw(axes.clipped(ink), axes.frame());
}

// The step that each rule makes once S has settled at g²; a marker where a run is now.
function drawSize(figure, runs, state) {
  const { width, height } = figure.size((w) => (w > 420 ? 400 : 260));
  const { learning_rate, rate_descent, epsilon, t } = state;
  const powers = Array.from({ length: 81 }, (_, i) => 10 ** (-8 + i / 8));
  const axes = new Axes({ width, height, x: { min: 1e-8, max: 100, log: true, label: "size of the gradient |g|" }, y: { min: 1e-9, max: 100, log: true, label: "step" } });
  const rules = {
    "gradient descent": (g) => rate_descent * g,
    RMSprop: (g) => (learning_rate * g) / Math.sqrt(g * g + epsilon),
  };
  let ink = "";
  const knee = Math.sqrt(epsilon);
  if (knee >= 1e-8) {
    ink += `<path class="rx-reference" d="M${axes.x(knee)},${axes.top}V${axes.bottom}"/>`;
    ink += `<text class="rx-halo" x="${axes.x(knee) + 5}" y="${axes.bottom - 8}">√ε = ${number(knee, 2)}</text>`;
  }
  for (const { name, look, run } of runs) {
    if (!rules[name]) continue;
    ink += `<g class="rx-m-${look.key}">${axes.line(powers, powers.map(rules[name]), { dash: look.dash })}`;
    const i = clamp(Math.floor(t) - 1, 0, run.gradients.length - 1);
    const g = Math.abs(run.gradients[i]?.[0]);
    const step = Math.abs(run.positions[i + 1]?.[0] - run.positions[i]?.[0]);
    if (g > 0 && step > 0) ink += axes.marker(clamp(g, 1e-8, 100), clamp(step, 1e-9, 100), look.marker, 1.4);
    ink += "</g>";
  }
  figure.draw(axes.clipped(ink), axes.frame());
}

function describe(runs, state) {
  const t = Math.floor(state.t);
  const gradient = objectiveOf(state).gradient([state.theta0])[0];
  const when = t ? `after ${count(t, "step")} ` : "before the first step ";
  const said = runs.map((entry, i) => `${i ? "" : when}${entry.name} ${fate(entry, state, t)}`);
  const noise = state.sigma > 0 ? `, noise of σ = ${number(state.sigma)} is added` : "";
  return `At the start, θ = ${number(state.theta0)}, the gradient is ${number(gradient, 3)}${noise}. ${sentences(said) || "No optimiser is switched on."}`;
}

function fate(entry, state, t) {
  const { run } = entry;
  if (run.diverged_at !== null && t >= run.diverged_at) return `has diverged at step ${run.diverged_at}`;
  const here = run.positions[t][0];
  const at = `is at ${number(here, 3)}`;
  if (state.sigma > 0) return `${at}. Over the last half its root mean square is ${number(lateRms(run, t), 2)}`;
  const first = run.positions.findIndex(([x]) => Math.abs(x) < NEAR);
  if (first >= 0 && first <= t) {
    const swing = Math.max(...run.positions.slice(Math.max(first, t - 9), t + 1).map(([x]) => Math.abs(x)));
    const leap = leapOf(entry, state);
    return `${at}. It was first within ${NEAR} of the minimum at step ${first}, and in the last ten steps within ${number(swing, 2)}` +
      (leap ? `. At step ${leap.k} it made a step of ${number(leap.size, 2)} η, since S had faded` : "");
  }
  const needs = needed(entry, state);
  return `${at}. It ${needs === Infinity ? `would not come within ${NEAR} of the minimum in ${grouped(PATIENCE)} steps` : `needs ${grouped(needs)} steps to come within ${NEAR} of the minimum`}`;
}

const lateRms = (run, t) => rms(run.positions.slice(Math.floor(t / 2), t + 1).map(([x]) => x));

// Of RMSprop over the whole run; NaN where it isn't shown or hasn't come to the end.
function calm(runs, { steps }) {
  const found = runs.find(({ name }) => name === "RMSprop")?.run;
  return found?.diverged_at === null ? lateRms(found, steps) : NaN;
}

// How many steps an optimiser needs without noise; ∞ where it is beyond all patience.
function needed(entry, state) {
  entry.needs ??= stepsUntil(objectiveOf(state), optimizerOf(entry.name, state), state.theta0, NEAR, PATIENCE) ?? Infinity;
  return entry.needs;
}
