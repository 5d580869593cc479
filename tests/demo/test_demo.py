"""The sliders, buttons and the scrubber move the right things, and every number is a Trainer's."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backend_bases import MouseButton, MouseEvent

import minnet as mn
from minnet.demo import demo as demo_module
from minnet.demo.boundary import Boundary
from minnet.demo.landscape import Landscape
from minnet.demo.neuron import Neuron
from minnet.training.training_diverged import TrainingDiverged

KINDS = (Neuron, Landscape, Boundary)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(params=KINDS, ids=[kind.__name__ for kind in KINDS])
def demo(request):
    return request.param()


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def click(demo, name):
    """A real click on a button, as a window would send it."""
    ax = demo.controls.buttons[name].ax
    x, y = ax.transAxes.transform((0.5, 0.5))
    for kind in ("button_press_event", "button_release_event"):
        event = MouseEvent(kind, demo.figure.canvas, x, y, MouseButton.LEFT)
        demo.figure.canvas.callbacks.process(kind, event)


def drag(demo, name, value):
    """A real click on a slider."""
    slider = demo.controls.sliders[name]
    x, y = slider.ax.transData.transform((value, 0.5))
    for kind in ("button_press_event", "button_release_event"):
        event = MouseEvent(kind, demo.figure.canvas, x, y, MouseButton.LEFT)
        demo.figure.canvas.callbacks.process(kind, event)


def test_the_neuron_is_the_one_of_the_equations():
    demo = Neuron()
    drag(demo, "weight", 1.0)
    drag(demo, "bias", 0.5)
    drag(demo, "rate", 0.0)
    demo.show(20)
    slopes = (lambda a: a, lambda a: a * a * (1 - a))
    for side, slope in zip(demo.sides, slopes, strict=True):
        z, outputs = 1.5, []
        assert demo.controls.value("weight") == pytest.approx(1.0, abs=0.02)
        z = demo.controls.value("weight") + demo.controls.value("bias")
        for _ in range(21):
            outputs.append(sigmoid(z))
            z -= 2 * 10 ** demo.controls.value("rate") * slope(sigmoid(z))
        assert side.curve.get_ydata() == pytest.approx(outputs)
        last = side.dot.get_data()
        a = outputs[-1]
        assert float(last[0][0]) == pytest.approx(max(-8, np.log(a / (1 - a))))
        assert float(last[1][0]) == pytest.approx(slope(a), abs=1e-9)


def test_the_dot_crawls_under_squared_error_and_falls_under_cross_entropy():
    demo = Neuron()
    demo.show(30)
    cross_entropy, squared_error = (side.curve.get_ydata() for side in demo.sides)
    assert cross_entropy[-1] < 0.5 < 0.95 < squared_error[-1]
    assert squared_error[0] == cross_entropy[0] == pytest.approx(sigmoid(4.0))


def test_the_landscape_is_what_the_trainer_says():
    demo = Landscape()
    demo.show(5)
    for side, loss in zip(demo.sides, (mn.BinaryCrossEntropy, mn.MeanSquaredError), strict=True):
        network = mn.Network([mn.Linear(1, 1), mn.Sigmoid()], dtype="float64")
        network.flat_values = [-5.0, -4.0]
        trainer = mn.Trainer(network, loss(), mn.SGD(1.0))
        for _ in range(5):
            trainer.step(*demo.data())
        assert side.curve.get_ydata()[-1] == trainer.evaluate(*demo.data())["loss"]
        assert [x[0] for x in side.dot.get_data()] == network.flat_values.tolist()
        assert len(side.trail.get_xdata()) == 6


def test_the_boundary_is_the_output_of_the_network():
    demo = Boundary()
    drag(demo, "weight", 3.0)
    demo.show(4)
    for side in demo.sides:
        shown = side.upper.images[0].get_array()
        x1, x2 = (np.linspace(*span, shown.shape[0]) for span in demo.ranges)
        corner = side.trainer.predict(np.array([[x1[-1], x2[0]]]))
        assert shown[0, -1] == pytest.approx(corner.item(), rel=1e-5)
        right = side.trainer.evaluate(demo.points.x, demo.points.y)
        assert right["loss"] > 0
        assert 0 <= side.curve.get_ydata()[-1] <= 1
    weights = [side.moments[0].state for side in demo.sides]
    assert (weights[0] == weights[1]).all(), "both losses start alike"
    plain = mn.Network([mn.Linear(2, 8), mn.Tanh(), mn.Linear(8, 1), mn.Sigmoid()], seed=0)
    factor = demo.controls.value("weight")
    assert weights[0][24:32] == pytest.approx(plain.flat_values[24:32] * factor, rel=1e-5)


def test_the_buttons_choose_the_rates(demo, monkeypatch):
    monkeypatch.setattr(demo_module, "RATES", (10.0, 1.0))
    demo.epochs = 12
    assert [side.rate for side in demo.sides] == pytest.approx([demo.rate] * 2)
    click(demo, "6 times")
    assert demo.sides[1].rate == pytest.approx(6 * demo.sides[0].rate)
    click(demo, "own best")
    for side in demo.sides:
        assert side.rate in (10.0, 1.0, demo.rate)
        assert "own best" in side.upper.get_title()
    drag(demo, "weight", demo.starts[0][1])
    assert demo.mode == "one rate", "another start has other best rates"
    click(demo, "own best")
    click(demo, "one rate")
    assert demo.sides[0].rate == demo.sides[1].rate


def test_own_best_is_the_smallest_rate_with_the_fewest_epochs(monkeypatch):
    demo = Neuron()
    rates = (100.0, 30.0, 10.0, 3.0, 1.0)
    monkeypatch.setattr(demo_module, "RATES", rates)
    for side in demo.sides:
        counts = {}
        for rate in rates:
            trainer, counts[rate] = demo.make_trainer(side.loss(), rate), 0
            while trainer.predict([[1.0]]).item() > 0.1 and counts[rate] < demo.epochs:
                trainer.step(*demo.data())
                counts[rate] += 1
        fewest = min(counts.values())
        assert demo.best_rate(side) == min(r for r in rates if counts[r] == fewest)


def test_the_scrubber_goes_back_without_training_again(demo):
    demo.show(10)
    trained = [side.trainer for side in demo.sides]
    heights = [list(side.curve.get_ydata()) for side in demo.sides]
    drag(demo, "epoch", 4)
    at = demo.at
    assert at < 10
    assert f"{at}" == demo.controls.sliders["epoch"].valtext.get_text()
    assert [list(side.curve.get_ydata()) for side in demo.sides] == [h[: at + 1] for h in heights]
    assert [side.trainer for side in demo.sides] == trained
    assert all(len(side.moments) == 11 for side in demo.sides)


def test_it_plays_to_the_end_and_from_the_beginning_again(demo):
    demo.epochs = 5
    click(demo, "play / pause")
    assert demo.playing
    while demo.playing:
        demo.tick()
    assert demo.at == 5
    demo.play()
    assert (demo.playing, demo.at) == (True, 0)
    demo.play()
    assert not demo.playing


def test_a_diverged_training_stays_where_it_was(monkeypatch):
    demo = Neuron()

    def diverge(self, x, y):
        raise TrainingDiverged("too far", 1, 1, None)

    monkeypatch.setattr(mn.Trainer, "step", diverge)
    demo.show(3)
    for side in demo.sides:
        assert len(set(side.curve.get_ydata())) == 1


def test_only_moving_parts_are_drawn_anew(demo, monkeypatch):
    demo.figure.canvas.draw()
    drawn = []
    monkeypatch.setattr(demo.figure.canvas, "draw", lambda: drawn.append("all"))
    demo.show(1)
    demo.show(2)
    assert not drawn
    blitted = np.asarray(demo.figure.canvas.buffer_rgba()).copy()
    monkeypatch.undo()
    demo.figure.canvas.draw()
    whole = np.asarray(demo.figure.canvas.buffer_rgba())
    assert (blitted == whole).mean() > 0.999, "the same picture as if all of it were drawn"


def test_a_page_needs_nothing_from_the_network(tmp_path):
    page = tmp_path / "neuron.html"
    demo = Neuron()
    demo.save(page, pictures=3)
    text = page.read_text(encoding="utf-8")
    assert text.count("data:image/png;base64") == 3
    assert 'type="range"' in text
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", text)
    assert "<link" not in text
    assert demo.at == demo.epochs
    assert not any(control.ax.get_visible() for control in demo.controls.sliders.values())
    assert not any(part.get_animated() for part in demo.parts.artists), "drawn once, not twice"
