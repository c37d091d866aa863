// Explorer 3: what the moving average remembers, why it starts too small, and what that does to steps.
import { feed, gaussian, optimizer } from "./core.mjs";
import { defaults } from "./settings.mjs";
import { Axes, Card, Figure, clamp, count, decay, h, number, once, thinned, whole } from "./ui.mjs";

const PLAIN = { key: "rmsprop", dash: null, marker: "o", name: "plain" };
const CORRECTED = { key: "adam", dash: [5, 2], marker: "D", name: "corrected" };

export const averageAndBias = {
  defaults: defaults("average-and-bias"),

  build(host, state, options) {
    const card = new Card(host, {
      title: "The average and its bias",
      lead: "<i>S</i> starts at 0. How much does it remember, how far is it from its target, and how long are the steps?",
      state,
      ...options,
    });
    const run = once(state, solve);
    const weights = new Figure({ label: "The weight of each past squared gradient in S, as bars", caption: "Weights in S" });
    const average = new Figure({ label: "S over time, plain and corrected, with its target", caption: "S and its target E[g²]" });
    const step = new Figure({ label: "The length of each step in units of η, plain and corrected", caption: "Step in units of η" });
    const again = () => card.set("seed", (state.seed + 1) % 1000);
    card.card.append(
      card.transport({ length: () => state.steps, rate: () => state.steps / 8 }),
      card.stage(weights.element),
      h("div", { class: "rx-grid rx-half" }, average.element, step.element),
      card.sentence,
      h("div", { class: "rx-grid rx-half" },
        card.slider("beta", { label: "decay rate <i>β</i>", scale: decay }),
        card.presets([
          ["β = 0.999", { beta: 0.999 }],
          ["long enough to settle", { beta: 0.99, steps: 600, t: 600 }],
          ["1, then 10", { gradient: "rise", beta: 0.9, steps: 60, t: 31 }],
          ["noise", { gradient: "noisy" }],
        ])),
      card.challenges([
        { id: "slow", text: "After ten equal gradients <i>S</i> is still below 2 % of its target.", met: () => state.gradient === "constant" && run().S[9] < 0.02 * run().targets[9] },
        { id: "forget", text: "After ten steps less than 1 % of the weight is left on <i>S</i>₀.", met: () => state.beta ** 10 < 0.01 },
        { id: "jump", text: "Gradients 1, then 10: make the step at the rise 5 <i>η</i> long (to 2 %), <i>S</i> being settled.", met: () => isJump(state, run()) },
      ]),
      card.more(h("div", { class: "rx-controls" },
        card.slider("steps", { label: "number of steps", scale: whole(10) }),
        card.select("gradient", {
          label: "gradients",
          options: [["constant", "constant, 1"], ["noisy", "noise, E[g²] = 1"], ["rise", "1, then 10"], ["fall", "1, then 0.1"]],
        }),
        card.button("Other noise", again, { enabled: () => state.gradient === "noisy" }))));
    card.start({
      draw() {
        drawWeights(weights, state);
        drawAverage(average, run(), state);
        drawStep(step, run(), state);
      },
      describe: () => describe(run(), state),
    });
    return card;
  },
};

// The first step after the rise, if S had come within 1 % of its target before.
function isJump({ gradient, steps }, run) {
  const at = half(steps);
  return gradient === "rise" && Math.abs(run.S[at - 1] - 1) < 0.01 && Math.abs(run.steps[at] - 5) <= 0.1;
}

const half = (steps) => Math.floor(steps / 2);

// The gradient of step t = 1, 2, … and what E[g²] is then.
function gradientAt({ gradient, steps, seed }, t) {
  if (gradient === "noisy") return gaussian(seed, t);
  if (gradient === "constant" || t <= half(steps)) return 1;
  return gradient === "rise" ? 10 : 0.1;
}
const targetAt = (state, t) => (state.gradient === "noisy" ? 1 : gradientAt(state, t) ** 2);

function solve(state) {
  const ts = Array.from({ length: state.steps }, (_, i) => i + 1);
  const gradients = ts.map((t) => gradientAt(state, t));
  const settings = { learning_rate: 1, beta: state.beta, epsilon: 0 };
  const plain = feed(optimizer("RMSprop", settings), gradients);
  const corrected = feed(optimizer("RMSprop", { ...settings, bias_correction: true }), gradients);
  return {
    ts, gradients,
    targets: ts.map((t) => targetAt(state, t)),
    S: plain.state.map(({ S }) => S),
    hat: plain.state.map(({ S }, i) => S / (1 - state.beta ** (i + 1))),
    steps: plain.changes.map(Math.abs),
    correctedSteps: corrected.changes.map(Math.abs),
  };
}

// Bars for the gradients of steps 1 … t, and one for S₀ = 0, which keeps the weight β^t. Where that is
// so large that the others could not be seen, it goes on beyond the picture.
const SHARE = 8;
function drawWeights(figure, { beta, steps, t: time }) {
  const t = Math.floor(time);
  const { width, height } = figure.size(124);
  const left = beta ** t;
  const max = Math.min(1.25 * Math.max(1 - beta, left), SHARE * (1 - beta));
  const axes = new Axes({ width, height, x: { min: -0.5, max: steps + 0.5, label: "step of the gradient; 0 is S₀" }, y: { min: 0, max } });
  const bar = Math.max(1, Math.min(16, (0.7 * (axes.right - axes.left)) / (steps + 1)));
  const at = (k, weight) => {
    const y = axes.y(Math.min(weight, 1.2 * max));
    return `M${(axes.x(k) - bar / 2).toFixed(1)},${axes.bottom}V${y.toFixed(1)}h${bar.toFixed(1)}V${axes.bottom}Z`;
  };
  let bars = "";
  for (let k = t; k >= 1; k--) {
    const weight = (1 - beta) * beta ** (t - k);
    if (weight < max * 1e-3) break;
    bars += at(k, weight);
  }
  const mine = `<path class="rx-weights" d="${bars}"/>`;
  const start = `<path d="${at(0, left)}" fill="var(--rx-bg)" stroke="var(--rx-fg)" stroke-width="1.5" stroke-dasharray="3 2"/>`;
  const beyond = left > max ? axes.text(0, max, `↑ ${number(left, 3)}`, { dx: bar / 2 + 5, dy: 30 }) : "";
  figure.draw(axes.clipped(`<g class="rx-m-rmsprop">${mine}</g>${start}`) + beyond +
    `<text class="rx-strong rx-halo" x="${axes.right}" y="${axes.top + 10}" text-anchor="end">on gradients: ${number(1 - left, 3)}, on S₀ = 0: ${number(left, 3)}</text>`, axes.frame());
}

function curves(axes, { ts }, pairs, t) {
  const shown = thinned(ts.length);
  let ink = "";
  for (const [look, values] of pairs) {
    ink += `<g class="rx-m-${look.key}">${axes.line(shown.map((i) => ts[i]), shown.map((i) => values[i]), { dash: look.dash })}`;
    if (t >= 1) ink += axes.marker(t, values[t - 1], look.marker);
    ink += "</g>";
  }
  if (t >= 1) ink = `<path class="rx-axis" stroke-dasharray="2 3" d="M${axes.x(t)},${axes.top}V${axes.bottom}"/>${ink}`;
  return ink;
}

// Names of the two lines, at the top right; each with its dash and marker.
function legend(axes, words) {
  return [PLAIN, CORRECTED].map((look, i) => {
    const y = axes.top + 9 + 18 * i;
    const x = axes.right - 34;
    return `<g class="rx-m-${look.key}"><path class="rx-line" d="M${x},${y}h34"${look.dash ? ` stroke-dasharray="${look.dash.map((d) => 2 * d).join(" ")}"` : ""}/></g>` +
      `<text class="rx-strong rx-halo" x="${x - 7}" y="${y + 4}" text-anchor="end">${words[i]}</text>`;
  }).join("");
}

function drawAverage(figure, run, { steps, t }) {
  const { width, height } = figure.size(172, { low: 150 });
  const top = Math.max(...run.targets, ...run.S, ...run.hat);
  const axes = new Axes({ width, height, x: { min: 0, max: steps, label: "step" }, y: { min: 0, max: 1.6 * top } });
  const target = axes.line(run.ts.flatMap((s) => [s - 1, s]), run.targets.flatMap((v) => [v, v]), { kind: "reference" });
  figure.draw(axes.clipped(target + curves(axes, run, [[PLAIN, run.S], [CORRECTED, run.hat]], Math.floor(t))),
    axes.frame() + legend(axes, ["S", "Ŝ = S / (1 − βᵗ)"]));
}

function drawStep(figure, run, { steps, t }) {
  const { width, height } = figure.size(172, { low: 150 });
  const axes = new Axes({ width, height, x: { min: 0, max: steps, label: "step" }, y: { min: 0, max: 1.7 * Math.max(1.2, ...run.steps, ...run.correctedSteps) } });
  const one = axes.line([0, steps], [1, 1], { kind: "reference" });
  figure.draw(axes.clipped(one + curves(axes, run, [[PLAIN, run.steps], [CORRECTED, run.correctedSteps]], Math.floor(t))),
    axes.frame() + legend(axes, ["plain, g / √S", "corrected, g / √Ŝ"]));
}

function describe(run, state) {
  const t = clamp(Math.floor(state.t), 0, state.steps);
  const window = `With β = ${number(state.beta, 6)} the average reaches back about ${count(Number((1 / (1 - state.beta)).toPrecision(3)), "step")}.`;
  const first = `The first step is ${number(run.steps[0], 3)} η long`;
  if (t === 0) return `${window} ${first}, whatever the gradient.`;
  const S = run.S[t - 1];
  return (
    `${window} After ${count(t, "step")} the past gradients have the weight ${number(1 - state.beta ** t, 3)} together, ` +
    `S is ${number(S, 3)}, corrected ${number(run.hat[t - 1], 3)}, and its target ${number(run.targets[t - 1], 3)}. ` +
    `This step is ${number(run.steps[t - 1], 3)} η long, with bias correction ${number(run.correctedSteps[t - 1], 3)} η.`
  );
}
