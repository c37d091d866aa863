// What a learner has done on the site, kept in the browser's own storage and nowhere else. One key,
// "rmsprop-course", holds JSON of this shape, and whoever keeps something keeps it through here:
//
//   { exercises:   { "rmsprop_step": { code, done, passed } }, by the name of the check
//     predictions: { "first-taste": { given, skipped } }, by the id of the question; those on claims
//                                                         that the court heard also have { sure }
//     quizzes:     { "quiz-id": { given, right } },       by the id of the question
//     challenges:  { "glasses/circles": { done } },       by explorer and challenge
//     scratch:     { "03": { code } } }                   by the number of the lesson
//
// Every change is announced to the page by the event "rmsprop-kept". Where a browser forbids its
// storage, or holds something else under the key, nothing is kept, and everything works without.
const KEY = "rmsprop-course";
const KINDS = ["exercises", "predictions", "quizzes", "challenges", "scratch"];

const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// Everything that is kept: an object of the shape above, with each of its kinds.
export function kept() {
  let all = {};
  try {
    all = JSON.parse(localStorage.getItem(KEY));
  } catch {
    // as if nothing was kept
  }
  return Object.fromEntries(KINDS.map((kind) => [kind, isRecord(all?.[kind]) ? all[kind] : {}]));
}

// Keep `what`, plain JSON, as the newest of its name.
export function keep(kind, name, what) {
  const all = kept();
  all[kind][name] = what;
  write(JSON.stringify(all));
}

export const forgetAll = () => write(null);

function write(text) {
  try {
    if (text === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, text);
  } catch {
    // no storage: the page goes on without
  }
  dispatchEvent(new Event("rmsprop-kept"));
}
