// The worker in which Python runs. It hears {request, args} and says [kind, value]: "loading",
// "running", what the session tells ("output", "time", "fate"), and in the end "answer" or "failed".
const say = (kind, value) => postMessage([kind, value]);
const here = (path) => new URL(path, import.meta.url).href;

// Count what is loaded while it arrives.
let loaded = 0;
function count(bytes) {
  loaded += bytes;
  say("loading", loaded);
}
const plainFetch = self.fetch;
self.fetch = async (...request) => {
  const response = await plainFetch(...request);
  if (!response.ok || !response.body) return response;
  const counter = new TransformStream({
    transform(chunk, out) {
      count(chunk.length);
      out.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), response);
};

const booted = boot();

async function boot() {
  const course = fetch(here(RUNTIME.wheel)).then((response) => response.arrayBuffer());
  import(here("pyodide/pyodide.asm.js")).then(() => count(RUNTIME.script)); // not fetched, so not counted
  const { loadPyodide } = await import(here("pyodide/pyodide.mjs"));
  const python = await loadPyodide({ indexURL: here("pyodide/"), packages: RUNTIME.packages });
  python.unpackArchive(await course, "wheel", { extractDir: "/course" });
  python.setStdin({ error: true });
  const Session = python.runPython(`
    import runpy, sys
    sys.path.append("/course")
    runpy.run_path("/course/rmsprop_lesson/course/page.py")["Session"]`);
  const session = Session((kind, json) => say(kind, JSON.parse(json)));
  return { python, session };
}

// Large packages come when the code speaks of them.
async function fetchExtras(python, code = "") {
  for (const [name, words] of Object.entries(RUNTIME.extras)) {
    if (!python.loadedPackages[name] && new RegExp(`\\b(${words.join("|")})\\b`).test(code)) {
      await python.loadPackage(name, { messageCallback() {} });
    }
  }
}

self.onmessage = async ({ data: { request, args } }) => {
  let step = "be loaded; is there a network?";
  try {
    const { python, session } = await booted;
    await fetchExtras(python, args.code);
    step = "go on.";
    say("running");
    const answer = JSON.parse(session.answer(request, JSON.stringify(args)));
    say("answer", { answer, bytes: python._module.HEAP8.length });
  } catch (error) {
    const what = String(error?.message ?? error).trim().split("\n").at(-1); // a traceback's end
    say("failed", `Python could not ${step} (${what})`);
  }
};
