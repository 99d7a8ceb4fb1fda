"""Between canonical weights and a module's own: found by the kind of each layer, so no program lists its arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

Change = Callable[[np.ndarray], np.ndarray]


def _same(array: np.ndarray) -> np.ndarray:
    return array


def _transpose(array: np.ndarray) -> np.ndarray:
    return array.T


def _axes(*axes: int) -> Change:
    return lambda array: array.transpose(axes)


@dataclass(frozen=True)
class Binding:
    """One canonical array's place in the module: `inward` makes its layout the module's, `outward` the other way."""

    tensor: torch.Tensor
    inward: Change = _same
    outward: Change = _same


def bindings(model: nn.Module) -> dict[str, Binding]:
    """Return `canonical name -> binding`, a module's dotted path being the canonical path."""
    found: dict[str, Binding] = {}
    for dotted, module in model.named_modules():
        path = dotted.replace(".", "/")
        if isinstance(module, nn.LSTM):
            found |= _of_lstm(path, module)
        else:
            found |= {f"{path}/{name}": binding for name, binding in _of_module(module).items()}
    return found


def _of_module(module: nn.Module) -> dict[str, Binding]:
    if isinstance(module, nn.Linear):
        return {"kernel": Binding(module.weight, _transpose, _transpose), "bias": Binding(module.bias)}
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        # Conv2d [out, in, h, w] and ConvTranspose2d [in, out, h, w] both end up as canonical by the same turn.
        kernel = {"kernel": Binding(module.weight, _axes(3, 2, 0, 1), _axes(2, 3, 1, 0))}
        return kernel if module.bias is None else {**kernel, "bias": Binding(module.bias)}
    if isinstance(module, nn.Embedding):
        return {"embedding": Binding(module.weight)}
    if isinstance(module, nn.LayerNorm):
        return {"scale": Binding(module.weight), "bias": Binding(module.bias)}
    if isinstance(module, nn.BatchNorm2d):
        assert module.running_mean is not None
        assert module.running_var is not None
        affine = {"scale": Binding(module.weight), "bias": Binding(module.bias)}
        return {**affine, "mean": Binding(module.running_mean), "variance": Binding(module.running_var)}
    return {}


def _of_lstm(path: str, module: nn.LSTM) -> dict[str, Binding]:
    """Return the bindings of every layer, numbered behind the path. Gates lie in canonical order already."""
    found = {}
    for layer in range(module.num_layers):
        found[f"{path}{layer}/kernel"] = Binding(getattr(module, f"weight_ih_l{layer}"), _transpose, _transpose)
        found[f"{path}{layer}/recurrent"] = Binding(getattr(module, f"weight_hh_l{layer}"), _transpose, _transpose)
        found[f"{path}{layer}/bias"] = Binding(getattr(module, f"bias_ih_l{layer}"))
    return found
