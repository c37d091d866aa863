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
    return content.offsetHeight * zoom > HEIGHT || boxes.some((box) => box.scrollWidth > box.clientWidth + 1);
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
      // Keys pressed in an explorer are the explorer's.
      keyboardCondition: () => !document.activeElement?.closest(".rx"),
    });
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
