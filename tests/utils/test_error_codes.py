"""A marked error is the same error, with a code."""

from minnet.utils.error_codes import code_of, with_code


def test_a_marked_error_keeps_its_class_and_text():
    error = TypeError("got int64")
    assert with_code(error, "integer-arithmetic") is error
    assert (type(error), str(error)) == (TypeError, "got int64")
    assert code_of(error) == "integer-arithmetic"


def test_any_other_error_has_no_code():
    error = SystemExit(2)  # it has an attribute `code` of its own
    assert code_of(error) is None
