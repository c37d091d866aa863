// What is done and what is open, lesson by lesson, as checks.progress() shows it in JupyterLab.
import { Card, h, kept } from "./course.mjs";
import { forgetButton } from "./scratch.mjs";

export function overview(place) {
  const course = JSON.parse(place.dataset.overview);
  const words = h("p", {});
  const table = h("table", {});
  const card = new Card(place, { title: "In this browser" });
  card.root.classList.add("rp");
  card.card.append(words,
    h("div", { class: "rp-done", tabindex: 0, role: "region", "aria-label": "Lesson by lesson" }, table),
    h("div", { class: "rx-bar" }, forgetButton()));
  const draw = () => {
    const done = kept();
    const all = course.flatMap(({ exercises }) => exercises);
    words.textContent = `${all.filter((name) => done.exercises[name]?.done).length} of ${all.length} exercises are solved.`;
    const head = ["lesson", "exercises", "predictions", "quiz", "open exercises"].map((name) => h("th", { scope: "col" }, name));
    table.replaceChildren(h("thead", {}, h("tr", {}, head)), h("tbody", {}, course.map((lesson) => row(lesson, done))));
  };
  addEventListener("rmsprop-kept", draw);
  draw();
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
