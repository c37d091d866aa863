// What every explorer can be given: the one source of defaults and ranges, for these modules and for
// settings.py, which reads what stands between the braces as JSON. A t of null is the last step.
export const SETTINGS = {
  "step-by-step": {
    "theta0": {"default": 2, "from": -4, "to": 4},
    "learning_rate": {"default": 0.1, "from": 0.001, "to": 1},
    "beta": {"default": 0.9, "from": 0, "to": 0.999},
    "epsilon": {"default": 1e-8, "from": 0, "to": 1},
    "convention": {"default": "inside", "one of": ["inside", "outside", "none"]},
    "bias_correction": {"default": false},
    "t": {"default": 0, "whole": true, "from": 0, "to": 60}
  },
  "valley": {
    "condition": {"default": 20, "from": 1, "to": 1000},
    "angle": {"default": 0, "from": 0, "to": 90},
    "start": {"default": [3, 1], "point": [[-4, 4], [-2.6, 2.6]]},
    "shown": {"default": ["gradient descent", "RMSprop"],
      "some of": ["gradient descent", "momentum", "Adagrad", "RMSprop", "Adadelta", "Adam"]},
    "rate_descent": {"default": 0.09, "from": 1e-4, "to": 2},
    "learning_rate": {"default": 0.1, "from": 1e-4, "to": 2},
    "momentum": {"default": 0.9, "from": 0, "to": 0.99},
    "beta": {"default": 0.9, "from": 0, "to": 0.999},
    "steps": {"default": 60, "whole": true, "from": 10, "to": 300},
    "t": {"default": null, "whole": true, "from": 0, "to": 300}
  },
  "glasses": {
    "condition": {"default": 20, "from": 1, "to": 1000},
    "angle": {"default": 0, "from": 0, "to": 90},
    "start": {"default": [3, 1.5], "point": [[-4, 4], [-2.6, 2.6]]},
    "lenses": {"default": "apart", "one of": ["apart", "turning"]},
    "learning_rate": {"default": 0.2, "from": 0.001, "to": 1},
    "beta": {"default": 0.9, "from": 0, "to": 0.999},
    "steps": {"default": 150, "whole": true, "from": 10, "to": 300},
    "t": {"default": 0, "whole": true, "from": 0, "to": 300}
  },
  "average-and-bias": {
    "beta": {"default": 0.9, "from": 0, "to": 0.999},
    "gradient": {"default": "constant", "one of": ["constant", "noisy", "rise", "fall"]},
    "steps": {"default": 60, "whole": true, "from": 10, "to": 2000},
    "seed": {"default": 0, "whole": true, "from": 0, "to": 999},
    "t": {"default": 10, "whole": true, "from": 0, "to": 2000}
  },
  "draw": {
    "gradients": {"numbers": 60, "from": -3, "to": 3, "default": [
      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.5]},
    "learning_rate": {"default": 0.1, "from": 0.001, "to": 1},
    "beta": {"default": 0.9, "from": 0, "to": 0.999},
    "t": {"default": 30, "whole": true, "from": 0, "to": 60}
  },
  "plateau-and-noise": {
    "landscape": {"default": "plateau", "one of": ["plateau", "parabola"]},
    "theta0": {"default": 4, "from": -6, "to": 6},
    "sigma": {"default": 0, "from": 0, "to": 2},
    "seed": {"default": 0, "whole": true, "from": 0, "to": 999},
    "shown": {"default": ["gradient descent", "RMSprop"],
      "some of": ["gradient descent", "momentum", "RMSprop", "Adam"]},
    "rate_descent": {"default": 0.5, "from": 0.001, "to": 2},
    "learning_rate": {"default": 0.1, "from": 0.001, "to": 2},
    "beta": {"default": 0.9, "from": 0, "to": 0.999},
    "epsilon": {"default": 1e-8, "from": 0, "to": 1},
    "steps": {"default": 100, "whole": true, "from": 20, "to": 1000},
    "t": {"default": null, "whole": true, "from": 0, "to": 1000}
  },
  "winner": {
    "rate": {"default": 0.1, "from": 1e-4, "to": 10},
    "method": {"default": "RMSprop", "one of": ["gradient descent", "momentum", "Adagrad", "Adadelta",
      "RMSprop", "RMSprop, corrected", "Adam"]}
  },
  "mnist": {
    "method": {"default": "RMSprop",
      "one of": ["gradient descent", "momentum", "Adagrad", "RMSprop", "Adadelta", "Adam"]},
    "rate": {"default": 0.001, "one of": [1e-5, 1e-4, 0.001, 0.01, 0.1, 1.0, 10.0]},
    "compare": {"default": "rates", "one of": ["rates", "methods"]},
    "t": {"default": 6, "whole": true, "from": 0, "to": 6}
  },
  "court": {
    "claim": {"default": "A1", "one of": [
      "A12", "A13", "A15", "B2", "C12", "C1", "B8", "B7", "B9", "A7", "A14", "A24", "C4", "A16", "A6",
      "B4", "B3", "B5", "B6", "C2", "B1", "A8", "A25", "A2", "A3", "A10", "C8", "A28", "C10", "C5",
      "A9", "A5", "B11", "A23", "C9", "B10", "C7", "A17", "A18", "A19", "A20", "A21", "A22", "C3",
      "C6", "C11", "A1", "A4", "A11", "A26", "A27", "A29", "A30"]},
    "choice": {"default": null, "whole": true, "from": 0, "to": 3},
    "sure": {"default": null, "one of": [0.25, 0.5, 0.75, 0.95]},
    "given": {"default": {}, "verdicts": true}
  }
};

// The defaults of an explorer.
export function defaults(explorer) {
  const own = Object.entries(SETTINGS[explorer]).map(([name, setting]) => [name, setting.default]);
  const found = structuredClone(Object.fromEntries(own));
  if (found.t === null) found.t = found.steps;
  return found;
}
