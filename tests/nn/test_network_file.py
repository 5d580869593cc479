"""Networks in files: what comes back, what is refused, and that nothing changes when it is."""

import copy
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import student_layers
from registry import REGISTRY

import minnet as mn
from minnet.saving import file_format

HERE = Path(__file__).parent
X = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)


class Scale(student_layers.Scale):
    """The same with an argument of every kind."""

    def __init__(self, features, note=(), **more):
        self.gain = mn.Parameter(np.full(features, 2.0))


class Block(mn.Layer):
    """A layer that is given layers."""

    def __init__(self, first, others, by_name):
        self.first, self.others, self.by_name = first, others, by_name

    def forward(self, x):
        for layer in (self.first, *self.others, *self.by_name.values()):
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed((self.first, *self.others, *self.by_name.values())):
            grad = layer.backward(grad)
        return grad


def network(seed=0):
    return mn.Network([mn.Linear(3, 4), mn.BatchNorm(4), mn.Tanh(), mn.Linear(4, 2)], seed=seed)


def bits(net):
    values = [(n, p.value.tobytes(), p.trainable) for n, p in net.parameters().items()]
    return repr(net), str(net.dtype), net.seed, values


def saved_and_loaded(net, path, layers=()):
    net.save(path)
    return mn.load(path, layers=layers)


@pytest.mark.parametrize("part", REGISTRY, ids=lambda part: part.name)
def test_every_built_in_layer_comes_back(part, tmp_path):
    net = mn.Network([part.factory()], seed=1, dtype="float64")
    again = saved_and_loaded(net, tmp_path / "n")
    assert bits(again) == bits(net)
    assert type(again.layers[0]) is type(net.layers[0])
    x = np.random.default_rng(2).normal(size=(4, *part.shape))
    assert again.predict(x).tobytes() == net.predict(x).tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_round_trip_is_exact_and_saves_the_same_bytes(dtype, tmp_path):
    net = network()
    net.dtype = dtype
    again = saved_and_loaded(net, tmp_path / "a")
    assert bits(again) == bits(net)
    assert again.predict(X).tobytes() == net.predict(X).tobytes()
    again.save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    again.refresh()
    again.dtype = "float64"  # new flat vectors: what was loaded is not drawn again
    assert again.flat_values.astype(dtype).tobytes() == net.flat_values.tobytes()


def test_a_students_arguments_of_every_kind(tmp_path):
    note = [
        None,
        True,
        1,
        -2.5,
        "täxt\ud800",
        (1, [2]),
        {"a": {3: "b"}},
        np.arange(6).reshape(2, 3),
    ]
    note += [np.float32(0.1), np.int64(7), np.bool_(True), float("nan"), float("-inf"), 10**30]
    note += [mn.initializers.he_normal, mn.initializers.normal(0.5, 2.0), np.array(3.5)]
    note += [
        np.str_("s"),
        np.zeros((0, 5)),
        np.ones((2, 2), np.float16),
        mn.initializers.constant(2),
    ]
    net = mn.Network([Scale(3, note, extra=np.eye(2))], seed=0)
    again = saved_and_loaded(net, tmp_path / "n", [Scale])
    (features, came), more = again.layers[0]._minnet.args, again.layers[0]._minnet.kwargs
    assert features == 3
    assert np.array_equal(more["extra"], np.eye(2))
    for before, after in zip(note, came, strict=True):
        if callable(before):
            shape, seed = (4, 3), np.random.default_rng
            assert np.array_equal(before(shape, seed(0)), after(shape, seed(0)))
        elif isinstance(before, float) and before != before:
            assert after != after
        else:
            assert type(after) is type(before)
            assert (
                np.array_equal(after, before) if isinstance(before, np.ndarray) else after == before
            )
            assert getattr(after, "dtype", None) == getattr(before, "dtype", None)


def test_arguments_are_remembered_as_they_were(tmp_path):
    sizes, array, options = [1, [2]], np.zeros(2), {"a": [1]}
    net = mn.Network([Scale(3, (sizes, array, options))], seed=0)
    sizes.append(9)
    sizes[1].append(9)
    array[:] = 9
    options["a"].append(9)
    came = saved_and_loaded(net, tmp_path / "n", [Scale]).layers[0]._minnet.args[1]
    assert came[0] == [1, [2]]
    assert came[1].tolist() == [0, 0]
    assert came[2] == {"a": [1]}


def test_layers_as_arguments_and_copies(tmp_path):
    block = Block(mn.Linear(3, 4), [mn.ReLU(), Scale(4)], {"out": mn.Linear(4, 2)})
    net = pickle.loads(pickle.dumps(copy.deepcopy(mn.Network([block], seed=4))))
    again = saved_and_loaded(net, tmp_path / "n", [Scale, Block])
    assert bits(again) == bits(net)
    assert again.predict(X).tobytes() == net.predict(X).tobytes()


def test_what_was_changed_since_counts_in_built_in_layers(tmp_path):
    net = mn.Network([mn.Dropout(0.5), mn.Linear(3, 2)], seed=0)
    net.layers[0].rate = 0.25
    net.layers.append(mn.Softmax())
    again = saved_and_loaded(net, tmp_path / "n")
    assert again.layers[0].rate == 0.25
    assert isinstance(again.layers[2], mn.Softmax)


def test_numpy_and_zip_open_it(tmp_path):
    net = network()
    net.save(tmp_path / "n.minnet")
    with np.load(tmp_path / "n.minnet", allow_pickle=False) as file:
        assert file.files[:3] == ["description.json", "values/0.weight", "values/0.bias"]
        assert np.array_equal(file["values/0.weight"], net.layers[0].weight.value)
        description = json.loads(file["description.json"])
    assert (description["format"], description["version"]) == ("minnet", 2)
    with zipfile.ZipFile(tmp_path / "n.minnet") as file:
        assert file.testzip() is None
        assert file.comment.startswith(b"minnet sha256 ")


@pytest.mark.parametrize(
    "value",
    [lambda x: x, len, np.random.default_rng(0), Path("a"), 1j, {1}, object(), mn.ReLU, b""],
)
def test_what_no_file_can_hold_is_named(value, tmp_path):
    net = mn.Network([mn.Linear(3, 3), Scale(3, [1, {"a": value}])], seed=0)
    with pytest.raises(TypeError) as caught:
        net.save(tmp_path / "n")
    for part in ("Scale: note[1]['a']", "expected numbers, strings", "save_values"):
        assert part in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    net.save_values(tmp_path / "n")
    other = mn.Network([mn.Linear(3, 3), Scale(3, [1, {"a": value}])], seed=1)
    other.load_values(tmp_path / "n")
    assert other.flat_values.tobytes() == net.flat_values.tobytes()
    with pytest.raises(mn.CheckpointError, match="holds values only"):
        mn.load(tmp_path / "n")


def test_a_list_that_holds_itself(tmp_path):
    note = [1]
    note.append(note)
    with pytest.raises(TypeError, match="nested less deeply"):
        mn.Network([Scale(3, note)], seed=0).save(tmp_path / "n")


def test_keyword_arguments_and_star_arguments_are_named(tmp_path):
    class Many(Scale):
        def __init__(self, features, *sizes, way=None):
            super().__init__(features)

    net = mn.Network([Many(3, 1, 2, way="up")], seed=0)
    layer = saved_and_loaded(net, tmp_path / "n", [Many]).layers[0]
    assert (layer._minnet.args, layer._minnet.kwargs) == ((3, 1, 2), {"way": "up"})
    with pytest.raises(TypeError, match=r"Many: sizes\[1\]: expected"):
        mn.Network([Many(3, 1, len)], seed=0).save(tmp_path / "n")
    with pytest.raises(TypeError, match="Many: way: expected"):
        mn.Network([Many(3, way=len)], seed=0).save(tmp_path / "n")


def test_strange_names_of_parameters(tmp_path):
    class Strange(mn.Layer):
        def __init__(self):
            self.held = {"../x": mn.Parameter([1.0]), "ä /": mn.Parameter([2.0])}

        def forward(self, x):
            return x * self.held["../x"].value

        def backward(self, grad):
            return grad

    net = mn.Network([Strange()], seed=0)
    net.flat_values = [5.0, 6.0]
    again = saved_and_loaded(net, tmp_path / "n", [Strange])
    assert again.flat_values.tolist() == [5, 6]
    assert all(".." not in name.split("/") for name in np.load(tmp_path / "n").files)
    net.layers[0].held = {1: mn.Parameter([1.0]), "1": mn.Parameter([2.0])}
    with pytest.raises(ValueError, match=r"two of the name '0\.held\.1'"):
        net.save(tmp_path / "n")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_do_not_replace_a_good_file(bad, tmp_path):
    net = network()
    net.save(tmp_path / "n")
    before = (tmp_path / "n").read_bytes()
    net.layers[1].running_mean.value[1] = bad
    for verb in (net.save, net.save_values):
        with pytest.raises(ValueError, match=r"the parameter 1.running_mean.*\[1\]"):
            verb(tmp_path / "n")
    assert (tmp_path / "n").read_bytes() == before


def test_values_are_cast_to_the_networks_type(tmp_path):
    net = network()
    net.save(tmp_path / "n")
    double = network(seed=9)
    double.dtype = "float64"
    double.load_values(tmp_path / "n")
    assert np.array_equal(double.flat_values, net.flat_values.astype(float))
    double.flat_values = np.full(double.flat_values.shape, 1e300)
    double.save(tmp_path / "n")
    before = net.flat_values.copy()
    with pytest.raises(mn.CheckpointError, match="do not fit into float32"):
        net.load_values(tmp_path / "n")
    assert np.array_equal(net.flat_values, before)


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ([mn.Linear(3, 5)], r"its parameter 0.weight has the shape \(3, 4\)"),
        ([mn.Linear(3, 4), mn.Linear(4, 4)], "no parameter 1.weight"),
        (
            [mn.Linear(3, 4), mn.BatchNorm(4)],
            "a parameter 3.weight, which the network does not",
        ),
    ],
)
def test_values_of_another_network_are_refused(layers, reason, tmp_path):
    network().save(tmp_path / "n")
    other = mn.Network(layers, seed=1)
    before = bits(other)
    with pytest.raises(mn.CheckpointError, match=reason):
        other.load_values(tmp_path / "n")
    assert bits(other) == before


def test_the_error_can_be_pickled():
    error = pickle.loads(pickle.dumps(mn.CheckpointError("a/b", "it is bad.")))
    assert (error.path, error.reason) == (Path("a/b"), "it is bad.")


def test_every_array_of_a_file_is_used(tmp_path):
    net = mn.Network([Scale(3, np.arange(3))], seed=0)
    net.save(tmp_path / "n")
    members = {n: bytes(c) for n, c in file_format.from_zip((tmp_path / "n").read_bytes()).items()}
    assert "arguments/layers.0.Scale.note.npy" in members or any("note" in n for n in members)
    members["arguments/more.npy"] = members[next(n for n in members if "note" in n)]
    (tmp_path / "n").write_bytes(file_format.to_zip(members))
    with pytest.raises(mn.CheckpointError, match="does not belong there"):
        mn.load(tmp_path / "n", layers=[Scale])


def test_as_many_numbers_in_another_shape_are_refused(tmp_path):
    mn.Network([mn.Linear(2, 3, bias=False)], seed=0).save(tmp_path / "n")
    other = mn.Network([mn.Linear(3, 2, bias=False)], seed=1)
    before = other.flat_values.tobytes()
    with pytest.raises(
        mn.CheckpointError, match=r"0\.weight has the shape \(2, 3\), in the network"
    ):
        other.load_values(tmp_path / "n")
    assert other.flat_values.tobytes() == before


def test_what_was_read_is_not_drawn_again_by_a_later_seed(tmp_path):
    """Also where it happens to be what was drawn before."""
    network = mn.Network([mn.Linear(2, 3)])
    network.save(tmp_path / "n")
    network.load_values(tmp_path / "n")
    before = network.flat_values.tobytes()
    mn.Network([network, mn.ReLU()], seed=5)
    assert network.flat_values.tobytes() == before
