"""Exercise 1, for the teacher: what is graded, and against what."""

import minnet as mn
from minnet.coursework import Assignment, Task

ASSIGNMENT = Assignment(
    "Exercise 1: the sigmoid", [Task("Sigmoid", like=mn.Sigmoid, input=(5, 3), points=6)]
)
