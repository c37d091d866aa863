// What an exercise and a scratch cell share: an editor, Run and Stop, and what comes out.
import { Card, h, html, newId, setText } from "./course.mjs";
import { Editor } from "./editor.mjs";
import { ask, stop } from "./runner.mjs";

const MEGABYTE = 1e6;
const KEYS = "Ctrl + Enter runs it. Tab indents; Esc, then Tab leaves the editor.";

export class Cell {
  // `request()` → what to send to Python, [request, arguments]; `change(code)` hears each change of
  // the code, `answered(answer)` what came back.
  constructor(place, { title, label, run, code, request, change, answered = () => {} }) {
    Object.assign(this, { request, answered });
    const card = new Card(place, { title });
    card.root.classList.add("rp");
    this.card = card.card;
    const keys = h("p", { class: "rx-note", id: newId() }, KEYS);
    this.editor = new Editor({ label, code, change, describedBy: keys.id, run: () => this.run(), say: (text) => setText(this.status, text) });
    this.go = h("button", { type: "button", class: "rx-button rx-primary", onclick: () => this.run() }, run);
    this.halt = h("button", { type: "button", class: "rx-button", "aria-disabled": "true", onclick: () => this.busy && stop() }, "Stop");
    this.bar = h("div", { class: "rx-bar" }, this.go, this.halt);
    this.status = h("p", { class: "rp-status", role: "status" });
    this.output = h("div", { class: "rp-output", hidden: true, tabindex: 0, role: "region", "aria-label": "Output" });
    this.verdict = h("div", { class: "rp-verdict", role: "status" });
    this.card.append(this.editor.element, this.bar, keys, this.status, this.output, this.verdict);
  }

  async run() {
    if (this.busy) return;
    this.clear();
    const answer = await this.ask(...this.request(), { output: (shown) => this.show(shown) });
    if (answer.stopped) setText(this.status, "Stopped. What was defined is gone; run it again when you like.");
    else if (answer.failed) this.fail(answer.failed);
    else if (answer.error) this.put(h("pre", { class: "rp-error" }, answer.error));
    this.answered(answer);
    (this.verdict.lastElementChild ?? this.output).scrollIntoView({ block: "nearest" });
  }

  // Ask Python; meanwhile Run rests and Stop works. `quiet`: nothing is said but what is loading.
  async ask(request, args, { output, quiet = false } = {}) {
    const state = (kind, value) => setText(this.status, quiet && kind !== "loading" ? "" : STATES[kind](value));
    this.mark(true);
    const answer = await ask(request, args, { output, state });
    this.mark(false);
    setText(this.status, "");
    return answer;
  }

  mark(busy) {
    this.busy = busy;
    for (const [button, off] of [[this.go, busy], [this.halt, !busy]]) {
      if (off) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  clear() {
    this.output.replaceChildren();
    this.output.hidden = true;
    this.verdict.replaceChildren();
  }

  show({ text, html: markup, image, alt }) {
    if (text !== undefined) {
      const last = this.output.lastElementChild;
      if (last?.className === "rp-text") last.append(text);
      else this.put(h("pre", { class: "rp-text" }, text));
    } else if (image) this.put(h("img", { class: "course-figure", src: image, alt }));
    else this.put(html("div", { class: "rp-table" }, markup));
  }

  put(element) {
    this.output.hidden = false;
    this.output.append(element);
  }

  fail(text) {
    const why = /memory|allocation/i.test(text) ? "The memory that a page may use is used up. Does a list or an array grow without end?"
      : /call stack|recursion/i.test(text) ? "Python went too deep: does a function call itself without end?"
      : text;
    this.put(h("pre", { class: "rp-error" }, why));
    setText(this.status, "Python starts anew with the next run.");
  }
}

const STATES = {
  waiting: () => "Waiting for what runs elsewhere on this page …",
  loading: (bytes) => bytes >= RUNTIME.bytes ? "Starting Python …" : `Loading Python, once: ${(bytes / MEGABYTE).toFixed(1)} of ${(RUNTIME.bytes / MEGABYTE).toFixed(1)} MB …`,
  running: () => "Running …",
};
