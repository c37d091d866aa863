// An editor that weighs nothing until it is needed: a plain text field, which turns into CodeMirror
// when it comes near the screen or is touched.
import { h } from "./course.mjs";

const NEAR = "600px";

export class Editor {
  // `change(code)` after each change, `run()` for Ctrl+Enter, `say(text)` for what must be heard.
  constructor({ label, describedBy, code, change, run, say }) {
    Object.assign(this, { label, describedBy, change, run, say });
    this.field = h("textarea", {
      class: "rp-field", "aria-label": label, "aria-describedby": describedBy, spellcheck: "false",
      autocapitalize: "off", autocomplete: "off", wrap: "off",
      oninput: () => { this.fit(); change(this.code); },
      onkeydown: (event) => this.key(event),
      onfocus: () => this.upgrade(),
    });
    this.field.value = code;
    this.fit();
    this.element = h("div", { class: "rp-editor" }, this.field);
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      this.upgrade();
    }, { rootMargin: NEAR });
    near.observe(this.element);
  }

  get code() {
    return this.view ? this.view.state.doc.toString() : this.field.value;
  }

  set code(text) {
    if (this.view) this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
    else {
      this.field.value = text;
      this.fit();
      this.change(text);
    }
  }

  fit() {
    this.field.rows = this.field.value.split("\n").length;
  }

  key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    this.run();
  }

  upgrade() {
    this.upgrading ??= import("./codemirror.mjs").then(
      ({ open }) => {
        const { field } = this;
        const focused = document.activeElement === field;
        this.view = open(this, [field.selectionStart, field.selectionEnd]);
        field.replaceWith(this.view.dom);
        if (focused) this.view.focus();
      },
      () => {}, // not to be had: the plain field stays
    );
  }
}
