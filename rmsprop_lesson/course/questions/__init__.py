"""Predictions and quizzes: questions that are answered in a notebook or on a page.

Their text lies beside this file, in one YAML file for each lesson.
"""

from .bank import (
    Lesson,
    Option,
    Question,
    QuestionError,
    Wrong,
    everything,
    lesson,
    lessons,
    prediction,
)
from .bank import review as earlier
from .widgets import answer, ask, find, predict, quiz, review

__all__ = [
    "Lesson",
    "Option",
    "Question",
    "QuestionError",
    "Wrong",
    "answer",
    "ask",
    "earlier",
    "everything",
    "find",
    "lesson",
    "lessons",
    "predict",
    "prediction",
    "quiz",
    "review",
]
