"""Residual networks in PyTorch."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from bench.programs.torch.base import TorchProgram, batch_norm
from bench.spec import Division, Size
from bench.workloads import resnet
from bench.workloads.resnet import SPEC


def _conv(inputs: int, outputs: int, side: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, side, stride, padding=side // 2, bias=False)


class Basic(nn.Module):
    """Two 3 x 3 convolutions, the first with the stride."""

    def __init__(self, block: resnet.Block, division: Division) -> None:
        super().__init__()
        self.conv0 = _conv(block.inputs, block.width, 3, block.stride)
        self.norm0 = batch_norm(block.width, division)
        self.conv1 = _conv(block.width, block.outputs, 3)
        self.norm1 = batch_norm(block.outputs, division)
        self.projects = block.projects
        if block.projects:
            self.shortcut = _conv(block.inputs, block.outputs, 1, block.stride)
            self.shortcut_norm = batch_norm(block.outputs, division)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's output."""
        kept = self.shortcut_norm(self.shortcut(x)) if self.projects else x
        x = functional.relu(self.norm0(self.conv0(x)))
        return functional.relu(self.norm1(self.conv1(x)) + kept)


class Bottleneck(nn.Module):
    """1 x 1 down, 3 x 3 with the stride, 1 x 1 up."""

    def __init__(self, block: resnet.Block, division: Division) -> None:
        super().__init__()
        self.conv0 = _conv(block.inputs, block.width, 1)
        self.norm0 = batch_norm(block.width, division)
        self.conv1 = _conv(block.width, block.width, 3, block.stride)
        self.norm1 = batch_norm(block.width, division)
        self.conv2 = _conv(block.width, block.outputs, 1)
        self.norm2 = batch_norm(block.outputs, division)
        self.projects = block.projects
        if block.projects:
            self.shortcut = _conv(block.inputs, block.outputs, 1, block.stride)
            self.shortcut_norm = batch_norm(block.outputs, division)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the block's output."""
        kept = self.shortcut_norm(self.shortcut(x)) if self.projects else x
        x = functional.relu(self.norm0(self.conv0(x)))
        x = functional.relu(self.norm1(self.conv1(x)))
        return functional.relu(self.norm2(self.conv2(x)) + kept)


class Resnet(nn.Module):
    """Stem, stages, mean over the map, dense layer."""

    def __init__(self, size: Size, division: Division) -> None:
        super().__init__()
        self.is_wide = bool(size.dimensions["bottleneck"])
        width, blocks = size.dimensions["width"], resnet.blocks(size)
        self.stem = _conv(3, width, 7, 2) if self.is_wide else _conv(3, width, 3)
        self.stem_norm = batch_norm(width, division)
        kind = Bottleneck if self.is_wide else Basic
        stages = sorted({block.path.rpartition("/")[0] for block in blocks})
        self.stages = nn.ModuleList(
            nn.Sequential(*(kind(block, division) for block in blocks if block.path.startswith(f"{stage}/")))
            for stage in stages
        )
        self.output = nn.Linear(blocks[-1].outputs, size.dimensions["classes"])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits, (batch, classes)."""
        x = functional.relu(self.stem_norm(self.stem(x)))
        if self.is_wide:
            x = functional.max_pool2d(x, 3, stride=2, padding=1)
        for stage in self.stages:
            x = stage(x)
        return self.output(x.mean(dim=(2, 3)))


def build(size: Size, division: Division) -> TorchProgram:
    """Return the program at that size under that division."""
    return TorchProgram(Resnet(size, division), SPEC.loss, division)
