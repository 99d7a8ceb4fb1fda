"""Residual networks in JAX: running statistics go in and come out beside the parameters."""

from __future__ import annotations

import jax

from bench.programs.jax.base import JaxProgram
from bench.programs.jax.layers import Tree, batch_norm, conv, dense, max_pool
from bench.spec import Division, Size
from bench.workloads.resnet import SPEC, shapes


def _residual(params: Tree, statistics: Tree, x: jax.Array, stride: int, train: bool) -> tuple[jax.Array, Tree]:
    """Return the block's output and statistics. A basic block strides first, a bottleneck in its 3 x 3 convolution."""
    count = sum(name.startswith("conv") for name in params)
    moved, kept = {}, x
    if "shortcut" in params:
        kept = conv(params["shortcut"], x, stride)
        kept, moved["shortcut_norm"] = batch_norm(params["shortcut_norm"], statistics["shortcut_norm"], kept, train)
    for number in range(count):
        layer, norm = params[f"conv{number}"], f"norm{number}"
        strided = number == (1 if count == 3 else 0)
        x = conv(layer, x, stride if strided else 1, layer["kernel"].shape[0] // 2)
        x, moved[norm] = batch_norm(params[norm], statistics[norm], x, train)
        x = jax.nn.relu(x + kept if number == count - 1 else x)
    return x, moved


def apply(params: Tree, statistics: Tree, x: jax.Array, train: bool) -> tuple[jax.Array, Tree]:
    """Return logits (batch, classes) and the running statistics."""
    is_wide = "conv2" in params["stages"][0][0]
    x = conv(params["stem"], x, 2, 3) if is_wide else conv(params["stem"], x, 1, 1)
    x, stem = batch_norm(params["stem_norm"], statistics["stem_norm"], x, train)
    x = jax.nn.relu(x)
    x = max_pool(x, 3, 2, 1) if is_wide else x
    stages: list[list[Tree]] = []
    for number, stage in enumerate(params["stages"]):
        stages.append([])
        for index, block in enumerate(stage):
            stride = 2 if index == 0 and number > 0 else 1
            x, moved = _residual(block, statistics["stages"][number][index], x, stride, train)
            stages[-1].append(moved)
    return dense(params["output"], x.mean(axis=(1, 2))), {"stem_norm": stem, "stages": stages}


def build(size: Size, division: Division) -> JaxProgram:
    """Return the program at that size under that division."""
    return JaxProgram(apply, shapes(size), SPEC.loss, division, norms=True)
