// What makes a deck of the page: each slide is fitted, then reveal.js takes over.
(() => {
  const HEIGHT = 720 - 32 - 40; // within the padding of deck.css
  const LARGEST = 1.4;
  const SMALLEST = 0.4;
  const STEP = 0.02;
  const EXPLORER = ".rmsprop-explorer:not([data-explorer=prediction])";

  // Make the content as large as fits; the type and the figures grow and shrink together.
  function fit(section) {
    const content = section.querySelector(".fit");
    if (!content) return;
    const largest = content.querySelector(EXPLORER) ? 1 : LARGEST; // an explorer wants room, not size
    for (let zoom = largest; zoom >= SMALLEST; zoom -= STEP) {
      content.style.zoom = zoom;
      const { scrollWidth, clientWidth } = content;
      if (content.offsetHeight * zoom <= HEIGHT && scrollWidth <= clientWidth + 1) return;
    }
  }

  const sections = [...document.querySelectorAll(".slides > section")];
  if (sections.length === 0) return;
  const html = document.documentElement;
  const start = () => {
    html.classList.add("measuring");
    sections.forEach(fit);
    html.classList.remove("measuring");
    Reveal.initialize({
      width: 1280, height: 720, margin: 0.02, center: false, controls: false, hash: true, transition: "none",
      backgroundTransition: "none", slideNumber: "c/t", pdfSeparateFragments: false,
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
    for (const el of document.querySelectorAll(".rx")) observer.observe(el, { childList: true, subtree: true });
  };
  addEventListener("load", () => document.fonts.ready.then(start));
})();
