"""The course's commands for teachers, such as ``python -m rmsprop_lesson collect --help``."""

import argparse
from pathlib import Path


def main(arguments=None):
    """Carry out one command; a bad argument ends the program with a message."""
    parser = argparse.ArgumentParser(prog="python -m rmsprop_lesson", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command, add in COMMANDS.items():
        words = command.__doc__
        sub = commands.add_parser(command.__name__, help=words, description=words)
        add(sub)
        sub.set_defaults(command=command, parser=sub)
    options = vars(parser.parse_args(arguments))
    command, sub = options.pop("command"), options.pop("parser")
    try:
        print(command(**options))
    except (ImportError, OSError, TypeError, ValueError) as error:
        sub.error(str(error))


def worksheet(out, students, seed):
    """write worksheets for pen and paper, and their key"""
    from . import worksheets

    written = worksheets.write(out, students, seed)
    return f"{len(written)} files in {out}: {worksheets.ALL} to print, {worksheets.KEY}"


def _worksheet(sub):
    sub.add_argument("--students", type=int, required=True, help="how many, each other numbers")
    sub.add_argument("--seed", type=int, default=0, help="the same seed gives the same sheets")
    sub.add_argument("--out", required=True, help="the folder to write to")


def collect(folder, out, roster, jobs):
    """judge returned notebooks: a table, and a page with what to repeat"""
    from . import collecting

    names = collecting.read_roster(roster) if roster else ()
    group = collecting.collect(folder, names, jobs)
    page = out.with_suffix(".html")
    group.write_csv(out)
    group.write_page(page)
    return f"{len(group.learners)} learners: {out}, and {page} to look at"


def _collect(sub):
    sub.add_argument("folder", type=Path, help="as Moodle, Canvas or nbgrader hand it out")
    sub.add_argument("--out", type=Path, default=Path("class.csv"), help="the table to write")
    sub.add_argument("--roster", type=Path, help="everybody's names: a line each, or a CSV file")
    sub.add_argument("--jobs", type=int, help="processes at once (default: all cores)")


def questions(format, out, lessons):
    """write the question bank for Moodle, for Canvas or as QTI 2.1"""
    from . import exchange

    number = exchange.write(out, format, lessons)
    return f"{number} questions in {out}"


def _questions(sub):
    sub.add_argument("--format", required=True, help="moodle, qti12 (Canvas) or qti21")
    sub.add_argument("--out", type=Path, required=True, help="an XML file, or a ZIP for QTI")
    sub.add_argument("--lessons", type=int, nargs="*", help="their numbers (default: all)")


def exam(out, points, minutes, variants, seed):
    """write an exam in several variants, and the key to each"""
    from . import exams

    written = exams.write(out, points, minutes, variants, seed)
    return f"{len(written)} files in {out}: {', '.join(path.name for path in written)}"


def _exam(sub):
    sub.add_argument("--points", type=int, default=20)
    sub.add_argument("--minutes", type=int, default=45)
    sub.add_argument("--variants", type=int, default=4, help="at most 4: A to D")
    sub.add_argument("--seed", type=int, default=0, help="the same seed gives the same exam")
    sub.add_argument("--out", type=Path, required=True, help="the folder to write to")


COMMANDS = {worksheet: _worksheet, collect: _collect, questions: _questions, exam: _exam}
