"""U-Net in PyTorch."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from bench.programs.torch.base import TorchProgram
from bench.spec import Division, Size
from bench.workloads.unet import SPEC


class Pair(nn.Module):
    """Two 3 x 3 convolutions, each with ReLU."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the second map."""
        return functional.relu(self.conv2(functional.relu(self.conv1(x))))


class Up(Pair):
    """Doubles the side, joins the map kept on the way down, and convolves twice."""

    def __init__(self, width: int) -> None:
        super().__init__(2 * width, width)
        self.raise_ = nn.ConvTranspose2d(2 * width, width, 2, stride=2)

    def join(self, x: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
        """Return the level's map."""
        return self(torch.cat([kept, self.raise_(x)], dim=1))


class Unet(nn.Module):
    """Down, bottom, up, and a 1 x 1 convolution to one channel."""

    def __init__(self, channels: int, base: int, levels: int) -> None:
        super().__init__()
        widths = [base * 2**level for level in range(levels)]
        self.down = nn.ModuleList(
            Pair(inputs, width) for inputs, width in zip([channels, *widths], widths, strict=False)
        )
        self.bottom = Pair(widths[-1], 2 * widths[-1])
        self.up = nn.ModuleList(Up(width) for width in widths)
        self.output = nn.Conv2d(base, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return mask logits, (batch, 1, side, side)."""
        kept = []
        for level in self.down:
            x = level(x)
            kept.append(x)
            x = functional.max_pool2d(x, 2)
        x = self.bottom(x)
        for level, skip in zip(reversed(self.up), reversed(kept), strict=True):
            x = level.join(x, skip)
        return self.output(x)


def build(size: Size, division: Division) -> TorchProgram:
    """Return the program at that size under that division."""
    model = Unet(size.dimensions["channels"], size.dimensions["base"], size.dimensions["levels"])
    return TorchProgram(model, SPEC.loss, division)
