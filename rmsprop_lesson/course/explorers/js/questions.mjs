// Questions: a prediction, whose result appears after the answer, and a lesson's quiz.
import { keep, kept } from "./store.mjs";
import { Card, grouped, h, held, newId, number } from "./ui.mjs";

const CSS = `
.rx-question { border: 0; padding: 0; margin: 0; min-width: 0; display: grid; gap: 8px; }
.rx-question legend { padding: 0; margin: 0 0 8px; font: inherit; font-weight: 550; color: inherit; border: 0; float: none; width: 100%; max-width: 75ch; white-space: pre-line; }
.rx-question code, .rx-feedback code { font-size: 0.92em; color: inherit; background: var(--rx-panel); border: 0; padding: 1px 4px; border-radius: 4px; overflow-wrap: anywhere; }
.rx-choice { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 10px; align-items: start; max-width: 75ch; margin: 0; padding: 7px 12px;
  border: 1px solid var(--rx-line); border-radius: 8px; cursor: pointer; font-weight: 400; color: inherit; }
.rx-choice:hover { border-color: var(--rx-accent); }
.rx-choice:has(input:checked) { border-color: var(--rx-accent); box-shadow: inset 3px 0 0 var(--rx-accent); }
.rx-choice:has(input:disabled) { cursor: default; }
.rx-choice input { width: 18px; height: 18px; margin: 2px 0 0; accent-color: var(--rx-accent); }
.rx-tag { grid-column: 2; font-size: 0.87em; font-weight: 600; color: var(--rx-soft); }
.rx-tag:empty { display: none; }
.rx-answer { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
.rx-answer label { margin: 0; font-weight: 400; color: inherit; }
.rx-answer input { font: inherit; color: var(--rx-fg); background: var(--rx-bg); border: 1px solid var(--rx-soft); border-radius: 6px; padding: 5px 9px;
  min-height: 38px; width: 9em; height: auto; margin: 0; }
.rx-answer input[aria-invalid="true"] { border-color: var(--rx-warn); outline: 2px solid var(--rx-warn); }
.rx-ask .rx-title { font-size: 0.87em; color: var(--rx-soft); letter-spacing: 0.02em; }
.rx-form { display: grid; gap: 10px; }
.rx-card > .rx-title + .rx-form { margin-top: 4px; }
.rx-form + .rx-form { border-top: 1px solid var(--rx-line); padding-top: 14px; margin-top: 16px; }
.rx-feedback { max-width: 75ch; white-space: pre-line; }
.rx-feedback:not(:empty) { border-left: 3px solid var(--rx-soft); padding: 2px 0 2px 12px; }
.rx-feedback[data-right="yes"] { border-left-color: var(--rx-adagrad); }
.rx-feedback[data-right="no"] { border-left-color: var(--rx-warn); border-left-style: dashed; }
.rx-result { overflow: auto; }
.rx-result img { display: block; max-width: 100%; height: auto; margin: 0 auto; background: #fff; border-radius: 6px; filter: none; }
.rx-result figure.course-figure { margin: 0; }
[data-jp-theme-light="false"] :is(.rx-result, .jp-RenderedImage) img { filter: invert(0.93) hue-rotate(180deg); }
.rx-result pre { margin: 0; padding: 10px 14px; font-size: 0.9em; line-height: 1.4; color: var(--rx-fg); background: var(--rx-panel); border: 0; border-radius: 8px; overflow: auto; }
.rx-result > div { max-width: 100%; }
.rx-card .rx-result :is(p, details) { margin-top: 8px; }
.rx-card .rx-result :is(th, td:first-child) { white-space: normal; }
.rx-card .rx-result thead td { background: var(--rx-panel); }
@container (min-width: 900px) {
  .rx-open { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 0 24px; align-items: start; }
  .rx-open > .rx-title { grid-column: 1 / -1; }
  .rx-open .rx-result { margin-top: 4px; }
  .rx-quiz { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 14px; align-items: start; }
  .rx-quiz > .rx-form { border: 1px solid var(--rx-line); border-radius: 10px; padding: 12px 14px; margin: 0; } }
.rx-card > .rx-score { font-weight: 600; margin-top: 14px; }
.rx-onpaper { display: none; white-space: pre-line; max-width: 75ch; }
@media print { .rx-card .rx-result[hidden], .rx-onpaper { display: block !important; } }
`;

// ── answers ─────────────────────────────────────────────────────────────────────────────────────

// "3,162": three thousand to some, three to others.
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2}(,\d{3})+$/;
const PERCENT = /(%|per ?cent)\s*$/i;
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

// What was typed, without its unit, blanks, and signs that look like others.
function cleaned(text, unit) {
  let given = text.trim();
  if (unit && given.endsWith(unit)) given = given.slice(0, -unit.length);
  return given
    .replace(/[−–⁻]/g, "-")
    .replace(/[\s_\u00a0\u202f]/g, "")
    .replace(/(-?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, sign, digits) => `^${sign}${[...digits].map((d) => SUPERSCRIPT.indexOf(d)).join("")}`);
}

// What was typed as a number: 0.25, −3, 0,25, 1e-3, 10^-3, 10⁻³, 2·10^4, 1/3, 50 %. NaN if it is none.
export function parseNumber(text, unit = "") {
  if (PERCENT.test(text)) return parseNumber(text.replace(PERCENT, "")) / (PERCENT.test(unit) ? 1 : 100);
  let given = cleaned(text, unit);
  if (AMBIGUOUS.test(given)) return NaN;
  if (!given.includes(".")) given = given.replace(/^([^,]*),([^,]*)$/, "$1.$2");
  const power = given.match(/^([+-]?)(?:([\d.]+)[·*×x])?10\^\(?([+-]?\d+)\)?$/);
  if (power) given = `${power[1]}${power[2] ?? 1}e${power[3]}`;
  const parts = given.split("/");
  if (parts.length > 2 || !parts.every((part) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part))) return NaN;
  const value = parts.length === 2 ? parts[0] / parts[1] : Number(parts[0]);
  return Number.isFinite(value) ? value : NaN;
}

// What to say to something that is no number.
function unreadable(typed, unit) {
  if (!typed) return "Type a number first: a rough guess will do.";
  if (AMBIGUOUS.test(cleaned(typed, unit))) return `“${typed}” can be read in two ways. Write it with a decimal point, or without the comma.`;
  return `“${typed}” can’t be read as a number. Write it like 0.25, 1e-3 or 1/3.`;
}

// As rmsprop_lesson.course.questions.bank.within: a hair for rounding.
const within = (value, goal, tolerance) =>
  Math.abs(value - goal) <= tolerance + 1e-9 * Math.max(Math.abs(goal), tolerance);

// { right, text }: what to say to an answer, a choice's position or a number.
export function judge(question, given) {
  if (question.choices) {
    const { right, feedback } = question.choices[given];
    return { right, text: feedback };
  }
  if (within(given, question.number, question.tolerance)) return { right: true, text: question.feedback };
  const typical = question.wrong
    .filter((wrong) => within(given, wrong.number, question.tolerance))
    .sort((a, b) => Math.abs(a.number - given) - Math.abs(b.number - given))[0];
  return { right: false, text: typical?.feedback ?? question.otherwise };
}

// The right answer in words, for someone who didn't find it.
function solution(question) {
  if (!question.choices) return `It is ${grouped(number(question.number, 6))}${unitOf(question)}. `;
  return `The answer: ${question.choices.find((choice) => choice.right).text}. `;
}
const unitOf = ({ unit }) => (unit ? ` ${unit}` : "");
// Why it is right, for someone who didn't answer: then "Yes" has no question before it.
const reason = (question) => {
  const { feedback } = question.choices ? question.choices.find((choice) => choice.right) : question;
  return feedback.replace(/^Yes[.,:]\s+([a-z]+(?=\s))?/, (_, word = "") => word && word[0].toUpperCase() + word.slice(1));
};

// ── one question ────────────────────────────────────────────────────────────────────────────────

// Plain text as nodes; what stands between backticks is code.
const rich = (text) => text.split("`").map((part, i) => (i % 2 ? h("code", {}, part) : held(part)));

// A question's form. `answer(value)` is called when the learner commits to one.
class Form {
  constructor(question, { heading, button, answer, others = [] }) {
    this.question = question;
    this.answer = answer;
    this.heard = h("div", { class: "rx-feedback", role: "status" });
    this.submit = h("button", { type: "submit", class: "rx-button rx-primary" }, button);
    this.bar = h("div", { class: "rx-bar" }, this.submit, others);
    const fields = question.choices ? this.choices() : this.field();
    const legend = h("legend", {}, heading, rich(question.question));
    this.element = h("form", { class: "rx-form", novalidate: true, onsubmit: (event) => this.commit(event) },
      h("fieldset", { class: "rx-question" }, legend, fields), this.bar, this.heard);
  }

  choices() {
    const name = newId();
    this.inputs = this.question.choices.map((_, i) => h("input", { type: "radio", name, value: i }));
    this.tags = this.inputs.map(() => h("span", { class: "rx-tag" }));
    return this.question.choices.map(({ text }, i) =>
      h("label", { class: "rx-choice" }, this.inputs[i], h("span", {}, rich(text)), this.tags[i]));
  }

  field() {
    const id = newId();
    const input = h("input", { type: "text", id, inputmode: "text", autocomplete: "off", spellcheck: "false", size: 10 });
    input.addEventListener("input", () => input.removeAttribute("aria-invalid"));
    this.inputs = [input];
    const { unit } = this.question;
    return h("div", { class: "rx-answer" }, h("label", { for: id }, "Your number", unit ? h("span", { class: "rx-hidden" }, `, in ${unit}`) : null),
      input, unit ? h("span", { "aria-hidden": "true" }, unit) : null);
  }

  // The position of the choice, or the number; null if there is none yet, which is said kindly.
  read() {
    if (this.question.choices) {
      const chosen = this.inputs.findIndex((input) => input.checked);
      if (chosen >= 0) return chosen;
      this.say(null, "Choose one of the answers first.");
      return null;
    }
    const [input] = this.inputs;
    const value = parseNumber(input.value, this.question.unit);
    if (!Number.isNaN(value)) return value;
    input.setAttribute("aria-invalid", "true");
    this.say(null, unreadable(input.value.trim(), this.question.unit));
    input.focus();
    return null;
  }

  commit(event) {
    event.preventDefault();
    if (this.submit.getAttribute("aria-disabled") === "true") return;
    const value = this.read();
    if (value !== null) this.answer(value);
  }

  // `right`: true, false, or null where nothing was judged. Said again only if it is something else.
  say(right, text) {
    const head = right === null ? null : h("strong", {}, right ? "✓ Right. " : "✗ Not right. ");
    const fresh = h("div", {}, head, rich(text));
    this.heard.dataset.right = right === null ? "" : right ? "yes" : "no";
    if (fresh.innerHTML !== this.heard.innerHTML) this.heard.replaceChildren(...fresh.childNodes);
  }

  // Show an answer that was given, here or in another view of the same widget.
  show(given) {
    this.inputs.forEach((input, i) => {
      if (this.question.choices) input.checked = i === given;
      else if (parseNumber(input.value, this.question.unit) !== given) input.value = number(given, 12);
    });
  }

  // No more answers. Focus stays where it can: on a field that is only to be read, or the button.
  lock(button) {
    this.submit.setAttribute("aria-disabled", "true");
    this.submit.textContent = button;
    const focused = this.inputs.includes(this.submit.getRootNode().activeElement);
    for (const input of this.inputs) {
      if (this.question.choices) input.disabled = true;
      else input.readOnly = true;
    }
    if (focused && this.question.choices) this.submit.focus();
  }

  tag(given) {
    this.question.choices?.forEach(({ right }, i) => {
      const parts = [right ? "✓ right" : "", i === given ? `${right ? "" : "✗ "}your answer` : ""];
      this.tags[i].textContent = parts.filter(Boolean).join(", ");
    });
  }
}

// ── the two kinds ───────────────────────────────────────────────────────────────────────────────

function cardFor(host, title, state, onchange) {
  const card = new Card(host, { title, state, onchange });
  card.root.prepend(h("style", {}, CSS));
  card.root.classList.add("rx-ask");
  return card;
}

// What stands in host's <div class="rmsprop-reveal">, taken out and hidden. A table or text may be wider
// than the card, and is then scrolled, by keys too.
function resultOf(host) {
  const nodes = host.querySelector(".rmsprop-reveal")?.childNodes ?? [];
  const result = h("div", { class: "rx-result", hidden: true, role: "group", "aria-label": "The result" }, ...nodes);
  if (!result.querySelector("img")) result.tabIndex = 0;
  for (const empty of result.querySelectorAll("th:empty")) empty.replaceWith(h("td")); // it heads nothing
  return result;
}

// host holds <div class="rmsprop-reveal">: the result, which is taken out and shown in time.
export const prediction = {
  defaults: { question: { question: "", choices: [] }, given: null, skipped: false },

  build(host, state, { onchange }) {
    const result = resultOf(host);
    const card = cardFor(host, "Predict, then look", state, onchange);
    const skip = h("button", { type: "button", class: "rx-button" }, "Skip, show me");
    const form = new Form(state.question, {
      button: "Commit and look",
      answer: (value) => card.set("given", value),
      others: [skip],
    });
    skip.addEventListener("click", () => card.set("skipped", true));
    const { question } = state;
    // On paper nobody can answer any more.
    const onPaper = h("p", { class: "rx-onpaper" }, rich(`${solution(question)}${reason(question)}`));
    card.card.append(form.element, onPaper, result);

    const open = () => state.given !== null || state.skipped;
    const draw = () => {
      if (!open()) return;
      const answered = state.given !== null;
      if (answered) form.show(state.given);
      form.lock(answered ? "Your prediction is in" : "Skipped");
      onPaper.remove();
      form.tag(state.given);
      if (skip.getRootNode().activeElement === skip) form.submit.focus();
      skip.remove();
      const { right, text } = answered ? judge(question, state.given) : { right: null, text: reason(question) };
      form.say(right, right || question.choices && answered ? text : `${answered ? "" : "Skipped. "}${solution(question)}${text}`);
      result.hidden = false;
      // A picture stands beside the question where there is room; a table needs the whole width.
      if (result.querySelector("img")) card.card.classList.add("rx-open");
    };
    const describe = () => {
      if (!open()) return "No prediction has been made yet.";
      return state.given === null ? "Skipped." : judge(question, state.given).text;
    };
    card.start({ draw, describe });
    return card;
  },
};

export const quiz = {
  defaults: { questions: [], given: {} },

  build(host, state, { onchange }) {
    const card = cardFor(host, "Quiz", state, onchange);
    const score = h("p", { class: "rx-score", role: "status" });
    const tries = {};
    const forms = state.questions.map((question, i) => new Form(question, {
      heading: state.questions.length > 1 ? `${i + 1}. ` : "",
      button: "Check",
      answer(value) {
        tries[question.id] = (tries[question.id] ?? 0) + 1;
        card.set("given", { ...state.given, [question.id]: value });
      },
    }));
    card.card.append(h("div", { class: "rx-quiz" }, forms.map(({ element }) => element)), score);

    const answered = ({ id }) => id in state.given;
    const isRight = (question) => answered(question) && judge(question, state.given[question.id]).right;
    const describe = () => {
      const n = state.questions.length;
      const right = state.questions.filter(isRight).length;
      const open = n - state.questions.filter(answered).length;
      const rest = open ? `${open} still open.` : right === n ? "All done." : "Try the others again.";
      return `${right} of ${n} right. ${rest}`;
    };
    const shown = {};
    const draw = () => {
      for (const form of forms) {
        const { question } = form;
        const given = state.given[question.id];
        if (given === undefined || shown[question.id] === `${given} ${tries[question.id]}`) continue;
        shown[question.id] = `${given} ${tries[question.id]}`; // what is typed meanwhile is left alone
        form.show(given);
        const { right, text } = judge(question, given);
        const enough = !right && !question.choices && tries[question.id] >= 2;
        form.say(right, enough ? `${text} ${solution(question)}`.trim() : text);
      }
      if (score.textContent !== describe()) score.textContent = describe();
    };
    card.start({ draw, describe });
    return card;
  },
};

// ── what the browser keeps ──────────────────────────────────────────────────────────────────────

const fits = ({ choices }, given) => (choices ? choices[given] !== undefined : Number.isFinite(given));

const CLAIM = "claim-"; // how the questions of lesson 10's trials begin

// By explorer: the settings that were kept for it, and how to keep those it has now.
export const MEMORY = {
  prediction: {
    recall({ question }) {
      const { given = null, skipped = false } = kept().predictions[question.id] ?? {};
      return { given: fits(question, given) ? given : null, skipped: skipped === true };
    },
    remember: ({ question, given, skipped }) => keep("predictions", question.id, { given, skipped }),
  },
  court: {
    recall() {
      const mine = Object.entries(kept().predictions).filter(([name, { given }]) => name.startsWith(CLAIM) && Number.isInteger(given));
      return { given: Object.fromEntries(mine.map(([name, { given, sure = null }]) => [name.slice(CLAIM.length).toUpperCase(), { choice: given, sure }])) };
    },
    remember({ given }) {
      const before = kept().predictions;
      for (const [id, { choice, sure }] of Object.entries(given)) {
        const name = CLAIM + id.toLowerCase();
        if (before[name]?.given !== choice || before[name]?.sure !== sure) keep("predictions", name, { given: choice, skipped: false, sure });
      }
    },
  },
  quiz: {
    recall({ questions }) {
      const mine = kept().quizzes;
      const fitting = questions.filter((question) => fits(question, mine[question.id]?.given));
      return { given: Object.fromEntries(fitting.map(({ id }) => [id, mine[id].given])) };
    },
    remember({ questions, given }) {
      for (const question of questions) {
        if (question.id in given) keep("quizzes", question.id, { given: given[question.id], right: judge(question, given[question.id]).right });
      }
    },
  },
};
