// The site's Python: an editor under each exercise, a scratch cell at the end of each lesson, the
// overview. Places are <div class="rmsprop-python" data-exercise | data-scratch | data-overview>;
// what they hold is for pages without Python and without scripts, and is replaced. RUNTIME is what
// tools/runtime.py tells of the Python that the site has; null is none.
import css from "./python.css";
import { h } from "./course.mjs";
import { exercise } from "./exercise.mjs";
import { overview } from "./overview.mjs";
import { scratch } from "./scratch.mjs";

const KINDS = RUNTIME ? { exercise, scratch, overview } : { overview };

document.head.append(h("style", {}, css));
for (const place of document.querySelectorAll(".rmsprop-python")) {
  const kind = Object.keys(KINDS).find((name) => name in place.dataset);
  KINDS[kind]?.(place);
}
