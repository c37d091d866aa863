// Explorer 5: recorded trainings of a small network; `data` is rmsprop_lesson/course/explorers/mnist_runs.json.
import { defaults } from "./settings.mjs";
import { Axes, Card, Figure, METHODS, capital, clamp, h, html, newId, number, swatch } from "./ui.mjs";

const CSS = `
.rx-runs td { padding: 1px 2px !important; } .rx-runs th { padding-block: 2px !important; } .rx-runs th:first-child { position: sticky; left: 0; background: var(--rx-bg); z-index: 2; }
.rx-run { font: inherit; color: var(--rx-fg); width: 100%; min-width: 44px; min-height: 28px; padding: 1px 4px; border: 1px solid transparent; border-radius: 6px; cursor: pointer;
  background: color-mix(in srgb, var(--rx-accent) calc(var(--share) * 42%), var(--rx-bg)); }
.rx-run[aria-pressed="true"] { border: 3px solid var(--rx-fg); font-weight: 700; }
.rx-digits { display: grid; grid-template-columns: repeat(auto-fill, minmax(76px, 1fr)); gap: 8px; list-style: none; margin: 0; padding: 0; }
.rx-digits li { margin: 0; padding: 5px; border: 1px solid var(--rx-line); border-radius: 8px; text-align: center; font-size: 0.87em; font-variant-numeric: tabular-nums; }
.rx-digits li[data-wrong] { border: 2px dashed var(--rx-warn); padding: 4px; }
.rx[data-mode="dark"] .rx-digits canvas { filter: invert(1); }
.rx-digits canvas { width: 100%; max-width: 70px; background: #fff; border-radius: 4px; display: block; margin: 0 auto 3px; image-rendering: pixelated; }
`;

export const mnist = {
  defaults: defaults("mnist"),

  build(host, state, { data, ...options }) {
    const card = new Card(host, {
      title: "Training on handwritten digits",
      lead: `A ${data.sizes.join("-")} network, ${data.train_images} digits, mini-batches of ${data.batch}. Choose a run by its accuracy in per cent.`,
      state,
      ...options,
    });
    card.root.prepend(h("style", {}, CSS));
    const run = () => find(data, state);
    const loss = new Figure({ label: "The loss during the training, on a logarithmic axis", caption: "Loss of the mini-batches" });
    const accuracy = new Figure({ label: "Accuracy on training and test digits after each epoch", caption: "Accuracy" });
    const table = runTable(card, data);
    const digits = gallery(data);
    card.card.append(
      h("div", { class: "rx-scroll", style: "max-height:none" }, table.element),
      card.transport({ length: () => data.epochs, rate: () => 1, unit: "epoch" }),
      card.stage(h("div", { class: "rx-grid rx-half" }, loss.element, accuracy.element)),
      card.sentence,
      card.challenges([
        { id: "best", text: "Find the run that is best on the test digits in the end.", met: () => last(run(), data.epochs) === Math.max(...data.runs.map((one) => last(one, data.epochs) ?? 0)) },
        { id: "gap", text: "Find a run that ends 6 points better on the training digits than on the test digits.", met: () => run().test.length === data.epochs && run().train.at(-1) - run().test.at(-1) >= 0.06 },
        { id: "worse", text: "Find a run that ends 5 points worse than it once was.", met: () => run().test.length === data.epochs && Math.max(...run().test) - run().test.at(-1) >= 0.05 },
      ]),
      card.folds(
        card.fold("What it takes 24 digits for", html("p", { class: "rx-caption" }, "What the network takes each digit for, and how sure it is; the last four are the hardest"), digits.element),
        card.fold("Pale lines", card.segments("compare", { label: "Pale lines for comparison", options: [["rates", "other rates"], ["methods", "other optimisers, at their best rates"]] }),
          html("p", { class: "rx-note" }, "Strong line: the chosen run. Accuracy: with markers on test digits, grey dashes on training digits."))));
    card.start({
      draw() {
        table.show();
        drawLoss(loss, data, run(), state);
        drawAccuracy(accuracy, data, run(), state);
        digits.show(run(), Math.floor(state.t));
      },
      describe: () => describe(data, run(), state),
    });
    return card;
  },
};

const same = (run, method, rate) => run.method === method && (run.rate === null || run.rate === rate);
const find = (data, { method, rate }) => data.runs.find((run) => same(run, method, rate)) ?? data.runs[0];
const lookOf = (run) => METHODS[run.method];
const last = (run, epoch) => run.test[Math.min(epoch, run.test.length) - 1];
const percent = (share) => (share === undefined ? "–" : (100 * share).toFixed(1));
const named = (run) => (run.rate === null ? run.method : `${run.method}, η = ${number(run.rate)}`);
const best = (data, method) =>
  data.runs.filter((run) => run.method === method).reduce((a, b) => ((b.test.at(-1) ?? 0) > (a.test.at(-1) ?? 0) ? b : a));

// A button a run; the arrow keys go from one to the next, and one of them takes part in tabbing.
function runTable(card, data) {
  const methods = [...new Set(data.runs.map((run) => run.method))];
  const cells = data.runs.map((run) => {
    const button = h("button", { type: "button", class: "rx-run" });
    button.addEventListener("click", () => choose(run));
    return { run, button };
  });
  const choose = ({ method, rate }) => {
    card.state.method = method;
    card.set("rate", rate ?? card.state.rate);
  };
  const row = (method) => cells.filter(({ run }) => run.method === method);
  const rows = methods.map((method) => {
    const look = METHODS[method];
    const mine = row(method);
    const columns = mine.length === 1 ? data.rates.length : 1;
    return h("tr", {}, html("th", { scope: "row" }, `${swatch(look.key, look.dash, look.marker)} ${method}`),
      mine.map(({ button }) => h("td", { colspan: columns > 1 ? columns : null }, button)));
  });
  const head = h("tr", {}, html("th", { scope: "col" }, "<i>η</i> ="), data.rates.map((rate) => html("th", { scope: "col", style: "text-align:center" }, number(rate))));
  const caption = html("caption", { class: "rx-hidden" }, "Test accuracy in per cent of each run; arrow keys move between the runs");
  const element = h("table", { class: "rx-runs" }, caption, h("thead", {}, head), h("tbody", {}, rows));
  element.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    const { method } = find(data, card.state);
    const to = row(methods[clamp(methods.indexOf(method) + move[0], 0, methods.length - 1)]);
    const column = data.rates.indexOf(card.state.rate) + (row(method).length > 1 || move[0] ? move[1] : 0);
    const cell = to[clamp(to.length > 1 ? column : 0, 0, to.length - 1)];
    choose(cell.run);
    cell.button.tabIndex = 0;
    cell.button.focus();
  });
  let seen = null;
  return {
    element,
    show() {
      const epoch = Math.floor(card.state.t);
      const now = find(data, card.state);
      for (const { run, button } of cells) {
        const reached = epoch ? last(run, epoch) : undefined;
        const ended = run.diverged_at !== null && run.test.length < epoch;
        const text = ended ? "diverged" : percent(reached);
        if (button.textContent !== text) button.textContent = text;
        button.style.setProperty("--share", reached ?? 0);
        button.setAttribute("aria-pressed", String(run === now));
        button.setAttribute("aria-label", `${named(run)}: ${ended ? `diverged at step ${run.diverged_at}` : epoch ? `${percent(reached)} per cent` : "not trained"}`);
        button.tabIndex = run === now ? 0 : -1;
      }
      if (seen !== now) bringIntoView(cells.find(({ run }) => run === now).button.parentElement, element);
      seen = now;
    },
  };
}

// Scroll a table, and not the page, until one of its cells can be seen beside the rows' names.
function bringIntoView(cell, table) {
  const names = table.rows[0].cells[0].offsetWidth;
  const end = cell.offsetLeft + cell.offsetWidth;
  const box = table.parentElement;
  box.scrollLeft = clamp(box.scrollLeft, end - box.clientWidth, Math.max(0, cell.offsetLeft - names));
}

function others(data, run, { compare }) {
  if (compare === "rates") return data.runs.filter((other) => other.method === run.method && other !== run);
  const methods = [...new Set(data.runs.map(({ method }) => method))].filter((method) => method !== run.method);
  return methods.map((method) => best(data, method));
}

const cursor = (axes, t) => `<path class="rx-axis" stroke-dasharray="2 3" d="M${axes.x(t)},${axes.top}V${axes.bottom}"/>`;

function drawLoss(figure, data, run, state) {
  const { width, height } = figure.size(188, { low: 150 });
  const axes = new Axes({ width, height, x: { min: 0, max: data.epochs, label: "epoch" }, y: { min: 0.03, max: 30, log: true } });
  const xs = (values) => values.map((_, i) => (i + 0.5) / data.per_epoch);
  const shown = (values) => values.map((value) => clamp(value, 0.03, 30));
  const curve = (one, opacity) =>
    `<g class="rx-m-${lookOf(one).key}" opacity="${opacity}">${axes.line(xs(one.loss), shown(one.loss), { dash: lookOf(one).dash })}</g>`;
  let ink = others(data, run, state).map((other) => curve(other, 0.38)).join("") + curve(run, 1);
  const i = clamp(Math.round(state.t * data.per_epoch - 0.5), 0, run.loss.length - 1);
  ink += `<g class="rx-m-${lookOf(run).key}">${axes.marker((i + 0.5) / data.per_epoch, shown(run.loss)[i], lookOf(run).marker, 1.3)}</g>`;
  figure.draw(axes.clipped(cursor(axes, state.t) + ink), axes.frame());
}

function drawAccuracy(figure, data, run, state) {
  const { width, height } = figure.size(188, { low: 150 });
  const axes = new Axes({ width, height, x: { min: 0, max: data.epochs, label: "epoch" }, y: { min: 0, max: 1, ticks: [[0, "0"], [0.25, "25"], [0.5, "50"], [0.75, "75"], [1, "100 %"]] } });
  const epochs = (values) => values.map((_, i) => i + 1);
  const test = (one, opacity) =>
    `<g class="rx-m-${lookOf(one).key}" opacity="${opacity}">${axes.line(epochs(one.test), one.test, { dash: lookOf(one).dash })}</g>`;
  let ink = others(data, run, state).map((other) => test(other, 0.38)).join("") + test(run, 1);
  ink += axes.line(epochs(run.train), run.train, { kind: "reference" });
  ink += `<g class="rx-m-${lookOf(run).key}">${run.test.map((value, i) => axes.marker(i + 1, value, lookOf(run).marker, i + 1 === Math.floor(state.t) ? 1.6 : 1)).join("")}</g>`;
  figure.draw(axes.clipped(cursor(axes, state.t) + ink), axes.frame());
}

// Grey values of all digits: four bits each, two pixels a byte.
function greys(pixels) {
  const bytes = atob(pixels);
  return Array.from({ length: 2 * bytes.length }, (_, i) => (bytes.charCodeAt(i >> 1) >> (i % 2 ? 0 : 4)) & 15);
}

function paint(canvas, values) {
  canvas.width = canvas.height = 28;
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  values.forEach((value, i) => image.data.set([255 - 17 * value, 255 - 17 * value, 255 - 17 * value, 255], 4 * i));
  context.putImageData(image, 0, 0);
}

function gallery(data) {
  const values = greys(data.pixels);
  const cells = [...data.labels].map((label, i) => {
    const canvas = h("canvas", { "aria-hidden": "true" });
    paint(canvas, values.slice(784 * i, 784 * (i + 1)));
    const text = h("span", {});
    return { label, text, element: h("li", {}, canvas, text) };
  });
  return {
    element: h("ul", { class: "rx-digits", id: newId() }, cells.map(({ element }) => element)),
    show(run, epoch) {
      const at = Math.min(epoch, run.guesses.length - 1);
      cells.forEach(({ label, text, element }, i) => {
        const guess = run.guesses[at][i];
        const sure = Number(run.sure[at].slice(2 * i, 2 * i + 2));
        const words = guess === label ? `✓ ${guess}, ${sure}\u00a0%` : `✗ ${guess} for ${label}, ${sure}\u00a0%`;
        if (text.textContent !== words) text.textContent = words;
        element.toggleAttribute("data-wrong", guess !== label);
      });
    },
  };
}

function describe(data, run, { t }) {
  const epoch = Math.floor(t);
  const at = Math.min(epoch, run.guesses.length - 1);
  const right = [...data.labels].filter((label, i) => run.guesses[at][i] === label).length;
  const digits = `${right} of the ${data.labels.length} digits are taken for what they are`;
  if (epoch === 0) return `${capital(named(run))}, before the training: ${digits}.`;
  if (run.test.length < epoch) return `${capital(named(run))}: the training diverged at step ${run.diverged_at}. Before that, ${digits}.`;
  const i = Math.min(epoch * data.per_epoch, run.loss.length) - 1;
  const top = best(data, run.method);
  const rival = top === run ? " No other rate here takes this optimiser further." : ` At its best rate here, ${number(top.rate)}, this optimiser ends at ${percent(top.test.at(-1))} %.`;
  return (
    `${capital(named(run))}, after ${epoch === 1 ? "1 epoch" : `${epoch} epochs`}: loss ${number(run.loss[i], 3)}, ${percent(run.train[epoch - 1])} % of the training digits and ` +
    `${percent(run.test[epoch - 1])} % of the test digits are right; ${digits}.${run.rate === null ? " Adadelta has no learning rate to choose." : rival}`
  );
}
