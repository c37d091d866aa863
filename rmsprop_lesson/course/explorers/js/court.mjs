// The court: claims of three documents as tiles. One judges, says how sure one is, sees what was
// measured, and in the end how well one knows what one knows. `data` is course.court.board().
import { SETTINGS, defaults } from "./settings.mjs";
import { Axes, Card, Figure, count, h, html, newId, number, setText } from "./ui.mjs";

const CSS = `
.rx-documents { display: grid; gap: 8px 20px; }
@container (min-width: 640px) { .rx-documents { grid-template-columns: repeat(2, minmax(0, 1fr)); } .rx-documents > :first-child { grid-column: 1 / -1; } }
.rx-tiles { display: flex; flex-wrap: wrap; gap: 4px; margin: 0; padding: 0; list-style: none; }
.rx-tiles li { margin: 0; padding: 0; }
.rx-tile { font: inherit; font-size: 0.87em; width: 46px; min-height: 34px; padding: 0; border-radius: 6px; border: 1px solid var(--rx-soft); background: var(--rx-bg); color: var(--rx-fg); cursor: pointer; }
.rx-tile[data-right] { background: var(--rx-low); border-color: var(--rx-accent); }
.rx-tile[data-wrong] { border: 2px dashed var(--rx-warn); }
.rx-tile[aria-current] { outline: 3px solid var(--rx-fg); outline-offset: -1px; font-weight: 700; }
.rx-tile:focus-visible { outline: 3px solid var(--rx-accent); outline-offset: 2px; }
.rx-case { border: 1px solid var(--rx-line); border-radius: 10px; padding: 12px 14px; display: grid; gap: 10px; }
.rx-claim { font-size: 1.08em; }
.rx-finding td { text-align: left !important; white-space: normal !important; } .rx-finding th { white-space: normal !important; }
`;
const LEVELS = SETTINGS.court.sure["one of"];
const WORDS = ["25 %, a guess", "50 %", "75 %", "95 %, sure"];
const ENOUGH = 10; // verdicts from which the calibration is shown by itself

export const court = {
  defaults: defaults("court"),

  build(host, state, { data, ...options }) {
    const card = new Card(host, {
      title: "The court",
      lead: `${data.claims.length} claims about RMSprop. Judge one, and say how sure you are: then you see what was measured.`,
      state,
      ...options,
    });
    card.root.prepend(h("style", {}, CSS));
    const tiles = tilesOf(card, data);
    const bench = benchOf(card, data);
    const figure = new Figure({ label: "How often your verdicts were right, by how sure you were", caption: "Right, by how sure you were" });
    const calibration = card.fold("How well do you know what you know?", figure.element, h("p", { class: "rx-note" }));
    const judged = () => verdicts(data, state);
    card.card.append(tiles.element, bench.element, card.sentence,
      card.challenges([
        { id: "ten", text: "Judge ten claims.", met: () => judged().length >= ENOUGH },
        { id: "document", text: "Judge all claims of document B or C.", met: () => ["B", "C"].some((letter) => ofDocument(data, letter).every(({ id }) => state.given[id])) },
        { id: "calibrated", text: "After 20 verdicts or more, be right about as often as you think you are (to 0.1).", met: () => isCalibrated(judged()) },
      ]),
      calibration);
    let opened = false;
    card.start({
      draw() {
        tiles.show();
        bench.show();
        const rows = levels(judged());
        drawCalibration(figure, rows);
        setText(calibration.querySelector(".rx-note"), verdictOnYou(judged()));
        if (!opened && judged().length >= ENOUGH) calibration.open = opened = true;
      },
      describe: () => describe(data, state, judged()),
    });
    return card;
  },
};

const ofDocument = ({ claims }, letter) =>
  claims.filter(({ id }) => id.startsWith(letter)).sort((a, b) => a.id.slice(1) - b.id.slice(1));
const find = ({ claims }, id) => claims.find((claim) => claim.id === id);

// The verdicts given, as {claim, right, sure}.
const verdicts = ({ claims }, { given }) =>
  claims.filter(({ id, choices }) => choices[given[id]?.choice]).map((claim) => ({
    claim, right: claim.choices[given[claim.id].choice].right, sure: given[claim.id].sure,
  }));

const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;
const share = (judged) => mean(judged.map(({ right }) => Number(right)));
const sureOnes = (judged) => judged.filter(({ sure }) => LEVELS.includes(sure));

function isCalibrated(judged) {
  const said = sureOnes(judged);
  return said.length >= 20 && Math.abs(mean(said.map(({ sure }) => sure)) - share(said)) <= 0.1;
}

// How many were given at each level, and how many of them were right.
const levels = (judged) => LEVELS.map((level) => {
  const mine = judged.filter(({ sure }) => sure === level);
  return { level, n: mine.length, right: mine.filter(({ right }) => right).length };
});

// A tile for each claim, by document; the arrow keys go from one to the next.
function tilesOf(card, data) {
  const all = [];
  const groups = Object.entries(data.documents).map(([letter, what]) => {
    const name = newId();
    const mine = ofDocument(data, letter).map(({ id }) => {
      const tile = h("button", { type: "button", class: "rx-tile" });
      tile.addEventListener("click", () => open(card, data, id));
      all.push({ id, tile });
      return h("li", {}, tile);
    });
    return h("div", {}, h("p", { class: "rx-note", id: name }, `Document ${letter}: ${what}`), h("ul", { class: "rx-tiles", "aria-labelledby": name }, mine));
  });
  const element = h("div", { class: "rx-documents" }, groups);
  element.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const at = all.findIndex(({ id }) => id === card.state.claim);
    const next = all[Math.min(all.length - 1, Math.max(0, at + way))];
    open(card, data, next.id);
    next.tile.tabIndex = 0;
    next.tile.focus();
  });
  return {
    element,
    show() {
      const { given, claim } = card.state;
      for (const { id, tile } of all) {
        const chosen = find(data, id).choices[given[id]?.choice];
        setText(tile, `${chosen ? (chosen.right ? "✓" : "✗") : ""}${id}`);
        tile.toggleAttribute("data-right", chosen?.right === true);
        tile.toggleAttribute("data-wrong", chosen?.right === false);
        tile.setAttribute("aria-label", `${id}, ${chosen ? (chosen.right ? "judged rightly" : "judged wrongly") : "open"}`);
        if (id === claim) tile.setAttribute("aria-current", "true");
        else tile.removeAttribute("aria-current");
        tile.tabIndex = id === claim ? 0 : -1;
      }
    },
  };
}

function open(card, data, id) {
  card.state.choice = card.state.sure = null;
  card.set("claim", id);
}

// The claim that is open: the question, or what was measured.
function benchOf(card, data) {
  const { state } = card;
  const claim = h("p", { class: "rx-claim" });
  const body = h("div", { class: "rx-stack" });
  let shown = null;
  let ask = null;
  const judge = () => {
    state.given = { ...state.given, [state.claim]: { choice: state.choice, sure: state.sure } };
    state.choice = state.sure = null;
    card.request();
  };
  return {
    element: h("div", { class: "rx-case", role: "group", "aria-label": "The claim that is open" }, claim, body),
    show() {
      const { id, claim: text, ...about } = find(data, state.claim);
      const verdict = state.given[id];
      const now = `${id} ${verdict?.choice}`;
      if (shown !== now) {
        const had = body.contains(body.getRootNode().activeElement);
        const judged = about.choices[verdict?.choice];
        claim.replaceChildren(h("b", {}, `${id} `), `“${text}”`);
        ask = judged ? null : question(card, about, judge);
        body.replaceChildren(...(ask ? ask.nodes : finding(card, data, about, judged)));
        if (had) body.querySelector("button").focus();
        shown = now;
      }
      ask?.show();
    },
  };
}

// Choices without Card's controls, for these come and go with each claim.
function radios(card, key, label, options) {
  const name = newId();
  const inputs = options.map(([value]) => h("input", { type: "radio", name, value, onchange: () => card.set(key, value) }));
  return {
    element: h("fieldset", { class: "rx-segments" }, h("legend", {}, label), options.map(([, text], i) => h("label", {}, inputs[i], h("span", {}, text)))),
    show: () => inputs.forEach((input, i) => { input.checked = options[i][0] === card.state[key]; }),
  };
}

function question(card, { choices }, judge) {
  const { state } = card;
  const verdict = radios(card, "choice", "Your verdict", choices.map(({ text }, i) => [i, text]));
  const sure = radios(card, "sure", "How sure are you?", LEVELS.map((level, i) => [level, WORDS[i]]));
  const ready = () => state.choice !== null && state.sure !== null;
  const button = h("button", { type: "button", class: "rx-button rx-primary", onclick: () => ready() && judge() }, "Judge");
  return {
    nodes: [verdict.element, sure.element, h("div", { class: "rx-bar" }, button)],
    show() {
      verdict.show();
      sure.show();
      if (ready()) button.removeAttribute("aria-disabled");
      else button.setAttribute("aria-disabled", "true");
    },
  };
}

function finding(card, data, { rows, holds, shown, reference, choices }, judged) {
  const right = choices.find((choice) => choice.right);
  const head = html("p", {}, judged.right ? "<b>✓ Right.</b> " : "<b>✗ Not right.</b> ");
  head.append(`${judged.feedback} The verdict: ${right.text}.`);
  const table = h("table", { class: "rx-finding" }, h("caption", { class: "rx-hidden" }, "What was measured"),
    h("tbody", {}, rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)))));
  const order = Object.keys(data.documents).flatMap((letter) => ofDocument(data, letter));
  const at = order.findIndex(({ id }) => id === card.state.claim);
  const next = [...order.slice(at), ...order.slice(0, at)].find(({ id }) => !card.state.given[id]);
  const on = next && h("button", { type: "button", class: "rx-button rx-primary", onclick: () => open(card, data, next.id) }, `Next: ${next.id}`);
  const again = h("button", { type: "button", class: "rx-button", onclick: () => reopen(card) }, "Judge again");
  return [head, h("div", { class: "rx-scroll", tabindex: 0, role: "region", "aria-label": "What was measured", style: "max-height:190px" }, table),
    h("p", {}, holds), h("p", { class: "rx-note" }, `Shown in ${shown}. ${reference}.`), h("div", { class: "rx-bar" }, on, again)];
}

function reopen(card) {
  const { [card.state.claim]: _, ...others } = card.state.given;
  card.set("given", others);
}

function drawCalibration(figure, rows) {
  const { width, height } = figure.size(190);
  const percent = (value) => `${Math.round(100 * value)} %`;
  const axes = new Axes({ width, height, x: { min: 0, max: 1, label: "how sure", ticks: LEVELS.map((level) => [level, percent(level)]) }, y: { min: 0, max: 1, label: "share right", ticks: [0, 0.5, 1].map((tick) => [tick, percent(tick)]) } });
  const dots = rows.filter(({ n }) => n).map(({ level, n, right }) =>
    `<circle class="rx-marker" style="--c:var(--rx-accent)" cx="${axes.x(level)}" cy="${axes.y(right / n)}" r="${4 + 2 * Math.sqrt(n)}"/>` +
    `<text class="rx-strong rx-halo" x="${axes.x(level) - 12}" y="${axes.y(right / n) + (right ? 16 : -10)}" text-anchor="end">${right} of ${n}</text>`).join("");
  figure.draw(dots, axes.frame() + axes.line([0, 1], [0, 1], { kind: "reference" }));
}

function verdictOnYou(judged) {
  const said = sureOnes(judged);
  if (!said.length) return "Here you will see whether you are right as often as you think: on the dashed line, one is.";
  const sure = mean(said.map((verdict) => verdict.sure));
  const found = share(said);
  const words = Math.abs(sure - found) <= 0.1 ? "about as often as you think" : found < sure ? "less often than you think" : "more often than you think";
  return `Over ${count(said.length, "verdict")} you were ${number(100 * sure, 3)} % sure on average, and ${number(100 * found, 3)} % were right: ${words}.`;
}

function describe(data, { claim, choice, sure, given }, judged) {
  const chosen = find(data, claim).choices[given[claim]?.choice];
  const right = judged.filter((verdict) => verdict.right).length;
  const all = `${judged.length} of ${data.claims.length} claims judged, ${right} rightly.`;
  if (chosen) return `${claim}: ${chosen.right ? "right" : "not right"}. ${all}${judged.length === data.claims.length ? ` ${verdictOnYou(judged)}` : ""}`;
  const left = [choice === null && "a verdict", sure === null && "how sure you are"].filter(Boolean);
  return `${claim} is open${left.length ? `: choose ${left.join(" and ")}` : ": judge it"}. ${all}`;
}
