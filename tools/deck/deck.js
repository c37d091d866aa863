// What makes a deck of the page: each slide is fitted, then reveal.js takes over.
(() => {
  const HEIGHT = 720 - 32 - 40; // within the padding of deck.css
  const LARGEST = 1.4;
  const SMALLEST = 0.4;
  const STEP = 0.02;
  const EXPLORER_ZOOM = 1.1;
  const EXPLORER = ".rmsprop-explorer:not([data-explorer=prediction], [data-explorer=quiz])";
  const QUESTION = ":is([data-explorer=prediction], [data-explorer=quiz]) .rx";

  // Too high, or too wide: a formula may leave its column, a table its box.
  const overflows = (content, zoom) => {
    const boxes = [content, ...content.querySelectorAll(".part, .rx-result, .rx-result *")];
    return content.offsetHeight * zoom > HEIGHT || boxes.some((box) => box.scrollWidth > box.clientWidth + 1)
      || [...content.querySelectorAll(".katex-display > .katex > .katex-html")].some(isBroken);
  };

  // A formula on two lines; its number may have a line of its own.
  const isBroken = (formula) => {
    const lefts = [...formula.querySelectorAll(":scope > .base")].map((base) => base.offsetLeft);
    return lefts.some((left, i) => left < lefts[i - 1]);
  };

  // Make the content as large as fits; the type and the figures grow and shrink together.
  function fit(section) {
    const content = section.querySelector(".fit");
    if (!content) return;
    if (content.querySelector(EXPLORER)) return keep(content);
    for (let zoom = LARGEST; zoom >= SMALLEST; zoom -= STEP) {
      content.style.zoom = zoom;
      if (!overflows(content, zoom)) return;
    }
  }

  // An explorer draws its figures anew when its width changes, and grows and shrinks while it is used.
  function keep(content) {
    let zoom = EXPLORER_ZOOM;
    content.style.zoom = zoom;
    const shrink = () => {
      if (zoom <= SMALLEST || !overflows(content, zoom)) return;
      content.style.zoom = zoom -= STEP;
      requestAnimationFrame(shrink);
    };
    new ResizeObserver(shrink).observe(content);
  }

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

  const sections = [...document.querySelectorAll(".slides > section")];
  if (sections.length === 0) return;
  const html = document.documentElement;
  const start = async () => {
    html.classList.add("measuring");
    document.body.getBoundingClientRect(); // now that all slides are laid out, their fonts are asked for
    await document.fonts.ready;
    sections.forEach(fit);
    html.classList.remove("measuring");
    Reveal.initialize({
      width: 1280, height: 720, margin: 0.02, center: false, controls: false, hash: true, transition: "none",
      backgroundTransition: "none", slideNumber: "c/t", pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
      plugins: [RevealNotes],
      keyboardCondition: (event) => document.activeElement === document.body || !belongs(event, document.activeElement),
    });
    addEventListener("keydown", toDeck, true);
    Reveal.addKeyBinding({ keyCode: 68, key: "D", description: "Light or dark" }, () => {
      html.dataset.theme = html.dataset.theme === "dark" ? "light" : "dark";
    });
    // An answer makes a slide longer.
    const observer = new MutationObserver((changes) => {
      const touched = new Set(changes.map((c) => c.target.parentElement?.closest(".slides > section")));
      touched.forEach((section) => section?.classList.contains("present") && fit(section));
    });
    for (const el of document.querySelectorAll(QUESTION)) observer.observe(el, { childList: true, subtree: true });
  };
  addEventListener("load", start);
})();
