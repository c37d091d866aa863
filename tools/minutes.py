"""How long the lessons take a learner, counted cell by cell.

    python -m tools.minutes        prints each lesson's minutes, as counted and as stated

The rule is for somebody whose English is a second language and who does everything once: prose at
110 words a minute, a formula of its own 30 seconds, a line of code 8 seconds, an output 30 seconds
(an explorer 4 minutes), a prediction or a quiz question 1 minute, a question to be answered in
writing 3 minutes, an exercise in code 10 minutes with its check and one slip. Folded hints and
answers, references and what has the tag "extra" (for those who want more) are not counted. A lesson
states its sum, rounded up to 5 minutes.
"""

import math
import re
import sys

from rmsprop_lesson import questions

from . import lessons

WORDS = 110  # a minute
LINE, OUTPUT, FORMULA = 8 / 60, 30 / 60, 30 / 60
EXPLORER, QUESTION, WRITTEN, EXERCISE = 4, 1, 3, 10
STOP = re.compile(r"\*\*A good place to stop\.\*\* Minutes so far: (\d+)\.")
CALL = re.compile(r"^(?:\w+ = )?(?:\w+\.)?(predict|quiz|review|explore|trial)\(", re.MULTILINE)


def counted(number):
    """The minutes that a lesson takes, by the rule, rounded up to 5."""
    cells = lessons.notebook(number).cells
    return 5 * math.ceil(sum(of_cell(cell, number) for cell in cells) / 5)


def stops(number):
    """The good places to stop: what each says of the minutes so far, and what is counted."""
    found, passed = [], 0
    for cell in lessons.notebook(number).cells:
        passed += of_cell(cell, number)
        found += [(int(said), passed) for said in STOP.findall(cell.source)]
    return found


def of_cell(cell, number):
    """The minutes that one cell of lesson `number` takes."""
    part = cell.metadata.get("rmsprop_lesson", {}).get("part")
    if part in ("check", "help") or "extra" in cell.metadata.get("tags", ()):
        return 0
    if part == "stub":
        return EXERCISE
    return of_prose(cell.source) if cell.cell_type == "markdown" else of_code(cell, number)


def of_prose(source):
    """Reading; each folded answer stands for a question that is answered in writing."""
    if source.startswith("## References"):
        return 0
    written = source.count("<summary>Answer</summary>")
    text = re.sub(r"<details>.*?</details>", "", source, flags=re.DOTALL)
    text = re.sub(r"^\| \d+ \| \[.*$", "", text, flags=re.MULTILINE)  # the map: to look things up
    formulas = len(re.findall(r"\$\$.*?\$\$", text, flags=re.DOTALL))
    words = len(re.sub(r"\$\$.*?\$\$|<[^>]*>", "", text, flags=re.DOTALL).split())
    return words / WORDS + formulas * FORMULA + written * WRITTEN


def of_code(cell, number):
    """Reading and running; what asks or explores takes its own time."""
    lines = [line for line in cell.source.splitlines() if line.strip()]
    minutes = LINE * len(lines) + OUTPUT * bool(cell.outputs)
    asks = {
        "predict": QUESTION,
        "trial": QUESTION,
        "review": 3 * QUESTION,
        "quiz": QUESTION * len(questions.lesson(number).quiz),
        "explore": EXPLORER,
    }
    return minutes + sum(asks[name] for name in CALL.findall(cell.source))


def main():
    """Print the table; say with the exit code whether all agree."""
    rows = [(path.stem, counted(n), lessons.minutes(n)) for n, path in lessons.NOTEBOOKS.items()]
    for name, minutes, said in rows:
        print(f"{name:24} {minutes:4} counted {said:4} stated")
    print(f"{'together':24} {sum(r[1] for r in rows):4} counted {sum(r[2] for r in rows):4} stated")
    return any(minutes != said for _, minutes, said in rows)


if __name__ == "__main__":
    sys.exit(main())
