"""Exercise 3, for the teacher: what is graded, and against what."""

import minnet as mn
from minnet.coursework import Assignment, Task

ASSIGNMENT = Assignment(
    "Exercise 3: the dense layer",
    [
        Task(
            "Dense",
            like=mn.Linear,
            arguments=(4, 7),
            input=(5, 4),
            parameters={"W": "weight", "b": "bias"},
            points=10,
        )
    ],
)
