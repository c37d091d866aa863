// After the first run the page works without a network: a service worker keeps what was loaded.
// Where a browser has none (no HTTPS, a private window), the browser's own cache has to do.
const ROOT = new URL("../../", import.meta.url);
const PATIENCE = 1500; // milliseconds
let ready = null;

export const offline = () => (ready ??= Promise.race([register(), wait(PATIENCE)]).catch(() => {}));

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function register() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  await serviceWorker.register(new URL("offline.js", ROOT));
  const { active } = await serviceWorker.ready;
  if (!serviceWorker.controller) {
    await new Promise((done) => serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }
  // What this page loaded before.
  active.postMessage([location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)]);
}
