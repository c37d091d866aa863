// The family: every explorer by name, mounted on a page (`mount`, `mountAll`) or by anywidget in a
// notebook (the default export).
import { prediction, quiz } from "./questions.mjs";
import { stepByStep } from "./step_by_step.mjs";

export const EXPLORERS = {
  prediction,
  quiz,
  "step-by-step": stepByStep,
};

// Put explorer `name` into `el`. `settings` is plain JSON; `onchange(settings)` is called when the
// learner changes something. Returns {update(settings), destroy(), settings, describe()}.
export function mount(el, name, settings = {}, { onchange } = {}) {
  const kind = EXPLORERS[name];
  if (!kind) throw new Error(`no explorer is called "${name}"; there are ${Object.keys(EXPLORERS).join(", ")}`);
  const state = structuredClone({ ...kind.defaults, ...settings });
  const card = kind.build(el, state, { onchange });
  const handle = {
    update: (changed) => card.update(structuredClone(changed)),
    destroy: () => card.destroy(),
    describe: () => card.app.describe(),
    settings: state,
    card,
  };
  el.rmspropExplorer = handle;
  return handle;
}

// Bring every stored explorer of a page to life: <div class="rmsprop-explorer" data-explorer="valley"
// data-settings='{…}'>, whose content is the still picture for places without scripts.
export function mountAll(root = document) {
  for (const el of root.querySelectorAll(".rmsprop-explorer[data-explorer]")) {
    if (!el.rmspropExplorer) mount(el, el.dataset.explorer, JSON.parse(el.dataset.settings || "{}"));
  }
}

export function render({ model, el }) {
  const reveal = model.get("reveal"); // what a prediction shows in the end
  if (reveal) el.innerHTML = reveal;
  const handle = mount(el, model.get("explorer"), model.get("settings"), {
    onchange(settings) {
      model.set("settings", settings);
      model.save_changes();
    },
  });
  const listen = () => {
    if (JSON.stringify(model.get("settings")) !== JSON.stringify(handle.settings)) handle.update(model.get("settings"));
  };
  model.on("change:settings", listen);
  return () => {
    model.off("change:settings", listen);
    handle.destroy();
  };
}

export default { render };
