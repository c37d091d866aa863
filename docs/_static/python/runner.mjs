// The one Python of a page. It lives in a worker, which the first request starts and which can be
// ended at any moment: when its time is up, when the learner stops it, when its memory is used up.
import { offline } from "./offline.mjs";

const FULL = 1.5e9; // bytes; a worker that has grown to this is not used again
const GRACE = 300; // milliseconds that an answer may be late

let worker = null;
let current = null; // the request that is at work
let turn = Promise.resolve();

// Ask Python something: "run", "check" or "walk", with the arguments of rmsprop_lesson.course.page.
// `state(kind, value)` hears "waiting", "loading" (bytes so far) and "running"; `output(shown)` what
// is printed and shown. The answer is what Python answers, {stopped: true}, or {failed: text}.
export function ask(request, args, { state = () => {}, output = () => {} } = {}) {
  if (current) state("waiting");
  const answer = turn.then(() => perform(request, args, state, output));
  turn = answer;
  return answer;
}

export const stop = () => current && end({ stopped: true });

async function perform(request, args, state, output) {
  const mine = { state, output, clock: null, fate: { stopped: true } };
  const answer = new Promise((resolve) => Object.assign(mine, { resolve }));
  current = mine;
  try {
    if (!worker) {
      state("loading", 0);
      await offline();
    }
    if (current === mine) { // not stopped meanwhile
      worker ??= start();
      worker.postMessage({ request, args });
    }
  } catch (error) {
    end({ failed: String(error) });
  }
  return answer;
}

function start() {
  const fresh = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  fresh.onmessage = ({ data: [kind, value] }) => fresh === worker && HEAR[kind](value);
  fresh.onerror = (event) => {
    event.preventDefault();
    if (fresh === worker) end({ failed: event.message || "Python could not be loaded" });
  };
  return fresh;
}

const HEAR = {
  loading: (bytes) => current?.state("loading", bytes),
  running: () => current?.state("running"),
  output: (shown) => current?.output(shown),
  fate: (answer) => current && (current.fate = answer),
  time(seconds) {
    if (!current) return;
    clearTimeout(current.clock);
    current.clock = setTimeout(() => end(current.fate), 1000 * seconds + GRACE);
  },
  answer({ answer, bytes }) {
    if (bytes > FULL) end(answer);
    else finish(answer);
  },
  failed: (text) => end({ failed: text }),
};

function finish(answer) {
  const { resolve, clock } = current;
  clearTimeout(clock);
  current = null;
  resolve(answer);
}

// End the worker, whatever it does. The next one gets ready at once, if this one was.
function end(answer) {
  worker?.terminate();
  worker = null;
  if (!answer.failed) worker = start();
  if (current) finish(answer);
}
