"""How a workload declares its weights: once, layer by layer, read either as shapes or as seeded arrays.

Kernels are drawn with variance 2 / inputs (He et al. 2015), so that activations keep their size through any depth.
Biases, shifts and running statistics are drawn too: at zero or one they would hide a swapped or forgotten array.
Where a network would magnify rounding within the ten steps that the gates compare (found by running float32 against
float64), its head starts smaller: `gain` below 1.

Gradients of ReLU jump where its input crosses zero, and among the millions of values of a convolutional network some
lie within rounding of it: two correct programs then differ in the second digit of a gradient. There the shifts are
`gated`: each channel is clearly on or clearly off, some three standard deviations from zero.

The same declaration counts the floating-point operations of one sample's forward pass (`flops`), those of products
alone, a multiply-add being two:

    dense                   2 x in x out, times the positions it is applied `at`
    convolution             2 x height x width x in x out of its kernel, times the positions of its output
    transposed convolution  the same, times the positions of its input
    LSTM                    2 x (in + units) x 4 units, times the time steps
    attention               the dense layers, and 4 x steps x steps x width for scores and weighted sum, no half being
                            left out for a causal mask

Lookups, normalisations, activations, pooling and softmax are not counted: they are no work of matrix units, whose
ceiling the figure is held against.
"""

from __future__ import annotations

import math

import numpy as np


class Shapes:
    """Collects `name -> shape`, and the operations of one sample's forward pass in `flops`."""

    def __init__(self) -> None:
        self.arrays: dict[str, tuple[int, ...]] = {}
        self.flops = 0

    def put(self, name: str, shape: tuple[int, ...], spread: float, center: float = 0.0) -> None:
        """Declare one array: normal around `center` with standard deviation `spread`."""
        self.arrays[name] = shape

    def gates(self, name: str, width: int, off: float = -1.0, share_off: float = 0.5) -> None:
        """Declare shifts that switch each channel on (about 1) or off, the given share of them."""
        self.arrays[name] = (width,)

    def dense(self, path: str, inputs: int, outputs: int, gain: float = 1.0, at: int = 1) -> None:
        """Declare a dense layer with a bias, applied `at` so many positions of a sample."""
        self.flops += 2 * inputs * outputs * at
        self.put(f"{path}/kernel", (inputs, outputs), gain * math.sqrt(2 / inputs))
        self.put(f"{path}/bias", (outputs,), 0.02)

    def conv(
        self, path: str, side: int, inputs: int, outputs: int, bias: bool = True, gain: float = 1.0, *, at: int
    ) -> None:
        """Declare a square convolution whose output has `at` positions."""
        self.flops += 2 * side * side * inputs * outputs * at
        self.put(f"{path}/kernel", (side, side, inputs, outputs), gain * math.sqrt(2 / (side * side * inputs)))
        if bias:
            self.put(f"{path}/bias", (outputs,), 0.02)

    def gated_conv(self, path: str, side: int, inputs: int, outputs: int, at: int) -> None:
        """Declare a square convolution before a ReLU, its shifts gated; its output has `at` positions."""
        self.flops += 2 * side * side * inputs * outputs * at
        self.put(f"{path}/kernel", (side, side, inputs, outputs), 0.35 * math.sqrt(2 / (side * side * inputs)))
        self.gates(f"{path}/bias", outputs)

    def conv_transpose(self, path: str, side: int, inputs: int, outputs: int, at: int) -> None:
        """Declare a transposed convolution whose stride is its side: every output sees one of `at` positions."""
        self.flops += 2 * side * side * inputs * outputs * at
        self.put(f"{path}/kernel", (side, side, outputs, inputs), math.sqrt(2 / inputs))
        self.put(f"{path}/bias", (outputs,), 0.02)

    def layer_norm(self, path: str, width: int) -> None:
        """Declare a layer normalisation."""
        self.put(f"{path}/scale", (width,), 0.1, 1.0)
        self.put(f"{path}/bias", (width,), 0.1)

    def gated_batch_norm(self, path: str, width: int, off: float = -1.0, share_off: float = 0.5) -> None:
        """Declare a batch normalisation with its running statistics, its shifts gated."""
        self.put(f"{path}/scale", (width,), 0.035, 0.35)
        self.gates(f"{path}/bias", width, off, share_off)
        self.put(f"{path}/mean", (width,), 0.1)
        self.put(f"{path}/variance", (width,), 0.05, 1.0)

    def embedding(self, path: str, rows: int, width: int, spread: float = 0.02) -> None:
        """Declare a table of vectors."""
        self.put(f"{path}/embedding", (rows, width), spread)

    def lstm(self, path: str, inputs: int, units: int, steps: int) -> None:
        """Declare one LSTM layer with a single bias, run over so many steps."""
        self.flops += 2 * (inputs + units) * 4 * units * steps
        self.put(f"{path}/kernel", (inputs, 4 * units), math.sqrt(1 / inputs))
        self.put(f"{path}/recurrent", (units, 4 * units), math.sqrt(1 / units))
        self.put(f"{path}/bias", (4 * units,), 0.02)

    def transformer(self, path: str, layers: int, width: int, hidden: int, steps: int) -> None:
        """Declare pre-norm transformer blocks over so many steps: attention, then a two-layer perceptron."""
        for layer in range(layers):
            self.flops += 4 * steps * steps * width
            block = f"{path}/{layer}"
            self.layer_norm(f"{block}/norm1", width)
            self.layer_norm(f"{block}/norm2", width)
            for name, inputs, outputs in (
                ("attention/qkv", width, 3 * width),
                ("attention/out", width, width),
                ("expand", width, hidden),
                ("contract", hidden, width),
            ):
                self.flops += 2 * inputs * outputs * steps
                self.put(f"{block}/{name}/kernel", (inputs, outputs), math.sqrt(1 / inputs))
                self.put(f"{block}/{name}/bias", (outputs,), 0.02)


class Arrays(Shapes):
    """Collects `name -> float32 array`, drawn from one seed in the order of declaration; read `drawn`."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.drawn: dict[str, np.ndarray] = {}
        # A stream of its own: with the batch's it would make the first kernel a copy of the inputs.
        self._generator = np.random.default_rng([seed, 0])

    def put(self, name: str, shape: tuple[int, ...], spread: float, center: float = 0.0) -> None:
        """Draw one array."""
        super().put(name, shape, spread, center)
        values = self._generator.standard_normal(shape, dtype=np.float32)
        values *= np.float32(spread)
        values += np.float32(center)
        self.drawn[name] = values

    def gates(self, name: str, width: int, off: float = -1.0, share_off: float = 0.5) -> None:
        """Draw one array of shifts."""
        super().gates(name, width, off, share_off)
        noise = 0.02 * self._generator.standard_normal(width, dtype=np.float32)
        self.drawn[name] = np.where(self._generator.random(width) < share_off, np.float32(off), np.float32(1)) + noise


def labels(generator: np.random.Generator, classes: int, *shape: int) -> np.ndarray:
    """Return int32 class labels."""
    return generator.integers(0, classes, size=shape, dtype=np.int32)


def normal(generator: np.random.Generator, *shape: int) -> np.ndarray:
    """Return float32 standard normal values."""
    return generator.standard_normal(shape, dtype=np.float32)
