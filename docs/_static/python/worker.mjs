// The worker in which Python runs. It hears {request, args} and says [kind, value]: "loading",
// "running", what the session tells ("output", "time", "fate"), and in the end "answer" or "failed".
const say = (kind, value) => postMessage([kind, value]);
const here = (path) => new URL(path, import.meta.url).href;

// Count what is loaded while it arrives.
let loaded = 0;
const plainFetch = self.fetch;
self.fetch = async (...request) => {
  const response = await plainFetch(...request);
  if (!response.ok || !response.body) return response;
  const count = new TransformStream({
    transform(chunk, out) {
      loaded += chunk.length;
      say("loading", loaded);
      out.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(count), response);
};

const booted = boot();

async function boot() {
  const course = fetch(here(RUNTIME.wheel)).then((response) => response.arrayBuffer());
  const { loadPyodide } = await import(here("pyodide/pyodide.mjs"));
  const python = await loadPyodide({ indexURL: here("pyodide/"), packages: RUNTIME.packages });
  python.unpackArchive(await course, "wheel");
  python.setStdin({ error: true });
  const Session = python.runPython(`
    import runpy, sysconfig
    runpy.run_path(sysconfig.get_path("purelib") + "/rmsprop_lesson/course/page.py")["Session"]`);
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
  try {
    const { python, session } = await booted;
    await fetchExtras(python, args.code);
    say("running");
    const answer = JSON.parse(session.answer(request, JSON.stringify(args)));
    say("answer", { answer, bytes: python._module.HEAP8.length });
  } catch (error) {
    say("failed", error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
};
