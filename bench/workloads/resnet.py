"""Residual networks with batch normalisation, projection shortcuts and no bias in any convolution.

Small is ResNet-20 for 32 x 32 images (He et al. 2016, section 4.2, with projections where the shape changes): basic
blocks. Full is ResNet-50 v1.5: bottlenecks whose stride sits in the 3 x 3 convolution, after a 7 x 7 stem of stride 2
and a 3 x 3 maximum of stride 2. Padding is the same on both sides (side // 2), as PyTorch counts it; "same" of
TensorFlow and Keras pads strided convolutions otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.spec import Size, WorkloadSpec
from bench.workloads.declare import Arrays, Shapes, labels, normal


@dataclass(frozen=True)
class Block:
    """One residual block: path, channels in, inside and out, stride, and whether the shortcut is a projection."""

    path: str
    inputs: int
    width: int
    outputs: int
    stride: int
    projects: bool


# With gated shifts the gradient that reaches a normalisation is nearly the same at every position, and what passes is
# the small rest after its mean is subtracted: in single kernels float32 differs from float64 by 6e-5 of the kernel's
# own gradient (small size, four seeds). All gradients together are held to the usual limit.
TOLERANCES = {"P2-tensors": 3e-4}
SPEC = WorkloadSpec(
    id="resnet",
    title="residual network",
    loss="sparse-crossentropy",
    sizes={
        "small": Size(
            "small",
            32,
            272_474,
            {"side": 32, "classes": 10, "bottleneck": 0, "width": 16, "blocks": 3},
            tolerances=TOLERANCES,
        ),
        "full": Size(
            "full",
            128,
            25_557_032,
            {"side": 224, "classes": 1000, "bottleneck": 1, "width": 64, "blocks": 0},
            tolerances=TOLERANCES,
        ),
    },
    sweeps={"width": (8, 16, 32)},
)

# Blocks a stage of ResNet-50; `blocks` 0 asks for these.
BLOCKS_50 = (3, 4, 6, 3)


def shapes(size: Size) -> dict[str, tuple[int, ...]]:
    """Return the canonical arrays' shapes."""
    store = Shapes()
    _declare(size, store)
    return store.arrays


def forward_flops(size: Size, phase: str) -> int:
    """Return the operations of one sample's forward pass, as `declare` counts them; in either phase the same."""
    store = Shapes()
    _declare(size, store)
    return store.flops


def weights(size: Size, seed: int) -> dict[str, np.ndarray]:
    """Return the canonical arrays, drawn from the seed."""
    store = Arrays(seed)
    _declare(size, store)
    return store.drawn


def batch(size: Size, seed: int) -> dict[str, np.ndarray]:
    """Return `x` [batch, side, side, 3] and class labels `y` [batch]."""
    generator = np.random.default_rng([seed, 1])
    side = size.dimensions["side"]
    x = normal(generator, size.batch, side, side, 3)
    return {"x": x, "y": labels(generator, size.dimensions["classes"], size.batch)}


def blocks(size: Size) -> list[Block]:
    """Return the network's residual blocks in order."""
    wide = size.dimensions["bottleneck"]
    counts = BLOCKS_50 if wide else (size.dimensions["blocks"],) * 3
    inputs, result = size.dimensions["width"], []
    for stage, count in enumerate(counts):
        width = size.dimensions["width"] * 2**stage
        outputs = 4 * width if wide else width
        for block in range(count):
            stride = 2 if block == 0 and stage > 0 else 1
            projects = stride != 1 or inputs != outputs
            result.append(Block(f"stages/{stage}/{block}", inputs, width, outputs, stride, projects))
            inputs = outputs
    return result


def _declare(size: Size, store: Shapes) -> None:
    wide, width = size.dimensions["bottleneck"], size.dimensions["width"]
    # The wide stem halves the side, and so does the maximum behind it.
    side = size.dimensions["side"] // 2 if wide else size.dimensions["side"]
    store.conv("stem", 7 if wide else 3, 3, width, bias=False, at=side**2)
    side = side // 2 if wide else side
    store.gated_batch_norm("stem_norm", width)
    for block in blocks(size):
        sides = (1, 3, 1) if wide else (3, 3)
        strides_at, entered = len(sides) - 2, side
        side = -(-side // block.stride)
        widths = [block.inputs, *[block.width] * (len(sides) - 1), block.outputs]
        for number, kernel in enumerate(sides):
            at = (entered if number < strides_at else side) ** 2
            store.conv(f"{block.path}/conv{number}", kernel, widths[number], widths[number + 1], bias=False, at=at)
            # What comes in beside the last one is positive: only a large shift switches a channel off.
            off, share = (-6.0, 0.25) if number == len(sides) - 1 else (-1.0, 0.5)
            store.gated_batch_norm(f"{block.path}/norm{number}", widths[number + 1], off, share)
        if block.projects:
            store.conv(f"{block.path}/shortcut", 1, block.inputs, block.outputs, bias=False, at=side**2)
            store.gated_batch_norm(f"{block.path}/shortcut_norm", block.outputs, share_off=0.0)
    store.dense("output", blocks(size)[-1].outputs, size.dimensions["classes"], gain=0.1)
