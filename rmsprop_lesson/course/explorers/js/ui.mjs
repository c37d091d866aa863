// What all explorers share: the card, its labelled controls, charts, the clock, the sentence that
// says what is to be seen, and the look in light and dark. No outside code, no outside request.

// ── elements ────────────────────────────────────────────────────────────────────────────────────

const SVG = "http://www.w3.org/2000/svg";
const prefix = `rx${Math.random().toString(36).slice(2, 8)}-`; // unique beside other copies of this module
let serial = 0;
export const newId = () => `${prefix}${++serial}`;

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

export const h = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

export function html(tag, attributes, markup) {
  const element = h(tag, attributes);
  element.innerHTML = markup;
  return element;
}

// Set only what has changed: an unchanged node costs no layout and is not read out again.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeHtml = (text) => String(text).replace(/[&<>"]/g, (c) => escapes[c]);

// ── numbers ─────────────────────────────────────────────────────────────────────────────────────

const SUPERSCRIPT = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((c, i) => [i, c])) };
const minus = (text) => text.replace("-", "−");
export const power = (exponent) => "10" + [...String(exponent)].map((c) => SUPERSCRIPT[c]).join("");

// A number to `digits` significant digits, as print writes it: 0.3162, −1.5, 2.1×10⁻⁸.
export function number(value, digits = 4) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e5) {
    return minus(String(Number(value.toPrecision(digits))));
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const head = minus(String(Number(mantissa)));
  return (head === "1" ? "" : head === "−1" ? "−" : head + "×") + power(Number(exponent));
}

// The same with all digits kept, so that columns line up.
export function column(value, digits = 6) {
  if (!Number.isFinite(value) || value === 0) return number(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e4 ? minus(value.toFixed(digits)) : number(value, digits - 1);
}

// What `solve` makes of the settings, made again only when one of them (other than the time) changes.
export function once(state, solve) {
  let key, solved;
  return () => {
    const now = JSON.stringify({ ...state, t: 0 });
    if (key !== now) [key, solved] = [now, solve(state)];
    return solved;
  };
}

// 10000 as 10 000, as in the text.
export const grouped = (whole) => String(whole).replace(/(?<=^\d+)(?=(\d{3})+$)/g, "\u00a0");

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
export const count = (n, thing) => `${n} ${thing}${n === 1 ? "" : "s"}`;

// Clauses as sentences: "It is 1. It is 2."
export const capital = (text) => text[0].toUpperCase() + text.slice(1);
export const sentences = (clauses) => clauses.map((text) => `${capital(text)}.`).join(" ");

// What belongs together stays on a line: 2 %, 10 000, β = 0.9, ± 1.8, g/√S.
const APART = / (?=%)|(?<=\d) (?=\d{3}\b|±)|(?<=±) (?=\d)|(?<=[α-ω₀-₉>]) (?=[=≥≤] )|(?<=[α-ω₀-₉>] [=≥≤]) (?=\S)/g;
export const held = (text) => text.replace(APART, "\u00a0").replaceAll("/√", "/\u2060√");

// ── the look ────────────────────────────────────────────────────────────────────────────────────

// Okabe–Ito colours, dashes and markers as in rmsprop_lesson.plots.STYLE; dashes in line widths.
export const METHODS = {
  "gradient descent": { key: "gd", dash: [1, 1], marker: "s" },
  momentum: { key: "momentum", dash: [5, 2], marker: "D" },
  Adagrad: { key: "adagrad", dash: [3, 1, 1, 1], marker: "^" },
  RMSprop: { key: "rmsprop", dash: null, marker: "o" },
  Adadelta: { key: "adadelta", dash: [7, 2, 1, 2], marker: "v" },
  Adam: { key: "adam", dash: [5, 1, 1, 1, 1, 1], marker: "P" },
};
export const OWN = { key: "own", dash: [2, 1], marker: "*" }; // the learner's

const MARKERS = {
  s: "M-4.4,-4.4H4.4V4.4H-4.4Z",
  D: "M0,-6L6,0L0,6L-6,0Z",
  "^": "M0,-6L5.6,4.4H-5.6Z",
  v: "M0,6L5.6,-4.4H-5.6Z",
  o: "M-5,0A5,5 0 1 0 5,0A5,5 0 1 0 -5,0Z",
  P: "M-2,-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
  "*": "M0,-7L1.9,-2.3L6.7,-2.2L2.9,0.9L4.1,5.7L0,2.9L-4.1,5.7L-2.9,0.9L-6.7,-2.2L-1.9,-2.3Z",
};
export const markerPath = (marker) => MARKERS[marker];
export const dashes = (dash, width = 2) => (dash ? dash.map((d) => d * width).join(" ") : "none");

// A small sample of a method's line and marker, for legends.
export function swatch(key, dash, marker) {
  return (
    `<svg class="rx-swatch rx-m-${key}" width="34" height="14" viewBox="-17 -7 34 14" aria-hidden="true">` +
    `<path class="rx-line" d="M-16,0H16" stroke-dasharray="${dashes(dash)}"/>` +
    `<path class="rx-marker" d="${MARKERS[marker]}"/></svg>`
  );
}

const CSS = `
.rx { --rx-bg: var(--jp-layout-color0, var(--pst-color-background, #fff)); --rx-fg: #1c2128;
  --rx-soft: #4d5661; --rx-line: #c9d0d8; --rx-grid: #e6e9ed; --rx-panel: #f5f7f9; --rx-accent: #0a61a0;
  --rx-on-accent: #fff; --rx-low: #dbe8f2; --rx-high: #fbfcfd; --rx-warn: #a33a00; --rx-halo: #fff; --rx-shade: #dbe8f2; --rx-light: #ffffff; --rx-contour: #a9b8c6;
  --rx-gd: #000; --rx-momentum: #ad7700; --rx-adagrad: #009e73; --rx-rmsprop: #0072b2;
  --rx-adadelta: #cc79a7; --rx-adam: #d55e00; --rx-own: #7a3fb5;
  --rx-map: 640px; container-type: inline-size; max-width: 1080px; margin: 1em auto; color-scheme: light; }
.rx[data-mode="dark"] { --rx-bg: var(--jp-layout-color0, var(--pst-color-background, #14181e));
  --rx-fg: #e9edf1; --rx-soft: #b3bcc6; --rx-line: #47515c; --rx-grid: #2a323b; --rx-panel: #1d232b;
  --rx-accent: #6cb8ee; --rx-on-accent: #0c1116; --rx-low: #1f3a50; --rx-high: #151a20; --rx-warn: #ff9d5c;
  --rx-halo: #14181e; --rx-shade: #10161c; --rx-light: #2a4559; --rx-contour: #4d6376; --rx-gd: #c4c9cf; --rx-momentum: #e69f00; --rx-rmsprop: #3f9fe0; --rx-adagrad: #12b487; --rx-own: #b98ae6;
  color-scheme: dark; }
@media (min-width: 1700px) and (min-height: 1000px) { .rx { --rx-map: 780px; } }
.rx, .rx * { box-sizing: border-box; }
.rx-card { border: 1px solid var(--rx-line); border-radius: 12px; background: var(--rx-bg); color: var(--rx-fg);
  padding: 14px 18px 14px; font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
  overflow: clip; text-align: left; }
.rx-card p, .rx-card table { margin: 0; font-size: inherit; }
.rx-title { font-weight: 650; font-size: 1.12em; letter-spacing: -0.005em; }
.rx-lead { color: var(--rx-soft); max-width: 92ch; }
.rx-card :is(p, legend, li, .rx-feedback) { text-wrap: pretty; }
.rx .rx-card > * + * { margin-top: 12px; }
.rx .rx-card > .rx-lead { margin-top: 2px; }
.rx-grid { display: grid; gap: 12px 20px; grid-template-columns: minmax(0, 1fr); }
.rx-stack { display: grid; gap: 10px; align-content: start; min-width: 0; }
.rx-controls { display: grid; gap: 10px 22px; grid-template-columns: minmax(0, 1fr); background: var(--rx-panel);
  border-radius: 10px; padding: 12px 14px; align-content: start; }
@container (min-width: 560px) { .rx-controls { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@container (min-width: 860px) { .rx-controls.rx-wide { grid-template-columns: repeat(var(--rx-columns, 4), minmax(0, 1fr)); } }
@container (min-width: 760px) { .rx-grid.rx-split { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
  .rx-grid.rx-half { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .rx-grid.rx-split > .rx-controls, .rx-grid.rx-half > .rx-controls { grid-template-columns: minmax(0, 1fr); } }
.rx-control { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; align-content: start; gap: 2px 8px; min-width: 0; }
.rx-control > label, .rx-legend { font-size: 0.93em; color: var(--rx-fg); }
.rx-control i, .rx-card i { font-style: italic; }
.rx-control input[type="range"] { grid-column: 1 / -1; width: 100%; height: 28px; margin: 0; padding: 0;
  accent-color: var(--rx-accent); cursor: pointer; touch-action: pan-y; background: transparent; }
.rx-control input[type="number"], .rx-card select { font: inherit; font-size: 0.93em; color: var(--rx-fg); background: var(--rx-bg);
  border: 1px solid var(--rx-soft); border-radius: 6px; padding: 3px 6px; min-height: 30px; height: auto; margin: 0; width: auto; }
.rx-control input[type="number"] { width: 6.2em; text-align: right; -moz-appearance: textfield; appearance: textfield; }
.rx-control input::-webkit-inner-spin-button { display: none; }
.rx-control input[aria-invalid="true"] { border-color: var(--rx-warn); outline: 2px solid var(--rx-warn); }
.rx-control select { max-width: 100%; }
.rx-check { display: flex; gap: 8px; align-items: center; min-height: 32px; font-size: 0.93em; cursor: pointer; }
.rx-check input { width: 18px; height: 18px; margin: 0; accent-color: var(--rx-accent); flex: none; }
.rx-bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.rx-bar > .rx-control { flex: 1 1 220px; grid-template-columns: auto minmax(0, 1fr); }
.rx-bar > .rx-control input[type="range"] { grid-column: 1 / -1; }
.rx-bar > .rx-control.rx-inline { grid-template-columns: minmax(60px, 1fr) auto; }
.rx-bar > .rx-control.rx-inline input[type="range"] { grid-column: auto; }
.rx-bar > .rx-control.rx-inline .rx-count { min-width: 5.5em; text-align: right; font-variant-numeric: tabular-nums; }
.rx-button { font: inherit; font-size: 0.95em; min-height: 38px; min-width: 44px; padding: 5px 14px; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--rx-soft); background: var(--rx-bg); color: var(--rx-fg); }
.rx-button:hover { border-color: var(--rx-accent); }
.rx-button.rx-primary { background: var(--rx-accent); border-color: var(--rx-accent); color: var(--rx-on-accent); font-weight: 600; }
.rx-button[aria-disabled="true"] { color: var(--rx-soft); border-style: dashed; cursor: default; }
.rx-button.rx-primary[aria-disabled="true"] { background: var(--rx-panel); border-color: var(--rx-soft); }
.rx-card :focus-visible { outline: 3px solid var(--rx-accent); outline-offset: 2px; }
.rx-segments { display: inline-flex; flex-wrap: wrap; border: 0; padding: 0; margin: 0; gap: 6px; min-width: 0; }
.rx-segments legend { padding: 0; margin: 0 0 3px; font-size: 0.93em; float: none; width: auto; border: 0; color: var(--rx-fg); }
.rx-segments label { position: relative; cursor: pointer; }
.rx-segments input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; margin: 0; cursor: pointer; }
.rx-segments span { display: inline-flex; align-items: center; gap: 4px; min-height: 34px; padding: 3px 12px; border: 1px solid var(--rx-soft);
  border-radius: 8px; font-size: 0.93em; background: var(--rx-bg); }
.rx-segments input:checked + span { background: var(--rx-accent); border-color: var(--rx-accent); color: var(--rx-on-accent); font-weight: 600; }
.rx-segments input:focus-visible + span { outline: 3px solid var(--rx-accent); outline-offset: 2px; }
.rx-say { border-left: 3px solid var(--rx-accent); padding: 2px 0 2px 12px; max-width: 90ch; min-height: 1.45em; }
.rx-work { font-variant-numeric: tabular-nums; display: grid; gap: 4px; background: var(--rx-panel); border-radius: 10px; padding: 10px 14px; overflow-wrap: anywhere; }
.rx-work b { font-weight: 650; }
.rx-scroll { overflow: auto; max-height: 292px; border: 1px solid var(--rx-line); border-radius: 8px; }
.rx-card table { border-collapse: collapse; width: 100%; font-size: 0.9em; font-variant-numeric: tabular-nums; background: var(--rx-bg); color: var(--rx-fg); border: 0; table-layout: auto; }
.rx-card th, .rx-card td { padding: 4px 9px; text-align: right; white-space: nowrap; border: 0; border-bottom: 1px solid var(--rx-grid); color: var(--rx-fg); background: transparent; max-width: none; vertical-align: middle; }
.rx-card thead th { position: sticky; top: 0; background: var(--rx-panel); font-weight: 600; z-index: 1; }
.rx-card tbody th, .rx-card thead th:first-child { text-align: left; }
.rx-card tbody th { font-weight: 500; }
.rx-scroll :is(tbody th, thead :first-child) { position: sticky; left: 0; background: var(--rx-bg); }
.rx-scroll thead :first-child { z-index: 2; }
.rx-card tbody tr { background: transparent; }
.rx-card tr.rx-now td, .rx-card tr.rx-now th { background: var(--rx-low); }
.rx-card tr.rx-idle td { color: var(--rx-soft); }
.rx .rx-card .rx-figure { margin: 0; padding: 0; min-width: 0; position: relative; }
.rx .rx-card > .rx-figure { margin-top: 12px; }
.rx-figure > svg { display: block; width: 100%; overflow: visible; touch-action: pan-y; max-width: none; }
.rx-caption { font-size: 0.93em; font-weight: 600; margin: 0 0 2px; }
.rx-figure text { fill: var(--rx-soft); font-size: 12px; font-family: inherit; }
.rx-figure text.rx-strong { fill: var(--rx-fg); font-size: 13px; }
.rx-figure text.rx-halo { paint-order: stroke; stroke: var(--rx-bg); stroke-width: 4px; stroke-linejoin: round; }
.rx-axis { stroke: var(--rx-soft); stroke-width: 1; fill: none; }
.rx-gridline { stroke: var(--rx-grid); stroke-width: 1; fill: none; }
.rx-line { stroke: var(--c); stroke-width: 2.2; fill: none; stroke-linejoin: round; }
.rx-dots { stroke: var(--c); stroke-width: 5; fill: none; stroke-linecap: round; }
.rx-under { stroke: var(--rx-halo); stroke-width: 5; fill: none; stroke-opacity: 0.65; stroke-linejoin: round; }
.rx-marker { fill: var(--c); stroke: var(--rx-halo); stroke-width: 1.2; }
.rx-curve { stroke: var(--rx-fg); stroke-width: 1.8; fill: none; }
.rx-reference { stroke: var(--rx-soft); stroke-width: 1.4; stroke-dasharray: 6 4; fill: none; }
.rx-exit { stroke: var(--rx-fg); stroke-width: 2.5; fill: none; }
.rx-bars { fill: var(--rx-fg); } .rx-weights { fill: var(--c); } .rx-outline { fill: none; stroke: var(--rx-soft); stroke-width: 0.8; }
.rx-swatch { vertical-align: -2px; flex: none; }
.rx-handle { cursor: grab; touch-action: none; outline-offset: 4px; }
.rx-handle:active { cursor: grabbing; }
.rx-handle circle { fill: transparent; stroke: var(--rx-fg); stroke-width: 2.5; }
.rx-handle .rx-grip { fill: transparent; stroke: none; }
.rx-handle:focus-visible { outline: none; }
.rx-handle:focus-visible circle:not(.rx-grip) { stroke: var(--rx-accent); stroke-width: 5; }
.rx-methods { gap: 5px; } .rx-methods span { padding: 2px 7px; font-size: 0.84em; gap: 3px; } .rx-methods .rx-swatch { width: 26px; }
.rx-methods input:checked + span { background: var(--rx-low); color: var(--rx-fg); box-shadow: inset 0 0 0 1px var(--rx-accent); }
.rx-methods input:checked + span::before { content: "✓" / ""; }
.rx-contour { fill: none; stroke: var(--rx-contour); stroke-width: 1; vector-effect: non-scaling-stroke; }
@container (min-width: 640px) { .rx-grid.rx-podium-and-maps { grid-template-columns: minmax(0, 5fr) minmax(0, 8fr); } }
.rx-beside > .rx-stack { gap: 12px; }
@container (min-width: 640px) { .rx-grid.rx-beside { grid-template-columns: minmax(0, var(--rx-map)) minmax(190px, 1fr); gap: 12px 16px; }
  .rx-beside .rx-controls { grid-template-columns: minmax(0, 1fr); }
  .rx-beside .rx-control > label { grid-column: 1 / -1; }
  .rx-beside .rx-control input[type="range"] { grid-column: 1; order: 1; } .rx-beside .rx-control input[type="number"] { width: 4.6em; order: 2; } }
.rx-folds { display: flex; flex-wrap: wrap; gap: 0 28px; border-top: 1px solid var(--rx-line); padding-top: 8px; }
.rx-folds > .rx-more { border: 0; padding: 0; min-width: 0; } .rx-folds > .rx-more[open] { flex-basis: 100%; }
.rx-controls:not(:has(> .rx-control:not([hidden]))) { display: none; }
.rx-control[hidden] { display: none; }
.rx-grid.rx-pair { gap: 8px 14px; }
@container (min-width: 560px) { .rx-grid.rx-pair { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@container (max-width: 559px) { .rx-stage { position: sticky; top: var(--rx-top, var(--pst-header-height, 0px)); z-index: 3; background: var(--rx-bg); padding-bottom: 6px; border-bottom: 1px solid var(--rx-line); } }
.rx-relief { position: absolute; left: 0; bottom: 0; width: 100%; border-radius: 8px; pointer-events: none; }
.rx-figure > svg { position: relative; }
.rx-made { stroke: var(--rx-rmsprop); stroke-width: 6; stroke-linecap: butt; }
.rx-arrow { stroke: var(--c); stroke-width: 1.6; fill: none; stroke-linecap: round; stroke-linejoin: round; }
.rx-plain { --c: var(--rx-fg); }
.rx-box { fill: none; stroke: var(--rx-fg); stroke-width: 1.4; stroke-dasharray: 4 3; vector-effect: non-scaling-stroke; }
.rx-more { border-top: 1px solid var(--rx-line); padding-top: 8px; }
.rx-card .rx-more { margin-bottom: 0; }
.rx-more > summary { cursor: pointer; min-height: 32px; display: flex; align-items: center; gap: 6px; width: fit-content; font-size: 0.95em; list-style: none; padding: 0; margin: 0; color: var(--rx-fg); background: none; }
.rx-more > summary::before { content: "▸" / ""; } .rx-more[open] > summary::before { content: "▾" / ""; }
.rx-more > summary::-webkit-details-marker, .rx-more > summary::after { display: none; }
.rx-more > .rx-stack { padding-top: 6px; }
.rx-presets { gap: 6px; } .rx-presets > span { font-size: 0.93em; color: var(--rx-soft); }
.rx-presets .rx-button { min-height: 34px; padding: 3px 11px; font-size: 0.9em; }
.rx-challenges ol { display: grid; gap: 4px 18px; grid-template-columns: minmax(0, 1fr); margin: 0; padding: 0; list-style: none; font-size: 0.9em; counter-reset: rx; }
.rx-challenges li { margin: 0; display: flex; gap: 7px; counter-increment: rx; line-height: 1.35; }
.rx-challenges li::before { content: counter(rx) / ""; flex: none; width: 20px; height: 20px; border-radius: 50%; border: 1.5px solid var(--rx-soft); display: grid; place-items: center; font-size: 0.85em; }
.rx-challenges li[data-met]::before { content: "✓" / ""; background: var(--rx-accent); border-color: var(--rx-accent); color: var(--rx-on-accent); font-weight: 700; }
.rx-tick { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
@container (min-width: 700px) { .rx-challenges ol { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
.rx-warn { color: var(--rx-warn); font-weight: 600; }
.rx-note { color: var(--rx-soft); font-size: 0.9em; }
.rx-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.rx-m-gd { --c: var(--rx-gd); } .rx-m-momentum { --c: var(--rx-momentum); } .rx-m-adagrad { --c: var(--rx-adagrad); }
.rx-m-rmsprop { --c: var(--rx-rmsprop); } .rx-m-adadelta { --c: var(--rx-adadelta); } .rx-m-adam { --c: var(--rx-adam); }
.rx-m-own { --c: var(--rx-own); }
.rx-scrub { cursor: ew-resize; touch-action: pan-y; user-select: none; font-weight: 600; border-bottom: 2px dotted currentColor; padding: 0 1px; }
.rx-scrub[data-changed] { border-bottom-style: solid; } .rx-scrub-before { font-weight: 400; font-size: 0.85em; }
@media print { .rx-scrub { border: 0; font-weight: inherit; } }
@container (max-width: 420px) { .rx-card { padding: 12px 12px 14px; border-radius: 10px; } .rx-button { padding: 5px 10px; } }
@media (forced-colors: active) {
  .rx, .rx[data-mode="dark"] { --rx-bg: Canvas; --rx-fg: CanvasText; --rx-soft: CanvasText; --rx-line: CanvasText; --rx-grid: GrayText;
    --rx-panel: Canvas; --rx-accent: Highlight; --rx-on-accent: HighlightText; --rx-warn: CanvasText; --rx-halo: Canvas; --rx-low: Canvas; }
  .rx-figure > svg, .rx-swatch, .rx-button.rx-primary { forced-color-adjust: none; }
  .rx-segments input:checked + span { outline: 3px solid Highlight; outline-offset: -3px; forced-color-adjust: none; } }
@media print { .rx-bar, .rx-controls { display: none; } .rx-card { break-inside: avoid; } }
`;

function installStyle(el) {
  const root = el.getRootNode();
  const home = root instanceof ShadowRoot ? root : document.head;
  if (!home.querySelector("style[data-rx]")) home.append(html("style", { "data-rx": "" }, CSS));
}

// Light or dark: what lies behind the card decides, whichever theme painted it.
function behind(el) {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["--jp-layout-color0", "--pst-color-background"]) {
    const value = getComputedStyle(document.body).getPropertyValue(name) || style.getPropertyValue(name);
    if (value.trim()) return value.trim();
  }
  for (let node = el; node instanceof Element; node = node.parentElement ?? node.getRootNode().host) {
    const value = getComputedStyle(node).backgroundColor;
    if (value && value !== "transparent" && !/, 0\)$/.test(value)) return value;
  }
  return null;
}

const FORCED = "(forced-colors: active)"; // the user's own colours, instead of every theme's

function isDark(el) {
  const color = matchMedia(FORCED).matches ? "Canvas" : behind(el);
  if (!color) return matchMedia("(prefers-color-scheme: dark)").matches;
  const probe = h("span", { style: `display:none;color:${color}` });
  document.body.append(probe); // el may not be on the page yet, and would have no style there
  const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  probe.remove();
  return 0.299 * r + 0.587 * g + 0.114 * b < 110;
}

function followTheme(root, host) {
  const look = () => {
    const mode = isDark(host) ? "dark" : "light";
    if (root.dataset.mode !== mode) root.dataset.mode = mode;
  };
  const lookTwice = () => {
    look();
    setTimeout(look, 400); // a theme's style sheet may arrive after its name
  };
  lookTwice();
  const observer = new MutationObserver(lookTwice);
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true });
  }
  const media = ["(prefers-color-scheme: dark)", FORCED].map((query) => matchMedia(query));
  for (const query of media) query.addEventListener("change", lookTwice);
  return () => {
    observer.disconnect();
    for (const query of media) query.removeEventListener("change", lookTwice);
  };
}

// ── scales of sliders ───────────────────────────────────────────────────────────────────────────

// A scale maps a slider's whole-number positions to values that are short to write. Each of these makes
// one of the least and the greatest value, which are the setting's.
const short = (value, digits) => Number(value.toPrecision(digits));
export const linear = (step) => (min, max) => ({
  min,
  max,
  positions: Math.round((max - min) / step),
  value: (p) => Number((min + p * step).toFixed(10)),
  position: (value) => (value - min) / step,
});
export const whole = (step) => (min, max) => ({ ...linear(step)(min, max), whole: true });
export const logarithmic = (min, max, perDecade = 20) => ({
  min,
  max,
  positions: Math.round(Math.log10(max / min) * perDecade),
  value: (p) => short(min * 10 ** (p / perDecade), 3),
  position: (value) => Math.log10(value / min) * perDecade,
});
// β: equal distances on the slider are equal factors of 1 − β, and so of the memory 1/(1−β).
export const decay = (min, max, perDecade = 20) => ({
  min,
  max,
  positions: Math.round(-Math.log10(1 - max) * perDecade),
  value: (p) => Number((1 - short(10 ** (-p / perDecade), 2)).toFixed(6)),
  position: (value) => -Math.log10(1 - value) * perDecade,
});
// Zero, then powers of ten with steps between: for ε.
const LEAST = 1e-12;
export const logarithmicOrZero = (min, max, perDecade = 2) => {
  const log = logarithmic(LEAST, max, perDecade);
  return {
    min,
    max,
    positions: log.positions + 1,
    value: (p) => (p === 0 ? 0 : log.value(p - 1)),
    position: (value) => (value <= 0 ? 0 : Math.max(1, log.position(value) + 1)),
  };
};

// ── the card ────────────────────────────────────────────────────────────────────────────────────

// One explorer's frame. `state` holds its settings; controls read and write it and ask for a new
// picture, which is drawn once in the next animation frame however many inputs came before.
export class Card {
  constructor(host, { title, lead, state, onchange, ranges = {}, met = [], onmet }) {
    installStyle(host);
    this.state = state;
    this.onchange = onchange;
    this.ranges = ranges;
    this.scales = {}; // of the sliders, by setting
    this.title = title;
    this.met = new Set(met);
    this.onmet = onmet;
    this.controls = [];
    this.undo = [];
    const name = newId();
    this.root = h("div", { class: "rx" });
    // Lumino's shortcuts (JupyterLab) are for notebook cells, not for someone at a slider.
    this.card = h("div", { class: "rx-card", role: "group", "aria-labelledby": name, "data-lm-suppress-shortcuts": "true", "data-prevent-swipe": "" });
    this.card.append(html("p", { class: "rx-title", id: name }, title));
    if (lead) this.card.append(html("p", { class: "rx-lead" }, lead));
    this.card.addEventListener("keydown", keepKeys);
    this.root.append(this.card);
    host.replaceChildren(this.root);
    this.undo.push(followTheme(this.root, host));
    this.sentence = h("p", { class: "rx-say", role: "status", "aria-live": "polite" });
    const observer = new ResizeObserver(() => {
      if (this.root.clientWidth !== this.width) {
        this.width = this.root.clientWidth;
        this.request({ quiet: true });
      }
    });
    observer.observe(this.root);
    this.undo.push(() => observer.disconnect());
  }

  // The family's style where something of it stands outside the card.
  useStyle(el) {
    installStyle(el);
  }

  // `app`: draw(), describe() → sentence
  start(app) {
    this.app = app;
    this.width = this.root.clientWidth;
    this.draw();
    this.say();
  }

  say() {
    setText(this.sentence, held(this.app.describe()));
  }

  request({ quiet = false } = {}) {
    if (!quiet) this.changed = true;
    this.pending ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.pending = null;
    if (!this.app) return;
    for (const control of this.controls) control.show();
    this.app.draw();
    if (this.player?.running) this.sayQuietly();
    if (this.changed) {
      this.changed = false;
      this.judge?.();
      this.onchange?.({ ...this.state });
      this.sayLater();
    }
  }

  // While a run plays, the sentence keeps step with it, and nothing is read out.
  sayQuietly() {
    if (this.sentence.getAttribute("aria-live") !== "off") this.sentence.setAttribute("aria-live", "off");
    this.say();
  }

  // Read out when the hand rests and nothing plays, not at every frame.
  sayLater() {
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      if (this.player?.running) return;
      if (this.sentence.getAttribute("aria-live") === "off") {
        this.sentence.setAttribute("aria-live", "polite");
        this.sentence.textContent = ""; // what was said quietly is said once aloud
      }
      this.say();
    }, 250);
  }

  update(settings) {
    Object.assign(this.state, settings);
    this.request({ quiet: true });
    this.sayLater();
  }

  receive(data) {
    this.app.receive?.(data);
    this.update({});
  }

  set(key, value) {
    this.state[key] = value;
    this.request();
  }

  destroy() {
    cancelAnimationFrame(this.pending);
    clearTimeout(this.later);
    for (const undo of this.undo) undo();
    this.root.remove();
  }

  // ── controls; each returns its element ──

  // A slider with a field for exact numbers beside it.
  slider(key, { label, scale: scaled, unit = "", off = () => false, digits = 4, name = plain(label) }) {
    const id = newId();
    const { from, to } = this.ranges[key];
    const scale = scaled(from, to);
    this.scales[key] = { scale, name };
    const range = h("input", { type: "range", id, min: 0, max: scale.positions, step: 1 });
    const field = h("input", {
      type: "number", step: "any", inputmode: "decimal", "aria-label": `${name}, exact value`,
    });
    range.addEventListener("input", () => this.set(key, scale.value(Number(range.value))));
    field.addEventListener("input", () => {
      const good = this.accept(field, scale);
      if (good) this.set(key, Number(field.value));
    });
    field.addEventListener("blur", () => {
      if (field.getAttribute("aria-invalid") === "true") {
        clearTimeout(this.later); // the sentence of an earlier change would replace this one
        setText(this.sentence, `${name} must be a ${scale.whole ? "whole number" : "number"} between ${number(scale.min)} and ${number(scale.max)}; it stays at ${number(this.state[key])}.`);
        field.removeAttribute("aria-invalid");
        field.value = this.state[key];
      }
    });
    const box = h("div", { class: "rx-control" }, html("label", { for: id }, label), field, range);
    let shown = null;
    this.controls.push({
      show: () => {
        const value = this.state[key];
        const disabled = off();
        if (shown === `${value} ${disabled}`) return;
        if (document.activeElement !== field) shown = `${value} ${disabled}`;
        const position = String(Math.round(clamp(scale.position(value), 0, scale.positions)));
        if (range.value !== position) range.value = position;
        range.setAttribute("aria-valuetext", number(value, digits) + unit);
        if (document.activeElement !== field) field.value = value;
        range.disabled = field.disabled = disabled;
        box.hidden = disabled; // what plays no part isn't shown
      },
    });
    return box;
  }

  accept(field, scale) {
    const value = Number(field.value);
    const good = field.value.trim() !== "" && value >= scale.min && value <= scale.max && !(scale.whole && value % 1);
    if (good) field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true");
    return good;
  }

  select(key, { label, options, off = () => false, after = () => {} }) {
    const id = newId();
    const list = h("select", { id }, options.map(([value, text]) => h("option", { value }, text)));
    list.addEventListener("change", () => {
      this.set(key, list.value);
      after();
    });
    this.controls.push({
      show: () => {
        if (list.value !== String(this.state[key])) list.value = this.state[key];
        list.disabled = off();
      },
    });
    return h("div", { class: "rx-control" }, html("label", { for: id }, label), list);
  }

  segments(key, { label, options, after = () => {} }) {
    const name = newId();
    const inputs = options.map(([value]) =>
      h("input", { type: "radio", name, value, onchange: () => { this.set(key, value); after(); } }));
    this.controls.push({
      show: () => inputs.forEach((input) => { input.checked = input.value === String(this.state[key]); }),
    });
    return h("fieldset", { class: "rx-segments" }, html("legend", {}, label),
      options.map(([, text], i) => h("label", {}, inputs[i], html("span", {}, text))));
  }

  checkbox(key, { label, off = () => false }) {
    const input = h("input", { type: "checkbox" });
    input.addEventListener("change", () => this.set(key, input.checked));
    this.controls.push({
      show: () => {
        input.checked = Boolean(this.state[key]);
        input.disabled = off();
      },
    });
    const text = html("span", {}, label);
    return h("label", { class: "rx-check" }, input, text);
  }

  // A box to tick for each optimiser; state[key] lists those that are on, in the course's order.
  methods(key, { label = "Optimisers", names = Object.keys(METHODS) } = {}) {
    const boxes = names.map((name) => {
      const input = h("input", { type: "checkbox" });
      input.addEventListener("change", () =>
        this.set(key, names.filter((other) => (other === name ? input.checked : this.state[key].includes(other)))));
      this.controls.push({ show: () => { input.checked = this.state[key].includes(name); } });
      const { key: color, dash, marker } = METHODS[name];
      return h("label", {}, input, html("span", {}, `${swatch(color, dash, marker)} ${name}`));
    });
    return h("fieldset", { class: "rx-segments rx-methods" }, html("legend", { class: "rx-hidden" }, label), boxes);
  }

  // `enabled()` false marks the button, but it stays focusable: focus is never lost.
  button(label, onclick, { primary = false, enabled = () => true, text = null, name = null } = {}) {
    const button = h("button", { type: "button", class: primary ? "rx-button rx-primary" : "rx-button", "aria-label": name });
    setText(button, label);
    button.addEventListener("click", () => enabled() && onclick());
    this.controls.push({
      show: () => {
        if (text) setText(button, text());
        if (enabled()) button.removeAttribute("aria-disabled");
        else button.setAttribute("aria-disabled", "true");
      },
    });
    return button;
  }

  // ── parts of the frame ──

  // What is seldom needed, folded.
  more(...children) {
    return this.fold("More settings", ...children);
  }

  // Folds side by side, as long as they are closed.
  folds(...folds) {
    return h("div", { class: "rx-folds" }, ...folds);
  }

  fold(title, ...children) {
    return h("details", { class: "rx-more" }, h("summary", {}, title), h("div", { class: "rx-stack" }, ...children));
  }

  // The picture, which stays in sight on a phone while one moves what is below it.
  stage(...pictures) {
    return h("div", { class: "rx-stage" }, ...pictures);
  }

  // Buttons that set several things at once: [[label, settings], …]. After each the run is at its end,
  // unless the settings say another time.
  presets(list) {
    return h("div", { class: "rx-bar rx-presets", role: "group", "aria-label": "Try" }, h("span", { "aria-hidden": "true" }, "Try:"),
      list.map(([label, settings]) => this.button(label, () => {
        this.player?.stop();
        Object.assign(this.state, structuredClone(typeof settings === "function" ? settings() : settings));
        this.request();
      })));
  }

  // Three things to bring about: [{id, text, met()}]. Whether one is met is looked at when the learner
  // has changed something; once met it stays so.
  challenges(list) {
    const heard = h("p", { class: "rx-hidden", role: "status" });
    const items = list.map(({ text }) => html("li", {}, `<span class="rx-tick"></span><span>${held(text)}</span>`));
    const head = html("p", { class: "rx-caption" }, "");
    const show = () => {
      list.forEach(({ id }, i) => {
        const met = this.met.has(id);
        items[i].toggleAttribute("data-met", met);
        setText(items[i].firstChild, met ? "✓ done: " : "");
      });
      setText(head, `Challenges: ${list.filter(({ id }) => this.met.has(id)).length} of ${list.length}`);
    };
    this.judge = () => {
      for (const { id, text, met } of list) {
        if (this.met.has(id) || !met()) continue;
        this.met.add(id);
        this.onmet?.(id);
        setText(heard, `Challenge met: ${plain(text)}`);
        show();
      }
    };
    show();
    return h("div", { class: "rx-challenges" }, head, h("ol", {}, items), heard);
  }

  // The buttons of a run in time, and a slider through it. state.t may be a fraction while playing.
  transport({ length, rate = () => 20, unit = "step", back = true }) {
    const player = new Player({
      get: () => this.state.t,
      set: (t) => this.set("t", t),
      length,
      rate,
    });
    this.player = player;
    this.undo.push(() => player.stop());
    player.onstop = () => this.request();
    const go = (t) => {
      player.stop();
      this.set("t", clamp(t, 0, length()));
    };
    const range = h("input", { type: "range", min: 0, step: 1, "aria-label": unit });
    range.addEventListener("input", () => go(Number(range.value)));
    const shown = h("span", { class: "rx-count" });
    this.controls.push({
      show: () => {
        const end = length();
        if (this.state.t > end) this.state.t = end;
        range.max = end;
        const t = Math.floor(this.state.t);
        range.value = t;
        range.setAttribute("aria-valuetext", `${unit} ${t} of ${end}`);
        setText(shown, `${unit} ${t} / ${end}`);
      },
    });
    const atEnd = () => this.state.t >= length();
    return h("div", { class: "rx-bar" },
      this.button("Step", () => go(Math.floor(this.state.t) + 1), { primary: true, enabled: () => !atEnd() }),
      back ? this.button("Back", () => go(Math.ceil(this.state.t) - 1), { enabled: () => this.state.t > 0 }) : null,
      this.button("Play", () => player.toggle(), { text: () => (player.running ? "Pause" : "Play") }),
      this.button("Reset", () => go(0), { enabled: () => this.state.t > 0 || player.running }),
      h("div", { class: "rx-control rx-inline" }, range, shown));
  }
}

const plain = (markup) => html("span", {}, markup).textContent;

// Keys that a control uses stay inside: neither a notebook's shortcuts nor slides that turn.
function keepKeys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "Tab" && event.key !== "Escape") event.stopPropagation();
}

// Time for a run: moves t by `rate` steps a second, one picture a frame. Someone who asked for
// reduced motion sees a dozen still pictures instead.
export class Player {
  constructor({ get, set, length, rate }) {
    Object.assign(this, { get, set, length, rate, running: false });
  }

  toggle() {
    if (this.running) this.stop();
    else this.start();
  }

  start() {
    if (this.get() >= this.length()) this.set(0);
    this.running = true;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      const leap = Math.max(1, Math.round(this.length() / 12));
      this.timer = setInterval(() => this.advance(leap), 700);
      this.set(this.get());
    } else {
      this.last = null;
      this.frame = requestAnimationFrame((now) => this.tick(now));
    }
  }

  tick(now) {
    const seconds = this.last === null ? 1 / 60 : Math.min(0.1, (now - this.last) / 1000);
    this.last = now;
    this.advance(seconds * this.rate());
    if (this.running) this.frame = requestAnimationFrame((next) => this.tick(next));
  }

  advance(steps) {
    const t = this.get() + steps;
    if (t >= this.length()) this.stop();
    this.set(Math.min(t, this.length()));
  }

  stop() {
    if (!this.running) return;
    this.running = false;
    clearInterval(this.timer);
    cancelAnimationFrame(this.frame);
    this.set(this.running ? this.get() : Math.floor(this.get() + 1e-9));
    this.onstop?.();
  }
}

// ── charts ──────────────────────────────────────────────────────────────────────────────────────

const PHONE = 560; // pixels; as in the style above
export const CLIP = "clip-of-the-figure"; // stands for the id of a figure's clip path

// A figure whose drawing is rebuilt as markup at its real width, so that text keeps its size on a
// phone. `label` says what kind of picture it is; the sentence of the card says what is in it.
export class Figure {
  constructor({ label, caption = null, role = "img", describedBy = null }) {
    this.svg = svg("svg", { role, "aria-label": label, "aria-describedby": describedBy });
    this.ground = svg("g");
    this.ink = svg("g");
    this.svg.append(this.ground, this.ink);
    this.clip = newId();
    this.element = h("figure", { class: "rx-figure" });
    this.caption = html("p", { class: "rx-caption" }, caption ?? "");
    if (caption !== null) this.element.append(this.caption);
    this.element.append(this.svg);
  }

  // → {width, height}, in CSS pixels. On a phone a picture is `low`, so that its controls fit below it.
  size(height, { least = 240, low = Infinity } = {}) {
    const width = Math.max(least, this.element.clientWidth || 600);
    const phone = this.element.closest(".rx")?.clientWidth < PHONE;
    const tall = Math.min(phone ? low : Infinity, Math.round(typeof height === "function" ? height(width) : height));
    if (this.width !== width || this.height !== tall) {
      this.svg.setAttribute("viewBox", `0 0 ${width} ${tall}`);
      this.svg.style.height = `${tall}px`;
      Object.assign(this, { width, height: tall });
    }
    return { width, height: tall };
  }

  // `ground` lies below and is made anew only if it changes: axes and other things at rest.
  draw(ink, ground = "") {
    if (ground !== this.drawn) {
      this.drawn = ground;
      this.ground.innerHTML = ground.replaceAll(CLIP, this.clip);
    }
    this.ink.innerHTML = ink.replaceAll(CLIP, this.clip);
  }
}

// A point of a figure that can be dragged, by mouse, finger or arrow keys. `place()` → [x, y] in
// pixels; `move(x, y)` takes pixels; `nudge(right, up)` takes steps of the keys; `value()` →
// {now, min, max, text}. The mouse may begin anywhere in the figure: the point comes at once. A finger
// that begins beside the point moves it as soon as it goes sideways; up and down it scrolls the page.
export class Handle {
  constructor(figure, { label, place, move, nudge, value }) {
    Object.assign(this, { place, value });
    this.element = svg("g", { class: "rx-handle", tabindex: 0, role: "slider", "aria-label": label },
      svg("circle", { class: "rx-grip", r: 22 }), svg("circle", { r: 8 }));
    const to = (event) => {
      const box = figure.svg.getBoundingClientRect();
      move(((event.clientX - box.left) * figure.width) / box.width, ((event.clientY - box.top) * figure.height) / box.height);
    };
    let beside = false;
    figure.svg.addEventListener("pointerdown", (event) => {
      if (event.button > 0) return;
      beside = !this.element.contains(event.target);
      event.preventDefault();
      this.element.focus({ preventScroll: true });
      this.element.setPointerCapture(event.pointerId);
      if (beside && event.pointerType !== "touch") to(event);
    });
    this.element.addEventListener("pointerup", (event) => {
      if (beside && event.pointerType === "touch") to(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) to(event);
    });
    const keys = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
      PageUp: [10, 0], PageDown: [-10, 0], Home: [-1e6, 0], End: [1e6, 0],
    };
    this.element.addEventListener("keydown", (event) => {
      if (!keys[event.key]) return;
      event.preventDefault();
      nudge(...keys[event.key].map((step) => step * (event.shiftKey ? 10 : 1)));
    });
    for (const layer of [figure.ground, figure.ink]) layer.setAttribute("aria-hidden", "true");
    figure.svg.append(this.element);
  }

  show() {
    const [x, y] = this.place();
    const { now, min, max, text } = this.value();
    const told = { transform: `translate(${px(x)},${px(y)})`, "aria-valuenow": now, "aria-valuemin": min, "aria-valuemax": max, "aria-valuetext": text };
    for (const [name, value] of Object.entries(told)) this.element.setAttribute(name, value);
  }
}

// Where a run is at time t, which may lie between two steps; a run that has ended stays at its end.
export function between(values, t) {
  const low = Math.min(Math.floor(t), values.length - 1);
  const high = Math.min(low + 1, values.length - 1);
  const part = t - Math.floor(t);
  return values[low].map((value, i) => (low === high ? value : value + part * (values[high][i] - value)));
}

const FAR = 6000; // pixels; beyond, browsers draw nonsense
const px = (value) => (Number.isFinite(value) ? Math.round(clamp(value, -FAR, FAR) * 100) / 100 : FAR);

// Axes: x and y are {min, max, log?, label?, ticks?, format?}. The label of y stands above it.
export class Axes {
  constructor({ x, y, width, height, left = 46, right = 12, top = y.label ? 22 : 8, bottom = 36 }) {
    Object.assign(this, { left, top, width, height, right: width - right, bottom: height - bottom });
    this.xAxis = x;
    this.yAxis = y;
    this.x = scale(x, left, this.right);
    this.y = scale(y, this.bottom, top);
    this.clip = CLIP;
  }

  frame() {
    const { left, right, top, bottom } = this;
    let out = `<clipPath id="${this.clip}"><rect x="${left}" y="${top - 6}" width="${right - left + 8}" height="${bottom - top + 12}"/></clipPath>`;
    for (const [tick, text] of ticks(this.yAxis, (bottom - top) / 38)) {
      const y = px(this.y(tick));
      out += `<path class="rx-gridline" d="M${left},${y}H${right}"/><text x="${left - 6}" y="${y + 4}" text-anchor="end">${text}</text>`;
    }
    for (const [tick, text] of ticks(this.xAxis, (right - left) / 70)) {
      const x = px(this.x(tick));
      out += `<path class="rx-axis" d="M${x},${bottom}v4"/><text x="${x}" y="${bottom + 17}" text-anchor="middle">${text}</text>`;
    }
    out += `<path class="rx-axis" d="M${left},${top}V${bottom}H${right}"/>`;
    if (this.xAxis.label) out += `<text x="${right}" y="${this.height - 3}" text-anchor="end">${this.xAxis.label}</text>`;
    if (this.yAxis.label) out += `<text x="${left}" y="${top - 9}">${this.yAxis.label}</text>`;
    return out;
  }

  clipped(markup) {
    return `<g clip-path="url(#${this.clip})">${markup}</g>`;
  }

  path(xs, ys, close = "") {
    let d = "";
    for (let i = 0; i < xs.length; i++) {
      d += `${i ? "L" : "M"}${px(this.x(xs[i]))},${px(this.y(ys[i]))}`;
    }
    return d + close;
  }

  line(xs, ys, { kind = "line", dash = null, under = false } = {}) {
    const d = this.path(xs, ys);
    const back = under ? `<path class="rx-under" d="${d}"/>` : "";
    return `${back}<path class="rx-${kind}" d="${d}"${dash ? ` stroke-dasharray="${dashes(dash)}"` : ""}/>`;
  }

  marker(x, y, marker = "o", size = 1) {
    return `<path class="rx-marker" transform="translate(${px(this.x(x))},${px(this.y(y))}) scale(${size})" d="${MARKERS[marker]}"/>`;
  }

  text(x, y, text, { anchor = "start", dx = 0, dy = 0, strong = false } = {}) {
    return `<text class="rx-halo${strong ? " rx-strong" : ""}" x="${px(this.x(x)) + dx}" y="${px(this.y(y)) + dy}" text-anchor="${anchor}">${text}</text>`;
  }
}

function scale({ min, max, log }, from, to) {
  if (!log) return (value) => from + ((value - min) / (max - min)) * (to - from);
  const low = Math.log10(min);
  const high = Math.log10(max);
  return (value) => (value > 0 ? from + ((Math.log10(value) - low) / (high - low)) * (to - from) : from - Math.sign(to - from) * FAR);
}

// [value, text] of about `n` ticks
export function ticks({ min, max, log, ticks: given, format = number }, n) {
  if (given) return given.map((tick) => (Array.isArray(tick) ? tick : [tick, format(tick)]));
  const out = [];
  if (log) {
    const low = Math.ceil(Math.log10(min) - 1e-9);
    const high = Math.floor(Math.log10(max) + 1e-9);
    const every = Math.max(1, Math.ceil((high - low) / Math.max(1, n)));
    for (let e = low; e <= high; e += every) out.push([10 ** e, e >= -2 && e <= 3 ? number(10 ** e) : power(e)]);
    return out;
  }
  const rough = (max - min) / Math.max(1, n);
  const base = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * base).find((s) => s >= rough * 0.999);
  for (let k = Math.ceil(min / step - 1e-9); k * step <= max + step * 1e-9; k++) {
    const tick = Number((k * step).toPrecision(12));
    out.push([tick, format(tick)]);
  }
  return out;
}

// Every index of a list of n, thinned to about `most`, both ends kept.
export function thinned(n, most = 400) {
  const every = Math.max(1, Math.ceil(n / most));
  const out = [];
  for (let i = 0; i < n; i += every) out.push(i);
  if (out.at(-1) !== n - 1) out.push(n - 1);
  return out;
}
