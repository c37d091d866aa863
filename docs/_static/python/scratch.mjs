// The end of a lesson: a cell for whatever one likes to try, what is done, and how to take it along.
import { Cell } from "./cell.mjs";
import { count, forgetAll, h, keep, kept, setText } from "./course.mjs";
import { download } from "./notebook.mjs";

// The lesson's import statements: they stand with its scratch cell.
export const importsOf = () => document.querySelector("[data-scratch]")?.dataset.imports ?? "";

// What passed the checks, by exercise, on this page and others.
const passed = () =>
  Object.fromEntries(Object.entries(kept().exercises).flatMap(([name, { passed }]) => (passed ? [[name, passed]] : [])));

export function scratch(place) {
  const { scratch: lesson, notebook, done: overview } = place.dataset;
  const cell = new Cell(place, {
    title: "Scratch cell: try what you like",
    label: "Python to try",
    run: "Run",
    code: kept().scratch[lesson]?.code ?? "",
    change: (code) => keep("scratch", lesson, { code }),
    request: () => ["run", { code: cell.editor.code, imports: importsOf(), mine: passed() }],
  });
  const done = h("p", {});
  const names = [...document.querySelectorAll("[data-exercise]")].map((el) => el.dataset.exercise);
  const look = () => {
    const n = names.filter((name) => kept().exercises[name]?.done).length;
    setText(done, names.length ? `${n} of ${count(names.length, "exercise")} of this lesson solved. ` : "");
  };
  addEventListener("rmsprop-kept", look);
  look();
  cell.card.append(h("div", { class: "rp-mine" }, done,
    h("p", { class: "rx-note" }, "What you write is kept in this browser, and sent nowhere. ",
      h("a", { href: overview }, "What you have done in all lessons")),
    h("div", { class: "rx-bar" },
      h("button", { type: "button", class: "rx-button", onclick: () => download(notebook) }, "Download as notebook"),
      forgetButton())));
}

// Forgetting asks twice.
export function forgetButton() {
  let sure = false;
  const button = h("button", { type: "button", class: "rx-button", onclick() {
    if (sure) {
      forgetAll();
      location.reload();
    }
    sure = true;
    setText(button, "Really forget all that is kept here?");
  }, onblur() {
    sure = false;
    setText(button, "Forget all");
  } }, "Forget all");
  return button;
}
