"""A sixth collection of right layers and losses: what the sixth wrong ones resemble."""

import numpy as np
from doctor_corpus import right_loss


@right_loss()
class OneOutputFlat:
    """Made for (m, 1): works on the flat numbers, and gives a column."""

    def forward(self, prediction, target):
        self.d = np.ravel(prediction) - np.ravel(target)
        return np.sum(self.d**2) / len(self.d)

    def backward(self):
        return (2 * self.d / len(self.d)).reshape(-1, 1)


@right_loss()
class FirstColumnOnly:
    """Made for (m, 1): what stands in other columns does not count."""

    def forward(self, prediction, target):
        self.d = prediction[:, 0] - target[:, 0]
        return 0.5 * np.mean(self.d**2)

    def backward(self):
        return self.d[:, np.newaxis] / len(self.d)


@right_loss()
class VectorOnly:
    """Refuses all but a vector."""

    def forward(self, prediction, target):
        if prediction.ndim != 1:
            raise ValueError(f"expected predictions of shape (m,), got {prediction.shape}")
        self.d = prediction - target
        return 0.5 * np.mean(self.d**2)

    def backward(self):
        return self.d / len(self.d)
