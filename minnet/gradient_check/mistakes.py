"""The names of the mistakes, what each means, and what to do next.

The codes are part of the interface: graders compare them. The order is the order of a report:
what explains most comes first, so that the first mistake of a report is the one to fix.
"""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    """What a code means, one example, and the next step for the person who made the mistake."""

    text: str
    example: str
    next_step: str


CODES: dict[str, Meaning] = {
    "reserved-name": Meaning(
        "a name reserved by the framework is used for something else",
        "self.parameters = [W, b]",
        "Give your attribute or method another name.",
    ),
    "returns-none": Meaning(
        "forward or backward returns None",
        "a backward without return",
        "End the method with a return of the array.",
    ),
    "not-a-parameter": Meaning(
        "a raw array is used as a weight in a Layer, so it never trains",
        "self.W = np.zeros((3, 7)) in a Layer",
        "Write self.W = mn.Parameter(...), self.W.value where you compute with it, and set "
        "self.W.grad in backward.",
    ),
    "input-modified": Meaning(
        "the array that came in was written to",
        "x[x < 0] = 0; return x",
        "Work on a copy: y = x * 2 instead of x *= 2.",
    ),
    "parameter-modified": Meaning(
        "forward or backward changed the value of a parameter",
        "self.W.value -= 0.1 * self.W.grad in backward",
        "Only the optimizer changes parameters: compute with copies, and remove the step.",
    ),
    "upstream-modified": Meaning(
        "backward wrote into the upstream gradient",
        "grad[self.x <= 0] = 0; return grad",
        "Work on a copy: dx = grad * mask instead of grad *= mask.",
    ),
    "raises": Meaning(
        "forward or backward raises an error",
        "grad @ W where grad @ W.T was meant",
        "Fix the line named in the error.",
    ),
    "integer-arithmetic": Meaning(
        "numbers are truncated to integers",
        "dx = np.zeros(x.shape, dtype=int)",
        "Use an array of floats: np.zeros(shape), not dtype=int or zeros_like of labels; "
        "/ instead of //.",
    ),
    "mask-redrawn": Meaning(
        "backward draws a new random mask",
        "return grad * (self.random.random(grad.shape) < keep)",
        "Keep the mask of forward (self.mask = ...) and use it in backward.",
    ),
    "mask-missing": Meaning(
        "backward does not apply the mask of forward",
        "return grad in the backward of a dropout",
        "Multiply the gradient by self.mask.",
    ),
    "mask-scale-missing": Meaning(
        "the scale 1/(1 - rate) is in only one of forward and backward",
        "forward: x * mask / keep; backward: grad * mask",
        "Put the scale into the mask: mask = (random < keep) / keep, and use it in both.",
    ),
    "stale-cache": Meaning(
        "backward uses values of another forward",
        "if self.x is None: self.x = x",
        "Store what backward needs again in every forward.",
    ),
    "gradient-accumulates": Meaning(
        "a sum over calls that is never reset",
        "self.dW += x.T @ grad, never set to zero",
        "Assign (=) instead of adding (+=), or set the sum to zero first.",
    ),
    "not-used": Meaning(
        "forward does not use a parameter, or a loss its prediction",
        "forward: return x @ self.W.value; backward: self.b.grad = grad.sum(axis=0)",
        "Use it in forward, or remove it.",
    ),
    "parameter-gradient-missing": Meaning(
        "the gradient of a parameter is never set",
        "no self.b.grad = ... in backward",
        "Set self.<name>.grad in backward.",
    ),
    "keepdims-left": Meaning(
        "the sum kept an axis of length one",
        "self.b.grad = grad.sum(axis=0, keepdims=True)",
        "Leave keepdims out, or add .reshape(...).",
    ),
    "not-summed-over-batch": Meaning(
        "the gradient of a parameter is still one per sample",
        "self.b.grad = grad",
        "Add .sum(axis=0).",
    ),
    "summed-to-scalar": Meaning(
        "everything was summed to one number",
        "self.b.grad = grad.sum()",
        "Sum over the batch only: .sum(axis=0).",
    ),
    "summed-over-wrong-axis": Meaning(
        "the sum runs over another axis",
        "self.b.grad = grad.sum(axis=1)",
        "Sum over the axis of the samples: .sum(axis=0).",
    ),
    "transposed": Meaning(
        "rows and columns are swapped",
        "self.W.grad = grad.T @ x",
        "Write .T, or swap the factors.",
    ),
    "one-sample-only": Meaning(
        "only one sample of the batch, or one step of a sequence, counts",
        "for i in range(m): self.W.grad = np.outer(x[i], grad[i])",
        "Add inside the loop (+=) instead of overwriting (=).",
    ),
    "upstream-ignored": Meaning(
        "the upstream gradient is not used",
        "return a * (1 - a)",
        "Multiply by grad (the chain rule).",
    ),
    "upstream-added": Meaning(
        "the upstream gradient is added instead of multiplied",
        "return grad + a * (1 - a)",
        "The chain rule is a product: grad * derivative.",
    ),
    "loss-broadcasts": Meaning(
        "shapes (m, 1) and (m,) are broadcast to (m, m)",
        "prediction - target.ravel()",
        "Give prediction and target one shape: target.reshape(prediction.shape).",
    ),
    "fused-gradient-on-probabilities": Meaning(
        "the gradient a - y, which belongs to the logits, is returned for probabilities",
        "return (a - y) / m from a loss of probabilities",
        "For probabilities return (a - y)/(a (1 - a))/m, for softmax -(y/a)/m.",
    ),
    "loss-term-missing": Meaning(
        "one of the two terms, for y = 1 or for y = 0, is missing",
        "return -(y / a) / m for binary cross-entropy",
        "Both terms count: y ln a and (1 - y) ln(1 - a).",
    ),
    "wrong-axis": Meaning(
        "the sum or the normalization runs over the wrong axis",
        "e / e.sum(axis=0) in a softmax",
        "Within a sample: axis=-1, with keepdims=True.",
    ),
    "batch-statistics-constant": Meaning(
        "mean and variance are treated as constants in backward",
        "return grad * gamma / sigma in a batch norm",
        "They depend on x: subtract the mean term and the variance term.",
    ),
    "mean-term-missing": Meaning(
        "the path of the gradient through the mean is missing",
        "return (q - xhat * mean(q * xhat)) / sigma",
        "Subtract the mean of g.",
    ),
    "variance-term-missing": Meaning(
        "the path of the gradient through the variance is missing",
        "return (q - mean(q)) / sigma",
        "Subtract xhat times the mean of g xhat.",
    ),
    "sum-for-mean": Meaning(
        "a sum is used where a mean belongs (or the other way round)",
        "return (q - sum(q) - xhat * sum(q * xhat)) / sigma",
        "Divide the sum by the number of its terms.",
    ),
    "degrees-of-freedom": Meaning(
        "n and n - 1 are mixed up between forward and backward",
        "forward: x.var(ddof=1); backward: means over n",
        "Divide by the same number in the variance of forward and in backward.",
    ),
    "scale-missing": Meaning(
        "a factor of the normalization (gamma or 1/sigma) is missing",
        "dx computed from grad instead of grad * gamma",
        "Multiply by it.",
    ),
    "jacobian-diagonal-only": Meaning(
        "only the diagonal of the Jacobian is used: dy_i/dx_j for i != j is missing",
        "return grad * a * (1 - a) in a softmax",
        "Softmax: dz = a (g - sum(g a)).",
    ),
    "jacobian-term-missing": Meaning(
        "one term of a coupled function's derivative is missing",
        "return grad * a in a softmax",
        "Write down dy_i/dx_j for i = j and for i != j; both enter.",
    ),
    "output-used-for-input": Meaning(
        "the output is used where the input belongs",
        "self.gain.grad = (grad * y).sum(axis=0)",
        "Store x in forward, and use it here.",
    ),
    "local-derivative-at-wrong-point": Meaning(
        "the derivative is taken at the output instead of the input, or the other way round",
        "return grad * (1 - z**2) for a = tanh(z)",
        "Evaluate f' at z; if it is written in terms of a = f(z), use a.",
    ),
    "local-derivative-squared": Meaning(
        "the local derivative is multiplied twice",
        "return grad * (a * (1 - a)) ** 2",
        "Multiply by it once.",
    ),
    "local-derivative-missing": Meaning(
        "a factor of the chain rule is missing",
        "return grad in an activation",
        "Multiply by the derivative of this step.",
    ),
    "wrong-operand": Meaning(
        "a value is used where another one belongs",
        "self.W.grad = self.W.value * grad.sum(axis=0); return grad * relu(x)",
        "Put the value named in the message in its place.",
    ),
    "wrong-index": Meaning(
        "the right numbers are taken from the wrong places, or put there",
        "self.Wh.grad += self.h[t + 1].T @ dz; return dx[:, :, 2:] for a padding of 1 and 1",
        "Compare the index with that of forward: start, end, step, order of the axes, direction.",
    ),
    "extra-factor": Meaning(
        "a factor too many",
        "return grad * self.gain.value * self.x in a scale",
        "Leave out the factor named in the message.",
    ),
    "sign-flipped": Meaning(
        "the gradient has the wrong sign",
        "return y - a for the loss (a - y)**2 / 2",
        "Change the sign.",
    ),
    "divided-by-batch": Meaning(
        "divided by the number of samples once too often",
        "self.W.grad = x.T @ grad / m",
        "The 1/m belongs in the loss, once, and nowhere else.",
    ),
    "not-divided-by-batch": Meaning(
        "the value is a mean over the samples, its gradient is not",
        "value: mean over samples; backward: return a - y",
        "Divide by len(prediction).",
    ),
    "divided-by-outputs": Meaning(
        "averaged over the outputs in one of value and gradient only",
        "value: sum / m; backward: return 2 * d / d.size",
        "Let value and gradient divide by the same number.",
    ),
    "constant-factor": Meaning(
        "right except for one constant factor",
        "return d / d.size for the mean of d**2",
        "Look for the factor named in the message.",
    ),
    "not-linear-in-upstream": Meaning(
        "backward is not linear in the upstream gradient",
        "return np.clip(grad, -1, 1) * (1 - a**2)",
        "The upstream gradient enters once, as a factor: no square, clip, sign or abs of it.",
    ),
    "mixes-samples": Meaning(
        "a sample's result depends on the other samples of its batch",
        "return x / x.sum()",
        "Sum and normalize within a sample, not over axis 0.",
    ),
    "wrong-shape": Meaning(
        "the shape is wrong",
        "return grad without a reshape in a flatten",
        "A gradient has the shape of what it belongs to.",
    ),
    "train-eval-confused": Meaning(
        "training and evaluation mode are mixed up",
        "a dropout that drops in evaluation, too",
        "In evaluation: no randomness, stored statistics only, nothing updated; and backward "
        "belongs to what forward did.",
    ),
    "not-finite": Meaning(
        "NaN or inf where the true value is finite",
        "np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)",
        "Use the stable form: subtract the maximum before exp, log1p, np.logaddexp, an epsilon.",
    ),
    "dtype-changed": Meaning(
        "float64 comes in, a lower precision comes back",
        "return y.astype(np.float32)",
        "Remove the conversion, or use x.dtype.",
    ),
    "optimizer-changes-nothing": Meaning(
        "the step of an optimizer leaves the weights as they were",
        "values = values - self.learning_rate * grads",
        "Change the array itself: values -= self.learning_rate * grads, or values[...] = ...",
    ),
    "optimizer-changes-gradients": Meaning(
        "the step of an optimizer writes into the gradients",
        "grads *= self.learning_rate",
        "Compute with a new array: step = self.learning_rate * grads.",
    ),
    "optimizer-goes-uphill": Meaning(
        "the steps of an optimizer do not lower a simple loss",
        "values += self.learning_rate * grads",
        "Subtract: values -= learning_rate * direction; see that the memory does not grow.",
    ),
    "optimizer-shares-memory": Meaning(
        "what an optimizer remembers is not its own",
        "class Momentum: velocity = {}",
        "Make the memory in __init__ or in the first step, as a new array: np.zeros_like(values).",
    ),
    "optimizer-differs": Meaning(
        "an optimizer takes other steps than the one it should be like",
        "an Adam without bias correction",
        "Compare with the formulas in the docstring of that optimizer, in the order of its lines.",
    ),
    "unknown": Meaning(
        "wrong, and no known mistake reproduces it",
        "anything else",
        "Start at the place: print what each line gives, and derive the first that surprises you.",
    ),
}

RANK = {code: rank for rank, code in enumerate(CODES)}


def explanation() -> str:
    """All codes with their meanings and examples, as `python -m minnet codes` prints them."""
    blocks = []
    for code, meaning in CODES.items():
        blocks.append(f"{code}\n    {meaning.text}\n    for example: {meaning.example}")
    return "\n".join(blocks)
