// Choose the winner: one learning rate for everybody, and who wins. `data` is race_runs.json.
import { OBJECTIVES } from "./core.mjs";
import { elevation, relief } from "./map.mjs";
import { defaults } from "./settings.mjs";
import { CLIP, Card, Figure, METHODS, capital, h, html, markerPath, number, setText, swatch } from "./ui.mjs";

const CSS = `
.rx-podium { list-style: none; margin: 0; padding: 0; display: grid; gap: 4px; }
.rx-podium li { margin: 0; padding: 0; }
.rx-rank { font: inherit; font-size: 0.93em; color: var(--rx-fg); width: 100%; min-height: 38px; display: grid; grid-template-columns: 1.4em auto minmax(0, 1fr) auto; gap: 2px 6px; align-items: center;
  text-align: left; padding: 2px 9px; border: 1px solid var(--rx-line); border-radius: 8px; cursor: pointer; background: linear-gradient(var(--rx-low), var(--rx-low)) no-repeat 0 / calc(var(--share) * 100%) 100%, var(--rx-bg); }
.rx-rank .rx-swatch { width: 26px; }
.rx-rank[aria-pressed="true"] { border: 2px solid var(--rx-fg); padding: 1px 8px; }
.rx-podium li:first-child .rx-rank { font-weight: 700; }
.rx-rank small { font-size: 0.9em; font-variant-numeric: tabular-nums; font-weight: 400; }
.rx-maps { display: grid; gap: 8px 10px; grid-template-columns: repeat(auto-fill, minmax(100px, 1fr)); align-content: start; align-items: end; }
.rx-maps .rx-caption { font-weight: 400; font-size: 0.8em; margin: 0; }
`;
const CORRECTED = { key: "rmsprop", dash: [2, 2], marker: "D" };
const lookOf = (method) => METHODS[method] ?? CORRECTED;
const FLOOR = 1e-12; // gaps below are equally good
const BASE = 36;
const GRID = BASE ** 2 - 1;
const DEBUT = 0.25; // seconds a name takes to its new place

export const winner = {
  defaults: defaults("winner"),

  build(host, state, { data, ...options }) {
    const card = new Card(host, {
      title: "Choose the winner",
      lead: `${data.methods.length} optimisers, ${data.races.length} races, one learning rate for all: choose it, and with it who wins. A name shows its paths.`,
      state,
      ...options,
    });
    card.root.prepend(h("style", {}, CSS));
    let solved = null;
    const table = () => {
      const k = indexOf(data, state.rate);
      if (solved?.k !== k) solved = { k, ...standings(data, k) };
      return solved;
    };
    const maps = data.races.map(({ name }) => new Figure({ label: `Path in the race “${name}”`, caption: name }));
    const podium = podiumOf(card, data);
    const placeOf = (method) => table().order.indexOf(method) + 1;
    card.card.append(
      card.slider("rate", { label: "one learning rate <i>η</i> for everybody", scale: recorded(data) }),
      h("div", { class: "rx-grid rx-podium-and-maps" }, podium.element, h("div", { class: "rx-maps" }, maps.map(({ element }) => element))),
      card.presets([0.001, 0.01, 0.1, 1].map((rate) => [`η = ${number(rate)}`, { rate }])),
      card.sentence,
      card.challenges([
        { id: "crown", text: "Crown RMSprop.", met: () => placeOf("RMSprop") === 1 },
        { id: "fall", text: "Push RMSprop down to place 6 or 7.", met: () => placeOf("RMSprop") >= 6 },
        { id: "even", text: "Find a rate at which nobody wins more than three of the races.", met: () => Math.max(...Object.values(table().wins)) <= 3 },
      ]),
      card.fold("How it is counted", h("p", { class: "rx-note" }, "Bars and numbers: the mean place over all races, by the median over starts and seeds; who diverged or never arrived is last. Adadelta has no learning rate. Races with one parameter show θ over the steps, which lie further apart later on.")));
    card.start({
      draw() {
        data.races.forEach((race, i) => prepare(maps[i], race));
        podium.show(table());
        data.races.forEach((race, i) => drawRace(maps[i], race, state.method, table(), i));
      },
      describe: () => describe(data, table(), state),
    });
    return card;
  },
};

// The slider goes from one recorded rate to the next.
const indexOf = ({ rates }, rate) =>
  rates.reduce((best, one, k) => (Math.abs(Math.log(one / rate)) < Math.abs(Math.log(rates[best] / rate)) ? k : best), 0);
const recorded = (data) => (min, max) => ({
  min, max, positions: data.rates.length - 1, value: (p) => data.rates[p], position: (rate) => indexOf(data, rate),
});

const at = (list, k) => (list.length > 1 ? list[k] : list[0]); // Adadelta has one entry

// Places in each race, mean places and races won, at the rate of number k; the best method first.
function standings({ methods, races }, k) {
  const places = races.map(({ score, scores }) => {
    const found = methods.map((method) => {
      const value = at(scores[method], k) ?? Infinity;
      return score === "gap" ? Math.max(value, FLOOR) : value;
    });
    return found.map((value) => (value === Infinity ? methods.length : 1 + found.filter((other) => other < value).length));
  });
  const of = (value) => Object.fromEntries(methods.map((method, m) => [method, value(m)]));
  const mean = of((m) => places.reduce((total, place) => total + place[m], 0) / races.length);
  const wins = of((m) => places.filter((place) => place[m] === 1).length);
  const order = methods.slice().sort((a, b) => mean[a] - mean[b]);
  return { k, places, mean, wins, order };
}

// Names in the order of their places, each a button that shows its paths.
function podiumOf(card, { methods }) {
  const rows = Object.fromEntries(methods.map((method) => {
    const { key, dash, marker } = lookOf(method);
    const place = h("span", {});
    const told = h("small", {});
    const button = h("button", { type: "button", class: "rx-rank" }, place, html("span", {}, swatch(key, dash, marker)), h("span", {}, method), told);
    button.addEventListener("click", () => card.set("method", method));
    return [method, { item: h("li", {}, button), button, place, told }];
  }));
  const element = h("ol", { class: "rx-podium" }, methods.map((method) => rows[method].item));
  let shown = methods.join();
  return {
    element,
    show({ order, mean, wins }) {
      if (shown !== order.join()) move(element, order.map((method) => rows[method].item));
      shown = order.join();
      order.forEach((method, i) => {
        const { button, place, told } = rows[method];
        setText(place, `${i + 1}.`);
        setText(told, `${number(mean[method], 2)}${wins[method] ? `, wins ${wins[method]}` : ""}`);
        button.style.setProperty("--share", (methods.length - mean[method]) / (methods.length - 1));
        button.setAttribute("aria-pressed", String(method === card.state.method));
      });
    },
  };
}

// Put the items into another order; each glides to its place. Focus stays where it was. The places
// are asked for before anything is moved, for the browser has them ready then.
function move(list, items) {
  const before = [...list.children];
  const tops = before.map((item) => item.offsetTop);
  const focused = list.getRootNode().activeElement;
  list.append(...items);
  if (list.contains(focused)) focused.focus({ preventScroll: true });
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  items.forEach((item, i) => {
    const way = tops[before.indexOf(item)] - tops[i];
    if (way) item.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], { duration: 1000 * DEBUT, easing: "ease-out" });
  });
}

// Numbers from 0 to 1, two characters each.
function decoded(text) {
  const out = [];
  for (let i = 0; i < text.length; i += 2) out.push(parseInt(text.slice(i, i + 2), BASE) / GRID);
  return out;
}

const isPlane = (race) => Array.isArray(race.window[0]);

// All that asks the browser for a size or a colour, before anything is drawn: it answers for all
// races at once, and not for each one anew.
function prepare(figure, race) {
  const { width, height } = figure.size((w) => Math.round(w * 0.62), { least: 60 });
  if (!isPlane(race)) return;
  const { loss } = OBJECTIVES[race.landscape](race.settings);
  const [[left, right], [low, high]] = race.window;
  relief(figure, race.name, (x, y) => elevation(loss([left + (x / width) * (right - left), high - (y / height) * (high - low)]), width / (right - left)));
}

function drawRace(figure, race, method, { k, places }, i) {
  const { width, height } = figure;
  const plane = isPlane(race);
  const shares = decoded(at(race.paths[method], k));
  const points = plane
    ? shares.flatMap((share, n) => (n % 2 ? [] : [[share * width, (1 - shares[n + 1]) * height]]))
    : shares.map((share, n) => [(0.03 + (0.94 * n) / (race.marks.length - 1)) * width, (1 - share) * height]);
  let ground = `<clipPath id="${CLIP}"><rect width="${width}" height="${height}" rx="6"/></clipPath>`;
  if (plane) {
    const [[left, right], [low, high]] = race.window;
    const spot = [((race.minimum[0] - left) / (right - left)) * width, ((high - race.minimum[1]) / (high - low)) * height];
    ground += `<path class="rx-curve" d="M${spot[0] - 4},${spot[1]}h8m-4,-4v8"/>`;
  } else {
    const [low, high] = race.window;
    const y = ((high - race.minimum) / (high - low)) * height;
    ground += `<rect width="${width}" height="${height}" rx="6" fill="var(--rx-panel)"/><path class="rx-reference" d="M0,${y}H${width}"/>`;
  }
  const { key, dash, marker } = lookOf(method);
  const d = `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`;
  const [x, y] = points.at(-1);
  const place = places[i][Object.keys(race.scores).indexOf(method)];
  const gone = points.length < race.marks.length;
  figure.draw(`<g clip-path="url(#${CLIP})"><g class="rx-m-${key}"><path class="rx-under" d="${d}"/><path class="rx-line" style="stroke-width:1.7" d="${d}"${dash ? ` stroke-dasharray="${dash.map((value) => 1.7 * value).join(" ")}"` : ""}/>` +
    `<path class="rx-marker" transform="translate(${Math.min(width - 6, Math.max(6, x)).toFixed(1)},${Math.min(height - 6, Math.max(6, y)).toFixed(1)})" d="${markerPath(marker)}"/></g>` +
    (gone ? `<text class="rx-strong rx-halo" style="font-size:11px" x="${width - 5}" y="${height - 6}" text-anchor="end">✗ left the map</text>` : "") +
    `<text class="rx-strong rx-halo" style="font-weight:700" x="6" y="${plane || gone ? 15 : height - 6}">${place}.</text></g>`, ground);
}

function describe({ methods, races, rates }, { k, order, mean, wins, places }, { method }) {
  const [first, ...rest] = order;
  const m = methods.indexOf(method);
  const won = races.filter((_, i) => places[i][m] === 1).map(({ name }) => name);
  return `At η = ${number(rates[k], 3)} ${first} wins with a mean place of ${number(mean[first], 2)} (${wins[first]} of ${races.length} races won), ` +
    `before ${rest.map((other) => `${other} (${number(mean[other], 2)})`).join(", ")}. ${capital(method)} ${won.length ? `wins: ${won.join(", ")}` : "wins no race"}.`;
}
