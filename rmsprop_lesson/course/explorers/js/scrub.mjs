// Numbers in the text that move the figure beside them. In the Markdown of a lesson one writes
// <data value="average-and-bias beta">0.9</data>: the name of an explorer and of its setting. Where an
// explorer of that name is on the page, the number becomes a handle; everywhere else it stays text.
import { clamp, h, number, setText } from "./ui.mjs";

const PIXELS = 5; // sideways, for one step of the setting's slider
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -1e6, End: 1e6 };

export function scrubAll(root) {
  const explorers = [...root.querySelectorAll(".rmsprop-explorer")];
  for (const mark of root.querySelectorAll("data[value]")) {
    const [name, key] = mark.value.split(" ");
    const found = explorers.filter((el) => el.dataset.explorer === name).map((el) => el.rmspropExplorer?.card);
    const card = found.find((one) => one?.root.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_PRECEDING) ?? found.at(-1);
    if (card?.scales[key]) scrub(mark, card, key);
  }
}

// The explorer that follows the number is the one that it moves, or else the last before it.
function scrub(mark, card, key) {
  const { scale, name } = card.scales[key];
  const written = mark.textContent.trim();
  const original = Number(written.replace("−", "-"));
  if (!Number.isFinite(original)) return;
  const shown = h("span", { "aria-hidden": "true" }, written);
  const before = h("span", { class: "rx-scrub-before", "aria-hidden": "true" });
  const handle = h("span", { class: "rx-scrub", role: "slider", tabindex: 0, "aria-label": `${name}, in the figure “${card.title}”`, "aria-valuemin": scale.min, "aria-valuemax": scale.max, title: "Drag, or use the arrow keys. Escape: as it was." }, shown, before);
  card.useStyle(mark);
  mark.replaceChildren(handle);
  let value = original;
  const set = (next, told = true) => {
    value = next;
    const changed = value !== original;
    setText(shown, changed ? number(value) : written);
    setText(before, changed ? ` (text: ${written})` : "");
    handle.toggleAttribute("data-changed", changed);
    handle.setAttribute("aria-valuenow", value);
    handle.setAttribute("aria-valuetext", changed ? `${number(value)}; the text has ${written}` : written);
    if (told) card.set(key, value);
  };
  const moved = (from, steps) => {
    const position = Math.round(scale.position(from)) + Math.round(steps);
    set(steps ? clamp(scale.value(clamp(position, 0, scale.positions)), scale.min, scale.max) : from);
  };
  handle.addEventListener("keydown", (event) => {
    if (event.key === "Escape") set(original);
    else if (KEYS[event.key]) moved(value, KEYS[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation(); // slides don't turn
  });
  handle.addEventListener("dblclick", () => set(original));
  let start = null;
  handle.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    start = { x: event.clientX, value };
    handle.setPointerCapture(event.pointerId);
    set(value); // a click alone brings the figure to what the text says
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) moved(start.value, (event.clientX - start.x) / PIXELS);
  });
  set(original, false);
}
