"""Submissions with mistakes, and by hand the parts that lose their points."""

from right_styles import DENSE, HEAD, MSE, SIGMOID

_BASE = HEAD + DENSE + SIGMOID + MSE


def _changed(old: str, new: str) -> str:
    assert _BASE.count(old) == 1, old
    return _BASE.replace(old, new)


_INPUT = "input gradient"
_PREDICTION = "prediction gradient"
_ALL_DENSE = {
    ("Dense", part) for part in ("forward", _INPUT, "W gradient", "b gradient", "contract")
}

LOST: dict[str, tuple[str, set[tuple[str, str]]]] = {
    "all right": (_BASE, set()),
    "minus b": (
        _changed("x @ self.W + self.b", "x @ self.W - self.b"),
        {("Dense", "forward"), ("Dense", "b gradient")},
    ),
    "minus b, gradient that matches": (
        _changed("x @ self.W + self.b", "x @ self.W - self.b").replace("= grad.sum", "= -grad.sum"),
        {("Dense", "forward")},
    ),
    "b twice": (
        _changed("x @ self.W + self.b", "x @ self.W + 2 * self.b"),
        {("Dense", "forward"), ("Dense", "b gradient")},
    ),
    "W gradient transposed sign": (
        _changed("self.x.T @ grad", "-self.x.T @ grad"),
        {("Dense", "W gradient")},
    ),
    "W gradient over the batch size": (
        _changed("self.x.T @ grad", "self.x.T @ grad / len(grad)"),
        {("Dense", "W gradient")},
    ),
    "b gradient missing": (
        _changed("self.db = grad.sum(axis=0)", "pass"),
        {("Dense", "b gradient")},
    ),
    "b gradient one number": (
        _changed("grad.sum(axis=0)", "grad.sum()"),
        {("Dense", "b gradient")},
    ),
    "input gradient is grad @ W": (
        _changed("return grad @ self.W.T", "return grad @ self.W"),
        {("Dense", _INPUT)},
    ),
    "backward returns None": (
        _changed("return grad @ self.W.T", "return None"),
        {("Dense", _INPUT)},
    ),
    "gradients of the first call": (
        _changed("self.x = x\n", "self.x = x if not hasattr(self, 'x') else self.x\n"),
        {("Dense", "W gradient")},
    ),
    "sigmoid is tanh": (
        _changed("1 / (1 + np.exp(-x))", "np.tanh(x)").replace(
            "grad * self.y * (1 - self.y)", "grad * (1 - self.y ** 2)"
        ),
        {("Sigmoid", "forward")},
    ),
    "sigmoid is tanh, gradient of sigmoid": (
        _changed("1 / (1 + np.exp(-x))", "np.tanh(x)"),
        {("Sigmoid", "forward"), ("Sigmoid", _INPUT)},
    ),
    "sigmoid of 1.001 x": (
        _changed("np.exp(-x)", "np.exp(-1.001 * x)").replace(
            "grad * self.y", "1.001 * grad * self.y"
        ),
        {("Sigmoid", "forward")},
    ),
    "sigmoid clipped": (
        _changed("1 / (1 + np.exp(-x))", "np.clip(0.25 * x + 0.5, 0, 1)").replace(
            "grad * self.y * (1 - self.y)", "grad * 0.25 * ((self.y > 0) & (self.y < 1))"
        ),
        {("Sigmoid", "forward")},
    ),
    "sigmoid without upstream": (_changed("grad * self.y *", "self.y *"), {("Sigmoid", _INPUT)}),
    "sigmoid writes into its input": (
        _changed("self.y = 1 / (1 + np.exp(-x))", "self.y = 1 / (1 + np.exp(-x)); x *= 0"),
        {("Sigmoid", "contract")},
    ),
    "sigmoid writes into the upstream": (
        _changed(
            "return grad * self.y * (1 - self.y)", "grad *= self.y * (1 - self.y); return grad"
        ),
        {("Sigmoid", "contract")},
    ),
    "sigmoid squeezes": (
        _changed("return self.y\n", "return self.y.squeeze()\n"),
        {("Sigmoid", "contract")},
    ),
    "sigmoid returns NaN": (
        _changed("return self.y\n", "return self.y * np.nan\n"),
        {("Sigmoid", "forward"), ("Sigmoid", _INPUT), ("Sigmoid", "contract")},
    ),
    "fourth power": (
        _changed("(self.d ** 2).sum() / (2", "(self.d ** 4).sum() / (4").replace(
            "return self.d / len", "return self.d ** 3 / len"
        ),
        {("MSE", "forward")},
    ),
    "mean over all": (
        _changed("(self.d ** 2).sum() / (2 * len(prediction))", "(self.d ** 2).mean()").replace(
            "return self.d / len(self.d)", "return 2 * self.d / self.d.size"
        ),
        {("MSE", "forward")},
    ),
    "no half, gradient of the half": (
        _changed("(2 * len(prediction))", "len(prediction)"),
        {("MSE", "forward"), ("MSE", _PREDICTION)},
    ),
    "mse gradient sign": (
        _changed("return self.d / len(self.d)", "return -self.d / len(self.d)"),
        {("MSE", _PREDICTION)},
    ),
    "mse gradient without 1/m": (
        _changed("return self.d / len(self.d)", "return self.d"),
        {("MSE", _PREDICTION)},
    ),
    "mse writes into the prediction": (
        _changed("self.d = prediction - target", "prediction -= target; self.d = prediction"),
        {("MSE", "contract")},
    ),
    "absolute error": (
        _changed("(self.d ** 2).sum() / (2", "abs(self.d).sum() / (1").replace(
            "return self.d / len", "return np.sign(self.d) / len"
        ),
        {("MSE", "forward")},
    ),
    "no Dense": (HEAD + SIGMOID + MSE, _ALL_DENSE),
    "Dense not written": (
        HEAD
        + SIGMOID
        + MSE
        + """
class Dense:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.zeros((n_in, n_out)), np.zeros(n_out)
    def forward(self, x):
        raise NotImplementedError("Write forward.")
    def backward(self, grad):
        raise NotImplementedError("Write backward.")
""",
        _ALL_DENSE,
    ),
    "backward not written": (
        _changed("self.dW = self.x.T @ grad\n", "raise NotImplementedError('Write backward.')\n"),
        {("Dense", _INPUT), ("Dense", "W gradient"), ("Dense", "b gradient")},
    ),
    "forward raises": (_changed("return x @ self.W + self.b", "return x @ self.V"), _ALL_DENSE),
    "constant forward, zero gradient": (
        _changed("self.y = 1 / (1 + np.exp(-x))", "self.y = 0 * x"),
        {("Sigmoid", "forward"), ("Sigmoid", _INPUT)},
    ),
    "objects": (
        _changed("return self.y\n", "return self.y.astype(object)\n"),
        {("Sigmoid", "forward"), ("Sigmoid", _INPUT), ("Sigmoid", "contract")},
    ),
    "a list": (
        _changed("return self.y\n", "return 'right'\n"),
        {("Sigmoid", "forward"), ("Sigmoid", _INPUT), ("Sigmoid", "contract")},
    ),
}
