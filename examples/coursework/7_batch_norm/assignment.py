"""Exercise 7, for the teacher: what is graded, and against what."""

import minnet as mn
from minnet.coursework import Assignment, Task

ASSIGNMENT = Assignment(
    "Exercise 7: batch normalization",
    [
        Task(
            "BatchNorm",
            like=mn.BatchNorm,
            arguments=(4,),
            input=(6, 4),
            parameters={"gamma": "gamma", "beta": "beta"},
            points=10,
        )
    ],
)
