"""What all tests share.

Hypothesis looks for the same examples in every run, and measures no time: a slow machine is no
failure. `-m hypothesis --hypothesis-profile=thorough` looks for more.

Examples in docstrings are only in helpers: to look for some would import each file twice.
"""

import pytest
from hypothesis import settings

for name, examples in {"everyday": 15, "thorough": 60}.items():
    settings.register_profile(name, deadline=None, derandomize=True, max_examples=examples)
settings.load_profile("everyday")


def pytest_addoption(parser):
    parser.addoption(
        "--seeds",
        type=int,
        default=1,
        help="seeds with which the slow tests try each case; 50 for the figures of tests/README.md",
    )


@pytest.fixture(scope="session")
def seeds(pytestconfig):
    """0, 1, ...: as many as the option --seeds says."""
    return range(pytestconfig.getoption("seeds"))


@pytest.hookimpl(hookwrapper=True)
def pytest_collect_file(file_path):
    collected = yield
    if file_path.parent.name != "helpers":
        files = [file for file in collected.get_result() if type(file).__name__ != "DoctestModule"]
        collected.force_result(files)
