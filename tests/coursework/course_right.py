"""Right submissions to one task each, as several courses write them: none may lose a point."""

from right_styles import HEAD

TASKS = {
    "Dense": 'Task("Dense", like=mn.Linear, arguments=(4, 7), input=(5, 4), '
    'parameters={"W": "weight", "b": "bias"}, points=10)',
    "affine": 'Task(("affine_forward", "affine_backward"), like=mn.Linear, arguments=(4, 7), '
    'input=(5, 4), parameters={"w": "weight", "b": "bias"}, points=10)',
    "BatchNorm": 'Task("BatchNorm", like=mn.BatchNorm, arguments=(4,), input=(6, 4), '
    'parameters={"gamma": "gamma", "beta": "beta"}, points=10)',
    "LayerNorm": 'Task("LayerNorm", like=mn.LayerNorm, arguments=(4,), input=(6, 4), '
    'parameters={"gamma": "gamma", "beta": "beta"}, points=10)',
    "Dropout": 'Task("Dropout", like=mn.Dropout, arguments=(0.4,), input=(8, 6), points=6)',
    "Conv": 'Task("Conv", like=mn.Conv2d, arguments=(2, 3, 3, 1, 1), input=(2, 2, 5, 4), '
    'parameters={"w": "weight", "b": "bias"}, points=10)',
    "MaxPool": 'Task("MaxPool", like=mn.MaxPool2d, arguments=(2,), input=(2, 3, 4, 6), points=6)',
    "ReLU": 'Task("ReLU", like=mn.ReLU, input=(5, 3), points=6)',
    "Softmax": 'Task("Softmax", like=mn.Softmax, input=(5, 3), points=6)',
    "Tanh": 'Task("Tanh", like=mn.Tanh, input=(5, 3), points=6)',
    "BCE": 'Task("BCE", like=mn.BinaryCrossEntropy, prediction=(6, 1), target="binary", points=6)',
    "CrossEntropy": 'Task("CrossEntropy", like=mn.CategoricalCrossEntropy, prediction=(6, 4), '
    'target="labels", points=6)',
    "Adam": 'Task("Adam", like=mn.Adam, arguments=(0.01,), points=6)',
    "RMSProp": 'Task("RMSProp", like=mn.RMSProp, arguments=(0.01,), points=6)',
    "MSE": 'Task("MSE", like=mn.MeanSquaredError, prediction=(5, 3), target="real", points=6)',
    "Momentum": 'Task("Momentum", like=mn.SGD, arguments=(0.1, 0.9), points=6)',
    "Embedding": 'Task("Embedding", like=mn.Embedding, arguments=(7, 3), '
    'input=lambda r: r.integers(0, 7, (4, 5)), parameters={"table": "weight"}, points=6)',
}


def assignment_of(*names):
    """An assignment with these tasks."""
    tasks = ",\n    ".join(TASKS[name] for name in names)
    head = "import minnet as mn\nfrom minnet.coursework import Assignment, Task\n\n"
    return f'{head}ASSIGNMENT = Assignment("Course", [\n    {tasks},\n])\n'


RIGHT = {
    "rate in backward": ("Dense", """
class Dense:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.rand(n_in, n_out) - 0.5, np.zeros((1, n_out))

    def forward(self, x):
        self.input = x
        return np.dot(x, self.W) + self.b

    def backward(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.W.T)
        self.W -= learning_rate * np.dot(self.input.T, output_error)
        self.b -= learning_rate * output_error.sum(axis=0, keepdims=True)
        return input_error
"""),
    "rate with a default, new arrays": ("Dense", """
class Dense:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.zeros((n_in, n_out)), np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr=0.01):
        dx = grad @ self.W.T
        self.W = self.W - lr * (self.x.T @ grad)
        self.b = self.b - lr * grad.sum(0)
        return dx
"""),
    "samples as columns": ("Dense", """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in) * 0.01
        self.b = np.zeros((n_out, 1))

    def forward(self, A):
        self.A = A
        return self.W @ A + self.b

    def backward(self, dZ):
        self.dW = dZ @ self.A.T
        self.db = dZ.sum(axis=1, keepdims=True)
        return self.W.T @ dZ
"""),
    "functions with columns": ("Dense", """
def dense_forward(A, W, b):
    return W.dot(A) + b, (A, W, b)

def dense_backward(dZ, cache):
    A, W, b = cache
    return W.T.dot(dZ), dZ.dot(A.T), np.sum(dZ, axis=1, keepdims=True)
"""),
    "slots and a generator of gradients": ("Dense", """
class Dense:
    __slots__ = ("W", "b", "x", "dW", "db")

    def __init__(self, n_in, n_out):
        self.W, self.b = np.eye(n_in, n_out), np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW, self.db = (self.x.T @ dy, dy.sum(0))
        return dy @ self.W.T
"""),
    "a dict of dicts": ("Dense", """
class Dense:
    def __init__(self, n_in, n_out):
        self.params = {"W": {"data": np.zeros((n_in, n_out)), "grad": None},
                       "b": {"data": np.zeros(n_out), "grad": None}}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"]["data"] + self.params["b"]["data"]

    def backward(self, g):
        self.params["W"]["grad"] = self.x.T @ g
        self.params["b"]["grad"] = g.sum(0)
        return g @ self.params["W"]["data"].T
"""),
    "gradients in a namespace": ("Dense", """
from types import SimpleNamespace

class Dense:
    def __init__(self, n_in, n_out):
        self.params = SimpleNamespace(W=np.zeros((n_in, n_out)), b=np.zeros(n_out))
        self.grads = SimpleNamespace(W=None, b=None)

    def forward(self, x):
        self.x = x
        return x @ self.params.W + self.params.b

    def backward(self, g):
        self.grads.W, self.grads.b = self.x.T @ g, g.sum(0)
        return g @ self.params.W.T
"""),
    "a metaclass, a decorator, an inner function": ("Dense", """
import functools

def remembered(method):
    @functools.wraps(method)
    def wrapper(self, x):
        self.x = x
        return method(self, x)
    return wrapper

class Registered(type):
    known = []
    def __new__(mcs, name, bases, body):
        cls = super().__new__(mcs, name, bases, body)
        mcs.known.append(cls)
        return cls

class Dense(metaclass=Registered):
    def __init__(self, n_in, n_out):
        self.W, self.b = np.zeros((n_in, n_out)), np.zeros(n_out)

    @remembered
    def forward(self, x):
        return x @ self.W + self.b

    def backward(self, g):
        self.dW, self.db = self.x.T @ g, g.sum(0)
        return g @ self.W.T
"""),
    "backward keeps nothing, gradients() gives a list": ("Dense", """
class Dense:
    def __init__(self, n_in, n_out):
        self.weights = [np.zeros((n_in, n_out)), np.zeros(n_out)]
        self.gradients = [None, None]

    def forward(self, x):
        self.x = x
        return x @ self.weights[0] + self.weights[1]

    def backward(self, g):
        self.gradients = [self.x.T @ g, g.sum(0)]
        return g @ self.weights[0].T
"""),
    "affine of a course": ("affine", """
def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1).dot(w) + b
    return out, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    return dx, dw, dout.sum(axis=0)
"""),
    "batch norm with bn_param": ("BatchNorm", """
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.ones(D, dtype=x.dtype))
    if mode == "train":
        mu, var = x.mean(axis=0), x.var(axis=0)
        std = np.sqrt(var + eps)
        xhat = (x - mu) / std
        out, cache = gamma * xhat + beta, (xhat, gamma, std)
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var * N / (N - 1)
    elif mode == "test":
        out, cache = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache

def batchnorm_backward(dout, cache):
    xhat, gamma, std = cache
    N = len(dout)
    dxhat = dout * gamma
    dx = (N * dxhat - dxhat.sum(0) - xhat * (dxhat * xhat).sum(0)) / (N * std)
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)
"""),
    "batch norm, train as an argument": ("BatchNorm", """
class BatchNorm:
    def __init__(self, d, momentum=0.1, eps=1e-5):
        self.gamma, self.beta = np.ones(d), np.zeros(d)
        self.m, self.eps = momentum, eps
        self.run_mean, self.run_var = np.zeros(d), np.ones(d)

    def forward(self, x, train=True):
        if train:
            mu, var = np.mean(x, 0), np.var(x, 0)
            self.run_mean += self.m * (mu - self.run_mean)
            self.run_var += self.m * (np.var(x, 0, ddof=1) - self.run_var)
        else:
            mu, var = self.run_mean, self.run_var
        self.s = 1 / np.sqrt(var + self.eps)
        self.h = (x - mu) * self.s
        return self.gamma * self.h + self.beta

    def backward(self, g):
        self.dgamma, self.dbeta = (g * self.h).sum(0), g.sum(0)
        q = g * self.gamma
        return self.s * (q - q.mean(0) - self.h * (q * self.h).mean(0))
"""),
    "layer norm with ln_param": ("LayerNorm", """
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = x.mean(axis=1, keepdims=True)
    s = np.sqrt(x.var(axis=1, keepdims=True) + eps)
    h = (x - mu) / s
    return gamma * h + beta, (h, gamma, s)

def layernorm_backward(dout, cache):
    h, gamma, s = cache
    q = dout * gamma
    dx = (q - q.mean(1, keepdims=True) - h * (q * h).mean(1, keepdims=True)) / s
    return dx, (dout * h).sum(axis=0), dout.sum(axis=0)
"""),
    "dropout with dropout_param": ("Dropout", """
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = None
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        out = x
    cache = (dropout_param, mask)
    return out, cache

def dropout_backward(dout, cache):
    dropout_param, mask = cache
    mode = dropout_param["mode"]
    if mode == "train":
        dx = dout * mask
    elif mode == "test":
        dx = dout
    return dx
"""),
    "dropout as a class with a flag": ("Dropout", """
class Dropout:
    def __init__(self, dropout_ratio=0.5):
        self.dropout_ratio = dropout_ratio
        self.mask = None

    def forward(self, x, train_flg=True):
        if train_flg:
            self.mask = np.random.rand(*x.shape) > self.dropout_ratio
            return x * self.mask / (1.0 - self.dropout_ratio)
        return x

    def backward(self, dout):
        return dout * self.mask / (1.0 - self.dropout_ratio)
"""),
    "dropout with the framework's generator": ("Dropout", """
class Dropout(mn.Layer):
    def __init__(self, p):
        self.p = p

    def forward(self, x):
        self.mask = np.ones_like(x)
        if self.training:
            self.mask = self.random.binomial(1, 1 - self.p, x.shape) / (1 - self.p)
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask
"""),
    "convolution with conv_param": ("Conv", """
def conv_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    Ho, Wo = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    out = np.zeros((N, F, Ho, Wo))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    window = xp[n, :, i * stride:i * stride + HH, j * stride:j * stride + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)

def conv_backward(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    _, _, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw, db = np.zeros_like(xp), np.zeros_like(w), dout.sum(axis=(0, 2, 3))
    for n in range(dout.shape[0]):
        for f in range(dout.shape[1]):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    rows = slice(i * stride, i * stride + HH)
                    columns = slice(j * stride, j * stride + WW)
                    dw[f] += dout[n, f, i, j] * xp[n, :, rows, columns]
                    dxp[n, :, rows, columns] += dout[n, f, i, j] * w[f]
    return dxp[:, :, pad:-pad, pad:-pad], dw, db
"""),
    "max pooling with pool_param": ("MaxPool", """
def maxpool_forward(x, pool_param):
    k, l, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - k) // s + 1, (W - l) // s + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = x[:, :, i * s:i * s + k, j * s:j * s + l].max(axis=(2, 3))
    return out, (x, pool_param)

def maxpool_backward(dout, cache):
    x, p = cache
    k, l, s = p["pool_height"], p["pool_width"], p["stride"]
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(*dout.shape):
        window = x[n, c, i * s:i * s + k, j * s:j * s + l]
        at = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * s + at[0], j * s + at[1]] += dout[n, c, i, j]
    return dx
"""),
    "a pool with windows as a view": ("MaxPool", """
class MaxPool:
    def __init__(self, size): self.k = size

    def forward(self, x):
        n, c, h, w = x.shape
        self.w = x.reshape(n, c, h // self.k, self.k, w // self.k, self.k)
        y = self.w.max(axis=(3, 5))
        self.mask = self.w == y[:, :, :, None, :, None]
        return y

    def backward(self, g):
        d = self.mask * g[:, :, :, None, :, None]
        n, c, i, a, j, b = d.shape
        return d.reshape(n, c, i * a, j * b)
"""),
    "relu of a course": ("ReLU", """
def relu_forward(x):
    return np.maximum(0, x), x

def relu_backward(dout, cache):
    x = cache
    return dout * (x > 0)
"""),
    "relu that forgets its mask": ("ReLU", """
class ReLU:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dx = np.array(dout)
        dx[self.mask] = 0
        del self.mask
        return dx
"""),
    "activation and derivative": ("Tanh", """
def tanh(x):
    return np.tanh(x)

def tanh_derivative(grad, x):
    return grad * (1 - np.tanh(x) ** 2)
"""),
    "softmax with a jacobian for each sample": ("Softmax", """
class Softmax:
    def forward(self, z):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p.copy()

    def backward(self, grad):
        rows = []
        for p, g in zip(self.p, grad):
            rows.append((np.diag(p) - np.outer(p, p)) @ g)
        return np.stack(rows)
"""),
    "binary cross-entropy, static methods": ("BCE", """
class BCE:
    @staticmethod
    def loss(y_true, y_pred):
        eps = 1e-12
        return -np.mean(y_true * np.log(y_pred + eps) + (1 - y_true) * np.log(1 - y_pred + eps))

    @staticmethod
    def gradient(y_true, y_pred):
        return (y_pred - y_true) / (y_pred * (1 - y_pred)) / len(y_true)
"""),
    "binary cross-entropy with a prime": ("BCE", """
def bce(y_true, y_pred):
    return np.mean(-y_true * np.log(y_pred) - (1 - y_true) * np.log(1 - y_pred))

def bce_prime(y_true, y_pred):
    return ((1 - y_true) / (1 - y_pred) - y_true / y_pred) / np.size(y_true)
"""),
    "cross-entropy from labels": ("CrossEntropy", """
class CrossEntropy:
    def forward(self, probs, labels):
        self.p, self.y = probs, labels
        return -np.log(probs[range(len(labels)), labels]).mean()

    def backward(self, dout=1):
        dx = np.zeros_like(self.p)
        n = len(self.y)
        dx[np.arange(n), self.y] = -dout / (n * self.p[np.arange(n), self.y])
        return dx
"""),
    "adam as a function with a config": ("Adam", """
def adam(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    config["t"] += 1
    config["m"] = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    config["v"] = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw ** 2
    mh = config["m"] / (1 - config["beta1"] ** config["t"])
    vh = config["v"] / (1 - config["beta2"] ** config["t"])
    return w - config["learning_rate"] * mh / (np.sqrt(vh) + config["epsilon"]), config
"""),
    "adam on a list, in place": ("Adam", """
class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr, self.b1, self.b2, self.iter = lr, beta1, beta2, 0
        self.m = self.v = None

    def update(self, params, grads):
        if self.m is None:
            self.m = {k: np.zeros_like(v) for k, v in params.items()}
            self.v = {k: np.zeros_like(v) for k, v in params.items()}
        self.iter += 1
        rate = self.lr * np.sqrt(1 - self.b2 ** self.iter) / (1 - self.b1 ** self.iter)
        eps = 1e-8 * np.sqrt(1 - self.b2 ** self.iter)
        for k in params:
            self.m[k] += (1 - self.b1) * (grads[k] - self.m[k])
            self.v[k] += (1 - self.b2) * (grads[k] ** 2 - self.v[k])
            params[k] -= rate * self.m[k] / (np.sqrt(self.v[k]) + eps)
"""),
    "forward_pass and backward_pass": (
        "Dense",
        """
class Dense:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.rand(n_in, n_out), np.zeros(n_out)

    def forward_pass(self, X, training=True):
        self.layer_input = X
        return X.dot(self.W) + self.b

    def backward_pass(self, *accum_grad):
        (g,) = accum_grad
        self.grad_W, self.grad_b = self.layer_input.T.dot(g), np.sum(g, axis=0)
        return g.dot(self.W.T)
""",
    ),
    "a loss with a derivative": (
        "MSE",
        """
class MSE:
    def loss(self, a, t):
        return np.sum((a - t) ** 2) / (2 * a.shape[0])

    def derivative(self, a, t):
        return (a - t) / a.shape[0]
""",
    ),
    "an optimizer of lists that takes a vector without an error": (
        "RMSProp",
        """
class RMSProp:
    def __init__(self, lr=0.01, rho=0.99):
        self.lr, self.rho, self.s = lr, rho, None

    def step(self, params, grads):
        if self.s is None:
            self.s = [np.zeros_like(p) for p in params]
        for i, (p, g) in enumerate(zip(params, grads)):
            self.s[i] = self.rho * self.s[i] + (1 - self.rho) * g * g
            p -= self.lr * g / (np.sqrt(self.s[i]) + 1e-8)
""",
    ),
    "momentum by __call__ on pairs": ("Momentum", """
class Momentum:
    def __init__(self, learning_rate, momentum):
        self.learning_rate, self.momentum, self.velocity = learning_rate, momentum, 0.0

    def __call__(self, weights, gradients):
        self.velocity = self.momentum * self.velocity - self.learning_rate * gradients
        return weights + self.velocity
"""),
    "embedding with add.at": ("Embedding", """
class Embedding:
    def __init__(self, n, d):
        self.table = np.random.randn(n, d)

    def forward(self, idx):
        self.idx = idx
        return self.table[idx]

    def backward(self, g):
        self.dtable = np.zeros_like(self.table)
        np.add.at(self.dtable, self.idx, g)
        return None
"""),
    "momentum, a subclass of the framework's": ("Momentum", """
class Momentum(mn.Optimizer):
    def __init__(self, rate, momentum):
        super().__init__(rate)
        self.momentum, self.v = momentum, None

    def step(self, values, grads):
        self.v = grads.copy() if self.v is None else self.momentum * self.v + grads
        values -= self.learning_rate * self.v
"""),
    "batch norm in small steps, a cache of everything": ("BatchNorm", """
class BatchNorm(mn.Layer):
    def __init__(self, features):
        self.gamma, self.beta = mn.Parameter(np.ones(features)), mn.Parameter(np.zeros(features))
        self.mean = mn.Parameter(np.zeros(features), trainable=False)
        self.variance = mn.Parameter(np.ones(features), trainable=False)

    def forward(self, x):
        if not self.training:
            self.ivar = 1 / np.sqrt(self.variance.value + 1e-5)
            self.xhat = (x - self.mean.value) * self.ivar
            return self.gamma.value * self.xhat + self.beta.value
        self.mu = x.mean(0)
        self.xmu = x - self.mu
        self.var = (self.xmu ** 2).mean(0)
        self.ivar = 1 / np.sqrt(self.var + 1e-5)
        self.xhat = self.xmu * self.ivar
        self.mean.value = 0.9 * self.mean.value + 0.1 * self.mu
        self.variance.value = 0.9 * self.variance.value + 0.1 * x.var(0, ddof=1)
        return self.gamma.value * self.xhat + self.beta.value

    def backward(self, dout):
        m = len(dout)
        self.beta.grad, self.gamma.grad = dout.sum(0), (dout * self.xhat).sum(0)
        dxhat = dout * self.gamma.value
        divar = (dxhat * self.xmu).sum(0)
        dxmu = dxhat * self.ivar
        dvar = -0.5 * divar * self.ivar ** 3
        dxmu = dxmu + 2 * self.xmu * dvar / m
        return dxmu - dxmu.mean(0)
"""),
}  # fmt: skip


def right(name):
    """Assignment and source of one submission."""
    task, source = RIGHT[name]
    return assignment_of(task), HEAD + source
