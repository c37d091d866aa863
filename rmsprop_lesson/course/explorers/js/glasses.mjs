// RMSprop's glasses: the valley, and beside it the valley as RMSprop sees it, in φ = S^¼ θ. There each
// step is plain gradient descent: S^¼ · η g / √S = η · g / S^¼, and g / S^¼ is the slope in φ.
import { OBJECTIVES, applied, descend, determinant, glassesOf, inverse, optimizer, seenThrough } from "./core.mjs";
import { arrow, circles, elevation, relief, wordAt } from "./map.mjs";
import { SETTINGS, defaults } from "./settings.mjs";
import { CLIP, Card, Figure, Handle, between, clamp, count, decay, h, linear, logarithmic, number, once, setText, whole } from "./ui.mjs";

const [[, X], [, Y]] = SETTINGS.glasses.start.point; // each map reaches from −X to X and from −Y to Y
const EPSILON = 1e-8;
const LOW = 250; // pixels: with both maps, controls and sentence fit on a screen
const INSIDE = 0.75; // the share of the right map in which the walker stays
const LEAST = 0.6; // so much of its size the right map keeps when it shrinks to show the whole box
const REACH = 2 ** 9; // the outermost contour's u

export const glasses = {
  defaults: defaults("glasses"),

  build(host, state, options) {
    const card = new Card(host, {
      title: "RMSprop’s glasses",
      lead: "Left the valley. Right the same walk as RMSprop sees it, with each axis stretched by <i>S</i><sup>¼</sup>: there its step goes straight downhill. Play it, turn the valley, or drag the start.",
      state,
      ...options,
    });
    const run = once(state, solve);
    const plain = new Figure({ label: "The valley with RMSprop’s walk", caption: "The valley", role: "group" });
    const seen = new Figure({ label: "The same walk through the glasses", caption: "Through the glasses" });
    const handle = startHandle(card, plain);
    const time = () => Math.min(Math.floor(state.t), run().seen.length - 1);
    card.card.append(
      card.transport({ length: () => state.steps, rate: () => state.steps / 8 }),
      card.stage(h("div", { class: "rx-grid rx-pair" }, plain.element, seen.element)),
      h("div", { class: "rx-controls rx-wide", style: "--rx-columns:2" },
        card.slider("angle", { label: "turn the valley", scale: linear(1), unit: " degrees" }),
        card.segments("lenses", { label: "The glasses of the two parameters", options: [["apart", "one lens each"], ["turning", "full matrix, turning"]] })),
      card.presets([
        ["straight, S settled", () => ({ angle: 0, lenses: "apart", beta: 0.9, learning_rate: 0.2, t: state.steps })],
        ["turn it 45°", () => ({ angle: 45, lenses: "apart", t: state.steps })],
        ["45°, glasses turn", () => ({ angle: 45, lenses: "turning", t: state.steps })],
        ["κ = 1000", { condition: 1000, angle: 0, lenses: "apart", t: 0 }],
      ]),
      card.sentence,
      card.challenges([
        { id: "circles", text: "See circles: a valley of <i>κ</i> ≥ 20 that looks like 1.1 or less.", met: () => state.condition >= 20 && run().seen[time()] <= 1.1 },
        { id: "broken", text: "Break the glasses: after 50 steps or more, see no less than the true <i>κ</i> ≥ 20.", met: () => state.condition >= 20 && time() >= 50 && run().seen[time()] >= 0.99 * state.condition },
        { id: "mended", text: "Mend them: a valley turned by 20° or more that looks like <i>κ</i>/3 or less after ten steps.", met: () => state.condition >= 20 && state.angle >= 20 && time() >= 10 && run().seen[time()] <= state.condition / 3 },
      ]),
      card.more(h("div", { class: "rx-controls" },
        card.slider("condition", { label: "condition number <i>κ</i>", scale: logarithmic }),
        card.slider("learning_rate", { label: "learning rate <i>η</i>", scale: logarithmic }),
        card.slider("beta", { label: "decay rate <i>β</i>", scale: decay }),
        card.slider("steps", { label: "number of steps", scale: whole(10) })),
      h("p", { class: "rx-note" }, "Arrows show directions; the thick part is the next step. Dashed: the box of ±η/√(1 − β), which no step can leave; with the full matrix it is a circle. The right map is scaled so that areas are as large as on the left, or smaller if RMSprop would be outside of it.")));
    card.start({
      draw() {
        const t = time();
        drawMap(plain, run(), state, [1, 0, 1]);
        handle.show();
        drawMap(seen, run(), state, scaled(run().glasses[t], seen, between(run().positions, state.t), half(state)));
        setText(plain.caption, `The valley: condition number ${number(state.condition, 3)}`);
        setText(seen.caption, `Through the glasses: ${number(run().seen[t], 3)}`);
      },
      describe: () => describe(run(), state, time()),
    });
    return card;
  },
};

const KINDS = { apart: "RMSprop", turning: "full-matrix RMSprop" };

function solve({ condition, angle, lenses, learning_rate, beta, start, steps }) {
  const objective = OBJECTIVES.Valley({ condition, angle });
  const opt = optimizer(KINDS[lenses], { learning_rate, beta, epsilon: EPSILON });
  const run = descend(objective, opt, start, steps);
  // At θ_t the glasses are those of the next step: of S after it.
  const memories = run.state.slice(1).map(({ S }) => S);
  if (run.gradients.length > memories.length || !memories.length) memories.push((run.end?.state ?? run.state.at(-1)).S);
  const glasses = memories.map((S) => glassesOf(S, EPSILON));
  if (glasses.length < run.positions.length) glasses.push(glasses.at(-1)); // no step follows the last place
  return { ...run, objective, glasses, seen: glasses.map((worn) => seenThrough(worn, objective)) };
}

function startHandle(card, map) {
  const { state } = card;
  const px = () => map.width / (2 * X);
  const top = () => map.height / 2 / px(); // on a phone the map is cut
  const set = (x, y) => card.set("start", [x, y].map((value, i) => clamp(Number(value.toFixed(2)), ...[[-X, X], [-Math.min(Y, top()), Math.min(Y, top())]][i])));
  return new Handle(map, {
    label: "Start of the walk: left and right arrows move θ₁, up and down arrows θ₂",
    place: () => [(state.start[0] + X) * px(), clamp((top() - state.start[1]) * px(), 0, map.height)],
    move: (x, y) => set(x / px() - X, top() - y / px()),
    nudge: (right, up) => set(state.start[0] + right * 0.1, state.start[1] + up * 0.1),
    value: () => ({ now: state.start[0], min: -X, max: X, text: `θ₁ = ${number(state.start[0])}, θ₂ = ${number(state.start[1])}` }),
  });
}

const sized = (figure) => figure.size((w) => Math.min(LOW, (w * Y) / X), { low: 156 });

// Half the width of the box that no step leaves.
const half = ({ learning_rate, beta }) => learning_rate / Math.sqrt(1 - beta);

// Glasses that leave areas as large as they are, or smaller, if the walker or its box would be outside of
// the map.
function scaled(worn, figure, place, step) {
  const { width, height } = sized(figure);
  const even = worn.map((value) => value / Math.sqrt(determinant(worn)));
  const [x, y] = applied(even, place).map(Math.abs);
  const up = (X * height) / width; // as far as the map reaches
  const [wide, high] = [even[0] + Math.abs(even[1]), Math.abs(even[1]) + even[2]].map((size) => size * step);
  const withBox = Math.max(LEAST, Math.min(1, X / (x + wide), (0.97 * up) / (y + high)));
  const fit = Math.min(withBox, (INSIDE * X) / x, (INSIDE * up) / y);
  return even.map((value) => value * fit);
}

// The valley under the linear map `view`: the unit matrix, or glasses.
function drawMap(figure, run, state, view) {
  const { width, height } = sized(figure);
  const scale = width / (2 * X);
  const [a, b, d] = view;
  const [p, q, r] = inverse(view);
  const { loss, cos, sin } = run.objective;
  const key = [state.condition, state.angle, ...view.map((value) => value.toPrecision(4))].join();
  relief(figure, key, (x, y) => {
    const [u, w] = [(x - width / 2) / scale, (height / 2 - y) / scale];
    return elevation(loss([p * u + q * w, q * u + r * w]), scale);
  });
  const across = 1 / Math.sqrt(state.condition);
  const columns = [[cos, sin], [-sin * across, cos * across]].map((axis) => applied(view, axis));
  const matrix = [scale * columns[0][0], -scale * columns[0][1], scale * columns[1][0], -scale * columns[1][1], width / 2, height / 2];
  const clip = `<clipPath id="${CLIP}"><rect width="${width}" height="${height}" rx="8"/></clipPath>`;
  const ground = `${clip}<g clip-path="url(#${CLIP})">${circles(matrix, REACH)}</g><path class="rx-curve" d="M${width / 2 - 6},${height / 2}h12m-6,-6v12"/>`;

  const place = (theta) => {
    const [x, y] = applied(view, theta);
    return [clamp(width / 2 + scale * x, -5000, 5000), clamp(height / 2 - scale * y, -5000, 5000)];
  };
  const t = Math.min(Math.floor(state.t), run.positions.length - 1);
  const here = between(run.positions, state.t);
  const points = [...run.positions.slice(0, t + 1), here].map(place);
  const path = `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`;
  const dots = points.slice(0, -1).map(([x, y]) => `M${x.toFixed(1)},${y.toFixed(1)}h0`).join("");
  const at = place(here);
  const edge = half(state);
  const box = state.lenses === "apart" ? `<rect class="rx-box" x="${-edge}" y="${-edge}" width="${2 * edge}" height="${2 * edge}"/>` : `<circle class="rx-box" r="${edge}"/>`;
  const boxed = `<g transform="matrix(${scale * a} ${-scale * b} ${-scale * b} ${scale * d} ${at[0].toFixed(2)} ${at[1].toFixed(2)})">${box}</g>`;
  const arrows = run.gradients[t] ? directions(run, t, view, at, { scale, width, height }, state) : "";
  figure.draw(`<g clip-path="url(#${CLIP})"><g class="rx-m-rmsprop"><path class="rx-under" d="${path}"/><path class="rx-line" d="${path}"/><path class="rx-dots" d="${dots}"/>` +
    `<path class="rx-marker" transform="translate(${at})" d="M-5,0A5,5 0 1 0 5,0A5,5 0 1 0 -5,0Z"/></g>${boxed}${arrows}</g>`, ground);
}

// Arrows: the way downhill in this picture, and the way the next step goes; through the glasses they are
// one. The step itself, as long as it is, is the thick part.
const FAR = 52;
function directions(run, t, view, at, { scale, ...size }, { learning_rate }) {
  const g = run.gradients[t];
  const worn = run.glasses[t];
  const step = applied(inverse(worn), applied(inverse(worn), g)); // S^(−½) g
  const downhill = applied(inverse(view), g); // the slope in this picture's coordinates
  const shown = ([x, y]) => [-x, y]; // against it; pixels go down
  const way = shown(applied(view, step));
  const down = shown(downhill);
  const turn = Math.abs(way[0] * down[1] - way[1] * down[0]) / (Math.hypot(...way) * Math.hypot(...down));
  const same = turn < 0.03;
  const made = way.map((value) => value * learning_rate * scale);
  const [low, base] = same ? [] : wordsApart([down, way].map((to) => wordAt(at, to, FAR, size.height)), size.height);
  return `<path class="rx-made" d="M${at}l${made}"/>` + (same ? "" : arrow(at, down, FAR, { ...size, word: "downhill", base: low })) +
    arrow(at, way, FAR, { ...size, key: "m-rmsprop", word: same ? "step = downhill" : "step", base });
}

// The heights of two words: where they would lie on each other, the lower one goes below the upper one.
const LINE = 15;
function wordsApart([[x, first], [x2, second]], height) {
  if (Math.abs(first - second) >= LINE || Math.abs(x - x2) > 70) return [first, second];
  const upper = Math.min(first, second, height - 6 - LINE);
  return first <= second ? [upper, upper + LINE] : [upper + LINE, upper];
}

function describe(run, state, t) {
  const { condition, angle, lenses } = state;
  const turned = angle ? `, turned by ${number(angle)}°,` : "";
  const kind = lenses === "apart" ? "a lens for each parameter" : "full-matrix glasses";
  const when = t ? `After ${count(t, "step")}` : "Before the first step";
  const [x, y] = run.positions[t];
  const ended = run.diverged_at !== null && t >= run.diverged_at - 1 ? ` The run diverged at step ${run.diverged_at}.` : "";
  return `${when} the valley of condition number ${number(condition)}${turned} looks like ${number(run.seen[t], 3)} through ${kind}. ` +
    `RMSprop is at (${number(x, 3)}, ${number(y, 3)}); ${lenses === "apart" ? "no coordinate of a step" : "no step"} can be longer than η/√(1 − β) = ${number(half(state), 3)}.${ended}`;
}
