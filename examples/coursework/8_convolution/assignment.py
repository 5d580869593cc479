"""Exercise 8, for the teacher: what is graded, and against what."""

import minnet as mn
from minnet.coursework import Assignment, Task

ASSIGNMENT = Assignment(
    "Exercise 8: convolution",
    [
        Task(
            "Convolution",
            like=mn.Conv2d,
            arguments=(2, 3, 3),
            input=(2, 2, 6, 5),
            parameters={"W": "weight", "b": "bias"},
            points=10,
        )
    ],
)
