"""Submissions that are right, each in another style: none may lose a point."""

HEAD = "import numpy as np\nimport minnet as mn\n\n"

SIGMOID = """
class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, grad):
        return grad * self.y * (1 - self.y)
"""

MSE = """
class MSE:
    def forward(self, prediction, target):
        self.d = prediction - target
        return (self.d ** 2).sum() / (2 * len(prediction))

    def backward(self):
        return self.d / len(self.d)
"""

DENSE = """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T
"""

_DENSE_STYLES = {
    "plain arrays": DENSE,
    "a Layer of the framework": """
class Dense(mn.Layer):
    def __init__(self, n_in, n_out):
        self.W = mn.Parameter(shape=(n_in, n_out), initializer="glorot_uniform")
        self.b = mn.Parameter(np.zeros(n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.b.value

    def backward(self, grad):
        self.W.grad = self.x.T @ grad
        self.b.grad += grad.sum(axis=0)
        return grad @ self.W.value.T
""",
    "dicts": """
class Dense:
    def __init__(self, n_in, n_out):
        self.params = {"W": np.zeros((n_in, n_out)), "b": np.zeros(n_out)}
        self.grads = {}

    def forward(self, x):
        self.cache = x
        return x.dot(self.params["W"]) + self.params["b"]

    def backward(self, grad):
        self.grads["W"] = self.cache.T.dot(grad)
        self.grads["b"] = grad.sum(0)
        return grad.dot(self.params["W"].T)
""",
    "dicts with dW": """
class Dense:
    def __init__(self, n_in, n_out):
        self.params = {"W": np.zeros((n_in, n_out)), "b": np.zeros((1, n_out))}
        self.grads = {"dW": None, "db": None}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, grad):
        self.grads = {"dW": self.x.T @ grad, "db": grad.sum(0, keepdims=True)}
        return grad @ self.params["W"].T
""",
    "output and cache": """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.zeros((n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x):
        return x @ self.W + self.b, x

    def backward(self, grad, cache):
        return grad @ self.W.T, cache.T @ grad, grad.sum(0)
""",
    "functions": """
def dense_forward(x, W, b):
    return x @ W + b, (x, W)

def dense_backward(grad, cache):
    x, W = cache
    return grad @ W.T, x.T @ grad, grad.sum(0)
""",
    "functions with a dict of gradients": """
def dense_forward(x, W, b):
    return x @ W + b, (x, W)

def dense_backward(dout, cache):
    x, W = cache
    return dout @ W.T, {"dW": x.T @ dout, "db": dout.sum(0)}
""",
    "float32": """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out).astype(np.float32)
        self.b = np.zeros(n_out, dtype=np.float32)

    def forward(self, x):
        self.x = np.asarray(x, np.float32)
        return self.x @ self.W.astype(np.float32) + self.b.astype(np.float32)

    def backward(self, grad):
        grad = grad.astype(np.float32)
        self.dW, self.db = self.x.T @ grad, grad.sum(0)
        return grad @ self.W.astype(np.float32).T
""",
    "outputs first": """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in)
        self.b = np.zeros((n_out, 1))

    def forward(self, x):
        self.x = x
        return (self.W @ x.T + self.b).T

    def backward(self, grad):
        self.dW = grad.T @ self.x
        self.db = grad.T.sum(axis=1, keepdims=True)
        return grad @ self.W
""",
    "own class of parameters": """
class Weight:
    def __init__(self, data):
        self.data, self.grad = data, np.zeros_like(data)

class Dense:
    def __init__(self, n_in, n_out):
        self.W = Weight(np.random.rand(n_in, n_out))
        self.b = Weight(np.zeros(n_out))

    def forward(self, x):
        self.x = x
        return np.einsum("ij,jk->ik", x, self.W.data) + self.b.data

    def backward(self, grad):
        self.W.grad += np.einsum("ij,ik->jk", self.x, grad)
        self.b.grad += np.einsum("ik->k", grad)
        return np.einsum("ik,jk->ij", grad, self.W.data)
""",
    "loops": """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.zeros((n_in, n_out))
        self.b = np.zeros(n_out)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x.copy()
        y = np.empty((x.shape[0], len(self.b)))
        for i in range(x.shape[0]):
            for k in range(len(self.b)):
                y[i, k] = sum(x[i, j] * self.W[j, k] for j in range(x.shape[1])) + self.b[k]
        return y

    def backward(self, grad):
        self.dW[:] = 0
        self.db[:] = 0
        dx = np.zeros_like(self.x)
        for i in range(grad.shape[0]):
            self.dW += np.outer(self.x[i], grad[i])
            self.db += grad[i]
            dx[i] = self.W @ grad[i]
        return dx
""",
    "in place on its own arrays": """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.ones((n_in, n_out))
        self.b = np.ones(n_out)

    def forward(self, x):
        self.x = np.array(x)
        y = self.x @ self.W
        y += self.b
        return y

    def backward(self, grad):
        g = grad.copy()
        g *= 1.0
        self.dW = self.x.T @ g
        self.db = g.sum(0)
        return g @ self.W.T
""",
    "weights made in forward": """
class Dense:
    def __init__(self, n_in, n_out):
        self.shape = n_in, n_out
        self.W = self.b = None

    def forward(self, x):
        if self.W is None:
            self.W, self.b = np.random.randn(*self.shape), np.zeros(self.shape[1])
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.grad_W, self.grad_b = self.x.T @ grad, grad.sum(0)
        return grad @ self.W.T
""",
    "keyword arguments, private cache, __call__": """
class Module:
    def __call__(self, *args):
        return self.forward(*args)

class Dense(Module):
    def __init__(self, in_features=4, out_features=7, *, scale=0.1):
        super().__init__()
        self.W = scale * np.random.default_rng(3).standard_normal((in_features, out_features))
        self.b = np.zeros((out_features,))
        self._cache = []

    def forward(self, inputs):
        self._cache.append(inputs)
        return inputs @ self.W + self.b

    def backward(self, dout):
        inputs = self._cache.pop()
        self.W_grad = inputs.T @ dout
        self.b_grad = dout.sum(axis=0)
        return dout @ self.W.T
""",
    "dataclass and properties": """
from dataclasses import dataclass, field

@dataclass
class Dense:
    n_in: int
    n_out: int
    _w: np.ndarray = None
    gradients: dict = field(default_factory=dict)

    def __post_init__(self):
        self._w = np.zeros((self.n_in + 1, self.n_out))

    @property
    def W(self):
        return self._w[:-1]

    @W.setter
    def W(self, value):
        self._w[:-1] = value

    @property
    def b(self):
        return self._w[-1]

    @b.setter
    def b(self, value):
        self._w[-1] = value

    def forward(self, x):
        self.x = np.hstack([x, np.ones((len(x), 1))])
        return self.x @ self._w

    def backward(self, grad):
        both = self.x.T @ grad
        self.gradients["W"], self.gradients["b"] = both[:-1], both[-1]
        return (grad @ self._w.T)[:, :-1]
""",
}

_DENSE_STYLES["lists"] = """
class Dense:
    def __init__(self, I, O):
        W, b = np.random.randn(I, O), np.zeros(O)
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.x = None
    def forward(self, x):
        W, b = self.params
        self.x = x
        return np.dot(x, W) + b
    def backward(self, dout):
        W, b = self.params
        dx = np.dot(dout, W.T)
        self.grads[0][...] = np.dot(self.x.T, dout)
        self.grads[1][...] = np.sum(dout, axis=0)
        return dx
"""

_DENSE_STYLES["nested"] = """
class Affine:
    def __init__(self, i, o): self.W, self.b = np.ones((i, o)), np.ones(o)
class Dense:
    def __init__(self, i, o): self.affine = Affine(i, o)
    def forward(self, x):
        self.x = x; return x @ self.affine.W + self.affine.b
    def backward(self, g):
        self.affine.dW = self.x.T @ g; self.affine.db = g.sum(0)
        return g @ self.affine.W.T
"""

_DENSE_STYLES["weight bias"] = """
class Dense:
    def __init__(self, i, o): self.weight, self.bias = np.ones((i, o)), np.ones(o)
    def forward(self, x):
        self.x = x; return x @ self.weight + self.bias
    def backward(self, g):
        self.weight_grad = self.x.T @ g; self.bias_grad = g.sum(0)
        return g @ self.weight.T
"""

_DENSE_STYLES["dict return"] = """
class Dense:
    def __init__(self, i, o): self.W, self.b = np.ones((i, o)), np.ones(o)
    def forward(self, x):
        self.cache = (x, self.W); return x @ self.W + self.b
    def backward(self, dout):
        x, W = self.cache
        return {"dx": dout @ W.T, "dW": x.T @ dout, "db": dout.sum(0)}
"""

_DENSE_STYLES["private"] = """
class Dense:
    def __init__(self, i, o): self._W, self._b = np.ones((i, o)), np.ones(o)
    def forward(self, x):
        self._x = x; return x @ self._W + self._b
    def backward(self, g):
        self._dW = self._x.T @ g; self._db = g.sum(0)
        return g @ self._W.T
"""

_DENSE_STYLES["affine functions"] = """
def affine_forward(x, w, b):
    return x.dot(w) + b, (x, w, b)
def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T), x.T.dot(dout), np.sum(dout, axis=0)
dense_forward, dense_backward = affine_forward, affine_backward
"""

_DENSE_STYLES["update method"] = """
class Layer:
    def forward(self, x): raise NotImplementedError
    def backward(self, g): raise NotImplementedError
    def update(self, lr): pass
class Dense(Layer):
    def __init__(self, n_in, n_out, seed=None):
        rng = np.random.RandomState(seed)
        self.W = rng.uniform(-1, 1, (n_in, n_out)); self.b = np.zeros(n_out)
        self.grad_W = self.grad_b = None
    def forward(self, x, train=True):
        if train: self.inp = x
        return x @ self.W + self.b
    def backward(self, g):
        self.grad_W = self.inp.T @ g; self.grad_b = np.sum(g, 0)
        return g @ self.W.T
    def update(self, lr):
        self.W -= lr * self.grad_W; self.b -= lr * self.grad_b
"""

_DENSE_STYLES["mn nested"] = """
class Dense(mn.Layer):
    def __init__(self, i, o):
        self.p = {"W": mn.Parameter(np.ones((i, o))), "b": mn.Parameter(np.ones(o))}
    def forward(self, x):
        self.x = x; return x @ self.p["W"].value + self.p["b"].value
    def backward(self, g):
        self.p["W"].grad = self.x.T @ g; self.p["b"].grad = g.sum(0)
        return g @ self.p["W"].value.T
"""

_DENSE_STYLES["float32 parameter"] = """
class Dense(mn.Layer):
    def __init__(self, i, o):
        self.W = mn.Parameter(np.ones((i, o), np.float32))
        self.b = mn.Parameter(np.ones(o, np.float32))
    def forward(self, x):
        self.x = x; return (x @ self.W.value + self.b.value).astype(np.float32)
    def backward(self, g):
        self.W.grad += (self.x.T @ g).astype(np.float32); self.b.grad += g.sum(0).astype(np.float32)
        return (g @ self.W.value.T).astype(np.float32)
"""


_SIGMOID_STYLES = {
    "stable": """
class Sigmoid:
    def forward(self, x):
        self.y = np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))
        return self.y
    def backward(self, grad):
        return grad * self.y * (1 - self.y)
""",
    "by tanh, as an Activation": """
class Sigmoid(mn.Activation):
    def forward(self, x):
        self.x = x
        return 0.5 * (1 + np.tanh(x / 2))
    def backward(self, grad):
        s = 0.5 * (1 + np.tanh(self.x / 2))
        return grad * s * (1 - s)
""",
    "functions without cache": """
def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))
def sigmoid_backward(grad, x):
    s = sigmoid(x)
    return grad * s * (1 - s)
""",
    "static methods": """
class Sigmoid:
    @staticmethod
    def forward(x):
        return 1 / (1 + np.exp(-x)), x
    @staticmethod
    def backward(grad, x):
        s = 1 / (1 + np.exp(-x))
        return grad * s * (1 - s)
""",
    "memory order and subclasses of arrays": """
class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-np.asfortranarray(x)))
        return self.y.view(np.matrix)
    def backward(self, grad):
        return np.ma.masked_array(grad * self.y * (1 - self.y))
""",
    "forward in small steps": """
class Sigmoid:
    def __init__(self):
        self.out = None
        self.calls = 0
    def forward(self, x, training=True):
        self.calls += 1
        out = np.negative(x)
        np.exp(out, out=out)
        out += 1
        np.reciprocal(out, out=out)
        self.out = out
        return out
    def backward(self, upstream):
        local = self.out * (1.0 - self.out)
        return np.multiply(upstream, local)
""",
}

_SIGMOID_STYLES["names the other way round, a dict as cache"] = """
def forward_sigmoid(x):
    a = 1 / (1 + np.exp(-x))
    return a, {"a": a}
def backward_sigmoid(dA, cache):
    return dA * cache["a"] * (1 - cache["a"])
"""

_MSE_STYLES = {
    "a Loss of the framework": """
class MSE(mn.Loss):
    def forward(self, prediction, target):
        self.p, self.t = prediction, target
        return float(0.5 * np.mean(np.sum((prediction - target) ** 2, axis=1)))
    def backward(self):
        return (self.p - self.t) / self.p.shape[0]
""",
    "gradient with the arguments": """
class MSE:
    def forward(self, y_pred, y_true):
        return np.sum(np.square(y_pred - y_true)) / y_pred.shape[0] / 2
    def backward(self, y_pred, y_true):
        return (y_pred - y_true) / y_pred.shape[0]
""",
    "value and gradient at once": """
def mse_loss(prediction, target):
    d = prediction - target
    return 0.5 * (d * d).sum() / len(d), d / len(d)
""",
    "functions": """
def mse(prediction, target):
    return 0.5 * ((prediction - target) ** 2).sum(axis=1).mean()
def mse_gradient(prediction, target):
    return (prediction - target) / len(prediction)
""",
    "upstream gradient of 1, value as an array": """
class MSE:
    def forward(self, prediction, target):
        self.d = prediction - target
        return np.array([[np.einsum("ij,ij->", self.d, self.d) / (2 * len(self.d))]])
    def backward(self, grad=1.0):
        return grad * self.d / len(self.d)
""",
    "__call__": """
class MSE:
    def __call__(self, prediction, target):
        self.d = prediction - target
        return np.sum(self.d ** 2) / (2 * len(prediction))
    def backward(self):
        return self.d / len(self.d)
""",
}

_MSE_STYLES["target first"] = """
class MSE:
    def forward(self, y_true, y_pred):
        self.y_true, self.y_pred = y_true, y_pred
        return 0.5 * np.sum((y_pred - y_true) ** 2) / len(y_true)
    def backward(self):
        return (self.y_pred - self.y_true) / len(self.y_true)
"""

_MSE_STYLES["gradient as a method of its own"] = """
class MSE:
    def forward(self, pred, y):
        return 0.5 * np.sum((pred - y) ** 2) / pred.shape[0]
    def gradient(self, pred, y):
        return (pred - y) / pred.shape[0]
"""


def submissions() -> dict[str, str]:
    """Name to source: every style, the other classes in their plainest form."""
    found = {}
    for name, dense in _DENSE_STYLES.items():
        found[f"Dense: {name}"] = HEAD + dense + SIGMOID + MSE
    for name, sigmoid in _SIGMOID_STYLES.items():
        found[f"Sigmoid: {name}"] = HEAD + DENSE + sigmoid + MSE
    for name, mse in _MSE_STYLES.items():
        found[f"MSE: {name}"] = HEAD + DENSE + SIGMOID + mse
    return found
