"""The data of every program, and how far a program has come. Small, odd sizes: 23, 19 and 5 never meet by chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BUILD, COMPILE, FIRST_STEP, LATER = STAGES = ("build", "compile", "first step", "later")
SAMPLES, BATCH, WIDTH, HIDDEN, CLASSES = 26, 13, 23, 19, 5
IDS, TABLE, PIXELS, CHANNELS = 7, 29, 9, 3


class Data:
    """Arrays by seed, and the stage that the program has reached.

    x        (26, 23) float32      y        (26,) int64, five classes that follow from x
    targets  (26, 1) float32       images   (26, 9, 9, 3) float32, channels last
    ids      (26, 7) int64 < 29
    """

    def __init__(self, style: str, mode: str, device: str = "cpu", seed: int = 0) -> None:
        """Draw the arrays. `mode` is the stack's, as in bench.stacks."""
        self.style, self.mode, self.device, self.seed = style, mode, device, seed
        self.stage = BUILD
        self.losses: list[float] = []
        self._random = np.random.default_rng(seed)
        self.x = self.normal(SAMPLES, WIDTH)
        self.y = np.argmax(self.x @ self.normal(WIDTH, CLASSES), axis=1)
        self.targets = self.x @ self.normal(WIDTH, 1) / 5
        self.images = self.normal(SAMPLES, PIXELS, PIXELS, CHANNELS)
        self.ids = self._random.integers(0, TABLE, (SAMPLES, IDS))

    def normal(self, *shape: int) -> np.ndarray:
        """Return float32 draws of the given shape, by the kit's seed."""
        return self._random.standard_normal(shape).astype(np.float32)

    def weights(self, *shape: int) -> np.ndarray:
        """Return a layer's start: draws scaled by its inputs."""
        return self.normal(*shape) / np.float32(np.sqrt(np.prod(shape[:-1])))

    def stepped(self, loss: float) -> None:
        """Note a step that has ended."""
        self.losses.append(float(loss))
        self.stage = LATER

    def figures(self, outputs: Sequence[float] | np.ndarray) -> dict[str, list[float]]:
        """Return what a program gives back."""
        return {"losses": self.losses, "outputs": [float(value) for value in np.ravel(outputs)]}
