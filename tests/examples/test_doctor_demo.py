"""The lesson on the doctor: five wrong layers, each with its own mistake named first."""

import subprocess
import sys

import pytest
from running import EXAMPLES, environment

NAMED = {
    "ForgetfulDense": "not-summed-over-batch",
    "SteepSigmoid": "local-derivative-at-wrong-point",
    "LonelySoftmax": "jacobian-diagonal-only",
    "FickleDropout": "mask-redrawn",
    "StiffBatchNorm": "batch-statistics-constant",
}


@pytest.fixture(scope="module")
def blocks(tmp_path_factory):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "doctor_demo.py")],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=environment(),
        capture_output=True,
        encoding="ascii",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout.split("=" * 96)[1:]


def test_there_are_five_reports(blocks):
    assert [block.split(":")[0].strip() for block in blocks] == list(NAMED)


@pytest.mark.parametrize(("place", "name"), list(enumerate(NAMED)))
def test_the_first_mistake_is_the_one_in_the_class(blocks, place, name):
    first = next(line for line in blocks[place].splitlines() if line.startswith("["))
    assert first.startswith(f"[{NAMED[name]}] {name}.backward: ")
    assert "Next step: " in blocks[place]
    assert "doctor_demo.py, line " in blocks[place]
