// The family: every explorer by name, mounted on a page (`mount`, `mountAll`) or by anywidget in a
// notebook (the default export).
import { averageAndBias } from "./average.mjs";
import { court } from "./court.mjs";
import { draw } from "./draw.mjs";
import { glasses } from "./glasses.mjs";
import { mnist } from "./mnist.mjs";
import { plateauAndNoise } from "./plateau.mjs";
import { MEMORY, prediction, quiz } from "./questions.mjs";
import { scrubAll } from "./scrub.mjs";
import { SETTINGS } from "./settings.mjs";
import { stepByStep } from "./step_by_step.mjs";
import { keep, kept } from "./store.mjs";
import { valley } from "./valley.mjs";
import { winner } from "./winner.mjs";

export const EXPLORERS = {
  prediction,
  quiz,
  "step-by-step": stepByStep,
  valley,
  glasses,
  "average-and-bias": averageAndBias,
  draw,
  "plateau-and-noise": plateauAndNoise,
  winner,
  mnist,
  court,
};

// Put explorer `name` into `el`. `settings` is plain JSON, and so is `data`, what it shows besides;
// `onchange(settings)` is called when the learner changes something. `met` lists the challenges that
// were met before, and `onmet(id)` is called with each that is met now.
// Returns {update(settings), receive(data), destroy(), settings, describe()}.
export function mount(el, name, settings = {}, { onchange, data = {}, met, onmet } = {}) {
  const kind = EXPLORERS[name];
  if (!kind) throw new Error(`no explorer is called "${name}"; there are ${Object.keys(EXPLORERS).join(", ")}`);
  const state = structuredClone({ ...kind.defaults, ...settings });
  const card = kind.build(el, state, { onchange, data, met, onmet, ranges: SETTINGS[name] });
  const handle = {
    name,
    update: (changed) => card.update(structuredClone(changed)),
    receive: (changed) => card.receive(changed),
    destroy: () => card.destroy(),
    describe: () => card.app.describe(),
    settings: state,
    card,
  };
  el.rmspropExplorer = handle;
  return handle;
}

// Bring every stored explorer of a page to life: <div class="rmsprop-explorer" data-explorer="valley"
// data-settings='{…}'>, whose content is the still picture for places without scripts and, where the
// explorer needs data, <script type="application/json">. With `memory`, what was answered is kept in
// the browser and shown again.
export function mountAll(root = document, { memory = false } = {}) {
  for (const el of root.querySelectorAll(".rmsprop-explorer[data-explorer]")) {
    if (el.rmspropExplorer) continue;
    const data = el.querySelector('script[type="application/json"]')?.textContent ?? "{}";
    const settings = JSON.parse(el.dataset.settings || "{}");
    const own = memory ? MEMORY[el.dataset.explorer] : undefined;
    mount(el, el.dataset.explorer, { ...settings, ...own?.recall(settings) },
      { data: JSON.parse(data), onchange: own?.remember, ...(memory && challengesOf(el.dataset.explorer)) });
  }
  scrubAll(root);
}

// Challenges have names such as "glasses/circles".
const challengesOf = (explorer) => ({
  met: Object.keys(kept().challenges).filter((name) => name.startsWith(`${explorer}/`)).map((name) => name.slice(explorer.length + 1)),
  onmet: (id) => keep("challenges", `${explorer}/${id}`, { done: true }),
});

// Milliseconds until a message goes to the kernel. Each costs JupyterLab a redraw of its toolbar, so
// it waits until the hand rests, but where the kernel answers with the learner's own path.
const PAUSE = 100;

export function render({ model, el }) {
  const reveal = model.get("reveal"); // what a prediction shows in the end
  if (reveal) el.innerHTML = reveal;
  let timer = null;
  let latest = null;
  const send = () => {
    timer = null;
    model.set("settings", latest);
    model.save_changes();
  };
  const handle = mount(el, model.get("explorer"), model.get("settings"), {
    data: model.get("data"),
    met: model.get("met"),
    onmet(id) {
      model.set("met", [...model.get("met"), id]);
      model.save_changes();
    },
    onchange(settings) {
      latest = settings;
      if (!model.get("data").own) {
        clearTimeout(timer);
        timer = null;
      }
      timer ??= setTimeout(send, PAUSE);
    },
  });
  const listen = () => {
    if (timer !== null) return; // what the learner does now is newer
    if (JSON.stringify(model.get("settings")) !== JSON.stringify(handle.settings)) handle.update(model.get("settings"));
  };
  const receive = () => handle.receive(model.get("data"));
  model.on("change:settings", listen);
  model.on("change:data", receive);
  return () => {
    model.off("change:settings", listen);
    model.off("change:data", receive);
    if (timer !== null) {
      clearTimeout(timer);
      send();
    }
    handle.destroy();
  };
}

export default { render };
