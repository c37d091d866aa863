// Explorer 1: one update after another, with every number in sight.
import { OBJECTIVES, descend, optimizer, rmspropRoot } from "./core.mjs";
import { SETTINGS, defaults } from "./settings.mjs";
import { Axes, Card, Figure, clamp, column, count, decay, h, linear, logarithmic, logarithmicOrZero, number } from "./ui.mjs";

const STEPS = SETTINGS["step-by-step"].t.to;
const HEIGHT = 205; // of each picture

export const stepByStep = {
  defaults: defaults("step-by-step"),

  build(host, state, options) {
    const card = new Card(host, {
      title: "RMSprop step by step",
      lead: "The loss is <i>L</i>(<i>θ</i>) = <i>θ</i>²/2, so the gradient <i>g</i> is <i>θ</i> itself. Make a step and follow the numbers.",
      state,
      ...options,
    });
    const parabola = new Figure({ label: "The loss, a parabola, with the positions so far", caption: "Where θ is" });
    const bars = new Figure({ label: "Bars in pairs: the squared gradient and the average, the gradient and the root, the step and the learning rate", caption: "The step is to η as |g| is to √S" });
    const work = h("div", { class: "rx-work" });
    const table = h("table", {});
    const scroll = h("div", { class: "rx-scroll", tabindex: 0, role: "region", "aria-label": "Table of all steps so far" }, table);
    const none = () => state.convention === "none";
    let run;
    const length = () => run.gradients.length;
    let key = null;
    const compute = () => {
      const now = JSON.stringify({ ...state, t: 0 });
      if (now !== key) run = solve(state);
      key = now;
    };
    compute();
    const first = () => Math.abs(run.rows[0].step) / state.learning_rate;
    card.card.append(
      card.transport({ length, rate: () => 2 }),
      card.stage(h("div", { class: "rx-grid rx-half" }, parabola.element, bars.element)),
      card.sentence, work,
      h("div", { class: "rx-grid rx-half" },
        card.slider("beta", { label: "decay rate <i>β</i>", scale: decay }),
        card.presets([
          ["first step 10 times as long", { beta: 0.99, bias_correction: false, t: 0 }],
          ["with bias correction", { bias_correction: true, t: 0 }],
          ["as in the table", () => defaults("step-by-step")],
        ])),
      card.challenges([
        { id: "leap", text: "A first step 20 <i>η</i> long or longer.", met: () => first() >= 20 },
        { id: "exact", text: "A first step exactly <i>η</i> long (to 1 %), with <i>β</i> = 0.9.", met: () => state.beta === 0.9 && Math.abs(first() - 1) <= 0.01 },
        { id: "nowhere", text: "Lead RMSprop to where there is no number.", met: () => run.diverged_at !== null },
      ]),
      card.folds(
        card.more(h("div", { class: "rx-controls" },
          card.slider("theta0", { label: "start <i>θ</i>₀", scale: linear(0.1) }),
          card.slider("learning_rate", { label: "learning rate <i>η</i>", scale: logarithmic }),
          card.slider("epsilon", { label: "<i>ε</i>", scale: logarithmicOrZero, off: none }),
          card.select("convention", {
            label: "place of <i>ε</i>",
            options: [["inside", "inside: √(S + ε)"], ["outside", "outside: √S + ε"], ["none", "none: √S"]],
          }),
          card.checkbox("bias_correction", { label: "bias correction, <i>S</i> / (1 − <i>β</i><sup>t</sup>)" }))),
        card.fold("All steps as a table", scroll)));

    const app = {
      draw() {
        compute();
        state.t = clamp(state.t, 0, length());
        const t = Math.floor(state.t);
        drawParabola(parabola, run, t);
        drawBars(bars, run, t, state);
        work.innerHTML = working(run, t, state);
        drawTable(table, run, t, state);
        if (t !== app.lastT) scroll.scrollTop = scroll.scrollHeight;
        app.lastT = t;
      },
      describe() {
        compute();
        return describe(run, Math.floor(state.t), state);
      },
    };
    card.start(app);
    return card;
  },
};

function solve(state) {
  const opt = optimizer("RMSprop", {
    learning_rate: state.learning_rate,
    beta: state.beta,
    epsilon: state.convention === "none" ? 0 : state.epsilon,
    epsilon_inside: state.convention !== "outside",
    bias_correction: state.bias_correction,
  });
  const run = descend(OBJECTIVES.Parabola(), opt, [state.theta0], STEPS);
  // Row t: everything the update from θ_t to θ_{t+1} uses.
  run.rows = run.gradients.map(([g], t) => {
    const [theta] = run.positions[t];
    const [next] = run.positions[t + 1] ?? run.end.theta;
    const [S] = run.state[t].S;
    const [after] = (run.state[t + 1] ?? run.end.state).S;
    const corrected = state.bias_correction ? after / (1 - state.beta ** (t + 1)) : after;
    const root = rmspropRoot(opt, after, t + 1);
    return { t, theta, g, S, after, corrected, root, step: (g / root) * opt.learning_rate, next };
  });
  return run;
}

function drawParabola(figure, run, t) {
  const { width, height } = figure.size(HEIGHT, { low: 150 });
  const reach = 1.12 * Math.max(0.5, ...run.positions.map(([x]) => Math.abs(x)));
  const axes = new Axes({
    width, height, left: 40,
    x: { min: -reach, max: reach, label: "θ" },
    y: { min: -0.06 * reach * reach, max: (reach * reach) / 2, label: "L(θ)" },
  });
  const xs = Array.from({ length: 81 }, (_, i) => -reach + (i / 40) * reach);
  const loss = (x) => (x * x) / 2;
  let ink = axes.line(xs, xs.map(loss), { kind: "curve" });
  for (let k = 0; k < t; k++) {
    const [x] = run.positions[k];
    ink += `<circle class="rx-marker" opacity="0.45" r="4" cx="${axes.x(x)}" cy="${axes.y(loss(x))}"/>`;
  }
  if (t >= run.positions.length) {
    const text = axes.text(0, reach * reach * 0.3, `θ<tspan dy="3" font-size="9">${t}</tspan><tspan dy="-3"> is ${number(run.rows[t - 1].next)}</tspan>`, { anchor: "middle", strong: true });
    return figure.draw(`<g class="rx-m-rmsprop">${axes.clipped(ink)}</g>${text}`, axes.frame());
  }
  const [x] = run.positions[t];
  const span = reach * 0.28;
  ink += axes.line([x - span, x + span], [loss(x) - x * span, loss(x) + x * span], { kind: "reference" });
  ink += `<path class="rx-axis" stroke-dasharray="2 3" d="M${axes.x(x)},${axes.y(loss(x))}V${axes.bottom}"/>`;
  ink += axes.marker(x, loss(x), "o", 1.5);
  const row = run.rows[t];
  if (row && Number.isFinite(row.next)) ink += arrow(axes.x(x), axes.x(row.next), axes.bottom - 7);
  const name = `θ<tspan dy="3" font-size="9">${t}</tspan><tspan dy="-3"> = ${number(x)}</tspan>`;
  const where = Math.abs(x) < 0.3 * reach // at the bottom there is room only above
    ? axes.text(0, reach * reach * 0.3, name, { anchor: "middle", strong: true })
    : axes.text(x, loss(x), name, { anchor: x > 0 ? "end" : "start", dx: x > 0 ? -11 : 11, dy: -6, strong: true });
  figure.draw(`<g class="rx-m-rmsprop">${axes.clipped(ink)}</g>${where}`, axes.frame());
}

// One that is too short to be seen is a dot.
function arrow(from, to, y) {
  if (Math.abs(to - from) < 3) return `<circle class="rx-marker" r="4" cx="${to}" cy="${y}"/>`;
  const size = Math.min(7, Math.abs(to - from));
  const back = to - Math.sign(to - from) * size;
  return `<path class="rx-line" stroke-width="3" d="M${from},${y}H${to}"/><path class="rx-marker" stroke="none" d="M${to},${y}L${back},${y - 4.5}V${y + 4.5}Z"/>`;
}

// Three pairs of bars, each with a scale of its own: what S is made of, the gradient beside its usual size,
// and the step beside η, which has the same proportion.
function drawBars(figure, run, t, state) {
  const { width, height } = figure.size(HEIGHT, { low: 170 });
  const row = run.rows[t] ?? run.rows.at(-1);
  const [left, most] = [66, width - 66 - 92]; // beside the bars stand their names and their numbers
  const high = height / 6.6;
  const kept = row.after ? row.corrected * (state.beta * row.S / row.after) : 0;
  const step = Math.abs(row.step);
  const pairs = [
    [["g²", row.g ** 2, "rx-bars"], [averageName(state), row.corrected, "rx-bars", kept]],
    [["|g|", Math.abs(row.g), "rx-bars"], [rootName(state), row.root, "rx-weights"]],
    [["step", step, "rx-weights", 0, `${number(step / state.learning_rate, 3)} η`], ["η", state.learning_rate, "rx-outline"]],
  ];
  const ink = pairs.flatMap((pair, i) => {
    const unit = most / Math.max(...pair.map(([, value]) => value).filter(Number.isFinite));
    return pair.map(([name, value, kind, old = 0, text = number(value)], j) => {
      const y = (2 * i + j + 0.3 * i) * high;
      const [known, start] = [Number.isFinite(value), old * unit || 0];
      const end = known ? value * unit || 0 : 0;
      const bar = (from, to, look) => `<rect ${look} x="${left + from}" y="${y + 0.14 * high}" width="${Math.max(0, to - from)}" height="${0.72 * high}"/>`;
      const word = start > 40 ? `<text class="rx-strong" x="${left + 6}" y="${y + high / 2 + 4}">kept</text>` : "";
      return `<text class="rx-strong" x="${left - 10}" y="${y + high / 2 + 4}" text-anchor="end">${name}</text>` +
        bar(0, start, 'class="rx-weights" opacity="0.4"') + word + bar(start, end, `class="${kind}"`) +
        `<text class="rx-strong" x="${left + end + 8}" y="${y + high / 2 + 4}">${known ? text : number(value)}</text>`;
    });
  });
  figure.draw(`<g class="rx-m-rmsprop">${ink.join("")}</g>`);
}

const averageName = ({ bias_correction }) => (bias_correction ? "Ŝ" : "S");
const rootName = ({ convention, bias_correction }) => {
  const S = averageName({ bias_correction });
  return { inside: `√(${S}+ε)`, outside: `√${S}+ε`, none: `√${S}` }[convention];
};

// The three equations with their numbers filled in.
function working(run, t, state) {
  const row = run.rows[t];
  if (t === run.diverged_at) return `<div>Here the run ends: <i>θ</i><sub>${t}</sub> is <b>${number(run.rows[t - 1].next)}</b>.</div>`;
  if (!row) return `<div>This was the last step here: <i>θ</i><sub>${t}</sub> = <b>${number(run.positions[t][0], 7)}</b></div>`;
  const n = (value) => number(value, 6);
  const sign = (value) => (value < 0 ? `(${n(value)})` : n(value));
  const epsilon = n(state.epsilon);
  const S = n(row.corrected);
  const root = { inside: `√(${S} + ${epsilon})`, outside: `(√${S} + ${epsilon})`, none: `√${S}` }[state.convention];
  const correction = state.bias_correction
    ? `<div><i>Ŝ</i> = <i>S</i><sub>${t + 1}</sub> / (1 − <i>β</i><sup>${t + 1}</sup>) = ${n(row.after)} / ${n(1 - state.beta ** (t + 1))} = <b>${S}</b></div>`
    : "";
  const minus = row.step < 0 ? "+" : "−";
  return (
    `<div><i>S</i><sub>${t + 1}</sub> = <i>β</i> <i>S</i><sub>${t}</sub> + (1 − <i>β</i>) <i>g</i>² = ${n(state.beta)} · ${n(row.S)} + ${n(1 - state.beta)} · ${sign(row.g)}² = <b>${n(row.after)}</b></div>` +
    correction +
    `<div>step = <i>η</i> <i>g</i> / ${rootName(state)} = ${n(state.learning_rate)} · ${sign(row.g)} / ${root} = <b>${n(row.step)}</b></div>` +
    `<div><i>θ</i><sub>${t + 1}</sub> = <i>θ</i><sub>${t}</sub> − step = ${n(row.theta)} ${minus} ${n(Math.abs(row.step))} = <b>${n(row.next)}</b></div>`
  );
}

// Rows are added and taken away at the end; only other settings make all of them anew.
function drawTable(table, run, t, state) {
  const key = JSON.stringify({ ...state, t: 0 });
  const n = Math.max(t, 0);
  if (table.dataset.key !== key) {
    table.dataset.key = key;
    const hat = state.bias_correction ? "<th scope='col'><i>Ŝ</i></th>" : "";
    table.innerHTML = `<caption class="rx-hidden">Steps made so far</caption><thead><tr><th scope="col"><i>t</i></th><th scope="col"><i>θ</i><sub>t</sub></th><th scope="col"><i>g</i></th><th scope="col"><i>S</i><sub>t</sub></th><th scope="col"><i>S</i><sub>t+1</sub></th>${hat}<th scope="col">${rootName(state)}</th><th scope="col">step</th><th scope="col"><i>θ</i><sub>t+1</sub></th></tr></thead><tbody></tbody>`;
  }
  const body = table.tBodies[0];
  const empty = body.querySelector("[colspan]")?.parentElement;
  if (empty && n) empty.remove();
  while (body.rows.length > n) body.lastElementChild.remove();
  if (body.rows.length < n) body.insertAdjacentHTML("beforeend", run.rows.slice(body.rows.length, n).map((row) => tableRow(row, state)).join(""));
  if (!n) body.innerHTML = `<tr><td colspan="${state.bias_correction ? 9 : 8}" style="text-align:left">No step made yet.</td></tr>`;
  body.querySelector(".rx-now")?.classList.remove("rx-now");
  if (n) body.lastElementChild?.classList.add("rx-now");
}

function tableRow(row, { bias_correction }) {
  const values = [row.theta, row.g, row.S, row.after, ...(bias_correction ? [row.corrected] : []), row.root, row.step, row.next];
  return `<tr><th scope="row">${row.t}</th>${values.map((v) => `<td>${column(v)}</td>`).join("")}</tr>`;
}

function describe(run, t, state) {
  if (t === 0) {
    const first = run.rows[0];
    const size = first && Number.isFinite(first.step) ? ` The first step will change it by ${number(-first.step)}, which is ${number(Math.abs(first.step) / state.learning_rate, 3)} times η.` : "";
    return `θ starts at ${number(state.theta0)}, where the gradient is ${number(state.theta0)}.${size}${ending(run)}`;
  }
  if (t === run.diverged_at) return `From θ₀ = ${number(state.theta0)} the run has come to its end.${ending(run)}`;
  const row = run.rows[t - 1];
  return (
    `After ${count(t, "step")} θ is ${number(run.positions[t][0], 7)}. The last step had gradient ${number(row.g)}, average S = ${number(row.after)} ` +
    `with root ${number(row.root)}, and changed θ by ${number(-row.step)}.${ending(run)}`
  );
}

function ending(run) {
  if (run.diverged_at === null) return "";
  const { g, root, next } = run.rows.at(-1);
  const zero = g === 0 ? "the gradient is 0 and so is S, and without ε that is 0/0" : "g² is too small for a computer, which takes it for 0, and without ε the step divides by it";
  const why = root > 0 ? "" : `, since ${zero}`;
  return ` After step ${run.diverged_at} θ is ${number(next)}${why}.`;
}
