"""The course's commands, such as ``python -m rmsprop_lesson worksheet --help``."""

import argparse
import sys

from .course import worksheets


def main(arguments=None):
    """Carry out one command; a bad argument ends the program with a message."""
    parser = argparse.ArgumentParser(prog="python -m rmsprop_lesson", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    sheet = commands.add_parser(
        "worksheet", help="write worksheets for pen and paper, and their key"
    )
    sheet.add_argument(
        "--students", type=int, required=True, help="how many, each with other numbers"
    )
    sheet.add_argument("--seed", type=int, default=0, help="the same seed gives the same sheets")
    sheet.add_argument("--out", required=True, help="the folder to write to")
    options = parser.parse_args(arguments)
    try:
        written = worksheets.write(options.out, options.students, options.seed)
    except (ValueError, OSError) as error:
        sheet.error(str(error))
    print(f"{len(written)} files in {options.out}: {worksheets.ALL} to print, {worksheets.KEY}")


if __name__ == "__main__":
    sys.exit(main())
