"""Mistakes in the solutions of the exercises, and by hand the parts that lose their points."""

from pathlib import Path

SOLUTIONS = Path(__file__).with_name("solutions")
PLAIN = (SOLUTIONS / "plain_classes.py").read_text("utf-8")

# exercise: {name: (old, new, parts that lose their points)}, changes of solutions/plain_classes.py
CHANGES: dict[str, dict[str, tuple[str, str, set[str]]]] = {
    "2_losses": {
        "log of one class only": (
            "p = np.where(y_true == 1, y_pred, 1 - y_pred)",
            "p = np.where(y_true == 1, y_pred, 1)",
            {"CrossEntropy forward", "CrossEntropy prediction gradient"},
        ),
        "gradient behind a sigmoid": (
            "-(y / a - (1 - y) / (1 - a)) / a.shape[0]",
            "(a - y) / a.shape[0]",
            {"CrossEntropy prediction gradient"},
        ),
        "base 2": (
            "-np.log(p).sum(axis=1).mean()",
            "-np.log2(p).sum(axis=1).mean()",
            {"CrossEntropy forward", "CrossEntropy prediction gradient"},
        ),
        "mean over outputs": (
            "-np.log(p).sum(axis=1).mean()",
            "-np.log(p).mean()",
            {"CrossEntropy forward", "CrossEntropy prediction gradient"},
        ),
    },
    "4_softmax_cross_entropy": {
        "softmax over the batch": (
            "e / e.sum(-1, keepdims=True)",
            "e / e.sum(0, keepdims=True)",
            {"SoftmaxCrossEntropy forward", "SoftmaxCrossEntropy prediction gradient"},
        ),
        "gradient not divided": (
            "return d / len(d)",
            "return d",
            {"SoftmaxCrossEntropy prediction gradient"},
        ),
        "gradient changes p": ("d = self.p.copy()", "d = self.p", set()),
        "target changed": (
            "self.labels = target.argmax(1)",
            "self.labels = target.argmax(1); target[:] = 0",
            {"SoftmaxCrossEntropy contract"},
        ),
        "sum instead of mean": (
            "-np.mean(np.log(",
            "-np.sum(np.log(",
            {"SoftmaxCrossEntropy forward", "SoftmaxCrossEntropy prediction gradient"},
        ),
    },
    "5_momentum": {
        "no momentum": ("self.mu * self.v + grads", "grads", {"Momentum step"}),
        "dampened": (
            "self.mu * self.v + grads",
            "self.mu * self.v + (1 - self.mu) * grads",
            {"Momentum step"},
        ),
        "climbs": ("values - self.lr", "values + self.lr", {"Momentum step"}),
        "nesterov": ("self.lr * self.v", "self.lr * (grads + self.mu * self.v)", {"Momentum step"}),
        "writes into the gradients": (
            "self.v = self.mu * self.v + grads",
            "grads += self.mu * self.v; self.v = grads.copy()",
            {"Momentum contract"},
        ),
    },
    "6_dropout": {
        "no scale": (
            "return x * self.mask / self.keep if",
            "return x * self.mask if",
            {"Dropout forward", "Dropout input gradient"},
        ),
        "scale missing in backward": (
            "return grad * self.mask / self.keep if",
            "return grad * self.mask if",
            {"Dropout input gradient"},
        ),
        "keeps the share that it should drop": (
            "< self.keep",
            "< 1 - self.keep",
            {"Dropout forward"},
        ),
        "one mask for all samples": (
            "np.random.rand(*x.shape)",
            "np.random.rand(1, *x.shape[1:])",
            {"Dropout forward"},
        ),
        "one mask for all features": (
            "np.random.rand(*x.shape)",
            "np.random.rand(len(x), 1)",
            {"Dropout forward"},
        ),
        "a mask that raises": (
            "self.mask = np.random.rand",
            "self.mask = np.random.default_rng(0).random(x.shape) < self.keep or np.random.rand",
            {"Dropout forward", "Dropout input gradient", "Dropout contract"},
        ),
        "a seeded mask": (
            "np.random.rand(*x.shape)",
            "np.random.default_rng(0).random(x.shape)",
            {"Dropout forward"},
        ),
        "drops in evaluation": (
            "/ self.keep if self.training else x.copy()",
            "/ self.keep",
            {"Dropout contract"},
        ),
        "nothing": (
            "np.random.rand(*x.shape) < self.keep",
            "np.full(x.shape, self.keep)",
            {"Dropout forward"},
        ),
        "mask drawn again": (
            "return grad * self.mask",
            "return grad * (np.random.rand(*grad.shape) < self.keep)",
            {"Dropout input gradient"},
        ),
    },
    "7_batch_norm": {
        "gradient treats the mean as constant": (
            "m * grad - self.dbeta - self.xhat * self.dgamma if self.training else m * grad",
            "m * grad",
            {"BatchNorm input gradient"},
        ),
        "divided by m - 1": (
            "x.mean(0), x.var(0)",
            "x.mean(0), x.var(0, ddof=1) if len(x) > 1 else x.var(0)",
            {"BatchNorm forward", "BatchNorm input gradient"},
        ),
        "evaluation with the batch": (
            "mu, var = self.mean, self.var",
            "mu, var = x.mean(0), x.var(0)",
            {"BatchNorm contract"},
        ),
        "running never updated": (
            "self.mean += 0.1 * (mu - self.mean)",
            "pass",
            {"BatchNorm contract"},
        ),
        "gamma not summed": (
            "np.sum(grad * self.xhat, axis=0)",
            "grad * self.xhat",
            {"BatchNorm input gradient", "BatchNorm gamma gradient"},
        ),
        "beta gradient halved": (
            "self.dbeta = np.sum(grad, axis=0)",
            "self.dbeta = np.sum(grad, axis=0) / 2",
            {"BatchNorm input gradient", "BatchNorm beta gradient"},
        ),
    },
    "8_convolution": {
        "true convolution": (
            "y = np.tensordot(self.windows, self.W,",
            "y = np.tensordot(self.windows, self.W[:, :, ::-1, ::-1],",
            {"Convolution forward", "Convolution input gradient", "Convolution W gradient"},
        ),
        "input gradient not flipped": (
            "flipped = self.W[:, :, ::-1, ::-1]",
            "flipped = self.W",
            {"Convolution input gradient"},
        ),
        "b gradient is a mean": (
            "grad.sum((0, 2, 3))",
            "grad.mean((0, 2, 3))",
            {"Convolution b gradient"},
        ),
        "no b": (
            "+ self.b.reshape(1, -1, 1, 1)",
            "",
            {"Convolution forward", "Convolution b gradient"},
        ),
        "b gradient per sample": (
            "grad.sum((0, 2, 3))",
            "grad.sum((2, 3))",
            {"Convolution b gradient"},
        ),
    },
}
