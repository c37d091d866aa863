// What a page does once it is there. It stands behind the explorers' code in course.js.
globalThis.rmspropCourse = { ...$ui, ...$store, ...$explorers }; // for docs/_static/python
addEventListener("DOMContentLoaded", () => {
  $explorers.mountAll(document, { memory: true });
  waitForAnswers();
  scrollByKeys();
  unfoldOnPaper();
});

// ── answers wait ─────────────────────────────────────────────────────────────────────────────────

// docs/_ext/answers.py has marked what gives an answer away, and course.css has veiled it. A veil is
// lifted once the prediction before it is made or skipped; what stands behind a fold follows the fold.
function waitForAnswers() {
  const predictions = [...document.querySelectorAll('[data-explorer="prediction"]')];
  const veils = [...document.querySelectorAll(".course-veiled:not(.course-behind-fold)")];
  const precedes = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
  const answered = ({ rmspropExplorer: { settings } }) => settings.given !== null || settings.skipped;
  const waiting = predictions.map((host) => ({ host, veils: [], note: null }));
  for (const veil of veils) waiting.findLast(({ host }) => precedes(host, veil)).veils.push(veil);
  for (const one of waiting.filter(({ host, veils: [first] }) => first && !answered(host))) {
    one.note = $ui.h("p", { class: "course-waits" }, "What follows gives the answer away. It appears once you have predicted or skipped.");
    one.veils[0].before(one.note);
  }
  const lift = () => {
    for (const { host, note, veils } of waiting.filter(({ host }) => answered(host))) {
      for (const veil of veils) veil.classList.add("course-open");
      note?.remove();
    }
  };
  addEventListener("rmsprop-kept", lift);
  lift();

  // Who follows a link to something veiled wants to see it.
  const reach = () => {
    const goal = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const around = goal?.closest(".course-veiled");
    for (let el = around; el; el = el.parentElement.closest(".course-veiled")) el.classList.add("course-open");
    if (around) goal.scrollIntoView();
  };
  addEventListener("hashchange", reach);
  reach();

  const title = document.querySelector(".bd-article h1");
  if (title && document.querySelector(".course-veiled")) title.after(summary(predictions, answered));
}

// A line below the title: what was answered on this page, and a button that shows everything.
function summary(predictions, answered) {
  const { h, setText } = $ui;
  const questions = document.querySelector('[data-explorer="quiz"]')?.rmspropExplorer.settings.questions ?? [];
  const said = h("span", {});
  const all = h("button", { type: "button", "aria-pressed": "false" }, "Show all answers");
  const forget = h("button", { type: "button" }, "Forget mine");
  const count = () => {
    const { quizzes } = $store.kept();
    const parts = [
      [predictions.filter(answered).length, predictions.length, "predictions made"],
      [questions.filter(({ id }) => quizzes[id]?.right).length, questions.length, "of the quiz right"],
    ];
    setText(said, parts.filter(([, n]) => n).map(([done, n, what]) => `${done} of ${n} ${what}`).join(", "));
    forget.hidden = Object.values($store.kept()).every((kind) => !Object.keys(kind).length);
  };
  all.addEventListener("click", () => {
    const shown = document.documentElement.classList.toggle("course-show-all");
    all.setAttribute("aria-pressed", shown);
  });
  forget.addEventListener("click", () => {
    if (!confirm("Forget everything you have answered in this course, on all its pages?")) return;
    $store.forgetAll();
    location.reload();
  });
  addEventListener("rmsprop-kept", count);
  count();
  return h("div", { class: "course-summary" }, said, all, forget);
}

// ── what scrolls, and paper ──────────────────────────────────────────────────────────────────────

// Whatever scrolls on its own can be reached and scrolled with the keyboard, and shows on which side
// there is more of it.
function scrollByKeys() {
  const scrollers = document.querySelectorAll(
    ".katex-display, .cell_output, .cell_output .output, .pst-scrollable-table-container, .rx-result, .rx-scroll, pre");
  const look = (el) => {
    const rest = el.scrollWidth - el.clientWidth;
    const sides = [el.scrollLeft > 1 && "left", el.scrollLeft < rest - 1 && "right"].filter(Boolean);
    if (rest > 0 || el.matches(".rx-scroll")) el.tabIndex = 0; // those of explorers scroll down, too
    else el.removeAttribute("tabindex");
    if (sides.length) el.dataset.beyond = sides.join(" ");
    else delete el.dataset.beyond;
  };
  for (const el of scrollers) {
    el.addEventListener("scroll", () => look(el), { passive: true });
    const size = new ResizeObserver(() => look(el));
    for (const part of [el, ...el.querySelectorAll(":scope > table")]) size.observe(part);
  }
  document.fonts.ready.then(() => scrollers.forEach(look));
}

// On paper nothing is folded away, pictures that nobody scrolled to are there, and it is day: what is
// pale on black can't be read on white.
function unfoldOnPaper() {
  const page = document.documentElement;
  let opened = [], theme;
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const el of opened) el.open = true;
    for (const image of document.images) image.loading = "eager";
    theme = page.dataset.theme;
    page.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    for (const el of opened) el.open = false;
    page.dataset.theme = theme;
  });
}
