"""Arguments that a constructor does not take."""

import copy
import functools
import inspect
import pickle

import pytest
from student_layers import Scale

import minnet as mn
from minnet.utils.keyword_arguments import NAMES_IN_OTHER_LIBRARIES, check_arguments


class Free(mn.Layer):
    def __init__(self, **options):
        self.options = dict(options)


CASES = [
    (
        lambda: mn.SGD(lr=0.1),
        r"SGD: lr: expected .* learning_rate, momentum.*Did you mean learning_rate",
    ),
    (
        lambda: mn.SGD(0.1, momentun=0.9),
        r"momentun: expected .*got momentun=0.9. Did you mean momentum",
    ),
    (
        lambda: mn.Linear(input_dim=3, out_features=2),
        r"Linear: input_dim: .*Did you mean in_features",
    ),
    (lambda: mn.Dropout(p=0.5), r"Dropout: p: .*Did you mean rate"),
    (lambda: mn.Adam(zebra=1), r"Adam: zebra: .*Leave it out, or take one of these"),
    (lambda: mn.SGD(rates=list(range(999))), r"got rates=\[0, 1, 2, .*\.\.\.\. Leave it out"),
    (lambda: mn.Network(layers=[mn.Tanh()], sead=0), r"Network: sead: .*Did you mean seed"),
    (lambda: Scale(feature=3), r"Scale: feature: expected one of the arguments features, got"),
    (lambda: mn.ReLU(slope=1), r"ReLU: the constructor takes no arguments"),
]


@pytest.mark.parametrize(("call", "message"), CASES)
def test_what_is_not_taken_is_named_with_the_likely_argument(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def with_verbose(constructor):
    @functools.wraps(constructor)
    def wrapper(self, *args, verbose=False, **kwargs):
        self.verbose = verbose
        constructor(self, *args, **kwargs)

    return wrapper


class Decorated(mn.Layer):
    @with_verbose
    def __init__(self, features):
        self.features = features


def test_a_decorated_constructor_takes_what_its_decorator_takes():
    assert Decorated(3, verbose=True).verbose


def test_what_is_taken_passes():
    assert Free(anything=1).options == {"anything": 1}
    assert mn.SGD(learning_rate=0.5).learning_rate == 0.5
    check_arguments(Scale, (3,), {})


def test_constructors_that_remember_nothing_are_copied_and_pickled_as_before():
    for made in (mn.SGD(0.1, momentum=0.9), mn.Linear(2, 3), mn.ReLU()):
        for again in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            assert type(again) is type(made)


def test_the_names_of_other_libraries_lead_to_arguments_that_there_are():
    makers = (mn.SGD, mn.Adam, mn.LeakyReLU, mn.Dropout, mn.Linear, mn.Conv2d)
    known = {name for maker in makers for name in inspect.signature(maker.__init__).parameters}
    assert set(NAMES_IN_OTHER_LIBRARIES.values()) <= known
