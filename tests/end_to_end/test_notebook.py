"""A session in a real notebook: last expressions, errors, the bar, pictures.

The cells run in one Jupyter kernel without ipywidgets, as students type them.
"""

import re

import pytest
from running import EXAMPLES, environment

pytestmark = pytest.mark.slow

START = """
import sys
sys.modules["ipywidgets"] = None
import numpy as np
import minnet as mn

x, y = mn.datasets.iris()

def new_trainer(rate=0.1, seed=0):
    layers = [mn.Linear(4, 3), mn.Softmax()]
    return mn.Trainer(layers, mn.CategoricalCrossEntropy(), mn.SGD(rate, momentum=0.9), seed=seed)

trainer = new_trainer()
"""

LAYER = """
class Wide(mn.Layer):
    def forward(self, x):
        self.x = x
        return x @ np.ones((5, 2))

    def backward(self, grad):
        return grad @ np.ones((5, 2)).T
"""

FORGETFUL = """
class Forgetful(mn.Layer):
    def __init__(self, features):
        self.gain = mn.Parameter(np.ones(features))

    def forward(self, x):
        self.x = x
        return x * self.gain.value

    def backward(self, grad):
        self.gain.grad = grad * self.x
        return grad * self.gain.value
"""

DRAWING = """
import matplotlib.pyplot as plt
from minnet.plot import script_pictures

pictures = script_pictures.start("Draws a line.")
figure, axes = plt.subplots(figsize=(2, 1))
axes.plot([1, 2])
pictures.save(figure, "line")
pictures.show()
"""

CELLS = {
    "start": START,
    "bar": "history = trainer.fit(x, y, epochs=100)",
    "history": "history",
    "history table": "history.table()",
    "trainer": "trainer",
    "network": "trainer.network",
    "layer": "trainer.network[0]",
    "optimizer": "trainer.optimizer",
    "loss": "trainer.loss",
    "summary": "trainer.summary()",
    "runs": 'mn.sweep(new_trainer, {"rate": [0.1, 1.0], "seed": range(40)}, (x, y), epochs=1)',
    "run": 'mn.sweep(new_trainer, {"seed": [0]}, (x, y), epochs=1, progress=False)[0]',
    "layer's class": FORGETFUL,
    "report": "mn.check_layer(Forgetful(4), x[:5])",
    "training report": "mn.check_training(new_trainer(), 1000 * x, y)",
    "wrong layer": LAYER,
    "error in fit": """
wrong = mn.Trainer([Wide()], mn.MeanSquaredError(), mn.SGD(0.1), seed=0)
wrong.fit(x, y, epochs=1)""",
    "error in predict": "mn.Network([mn.Tanh(), Wide()]).predict(x)",
    "script": f"%run drawing.py\n%run {EXAMPLES / 'learning_speed.py'} --output pictures",
    "own picture": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Name of the cell -> its outputs."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "drawing.py").write_text(DRAWING, encoding="utf-8")
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS.values()]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment().items():
            patch.setenv(name, value)
        patch.delenv("MPLBACKEND", raising=False)
        client = nbclient.NotebookClient(
            notebook, timeout=300, allow_errors=True, resources={"metadata": {"path": folder}}
        )
        client.execute()
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells), strict=True))


def shown(outputs):
    """The text and the HTML of the last expression."""
    (data,) = [output.data for output in outputs if output.output_type == "execute_result"]
    return data["text/plain"], data.get("text/html", "")


def printed(outputs):
    return "".join(output.text for output in outputs if output.output_type == "stream")


def test_only_the_cells_with_mistakes_fail(outputs):
    failed = [name for name, o in outputs.items() if any(e.output_type == "error" for e in o)]
    assert failed == ["error in fit", "error in predict"]


def test_the_bar_is_plain_text_without_a_warning(outputs):
    text = printed(outputs["bar"])
    assert "100/100" in text
    assert "Warning" not in text
    assert not [output for output in outputs["bar"] if output.output_type != "stream"]


@pytest.mark.parametrize("name", ["history", "history table", "runs", "network", "summary"])
def test_tables_are_html_tables(outputs, name):
    text, html = shown(outputs[name])
    assert html.startswith("<table>")
    assert len(text.splitlines()) > 1 or name == "network"


@pytest.mark.parametrize("name", ["history", "runs"])
def test_a_long_table_shows_its_ends(outputs, name):
    text, html = shown(outputs[name])
    assert len(text.splitlines()) == 13
    assert "..." in text
    assert html.count("<tr>") == 12


def test_a_trainer_shows_what_it_is_made_of(outputs):
    text, html = shown(outputs["trainer"])
    for part in ("Linear(4 -", "SGD(learning_rate=0.1, momentum=0.9)", "CategoricalCrossEntropy()"):
        assert part in text
        assert part in html


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("layer", "Linear(4 -> 3)"),
        ("optimizer", "SGD(learning_rate=0.1, momentum=0.9)"),
        ("loss", "CategoricalCrossEntropy()"),
        ("run", "<Run seed=0: loss"),
    ],
)
def test_single_things_are_one_line(outputs, name, text):
    line, _ = shown(outputs[name])
    assert line.startswith(text)
    assert "\n" not in line


def test_reports(outputs):
    for name in ("report", "training report"):
        text, html = shown(outputs[name])
        assert "<pre>" in html
        assert "Next step" in text
    text, _ = shown(outputs["report"])
    assert "not-summed-over-batch" in text
    assert re.search(r"Place: Cell In\[\d+\], line 10\.", text)


@pytest.mark.parametrize("name", ["error in fit", "error in predict"])
def test_an_error_of_a_students_layer_is_short_and_names_the_cell(outputs, name):
    (error,) = [output for output in outputs[name] if output.output_type == "error"]
    lines = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback)).splitlines()
    assert len(lines) < 20
    assert not [line for line in lines if line.startswith("File ")], "only cells"
    assert lines[-1].startswith("ValueError: layers[")
    assert "Wide().forward" in lines[-1]
    assert any(line.startswith("---->") and "x @ np.ones((5, 2))" in line for line in lines)


def test_pictures_of_scripts_are_inline(outputs):
    inline = [o for o in outputs["script"] if "image/png" in o.get("data", {})]
    assert len(inline) == printed(outputs["script"]).count("picture: ")
    assert [o for o in outputs["own picture"] if "image/png" in o.get("data", {})], "as before"
