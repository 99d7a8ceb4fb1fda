"""The ten workloads in numpy and float64, written from their definitions: what every program is held to.

`figures` gives what bench.parity compares (P1 to P3, by SGD); `inference` what a program's `evaluate` must answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bench import parity
from bench.discovery import load_workload
from bench.probes.ease import autodiff as ad
from bench.probes.ease.autodiff import Array, Tensor
from bench.programs.steps import split
from bench.spec import MATCHED_OPTIMIZERS, NORM_EPSILON, Size
from bench.workloads import is_trainable, resnet

LEARNING_RATE = MATCHED_OPTIMIZERS["sgd"]["learning_rate"]
Weights = Mapping[str, Tensor]
Loss = Callable[[Tensor, Array], Tensor]


def cross_entropy(output: Tensor, y: Array) -> Tensor:
    """Return the mean cross-entropy of logits and class labels."""
    return ad.pick(ad.log_softmax(output), y).mean() * -1.0


def binary_cross_entropy(output: Tensor, y: Array) -> Tensor:
    """Return the mean cross-entropy of logits and labels of 0.0 or 1.0: softplus(x) - x y."""
    return (ad.softplus(output) - output * y).mean()


def squared_error(output: Tensor, y: Array) -> Tensor:
    """Return the mean squared difference."""
    return ad.power(output - y, 2).mean()


LOSSES: Mapping[str, Loss] = {
    "sparse-crossentropy": cross_entropy,
    "binary-crossentropy": binary_cross_entropy,
    "mse": squared_error,
}


@dataclass(frozen=True)
class _Net:
    """A network's arrays, its dimensions, and whether batch normalisation uses the batch's own statistics."""

    arrays: Weights
    dimensions: Mapping[str, int]
    train: bool

    def dense(self, path: str, x: Tensor) -> Tensor:
        return x @ self.arrays[f"{path}/kernel"] + self.arrays[f"{path}/bias"]

    def conv(self, path: str, x: Tensor, stride: int = 1, pad: int = 0) -> Tensor:
        y = ad.conv(x, self.arrays[f"{path}/kernel"], stride, pad)
        return y + self.arrays[f"{path}/bias"] if f"{path}/bias" in self.arrays else y

    def raised(self, path: str, x: Tensor) -> Tensor:
        """Return a 2 x 2 transposed convolution of stride 2: every pixel becomes a square, none overlaps."""
        kernel = self.arrays[f"{path}/kernel"]
        batch, height, width, inputs = x.shape
        outputs = kernel.shape[2]
        squares = x @ kernel.transpose(3, 0, 1, 2).reshape(inputs, 4 * outputs)
        apart = squares.reshape(batch, height, width, 2, 2, outputs).transpose(0, 1, 3, 2, 4, 5)
        return apart.reshape(batch, 2 * height, 2 * width, outputs) + self.arrays[f"{path}/bias"]

    def _normed(self, path: str, x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        normed = (x - mean) * ad.power(variance + NORM_EPSILON, -0.5)
        return normed * self.arrays[f"{path}/scale"] + self.arrays[f"{path}/bias"]

    def layer_norm(self, path: str, x: Tensor) -> Tensor:
        mean = x.mean(-1)
        return self._normed(path, x, mean, ad.power(x - mean, 2).mean(-1))

    def batch_norm(self, path: str, x: Tensor) -> Tensor:
        if not self.train:
            return self._normed(path, x, self.arrays[f"{path}/mean"], self.arrays[f"{path}/variance"])
        mean = x.mean(0, 1, 2)
        return self._normed(path, x, mean, ad.power(x - mean, 2).mean(0, 1, 2))

    def lstm(self, path: str, x: Tensor) -> Tensor:
        batch, steps, _ = x.shape
        recurrent = self.arrays[f"{path}/recurrent"]
        units = recurrent.shape[0]
        projected = self.dense(path, x)
        hidden, cell, states = Tensor(np.zeros((batch, units))), Tensor(np.zeros((batch, units))), []
        for step in range(steps):
            gates = projected[:, step] + hidden @ recurrent
            write, forget, candidate, read = (gates[:, part * units : (part + 1) * units] for part in range(4))
            cell = ad.sigmoid(forget) * cell + ad.sigmoid(write) * ad.tanh(candidate)
            hidden = ad.sigmoid(read) * ad.tanh(cell)
            states.append(hidden)
        return ad.stack(states)

    def attention(self, path: str, x: Tensor, causal: bool) -> Tensor:
        batch, steps, width = x.shape
        heads = self.dimensions["heads"]
        joined = self.dense(f"{path}/qkv", x)
        query, key, value = (
            joined[..., part * width : (part + 1) * width].reshape(batch, steps, heads, -1).transpose(0, 2, 1, 3)
            for part in range(3)
        )
        scores = query @ key.transpose(0, 1, 3, 2) * (1 / math.sqrt(width // heads))
        if causal:
            scores = scores + np.triu(np.full((steps, steps), -1e30), 1)
        mixed = ad.exp(ad.log_softmax(scores)) @ value
        return self.dense(f"{path}/out", mixed.transpose(0, 2, 1, 3).reshape(batch, steps, width))

    def transformer(self, tokens: Array, causal: bool) -> Tensor:
        x = ad.rows(self.arrays["tokens/embedding"], tokens)
        x = x + self.arrays["positions/embedding"][: tokens.shape[1]]
        activation = ad.gelu_tanh if causal else ad.gelu
        for layer in range(self.dimensions["layers"]):
            block = f"blocks/{layer}"
            x = x + self.attention(f"{block}/attention", self.layer_norm(f"{block}/norm1", x), causal)
            inner = activation(self.dense(f"{block}/expand", self.layer_norm(f"{block}/norm2", x)))
            x = x + self.dense(f"{block}/contract", inner)
        return self.layer_norm("norm", x)


def mlp(arrays: Weights, size: Size, x: Tensor) -> Tensor:
    """Return the perceptron's logits of a tensor, whose own gradient can then be had."""
    net = _Net(arrays, size.dimensions, train=True)
    for layer in range(net.dimensions["layers"]):
        x = ad.relu(net.dense(f"hidden{layer}", x))
    return net.dense("output", x)


def _mlp(net: _Net, inputs: Mapping[str, Array]) -> Tensor:
    return mlp(net.arrays, Size("small", 1, 0, net.dimensions), Tensor(inputs["x"]))


def _cnn(net: _Net, inputs: Mapping[str, Array]) -> Tensor:
    x = Tensor(inputs["x"])
    for path in ("conv1", "conv2"):
        x = ad.max_pool(ad.relu(net.conv(path, x)))
    return net.dense("output", x.reshape(len(x.value), -1))


def _resnet(net: _Net, inputs: Mapping[str, Array]) -> Tensor:
    """Return the small form's logits: basic blocks."""
    x = ad.relu(net.batch_norm("stem_norm", net.conv("stem", Tensor(inputs["x"]), pad=1)))
    for block in resnet.blocks(Size("small", 1, 0, net.dimensions)):
        kept = x
        if block.projects:
            kept = net.batch_norm(f"{block.path}/shortcut_norm", net.conv(f"{block.path}/shortcut", x, block.stride))
        x = ad.relu(net.batch_norm(f"{block.path}/norm0", net.conv(f"{block.path}/conv0", x, block.stride, 1)))
        x = ad.relu(net.batch_norm(f"{block.path}/norm1", net.conv(f"{block.path}/conv1", x, pad=1)) + kept)
    return net.dense("output", x.mean(1, 2).reshape(len(x.value), -1))


def _lstm(net: _Net, inputs: Mapping[str, Array]) -> Tensor:
    return net.dense("output", net.lstm("lstm1", net.lstm("lstm0", Tensor(inputs["x"])))[:, -1])


def _encoder(net: _Net, inputs: Mapping[str, Array]) -> Tensor:
    x = net.transformer(inputs["x"], causal=False)
    return net.dense("output", x.mean(1).reshape(len(x.value), -1))


def _gpt(net: _Net, inputs: Mapping[str, Array]) -> Tensor:
    return net.transformer(inputs["x"], causal=True) @ net.arrays["tokens/embedding"].transpose(1, 0)


def _unet(net: _Net, inputs: Mapping[str, Array]) -> Tensor:
    x, kept = Tensor(inputs["x"]), []
    paths = [f"down/{level}" for level in range(net.dimensions["levels"])]
    for path in [*paths, "bottom"]:
        for conv in ("conv1", "conv2"):
            x = ad.relu(net.conv(f"{path}/{conv}", x, pad=1))
        kept.append(x)
        x = ad.max_pool(x) if path != "bottom" else x
    for level in reversed(range(len(paths))):
        x = ad.concatenate([kept[level], net.raised(f"up/{level}/raise_", x)])
        for conv in ("conv1", "conv2"):
            x = ad.relu(net.conv(f"up/{level}/{conv}", x, pad=1))
    return net.conv("output", x)


def _dlrm(net: _Net, inputs: Mapping[str, Array]) -> Tensor:
    columns = inputs["categories"].T
    vectors = [ad.rows(net.arrays[f"tables/{table}/embedding"], column) for table, column in enumerate(columns)]
    x = ad.concatenate([*vectors, Tensor(inputs["dense"])])
    return net.dense("output", ad.relu(net.dense("hidden1", ad.relu(net.dense("hidden0", x)))))


def _dispatch(net: _Net, inputs: Mapping[str, Array]) -> Tensor:
    x = Tensor(inputs["x"])
    for layer in range(net.dimensions["layers"] - 1):
        x = ad.relu(net.dense(f"layers/{layer}", x))
    return net.dense(f"layers/{net.dimensions['layers'] - 1}", x)


FORWARD: Mapping[str, Callable[[_Net, Mapping[str, Array]], Tensor]] = {
    "mlp": _mlp,
    "cnn": _cnn,
    "resnet": _resnet,
    "lstm": _lstm,
    "encoder": _encoder,
    "gpt": _gpt,
    "unet": _unet,
    "dlrm": _dlrm,
    "dispatch": _dispatch,
    "ragged": _encoder,
}


def forward(workload: str, size: Size, weights: Mapping[str, Array], inputs: Mapping[str, Array]) -> Array:
    """Return the output of one step batch in inference mode: float64, channels last."""
    arrays = {name: Tensor(array) for name, array in weights.items()}
    return FORWARD[workload](_Net(arrays, size.dimensions, train=False), inputs).value


def loss_and_gradients(
    workload: str, size: Size, weights: Mapping[str, Array], inputs: Mapping[str, Array], loss: Loss | None = None
) -> tuple[float, dict[str, Array]]:
    """Return the training loss of one step batch, and its gradients under canonical names.

    `loss` replaces the workload's own.
    """
    arrays = {name: Tensor(array) for name, array in weights.items()}
    output = FORWARD[workload](_Net(arrays, size.dimensions, train=True), inputs)
    total = (loss or LOSSES[load_workload(workload).SPEC.loss])(output, inputs["y"])
    trained = {name: tensor for name, tensor in arrays.items() if is_trainable(name)}
    return float(total.value), ad.gradients(total, trained)


def figures(
    workload: str, size: Size, batch: Mapping[str, Array], weights: Mapping[str, Array], steps: int
) -> dict[str, Array]:
    """Return what parity.figures takes of a program, of the reference: all but `adam`, and `sgd` over `steps` steps."""
    parts = split(batch)
    taken = {"forward": parity.sampled("forward", np.concatenate([forward(workload, size, weights, p) for p in parts]))}
    now, losses = {name: np.asarray(array, np.float64) for name, array in weights.items()}, []
    for step in range(steps):
        loss, gradients = loss_and_gradients(workload, size, now, parts[step % len(parts)])
        if step == 0:
            taken |= figures_of(loss, gradients)
        losses.append(loss)
        now |= {name: now[name] - LEARNING_RATE * gradient for name, gradient in gradients.items()}
    return {**taken, "sgd": np.asarray(losses)}


def figures_of(loss: float, gradients: Mapping[str, Array]) -> dict[str, Array]:
    """Return P2's figures of a loss and its gradients, as parity.figures names and samples them."""
    taken = {"loss": np.asarray([loss], np.float64)}
    for name, gradient in gradients.items():
        taken[f"gradient:{name}"] = parity.sampled(name, gradient)
        taken[f"norm:{name}"] = np.asarray([np.linalg.norm(np.asarray(gradient, np.float64).ravel()), gradient.size])
    return taken


def inference(workload: str, size: Size, batch: Mapping[str, Array], weights: Mapping[str, Array]) -> dict[str, float]:
    """Return the mean loss over all samples in inference mode, and for labels that are classes the share hit."""
    losses, hits = [], []
    kind = load_workload(workload).SPEC.loss
    for part in split(batch):
        output = forward(workload, size, weights, part)
        losses.append(float(LOSSES[kind](Tensor(output), part["y"]).value))
        if kind == "sparse-crossentropy":
            hits.append(float((output.argmax(axis=-1) == part["y"]).mean()))
        elif kind == "binary-crossentropy":
            hits.append(float(((output > 0) == (part["y"] > 0.5)).mean()))
    return {"loss": float(np.mean(losses)), **({"accuracy": float(np.mean(hits))} if hits else {})}
