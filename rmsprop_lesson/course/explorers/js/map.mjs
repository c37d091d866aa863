// A landscape from above: shaded relief, contour lines, arrows. For every explorer with a map.
import { clamp, h } from "./ui.mjs";

const GRAIN = 4; // CSS pixels between two points of the relief
const LIGHT = [-0.62, 0.5, 0.6]; // where the light comes from: left, top, above
const STEEP = 0.18 / GRAIN; // a slope's weight, over two grains

const colors = new Map();
function rgb(text) {
  if (!colors.has(text)) {
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = text.trim() || "#fff";
    probe.fillRect(0, 0, 1, 1);
    colors.set(text, [...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)]);
  }
  return colors.get(text);
}

// Paint the landscape behind `figure`, lit from the top left. `height(x, y)` takes pixels; the picture
// is made anew only if `key` or the look changes.
export function relief(figure, key, height) {
  figure.canvas ??= figure.element.insertBefore(h("canvas", { class: "rx-relief", "aria-hidden": "true" }), figure.svg);
  const canvas = figure.canvas;
  const style = getComputedStyle(canvas);
  const [dark, light] = ["--rx-shade", "--rx-light"].map((name) => style.getPropertyValue(name));
  const now = `${key} ${figure.width} ${figure.height} ${dark}`;
  if (figure.relieved === now) return;
  figure.relieved = now;
  canvas.style.height = `${figure.height}px`;
  const columns = (canvas.width = Math.ceil(figure.width / GRAIN) + 1);
  const rows = (canvas.height = Math.ceil(figure.height / GRAIN) + 1);
  const field = new Float64Array(columns * rows);
  for (let j = 0, n = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++, n++) field[n] = height(i * GRAIN, j * GRAIN);
  }
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const [from, to] = [rgb(dark), rgb(light)];
  for (let j = 0, n = 0; j < rows; j++) {
    const up = j ? -columns : 0;
    const down = j < rows - 1 ? columns : 0;
    for (let i = 0; i < columns; i++, n++) {
      const slopeX = field[n + (i < columns - 1 ? 1 : 0)] - field[n - (i ? 1 : 0)];
      const slopeY = field[n + up] - field[n + down];
      const [x, y] = [slopeX * STEEP, slopeY * STEEP];
      const lit = (LIGHT[2] - x * LIGHT[0] - y * LIGHT[1]) / Math.sqrt(1 + x * x + y * y);
      const share = Math.min(1, Math.max(0, 0.12 + 0.88 * lit));
      for (let c = 0; c < 3; c++) image.data[4 * n + c] = from[c] + share * (to[c] - from[c]);
      image.data[4 * n + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

// How high the relief is where the loss is `loss`: rounded at the bottom, a slope further up. `scale` is
// in pixels a unit.
export const elevation = (loss, scale) => scale * Math.sqrt(1 + loss);

// Contour lines of the valley (u² + κw²)/2 as circles under a linear map. `matrix` takes (u, √κ w), in
// which they are circles, to pixels: [a, b, c, d, x, y] as in SVG. Lines that would run closer than
// a few pixels are left out: what is too steep for lines is told by the relief.
const APART = 7;
export function circles(matrix, reach) {
  const [a, b, c, d] = matrix;
  const narrow = Math.abs(a * d - b * c) / Math.hypot(a, b, c, d); // about the short half-axis of the unit circle
  let out = "";
  for (let radius = 0.5; radius <= reach; radius *= 2) {
    if ((radius / 2) * narrow >= APART) out += `<circle class="rx-contour" r="${radius}"/>`;
  }
  return `<g transform="matrix(${matrix.map((value) => value.toFixed(5)).join(" ")})">${out}</g>`;
}

// Where the word of an arrow stands: beyond its point.
export function wordAt([x, y], [dx, dy], length, height) {
  const size = Math.hypot(dx, dy) || 1;
  return [x + (dx / size) * length, clamp(y + (dy / size) * (length + 12) + 4, 14, height - 6)];
}

// An arrow from a place in a direction, `length` pixels long, with a word at its point that stays within
// the picture.
const LETTER = 7; // pixels
export function arrow([x, y], [dx, dy], length, { width, height, key = "plain", word = "", base = wordAt([x, y], [dx, dy], length, height)[1] }) {
  const size = Math.hypot(dx, dy);
  if (!(size > 0) || !Number.isFinite(size)) return "";
  const [ux, uy] = [dx / size, dy / size];
  const [px, py] = [x + ux * length, y + uy * length];
  const wing = (side) => `${(px - 8 * ux + side * 4 * uy).toFixed(1)},${(py - 8 * uy - side * 4 * ux).toFixed(1)}`;
  const d = `M${x.toFixed(1)},${y.toFixed(1)}L${px.toFixed(1)},${py.toFixed(1)}M${wing(1)}L${px.toFixed(1)},${py.toFixed(1)}L${wing(-1)}`;
  const side = ux > 0.3 ? 0 : ux < -0.3 ? 1 : 0.5; // which part of the word is at the point
  const wide = LETTER * word.length;
  const left = clamp(px + 7 * ux - side * wide, 4, width - wide - 4);
  const anchor = ["start", "middle", "end"][2 * side];
  const text = word && `<text class="rx-strong rx-halo" x="${(left + side * wide).toFixed(1)}" y="${base.toFixed(1)}" text-anchor="${anchor}">${word}</text>`;
  return `<g class="rx-${key}"><path class="rx-under" d="${d}"/><path class="rx-arrow" d="${d}"/></g>${text}`;
}
