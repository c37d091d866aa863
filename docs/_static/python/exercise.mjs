// An exercise: its stub in an editor, checked as in JupyterLab; what passed is remembered.
import { Cell } from "./cell.mjs";
import { h, html, keep, kept, mount } from "./course.mjs";
import { importsOf } from "./scratch.mjs";

export function exercise(place) {
  const { exercise: name, code: stub, valley } = place.dataset;
  for (const cell of document.querySelectorAll(`.tag_exercise-${name}`)) cell.hidden = true;
  const mine = () => kept().exercises[name] ?? {};
  const remember = (what) => keep("exercises", name, { ...mine(), ...what });
  const solved = h("span", { class: "rp-solved" });
  const cell = new Cell(place, {
    title: `<code>${name}</code>`,
    label: `Your code for ${name}`,
    run: "Run and check",
    code: mine().code ?? stub,
    change: (code) => remember({ code }),
    request: () => ["check", { name, code: cell.editor.code, imports: importsOf() }],
    answered({ verdict }) {
      if (!verdict) return;
      cell.verdict.replaceChildren(html("div", {}, verdict.html));
      if (verdict.passed) remember({ done: true });
    },
  });
  cell.card.querySelector(".rx-title").append(" ", solved);
  const mark = () => solved.textContent = mine().done ? "✓ solved" : "";
  addEventListener("rmsprop-kept", mark);
  mark();
  cell.bar.append(h("button", { type: "button", class: "rx-button", onclick: () => reset(cell, stub) }, "Reset"));
  if (valley !== undefined) addValley(cell, name);
}

// Back to the stub; undo brings one's own back.
function reset(cell, stub) {
  cell.clear();
  cell.editor.code = stub;
}

// The learner's optimiser in the valley, beside the course's. It follows the explorer's settings;
// while one run is computed, only the newest settings wait.
function addValley(cell, name) {
  const host = h("div", { class: "rp-valley" });
  let explorer = null;
  let own = null;
  let next = null;
  let working = false;
  const stale = (settings) =>
    !own || Object.entries(own.settings).some(([key, value]) => JSON.stringify(settings[key]) !== JSON.stringify(value));
  const follow = async (settings) => {
    next = settings;
    if (working) return;
    working = true;
    while (next) {
      const args = { name, code: cell.editor.code, settings: next };
      next = null;
      const answer = await cell.ask("walk", args);
      if (answer.failed) cell.fail(answer.failed);
      if (!answer.settings) break;
      own = answer;
      explorer.receive({ own });
    }
    working = false;
  };
  const show = () => {
    if (!explorer) {
      explorer = mount(host, "valley", { shown: ["RMSprop"] }, { onchange: (settings) => stale(settings) && follow(settings) });
      host.scrollIntoView({ block: "nearest" });
    }
    follow(explorer.settings);
  };
  cell.bar.append(h("button", { type: "button", class: "rx-button", onclick: show }, "Run in the valley"));
  cell.card.append(host);
}
