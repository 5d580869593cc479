"""Exercise 5, for the teacher: what is graded, and against what."""

import minnet as mn
from minnet.coursework import Assignment, Task

ASSIGNMENT = Assignment(
    "Exercise 5: gradient descent with momentum",
    [Task("Momentum", like=mn.SGD, arguments=(0.1, 0.9), points=6)],
)
