// What is done and what is open, lesson by lesson, as checks.progress() shows it in JupyterLab.
import { h, kept } from "./course.mjs";
import { forgetButton } from "./scratch.mjs";

export function overview(place) {
  const course = JSON.parse(place.dataset.overview);
  const table = h("table", { class: "table" });
  const words = h("p", {});
  const draw = () => {
    const rows = course.map((lesson) => row(lesson, kept()));
    const all = course.flatMap(({ exercises }) => exercises);
    const solved = all.filter((name) => kept().exercises[name]?.done).length;
    words.textContent = `${solved} of ${all.length} exercises are solved in this browser.`;
    const head = ["lesson", "exercises", "predictions", "quiz", "open exercises"].map((name) => h("th", { scope: "col" }, name));
    table.replaceChildren(h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
  };
  addEventListener("rmsprop-kept", draw);
  draw();
  const scroll = h("div", { class: "pst-scrollable-table-container", tabindex: 0, role: "region", "aria-label": "What is done" }, table);
  place.replaceChildren(h("div", { class: "rx rp" }, words, scroll, forgetButton()));
}

function row({ title, page, exercises, predictions, quiz }, { exercises: mine, predictions: predicted, quizzes }) {
  const open = exercises.filter((name) => !mine[name]?.done);
  const cells = [
    of(exercises.length - open.length, exercises.length),
    of(predictions.filter((id) => id in predicted).length, predictions.length),
    of(quiz.filter((id) => quizzes[id]?.right).length, quiz.length),
    open.join(", "),
  ];
  return h("tr", {}, h("th", { scope: "row" }, h("a", { href: page }, title)), cells.map((text) => h("td", {}, text)));
}

const of = (n, all) => (all ? `${n} of ${all}${n === all ? " ✓" : ""}` : "–");
