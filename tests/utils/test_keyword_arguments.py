"""Arguments that a constructor does not take."""

import copy
import functools
import inspect
import operator
import pickle
import re

import pytest
from student_layers import Scale

import minnet as mn
from minnet.utils.foreign_names import foreign_names
from minnet.utils.keyword_arguments import check_arguments


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


def public_callables():
    modules = (mn, mn.data, mn.metrics, mn.schedules, mn.losses, mn.optimizers)
    public = [value for module in modules for value in vars(module).values()]
    found = [value for value in public if isinstance(value, type) or inspect.isfunction(value)]
    return [*found, mn.lr_range_test, mn.Trainer.fit, mn.Trainer.evaluate]


def test_the_arguments_of_other_libraries_lead_to_arguments_that_there_are():
    known = set()
    for item in public_callables():
        known |= set(
            inspect.signature(item.__init__ if isinstance(item, type) else item).parameters
        )
    meant = {
        name for names in foreign_names("argument").values() for name in names if " " not in name
    }
    assert meant <= known


@pytest.mark.parametrize("written", [here for (here,) in foreign_names("name").values()])
def test_the_names_of_other_libraries_lead_to_names_that_there_are(written):
    for name in re.findall(r"mn\.([\w.]+)", written):
        assert operator.attrgetter(name)(mn) is not None


@pytest.mark.parametrize("name", foreign_names("text"))
def test_texts_that_stand_for_an_object_elsewhere(name):
    (written,) = foreign_names("text")[name]
    made = eval(written, {"mn": mn})
    kinds = {mn.Layer: 0, mn.Loss: 1, mn.Optimizer: 2}
    place = next(place for kind, place in kinds.items() if isinstance(made, kind))
    parts = [[mn.Linear(2, 1)], mn.MeanSquaredError(), mn.SGD(0.1)]
    parts[place] = [mn.Linear(2, 1), name] if place == 0 else name
    with pytest.raises(TypeError, match=re.escape(f"Write {written}.")):
        mn.Trainer(*parts)


def test_attributes_of_one_class_alone():
    with pytest.raises(AttributeError, match=r"Write history\.names"):
        _ = mn.History().columns
    with pytest.raises(AttributeError, match=r"'columns'$"):
        _ = mn.Linear(2, 2).columns
    with pytest.raises(AttributeError, match=r"Write parameter.value\."):
        mn.Linear(2, 2).weight.detach()
    with pytest.raises(AttributeError, match=r"Write dataset.x\."):
        _ = mn.datasets.iris().data


def test_a_property_that_fails_says_why():
    class Own(mn.Layer):
        @property
        def weights(self):
            return self.missing

    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        _ = Own().weights


def test_names_that_modules_do_not_have():
    assert not hasattr(mn, "__wrapped__")
    with pytest.raises(AttributeError, match=r"no attribute 'zebra'$"):
        _ = mn.zebra
    with pytest.raises(AttributeError, match=r"Did you mean Linear\?"):
        _ = mn.layers.Lineer


@pytest.mark.parametrize(
    ("statement", "advice"),
    [
        ("from minnet import Dense", r"cannot import name 'Dense' from 'minnet'. Write mn.Linear"),
        ("from minnet import Linaer", "Did you mean Linear"),
        ("from minnet.layers import Dense", "Write mn.Linear"),
        ("from minnet.optimizers import RMSprop as r, SGD", "Write mn.RMSProp"),
    ],
)
def test_the_import_of_a_name_that_is_not_there_is_advised(statement, advice):
    with pytest.raises(ImportError, match=advice):
        exec(statement, {})


def test_a_missing_name_is_no_attribute_either():
    assert not hasattr(mn, "Dense")
    assert getattr(mn, "Dense", None) is None
    exec("from minnet import sweep, datasets, gradient_check; import minnet.losses as l", {})
