"""Errors of files: what is wrong, and what to do next."""

import pytest

from minnet.saving.errors import CheckpointError, DamagedFile, checked, reading


def test_a_damaged_file_is_a_checkpoint_error_that_says_what_to_do(tmp_path):
    with pytest.raises(CheckpointError) as caught, reading(tmp_path / "run"):
        raise DamagedFile("it has too many members.")
    assert caught.value.reason == (
        "it has too many members. Use an undamaged copy of the file, or save it again."
    )


def test_a_wrong_type_in_the_description_is_damage():
    assert checked([1], list) == [1]
    with pytest.raises(DamagedFile, match=r"has a bool where a int belongs\. Use an undamaged"):
        checked(True, int)  # exactly this type: a bool is no int here
