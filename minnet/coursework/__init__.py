"""Assignments of hand-written layers.

Losses and optimizers, and their grading: `python -m minnet grade`.
"""

from minnet.coursework.assignment import Assignment, AssignmentError, Task
from minnet.coursework.try_out import check

__all__ = ["Assignment", "AssignmentError", "Task", "check"]
