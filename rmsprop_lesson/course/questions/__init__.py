"""Predictions and quizzes: questions that are answered in a notebook or on a page.

Their text lies beside this file, in one YAML file for each lesson.
"""

from .bank import Lesson, Option, Question, QuestionError, Wrong, lesson, lessons, prediction
from .widgets import ask, predict, quiz, review

__all__ = [
    "Lesson",
    "Option",
    "Question",
    "QuestionError",
    "Wrong",
    "ask",
    "lesson",
    "lessons",
    "predict",
    "prediction",
    "quiz",
    "review",
]
