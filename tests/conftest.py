"""What all tests share.

Hypothesis looks for the same examples in every run, and measures no time: a slow machine is no
failure.
"""

from hypothesis import settings

settings.register_profile("minnet", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("minnet")
