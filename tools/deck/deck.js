// What makes a deck of the page: each slide is fitted, or parted where it doesn't fit; then reveal.js takes over.
(() => {
  const HEIGHT = 720 - 32 - 40; // within the padding of deck.css
  const TALL = 720 - 14 - 16; // for what fills the slide: explorers, and what a prediction reveals
  const WIDE = 1280 - 2 * 40;
  const LARGEST = 1.5; // times the sizes of deck.css, which are the least that the last row can read
  const LARGE = 1.2;
  const STEP = 0.02;
  const WORDS = 300; // and of what stands beside it
  const FIGURE = 900; // pixels: the least width of what a prediction reveals
  const EXPLORER = ".rmsprop-explorer:not([data-explorer=prediction], [data-explorer=quiz])";
  const HIDES = /^\s*(An answer|Answer|Hint|Solution)/; // what a fold keeps from a room; others only save space
  const QUESTION = ":is([data-explorer=prediction], [data-explorer=quiz]) .rx";

  // Too high, or too wide: a formula may leave its column, a table its box.
  const overflows = (content, zoom, height = HEIGHT) => {
    const boxes = [content, ...content.querySelectorAll(".part, pre, .verdict, .rx-result, .rx-result *, .rx-scroll:has(.rx-runs)")];
    return content.offsetHeight * zoom > height || boxes.some((box) => box.scrollWidth > box.clientWidth + 1)
      || [...content.querySelectorAll(".katex-display > .katex > .katex-html")].some(isBroken);
  };

  // A formula on two lines; its number may have a line of its own.
  const isBroken = (formula) => {
    const lefts = [...formula.querySelectorAll(":scope > .base")].map((base) => base.offsetLeft);
    return lefts.some((left, i) => left < lefts[i - 1]);
  };

  // The largest of the values, in steps, for which `fits` holds; null if there is none.
  function largest(from, to, step, fits) {
    let [low, high] = [-1, Math.round((to - from) / step)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (fits(from + middle * step)) low = middle;
      else high = middle - 1;
    }
    return low < 0 ? null : from + low * step;
  }

  // Make the content as large as fits; the type and the figures grow and shrink together. Whether it does.
  function enlarge(content, height = HEIGHT) {
    const zoom = largest(1, LARGEST, STEP, (size) => {
      content.style.zoom = size;
      return !overflows(content, size, height);
    });
    content.style.zoom = zoom ?? 1;
    return zoom !== null;
  }

  // Lines of code, and of output that is indented, stay whole; others do where the type remains large. Whether they do.
  function keepLines(content) {
    const ruled = [...content.querySelectorAll("pre")].some((pre) => /\n +\S/.test(pre.textContent));
    content.classList.add("unbroken");
    if (enlarge(content) && content.style.zoom >= (ruled ? 1 : LARGE)) return true;
    content.classList.remove("unbroken");
    return false;
  }

  // A figure beside words takes as much of the width as they can spare. Whether there is one and it fits.
  function widen(content) {
    const beside = content.querySelector(".beside:has(img):not(:has([data-explorer]))");
    return Boolean(beside) && [78, 74, 70].some((share) => {
      beside.style.setProperty("--sight", `${share}%`);
      return enlarge(content);
    });
  }

  // Folds are open while a slide is fitted, so that an opened answer has its room.
  function fit(section) {
    const content = section.querySelector(".fit");
    if (!content) return;
    if (content.querySelector(EXPLORER)) return keep(content);
    const result = content.querySelector(".revealed");
    if (result) return reveal(result);
    const folds = [...content.querySelectorAll("details:not([open])")];
    for (const fold of folds) fold.open = true;
    const rest = widen(content) || keepLines(content) || enlarge(content) ? null : part(section, content);
    for (const fold of folds) fold.open = false;
    if (rest) fit(rest);
    else if (overflows(content, 1)) shrink(content);
  }

  // A single thing too large for a slide.
  function shrink(content, height = HEIGHT) {
    content.style.zoom = largest(0.4, 1, STEP, (size) => {
      content.style.zoom = size;
      return !overflows(content, size, height);
    }) ?? 0.4;
  }

  // ── what doesn't fit on one slide ──

  // Move what is too much to a slide of its own, which is returned; null if there is but one thing.
  function part(section, content) {
    for (const beside of content.querySelectorAll(".beside")) {
      const parts = [...beside.querySelectorAll(":scope > .column > *")];
      beside.replaceWith(...parts.sort((one, other) => one.dataset.place - other.dataset.place));
      if (enlarge(content)) return null;
    }
    content.classList.add("tight", "wrapped");
    if (enlarge(content)) return null;
    const blocks = [...content.querySelectorAll(":scope > .part:not(.goes-on) > *")];
    const moved = [];
    while (overflows(content, 1) && blocks.length > 1 && !isHeading(blocks.at(-2))) moved.unshift(takeOut(blocks.pop()));
    if (overflows(content, 1)) moved.unshift(...takeRows(content, blocks.at(-1)));
    if (!moved.length) return null;
    if (announces(blocks.at(-1)) && blocks.length > 1 && !isHeading(blocks.at(-2))) moved.unshift(takeOut(blocks.pop()));
    content.classList.remove("tight", "wrapped"); // what is left may need neither
    if (!keepLines(content) && !enlarge(content)) {
      content.classList.add("tight", "wrapped");
      enlarge(content);
    }
    const rest = section.cloneNode(false);
    rest.innerHTML = `<div class="fit"></div>`;
    const heading = content.querySelector("h1, h2, h3, .goes-on p");
    if (heading) rest.firstChild.innerHTML = `<div class="part goes-on"><p>${heading.innerHTML}</p></div>`;
    for (const { part, block } of moved) {
      if (rest.firstChild.lastChild?.from !== part) rest.firstChild.append(Object.assign(part.cloneNode(false), { from: part }));
      rest.firstChild.lastChild.append(block);
    }
    rest.firstChild.querySelector(":scope > .part:not(.goes-on)").classList.remove("fragment");
    const [first] = moved;
    if (moved.length === 1 && first.block.matches("details") && !HIDES.test(first.block.textContent)) first.block.open = true;
    for (const aside of section.querySelectorAll(":scope > aside")) rest.append(aside.cloneNode(true));
    section.after(rest);
    return rest;
  }

  // The last rows of a table, or items of a list, with a copy of what stands around them.
  function takeRows(content, block) {
    const rows = [...block.querySelectorAll("tbody > tr, :scope > li")];
    const copy = block.cloneNode(true);
    const copies = [...copy.querySelectorAll("tbody > tr, :scope > li")];
    const all = rows.length;
    while (overflows(content, 1) && rows.length > 1) rows.pop().remove();
    if (rows.length === all) return [];
    for (const row of copies.slice(0, rows.length)) row.remove();
    if (copy.matches("ol")) copy.start = block.start + rows.length;
    return [{ part: block.parentElement, block: copy }];
  }

  const isHeading = (block) => /^H\d$/.test(block.tagName);
  const announces = (block) => block.textContent.trim().endsWith(":");

  function takeOut(block) {
    const part = block.parentElement;
    block.remove();
    if (!part.childElementCount) part.remove();
    return { part, block };
  }

  // ── what a prediction reveals ──

  // The figure as large as it can be, and what there is to say below or beside it.
  function reveal(result) {
    const image = result.querySelector("img");
    if (!image) return revealTable(result);
    result.closest(".fit").style.zoom = 1;
    const wide = (beside, least = FIGURE) => largest(least, beside ? WIDE - WORDS : WIDE, 4, (width) => {
      result.classList.toggle("why-beside", beside);
      result.style.setProperty("--wide", `${width}px`);
      return result.offsetHeight <= TALL && result.scrollWidth <= result.clientWidth;
    });
    const below = wide(false);
    const beside = wide(true) ?? (below ? null : wide(true, 200)); // a square figure is as high as the slide
    result.classList.toggle("why-beside", beside > below);
    result.style.setProperty("--wide", `${Math.max(below, beside)}px`);
  }

  // A table or text: as large as it can be; if it is long, closer, then in two columns, then alone.
  function revealTable(result) {
    const content = result.closest(".fit");
    for (const closer of ["revealed", "not-asked", "tight", "in-columns", "why-told"]) {
      result.classList.add(closer);
      if (enlarge(content, TALL)) return;
    }
    shrink(content, TALL);
  }

  // An answer was given: question and code give way to what it reveals.
  function answered(card) {
    const { question } = JSON.parse(card.closest("[data-settings]").dataset.settings);
    const verdict = card.querySelector(".rx-feedback > strong")?.textContent.trim() ?? "";
    const right = question.choices?.length ? question.choices.find((choice) => choice.right).text : `${question.number} ${question.unit ?? ""}`;
    const line = Object.assign(document.createElement("p"), { className: "verdict" });
    const told = card.querySelector(".rx-feedback").firstChild; // says the answer, too, to whoever skipped
    if (!verdict) told.data = told.data.replace(`Skipped. The answer: ${right}. `, "").replace("Skipped. ", "");
    line.textContent = verdict.startsWith("✓") ? `✓ Right: ${right}` : `${verdict && "✗ No. "}The answer: ${right}`;
    const asked = Object.assign(document.createElement("p"), { className: "asked", textContent: question.question });
    card.prepend(line, asked);
    card.classList.add("revealed");
    card.closest("section").classList.add("answered");
    tally(card, question);
    reveal(card);
  }

  // The slide with the result is for those who go on without an answer; who turns over the slides skips it.
  let turning = false;
  addEventListener("keydown", () => {
    turning = true;
    setTimeout(() => { turning = false; });
  }, true);
  function passOver({ currentSlide: result, previousSlide: from }) {
    const asked = result.previousElementSibling;
    if (!turning || !result.matches(".result") || !asked?.matches(".answered")) return;
    if (from === asked) Reveal.next();
    else Reveal.prev();
  }

  // ── votes ──

  // A question's id → how many voted for each choice; kept as long as the window is open, also over a reload.
  const VOTES = "rmsprop-votes";
  const votes = new Map(stored());

  function stored() {
    try {
      return JSON.parse(sessionStorage.getItem(VOTES)) ?? [];
    } catch { // there is no store, or something else is in it
      return [];
    }
  }

  function keepVotes() {
    try {
      sessionStorage.setItem(VOTES, JSON.stringify([...votes]));
    } catch { /* without a store they last until a reload */ }
  }

  // For the next class.
  function forgetVotes() {
    votes.clear();
    keepVotes();
    for (const one of document.querySelectorAll(".vote, .tally")) one.remove();
    for (const choice of document.querySelectorAll(".rx-choice")) choice.style.removeProperty("--share");
    for (const result of document.querySelectorAll(".leaf.result")) whileLaidOut(result, () => fit(result));
  }

  // What was counted before a reload stands beside the answers again.
  function restoreVotes() {
    for (const host of document.querySelectorAll(`.leaf [data-explorer=prediction]`)) {
      const { question } = JSON.parse(host.dataset.settings);
      const result = host.closest(".leaf").nextElementSibling;
      if (votes.has(question.id) && result?.matches(".result")) tally(result.querySelector(".revealed"), question);
    }
  }

  // A field beside each choice. Digits, then Enter or an arrow; a poll's counts may be typed or pasted
  // into one field, with spaces between.
  function countVotes() {
    const host = document.querySelector("section.present.leaf [data-explorer]");
    const { question, questions } = JSON.parse(host?.dataset.settings ?? "{}");
    const asked = question ?? questions?.[0];
    if (!asked?.choices) return;
    const choices = [...host.querySelectorAll(".rx-choice")];
    if (!choices[0]?.querySelector(".vote")) {
      choices.forEach((choice, i) => choice.append(field(choices, i, asked)));
      if (votes.has(asked.id)) show(choices, asked, votes.get(asked.id));
    }
    choices[0].querySelector(".vote").select();
  }

  function field(choices, i, asked) {
    const input = Object.assign(document.createElement("input"), { className: "vote", type: "text", inputMode: "numeric", value: votes.get(asked.id)?.[i] ?? "0" });
    input.setAttribute("aria-label", `Votes for: ${asked.choices[i].text}`);
    const fields = () => choices.map((choice) => choice.querySelector(".vote"));
    input.addEventListener("input", () => count());
    input.addEventListener("change", () => count(true));
    const count = (all = false) => {
      const counts = input.value.match(/\d+/g) ?? ["0"];
      if (all) fields().slice(i).forEach((other, k) => { other.value = counts[k] ?? other.value; });
      show(choices, asked, fields().map((other) => parseInt(other.value, 10) || 0));
    };
    input.addEventListener("keydown", (event) => {
      const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault(); // Enter would hand in the form
      const next = fields()[i + step];
      if (next) next.select();
      else input.blur();
    });
    return input;
  }

  function show(choices, asked, counts) {
    votes.set(asked.id, counts);
    keepVotes();
    const all = counts.reduce((a, b) => a + b, 0);
    choices.forEach((choice, k) => choice.style.setProperty("--share", `${all ? (100 * counts[k]) / all : 0}%`));
    const result = choices[0].closest("section").nextElementSibling;
    if (!result?.matches(".result")) return;
    tally(result.querySelector(".revealed"), asked);
    whileLaidOut(result, () => fit(result));
  }

  // What the room voted, under the verdict.
  function tally(revealed, asked) {
    const counts = votes.get(asked.id);
    if (!counts) return;
    const line = revealed.querySelector(".tally") ?? Object.assign(document.createElement("p"), { className: "tally" });
    const all = counts.reduce((a, b) => a + b, 0);
    line.replaceChildren(...asked.choices.map((choice, k) => {
      const one = Object.assign(document.createElement("span"), { textContent: `${choice.right ? "✓ " : ""}${counts[k]} ${choice.text}` });
      one.style.setProperty("--share", `${all ? (100 * counts[k]) / all : 0}%`);
      return one;
    }));
    revealed.querySelector(".verdict").after(line);
  }

  // reveal.js hides other slides, which then have no size.
  function whileLaidOut(section, measure) {
    const hidden = section.style.display;
    section.style.setProperty("display", "block", "important");
    measure();
    section.style.display = hidden;
  }

  // ── explorers ──

  // An explorer draws its figures anew when its width changes, and grows and shrinks while it is used.
  const [PROJECTED, SMALLEST] = [1.3, 0.4];
  function keep(content) {
    content.querySelector(EXPLORER).classList.add("projected");
    let zoom = PROJECTED;
    content.style.zoom = zoom;
    const shrink = () => {
      if (zoom <= SMALLEST || !overflows(content, zoom, TALL)) return;
      content.style.zoom = zoom -= STEP;
      requestAnimationFrame(shrink);
    };
    new ResizeObserver(shrink).observe(content);
  }

  // ── keys ──

  // What a focused control does with a key itself; every other key turns the slides, whatever was clicked
  // before. A control that is locked takes none, and no control takes the keys of a clicker.
  const TYPED = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select";
  const OWN = {
    PageDown: null, PageUp: null, Escape: null,
    ArrowLeft: `input:not([type=checkbox]), textarea, select, [role=slider]`,
    " ": `input:not([type=range]), textarea, select, button, summary`,
    Enter: "input, textarea, select, button, summary, a[href]",
    Tab: "*",
  };
  OWN.ArrowRight = OWN.ArrowUp = OWN.ArrowDown = OWN.Home = OWN.End = OWN.ArrowLeft;
  function belongs({ key }, control) {
    const own = key in OWN ? OWN[key] : TYPED;
    return own !== null && control.matches(own) && !control.matches("[readonly], [aria-disabled=true]");
  }

  // Explorers keep the keys that are pressed in them, and reveal.js ignores what is pressed in a field. So
  // the control is left, and the key is pressed once more, on the deck.
  function toDeck(event) {
    const control = document.activeElement;
    if (!control || control === document.body || event.ctrlKey || event.metaKey || event.altKey) return;
    if (belongs(event, control)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    control.blur();
    document.dispatchEvent(new KeyboardEvent("keydown", event));
  }

  // A slide's number: its section's and its place in it; a result has that of its question.
  function numbered(slide) {
    const column = slide?.parentElement;
    if (!column) return [""];
    const counted = [...column.querySelectorAll(":scope > .leaf:not(.result)")];
    const before = counted.filter((other) => slide.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING).length;
    return [[...column.parentElement.children].indexOf(column) + 1, ".", before + !slide.matches(".result")];
  }

  const sections = [...document.querySelectorAll(".slides section.leaf")];
  if (sections.length === 0) return;
  const html = document.documentElement;
  const options = new URLSearchParams(location.search);
  html.classList.toggle("with-answers", options.has("answers"));
  // On paper, too, an answer is folded away unless it was asked for.
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("section details")) fold.open = options.has("answers");
  });
  const start = async () => {
    html.classList.add("measuring");
    document.body.getBoundingClientRect(); // now that all slides are laid out, their fonts are asked for
    await document.fonts.ready;
    restoreVotes();
    sections.forEach(fit);
    html.classList.remove("measuring");
    Reveal.initialize({
      width: 1280, height: 720, margin: 0.02, center: false, controls: false, hash: true, transition: "none",
      backgroundTransition: "none", slideNumber: numbered, navigationMode: "linear", pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
      plugins: [RevealNotes],
      keyboardCondition: (event) => document.activeElement === document.body || !belongs(event, document.activeElement),
    });
    addEventListener("keydown", toDeck, true);
    Reveal.addKeyBinding({ keyCode: 68, key: "D", description: "Light or dark" }, () => {
      html.dataset.theme = html.dataset.theme === "dark" ? "light" : "dark";
    });
    Reveal.addKeyBinding({ keyCode: 67, key: "C", description: "The code of the slide" }, () => {
      for (const code of document.querySelectorAll(".leaf > .behind")) code.hidden = !(code.hidden && code.closest(".present"));
    });
    Reveal.addKeyBinding({ keyCode: 86, key: "V", description: "Count votes" }, countVotes);
    Reveal.addKeyBinding({ keyCode: 88, key: "X", description: "Forget all votes" }, forgetVotes);
    Reveal.on("slidechanged", passOver);
    // What was revealed while another slide was shown could not be measured.
    Reveal.on("slidechanged", ({ currentSlide }) => {
      const revealed = currentSlide.querySelector(":scope.answered .revealed");
      if (revealed) reveal(revealed);
    });
    Reveal.on("slidechanged", () => document.querySelectorAll(".behind").forEach((code) => { code.hidden = true; }));
    // An answer makes a slide longer.
    const observer = new MutationObserver((changes) => {
      for (const card of new Set(changes.map((c) => c.target.parentElement?.closest(".rx-card")))) {
        if (card?.querySelector(".rx-result:not([hidden])") && !card.matches(".revealed")) answered(card);
        else if (card?.closest("section.present:not(.answered)")) fit(card.closest("section"));
      }
    });
    for (const el of document.querySelectorAll(QUESTION)) observer.observe(el, { childList: true, subtree: true });
  };
  addEventListener("load", start);
})();
