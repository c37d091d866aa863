// The arithmetic of the explorers: the six optimisers, the objectives and the run of one on the
// other. Every formula has the operation order of the Python package, so that a path drawn here is
// the path that the package computes; tests/browser compares them. Knows nothing of pictures.

// average ← β·average + (1−β)·value
const average = (old, beta, value) => old * beta + value * (1 - beta);

// Each optimiser: its settings' defaults, the names of its running quantities, `change`, which
// updates the state of coordinate i by the gradient g and returns what is subtracted from θ, and
// `rate`, the effective learning rate of coordinate i after t steps (1 ≤ t). The last one looks at
// both coordinates at once: `changes` takes the whole gradient.
export const OPTIMIZERS = {
  "gradient descent": {
    defaults: { learning_rate: 0.1 },
    state: [],
    change: (o, s, i, g) => g * o.learning_rate,
    rate: (o) => o.learning_rate,
  },
  momentum: {
    defaults: { learning_rate: 0.1, beta: 0.9, averaged: false },
    state: ["v"],
    change(o, s, i, g) {
      s.v[i] = o.averaged ? average(s.v[i], o.beta, g) : s.v[i] * o.beta + g;
      return s.v[i] * o.learning_rate;
    },
    rate: (o) => o.learning_rate,
  },
  Adagrad: {
    defaults: { learning_rate: 0.1, epsilon: 1e-10 },
    state: ["G"],
    change(o, s, i, g) {
      s.G[i] += g * g;
      return (g / (Math.sqrt(s.G[i]) + o.epsilon)) * o.learning_rate;
    },
    rate: (o, s, i) => o.learning_rate / (Math.sqrt(s.G[i]) + o.epsilon),
  },
  RMSprop: {
    defaults: {
      learning_rate: 0.001,
      beta: 0.9,
      epsilon: 1e-8,
      epsilon_inside: true,
      bias_correction: false,
    },
    state: ["S"],
    change(o, s, i, g, t) {
      s.S[i] = average(s.S[i], o.beta, g * g);
      return (g / rmspropRoot(o, s.S[i], t)) * o.learning_rate;
    },
    rate: (o, s, i, t) => o.learning_rate / rmspropRoot(o, s.S[i], t),
  },
  Adadelta: {
    defaults: { rho: 0.95, epsilon: 1e-6 },
    state: ["E_g", "E_x"],
    change(o, s, i, g) {
      s.E_g[i] = average(s.E_g[i], o.rho, g * g);
      const step = Math.sqrt((s.E_x[i] + o.epsilon) / (s.E_g[i] + o.epsilon)) * g;
      s.E_x[i] = average(s.E_x[i], o.rho, step * step);
      return step;
    },
    rate: (o, s, i) => Math.sqrt(s.E_x[i] + o.epsilon) / Math.sqrt(s.E_g[i] + o.epsilon),
  },
  Adam: {
    defaults: { learning_rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    state: ["m", "v"],
    change(o, s, i, g, t) {
      s.m[i] = average(s.m[i], o.beta1, g);
      s.v[i] = average(s.v[i], o.beta2, g * g);
      return (s.m[i] / adamRoot(o, s.v[i], t)) * (o.learning_rate / (1 - o.beta1 ** t));
    },
    rate: (o, s, i, t) => o.learning_rate / adamRoot(o, s.v[i], t),
  },
  "full-matrix RMSprop": {
    defaults: { learning_rate: 0.001, beta: 0.9, epsilon: 1e-8 },
    state: ["S"], // of the matrix S the entries 11, 12 and 22
    size: 3,
    changes(o, s, [x, y]) {
      s.S = [x * x, x * y, y * y].map((value, i) => average(s.S[i], o.beta, value));
      return applied(inverse(root(lifted(s.S, o.epsilon))), [x, y]).map((value) => value * o.learning_rate);
    },
  },
};

// ── symmetric matrices [a, b, d] of two rows ────────────────────────────────────────────────────

export const lifted = ([a, b, d], epsilon) => [a + epsilon, b, d + epsilon]; // + ε times the unit matrix
export const determinant = ([a, b, d]) => a * d - b * b;
export const applied = ([a, b, d], [x, y]) => [a * x + b * y, b * x + d * y];
export const inverse = (m) => {
  const all = determinant(m);
  return [m[2] / all, -m[1] / all, m[0] / all];
};
// The square root that is positive definite, by Cayley and Hamilton. Rounding may take the determinant of
// an almost singular matrix below 0, where it is 0.
export const root = (m) => {
  const s = Math.sqrt(Math.max(0, determinant(m)));
  const n = Math.sqrt(m[0] + m[2] + 2 * s);
  return [(m[0] + s) / n, m[1] / n, (m[2] + s) / n];
};

// RMSprop's glasses φ = S^¼ θ for what it remembers: S of each parameter, or the matrix S.
export function glassesOf(S, epsilon) {
  if (S.length === 3) return root(root(lifted(S, epsilon)));
  const [a, d] = S.map((value) => Math.sqrt(Math.sqrt(value + epsilon)));
  return [a, 0, d];
}

// The condition number of the valley as it is seen through glasses: of W H W with W = inverse(glasses).
export function seenThrough(glasses, { condition, cos: c, sin: s }) {
  const [a, b, d] = inverse(glasses);
  const H = [c * c + condition * (s * s), c * s * (1 - condition), s * s + condition * (c * c)];
  const one = applied(H, [a, b]);
  const two = applied(H, [b, d]);
  const [p, q, r] = [a * one[0] + b * one[1], a * two[0] + b * two[1], b * two[0] + d * two[1]];
  const largest = (p + r) / 2 + Math.sqrt(((p - r) / 2) * ((p - r) / 2) + q * q);
  return (largest * largest * determinant(glasses) * determinant(glasses)) / condition;
}

// √(S + ε), in the published form that was chosen
export function rmspropRoot(o, S, t) {
  const corrected = o.bias_correction ? S / (1 - o.beta ** t) : S;
  return o.epsilon_inside ? Math.sqrt(corrected + o.epsilon) : Math.sqrt(corrected) + o.epsilon;
}

const adamRoot = (o, v, t) => Math.sqrt(v / (1 - o.beta2 ** t)) + o.epsilon;

export function optimizer(name, settings = {}) {
  const method = OPTIMIZERS[name];
  return { name, ...method.defaults, ...settings };
}

// Objectives take and give arrays of `dimension` numbers.
export const OBJECTIVES = {
  Parabola({ curvature = 1 } = {}) {
    return {
      dimension: 1,
      loss: ([x]) => 0.5 * curvature * x * x,
      gradient: ([x]) => [curvature * x],
    };
  },
  Valley({ condition = 100, angle = 0 } = {}) {
    const turn = angle * (Math.PI / 180);
    const c = Math.cos(turn);
    const s = Math.sin(turn);
    return {
      dimension: 2,
      condition,
      cos: c,
      sin: s,
      loss([x, y]) {
        const u = c * x + s * y;
        const w = c * y - s * x;
        return 0.5 * (u * u + condition * w * w);
      },
      gradient([x, y]) {
        const u = c * x + s * y;
        const w = condition * (c * y - s * x);
        return [c * u - s * w, s * u + c * w];
      },
    };
  },
  Saddle() {
    return {
      dimension: 2,
      loss: ([x, y]) => 0.5 * x * x + y * y * (0.25 * y * y - 0.5),
      gradient: ([x, y]) => [x, y * (y * y - 1)],
    };
  },
  Rosenbrock({ a = 1, b = 100 } = {}) {
    return {
      dimension: 2,
      loss: ([x, y]) => (a - x) ** 2 + b * (y - x * x) ** 2,
      gradient([x, y]) {
        const wall = y - x * x;
        return [-2 * (a - x) - 4 * b * x * wall, 2 * b * wall];
      },
    };
  },
  Plateau() {
    return {
      dimension: 1,
      loss: ([x]) => -Math.expm1(-0.5 * x * x),
      gradient([x]) {
        const decay = Math.exp(-0.5 * x * x);
        return [(decay === 0 ? 0 : x) * decay]; // not inf · 0 in the far distance
      },
    };
  },
};

// The largest gradient that can be squared and summed; the package refuses larger ones.
const GRADIENT_LIMIT = 1e150;

const usable = (theta, loss, grad) =>
  Number.isFinite(loss) &&
  theta.every(Number.isFinite) &&
  grad.every((g) => Math.abs(g) <= GRADIENT_LIMIT);

// Run `opt` from `start`; everything at θ_t is noted, then the step to θ_{t+1} is made.
// `noise(t, i)` is added to the gradient. `until(θ, t)` ends the run early.
export function descend(objective, opt, start, steps, { noise = null, until = null } = {}) {
  const method = OPTIMIZERS[opt.name];
  const n = objective.dimension;
  const state = Object.fromEntries(method.state.map((name) => [name, new Array(method.size ?? n).fill(0)]));
  const run = { positions: [], gradients: [], losses: [], rates: [], state: [], diverged_at: null, end: null };
  let theta = Array.from(start, Number);
  for (let t = 0; t <= steps; t++) {
    const loss = objective.loss(theta);
    const grad = objective.gradient(theta);
    if (noise) for (let i = 0; i < n; i++) grad[i] += noise(t, i);
    if (!usable(theta, loss, grad)) {
      run.diverged_at = t;
      run.end = { theta, state }; // where the last step led to, which is in none of the lists
      break;
    }
    run.positions.push(theta);
    run.losses.push(loss);
    run.state.push(Object.fromEntries(method.state.map((name) => [name, state[name].slice()])));
    if (t === steps || (until && until(theta, t))) break;
    run.gradients.push(grad);
    const step = method.changes?.(opt, state, grad) ?? grad.map((g, i) => method.change(opt, state, i, g, t + 1));
    if (method.rate) run.rates.push(grad.map((_, i) => method.rate(opt, state, i, t + 1)));
    theta = theta.map((value, i) => value - step[i]);
  }
  return run;
}

// Feed one parameter a given sequence of gradients: its state and what is subtracted from it.
export function feed(opt, gradients) {
  const method = OPTIMIZERS[opt.name];
  const state = Object.fromEntries(method.state.map((name) => [name, [0]]));
  const out = { changes: [], state: [] };
  gradients.forEach((g, i) => {
    out.changes.push(method.change(opt, state, 0, g, i + 1));
    out.state.push(Object.fromEntries(method.state.map((name) => [name, state[name][0]])));
  });
  return out;
}

// The first t at which |θ| of a run in one dimension is below `near`, or null after `limit` steps.
// The same updates as `descend` without keeping anything, for runs of 10⁵ steps.
export function stepsUntil(objective, opt, start, near, limit) {
  const method = OPTIMIZERS[opt.name];
  const state = Object.fromEntries(method.state.map((name) => [name, [0]]));
  const theta = [start];
  for (let t = 0; t <= limit; t++) {
    if (!Number.isFinite(theta[0])) return null;
    if (Math.abs(theta[0]) < near) return t;
    theta[0] -= method.change(opt, state, 0, objective.gradient(theta)[0], t + 1);
  }
  return null;
}

// A normal random number for (seed, t), the same in every browser: two hashed uniforms,
// Box and Muller's transform.
export function gaussian(seed, t) {
  const u = uniform(seed, 2 * t);
  const v = uniform(seed, 2 * t + 1);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

function uniform(seed, n) {
  let z = Math.imul(n + 1, 0x9e3779b9) ^ Math.imul(seed + 1, 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (((z ^ (z >>> 15)) >>> 0) + 0.5) / 4294967296;
}

// Root mean square of a list.
export const rms = (values) =>
  Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length);
