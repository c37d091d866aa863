"""What a teacher does with a class: ``python -m rmsprop_lesson --help``."""

import argparse
import sys
from pathlib import Path


def main(arguments=None):
    """Do what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rmsprop_lesson", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_collect,):
        add(commands)
    options = vars(parser.parse_args(arguments))
    command = options.pop("run")
    try:
        print(command(**options))
    except (ImportError, OSError, TypeError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    return 0


def _command(commands, run, name, **texts):
    parser = commands.add_parser(name, description=run.__doc__, help=run.__doc__, **texts)
    parser.set_defaults(run=run)
    return parser


def _collect(commands):
    parser = _command(commands, collect, "collect")
    parser.add_argument("folder", type=Path, help="as Moodle, Canvas or nbgrader hand it out")
    parser.add_argument("--out", type=Path, default=Path("class.csv"), help="the table to write")
    parser.add_argument("--roster", type=Path, help="everybody's names, a line each, or a CSV file")
    parser.add_argument("--jobs", type=int, help="processes at once (default: all cores)")


def collect(folder, out, roster, jobs):
    """judge returned notebooks: a table, and a page with what to repeat"""
    from .course import collecting

    names = collecting.read_roster(roster) if roster else ()
    group = collecting.collect(folder, names, jobs)
    page = out.with_suffix(".html")
    group.write_csv(out)
    group.write_page(page)
    return f"{len(group.learners)} learners: {out}, {page}"


if __name__ == "__main__":
    sys.exit(main())
