"""Exercise 6, for the teacher: what is graded, and against what."""

import minnet as mn
from minnet.coursework import Assignment, Task

ASSIGNMENT = Assignment(
    "Exercise 6: dropout",
    [Task("Dropout", like=mn.Dropout, arguments=(0.3,), input=(6, 5), points=6)],
)
