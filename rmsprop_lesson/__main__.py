"""``python -m rmsprop_lesson COMMAND``: the course's commands for teachers."""

from .course.commands import main

if __name__ == "__main__":
    main()
