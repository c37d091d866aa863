// An exercise: its stub in an editor, checked as in JupyterLab; what passed is remembered.
import { Cell } from "./cell.mjs";
import { h, html, keep, kept, mount, setText } from "./course.mjs";
import { importsOf } from "./scratch.mjs";

export function exercise(place) {
  const { exercise: name, code: stub, valley } = place.dataset;
  for (const cell of document.querySelectorAll(`.tag_exercise-${name}`)) cell.hidden = true;
  const mine = () => kept().exercises[name] ?? {};
  const remember = (what) => keep("exercises", name, { ...mine(), ...what });
  const cell = new Cell(place, {
    title: `<code>${name}</code>`,
    label: `Your code for ${name}`,
    run: "Run and check",
    code: mine().code ?? stub,
    change: (code) => remember({ code }),
    request: () => ["check", { name, code: cell.editor.code, imports: importsOf() }],
    answered({ verdict }) {
      if (verdict) cell.verdict.replaceChildren(html("div", {}, verdict.html));
      if (verdict?.passed) remember({ done: true, passed: cell.editor.code });
      walker?.refresh();
    },
  });
  const reset = () => {
    cell.clear();
    cell.editor.code = stub; // undo brings one's own back
  };
  cell.bar.append(h("button", { type: "button", class: "rx-button", onclick: reset }, "Reset"));
  const walker = valley === undefined ? null : new Walker(cell, name);
  const solved = h("span", { class: "rp-solved" });
  cell.card.querySelector(".rx-title").append(solved);
  const mark = () => setText(solved, mine().done ? " ✓ solved" : "");
  addEventListener("rmsprop-kept", mark);
  mark();
}

// The learner's optimiser in the valley, beside the course's. It follows the explorer's settings;
// while one run is computed, only the newest settings wait.
class Walker {
  constructor(cell, name) {
    Object.assign(this, { cell, name, own: null, next: null, working: false });
    this.host = h("div", { class: "rp-valley" });
    cell.bar.append(h("button", { type: "button", class: "rx-button", onclick: () => this.open() }, "Run in the valley"));
    cell.card.append(this.host);
  }

  open() {
    this.explorer ??= mount(this.host, "valley", { shown: ["RMSprop"] }, {
      onchange: (settings) => this.stale(settings) && this.follow(settings),
    });
    this.refresh();
    this.host.scrollIntoView({ block: "nearest" });
  }

  refresh() {
    if (this.explorer) this.follow(this.explorer.settings);
  }

  // Whether a run of other settings is shown, or none.
  stale(settings) {
    const same = ([key, value]) => JSON.stringify(settings[key]) === JSON.stringify(value);
    return !this.own || !Object.entries(this.own.settings).every(same);
  }

  async follow(settings) {
    this.next = settings;
    if (this.working) return;
    this.working = true;
    while (this.next) {
      const args = { name: this.name, code: this.cell.editor.code, settings: this.next, imports: importsOf() };
      this.next = null;
      const answer = await this.cell.ask("walk", args, { quiet: true });
      if (answer.failed) this.cell.fail(answer.failed);
      if (!answer.settings) break; // failed or stopped
      this.own = answer;
      this.explorer.receive({ own: answer });
    }
    this.working = false;
  }
}
