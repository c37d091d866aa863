// What a page does once it is there. It stands behind the explorers' code in course.js.
globalThis.rmspropCourse = { ...$ui, ...$store, ...$explorers }; // for docs/_static/python
addEventListener("DOMContentLoaded", () => {
  $explorers.mountAll(document, { memory: true });

  // Whatever scrolls on its own can be reached and scrolled with the keyboard.
  const scrollers = document.querySelectorAll(
    ".katex-display, .cell_output, .cell_output .output, .pst-scrollable-table-container, pre");
  const reach = () => {
    for (const el of scrollers) {
      if (el.scrollWidth > el.clientWidth) el.tabIndex = 0;
      else el.removeAttribute("tabindex");
    }
  };
  reach();
  addEventListener("resize", reach);
  addEventListener("toggle", reach, true);
  document.fonts.ready.then(reach);

  // On paper nothing is folded away.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const el of opened) el.open = true;
  });
  addEventListener("afterprint", () => {
    for (const el of opened) el.open = false;
  });
});
