"""Mistakes in the right submissions of courses, and by hand the parts that lose their points.

`WRONG_PARTS`: one mistake each. `WRONG_FUNCTIONS`: a forward that computes something else, with the
gradients that are right for it: only forward (and what evaluation shows) is lost.
"""

from course_right import RIGHT, assignment_of
from right_styles import HEAD

_INPUT = "input gradient"
_PREDICTION = "prediction gradient"

WRONG_PARTS = {
    "rate twice": ("rate in backward", [("self.W -= learning_rate", "self.W -= 2 * learning_rate")], {"W gradient"}),
    "rate added": ("rate with a default, new arrays", [("self.b = self.b - lr", "self.b = self.b + lr")], {"b gradient"}),
    "columns, db without keepdims sums the features": ("samples as columns", [("dZ.sum(axis=1, keepdims=True)", "dZ.sum(axis=0, keepdims=True)")], {"b gradient"}),
    "columns, input gradient by W": ("functions with columns", [("W.T.dot(dZ), dZ", "W.T.dot(dZ) / 2, dZ")], {_INPUT}),
    "slots, W gradient not transposed": ("slots and a generator of gradients", [("self.x.T @ dy", "(dy.T @ self.x * 2).T")], {"W gradient"}),
    "namespace, b gradient averaged": ("gradients in a namespace", [("g.sum(0)", "g.mean(0)")], {"b gradient"}),
    "affine, dw of a mean": ("affine of a course", [("dw = x.reshape(x.shape[0], -1).T.dot(dout)", "dw = x.reshape(x.shape[0], -1).T.dot(dout) / len(x)")], {"w gradient"}),
    "affine, dx forgotten": ("affine of a course", [("return dx, dw", "return None, dw")], {_INPUT}),
    "batch norm, mean held constant": ("batch norm with bn_param", [("N * dxhat - dxhat.sum(0) - xhat", "N * dxhat - xhat")], {_INPUT}),
    "batch norm, running variance of the batch size": ("batch norm with bn_param", [(" * N / (N - 1)", "")], {"contract"}),
    "batch norm, dgamma of x": ("batch norm, train as an argument", [("(g * self.h).sum(0), g.sum(0)", "(g * self.h).sum(0) * 2, g.sum(0)")], {"gamma gradient"}),
    "layer norm, dbeta not summed": ("layer norm with ln_param", [("dout.sum(axis=0)\n", "dout.mean(axis=0)\n")], {"beta gradient"}),
    "dropout, backward not scaled": ("dropout as a class with a flag", [("return dout * self.mask / (1.0 - self.dropout_ratio)", "return dout * self.mask")], {_INPUT}),
    "dropout, scaled in evaluation": ("dropout as a class with a flag", [("        return x\n", "        return x * (1.0 - self.dropout_ratio)\n")], {"contract"}),
    "convolution, db over one axis less": ("convolution with conv_param", [("dout.sum(axis=(0, 2, 3))", "dout.sum(axis=(0, 2, 3)) / dout.shape[0]")], {"b gradient"}),
    "convolution, input gradient shifted": ("convolution with conv_param", [("dxp[:, :, pad:-pad, pad:-pad]", "dxp[:, :, :-2 * pad, :-2 * pad]")], {_INPUT}),
    "convolution, weights overwritten": ("convolution with conv_param", [("dw[f] += dout", "dw[f] = dout")], {"w gradient"}),
    "pool, gradient to the first of a window": ("max pooling with pool_param", [("window.argmax()", "0")], {_INPUT}),
    "relu writes into the upstream": ("relu that forgets its mask", [("dx = np.array(dout)", "dx = dout")], {"contract"}),
    "relu writes into its input": ("relu that forgets its mask", [("out = x.copy()", "out = x")], {"contract"}),
    "tanh, square forgotten": ("activation and derivative", [("np.tanh(x) ** 2", "np.tanh(x)")], {_INPUT}),
    "softmax, diagonal only": ("softmax with a jacobian for each sample", [("np.diag(p) - np.outer(p, p)", "np.diag(p * (1 - p))")], {_INPUT}),
    "bce, not divided by m": ("binary cross-entropy, static methods", [(" / len(y_true)\n", "\n")], {_PREDICTION}),
    "cross-entropy, sign": ("cross-entropy from labels", [("-dout / (n", "dout / (n")], {_PREDICTION}),
    "adam changes its gradients": ("adam on a list, in place", [("self.iter += 1\n", "self.iter += 1\n        for k in grads: grads[k][...] = 2 * grads[k]; grads[k][...] = grads[k] / 2 * 1.5; grads[k] = grads[k] / 1.5\n")], {"contract"}),
    "embedding, repeated rows lost": ("embedding with add.at", [("np.add.at(self.dtable, self.idx, g)", "self.dtable[self.idx] += g")], {"table gradient"}),
}  # fmt: skip

WRONG_FUNCTIONS = {
    "x W - b": ("affine of a course", [("dot(w) + b", "dot(w) - b"), ("dw, dout.sum(axis=0)", "dw, -dout.sum(axis=0)")], {"forward"}),
    "b left out": ("slots and a generator of gradients", [("self.W + self.b", "self.W"), ("dy.sum(0)", "0 * self.b")], {"forward", "b gradient"}),
    "leaky relu": ("relu of a course", [("np.maximum(0, x), x", "np.where(x > 0, x, 0.01 * x), x"), ("(x > 0)", "np.where(x > 0, 1, 0.01)")], {"forward"}),
    "relu of |x|": ("relu of a course", [("np.maximum(0, x), x", "np.abs(x), x"), ("(x > 0)", "np.sign(x)")], {"forward"}),
    "sigmoid for tanh": ("activation and derivative", [("np.tanh(x)\n", "1 / (1 + np.exp(-x))\n"), ("(1 - np.tanh(x) ** 2)", "np.exp(-x) / (1 + np.exp(-x)) ** 2")], {"forward"}),
    "softmax over the batch": ("softmax with a jacobian for each sample", [("z - z.max(axis=-1, keepdims=True)", "z.T - z.max(axis=0)[:, None]"), ("return self.p.copy()", "return self.p.T.copy()"), ("zip(self.p, grad)", "zip(self.p, grad.T)"), ("np.stack(rows)", "np.stack(rows).T")], {"forward"}),
    "true convolution": ("convolution with conv_param", [("window * w[f])", "window * w[f, :, ::-1, ::-1])"), ("dw[f] += dout[n, f, i, j] * xp[n, :, rows, columns]", "dw[f] += dout[n, f, i, j] * xp[n, :, rows, columns][:, ::-1, ::-1]"), ("dout[n, f, i, j] * w[f]", "dout[n, f, i, j] * w[f, :, ::-1, ::-1]")], {"forward"}),
    "mean pooling": ("a pool with windows as a view", [("self.w.max(axis=(3, 5))", "self.w.mean(axis=(3, 5))"), ("self.mask = self.w == y[:, :, :, None, :, None]", "self.mask = np.full(self.w.shape, 1 / self.k ** 2)")], {"forward"}),
    "batch norm without epsilon": ("batch norm with bn_param", [('bn_param.get("eps", 1e-5)', "1e-2")], {"forward"}),
    "layer norm over the batch": ("layer norm with ln_param", [("x.mean(axis=1", "x.mean(axis=0"), ("x.var(axis=1", "x.var(axis=0"), ("q.mean(1, keepdims=True)", "q.mean(0, keepdims=True)"), ("(q * h).mean(1, keepdims=True)", "(q * h).mean(0, keepdims=True)")], {"forward"}),
    "dropout keeps what it should drop": ("dropout with dropout_param", [("< p) / p", "> p) / (1 - p)")], {"forward"}),
    "the sum of the samples": ("cross-entropy from labels", [("labels]).mean()", "labels]).sum()"), ("-dout / (n * ", "-dout / (")], {"forward"}),
    "adam without bias correction": ("adam as a function with a config", [('config["m"] / (1 - config["beta1"] ** config["t"])', 'config["m"]'), ('config["v"] / (1 - config["beta2"] ** config["t"])', 'config["v"]')], {"step"}),
    "momentum, exponential average": ("momentum, a subclass of the framework's", [("self.momentum * self.v + grads", "self.momentum * self.v + (1 - self.momentum) * grads")], {"step"}),
}  # fmt: skip


def changed(cases, name):
    """Assignment, source and the parts that are lost, of one mistake."""
    base, edits, expected = cases[name]
    task, source = RIGHT[base]
    for old, new in edits:
        assert old in source, (name, old)
        source = source.replace(old, new)
    return assignment_of(task), HEAD + source, expected
