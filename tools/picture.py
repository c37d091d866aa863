"""Draw the picture of the README again: python -m tools.picture"""

from pathlib import Path

from rmsprop_lesson import GradientDescent, RMSprop, Valley, descend, plots

FILE = Path(__file__).parents[1] / "docs" / "valley.png"
VALLEY = Valley(condition=20)


def runs():
    """Gradient descent and RMSprop in the elongated valley, each at a rate that suits it."""
    return {
        "gradient descent, η = 0.09": descend(VALLEY, GradientDescent(0.09), steps=30),
        "RMSprop, η = 0.15": descend(VALLEY, RMSprop(0.15), steps=30),
    }


if __name__ == "__main__":
    plots.paths(VALLEY, runs(), title="30 steps in an elongated valley").save(FILE)
