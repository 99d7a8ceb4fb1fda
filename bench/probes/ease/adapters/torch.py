"""PyTorch: losses are seen at `backward`, gradients at the end of the first optimizer step."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.optimizer import Optimizer, register_optimizer_step_post_hook

from bench.probes.ease.adapters import Array, Seen
from bench.probes.ease.slots import Layer, Slot
from bench.programs.torch.weights import Binding, bindings

SUFFIX = ".pt"
EXPORT_SUFFIX = ".pt2"


def _turned(array: Array) -> Array:
    return array.T


def _found(model: nn.Module, workload: str) -> dict[str, Binding]:
    """Return every binding by path. nn.MultiheadAttention keeps queries, keys and values in one array of its own."""
    found = bindings(model)
    for path, module in model.named_modules():
        if isinstance(module, nn.MultiheadAttention):
            found[f"{path}.qkv/kernel"] = Binding(module.in_proj_weight, _turned, _turned)
            found[f"{path}.qkv/bias"] = Binding(module.in_proj_bias)
    if workload == "cnn":
        return {name: _flattened(name, binding) for name, binding in found.items()}
    return found


def _flattened(name: str, binding: Binding) -> Binding:
    """Return the dense kernel behind a flattened map with its rows in PyTorch's order: channels before pixels."""
    if not name.endswith("/kernel") or binding.tensor.ndim != 2:
        return binding
    side, maps = 5, 64

    def inward(kernel: Array) -> Array:
        return kernel.reshape(side, side, maps, -1).transpose(3, 2, 0, 1).reshape(-1, maps * side * side)

    def outward(weight: Array) -> Array:
        return weight.reshape(-1, maps, side, side).transpose(2, 3, 1, 0).reshape(side * side * maps, -1)

    return Binding(binding.tensor, inward, outward)


def layers(model: nn.Module, workload: str) -> list[Layer]:
    """Return the layers in the order of `named_modules`."""
    grouped: dict[str, dict[str, Slot]] = {}
    for name, binding in _found(model, workload).items():
        path, _, leaf = name.rpartition("/")
        grouped.setdefault(path, {})[leaf] = _slot(binding)
    return list(grouped.values())


def _slot(binding: Binding) -> Slot:
    shape = binding.outward(binding.tensor.detach().cpu().numpy()).shape
    return Slot(
        shape,
        (binding.tensor,),
        lambda array: [np.ascontiguousarray(binding.inward(array))],
        lambda arrays: binding.outward(arrays[0]),
    )


def read(model: nn.Module, key: Hashable) -> Array:
    """Return a tensor's value."""
    assert isinstance(key, torch.Tensor)
    return key.detach().float().cpu().numpy().copy()


def write(model: nn.Module, key: Hashable, value: Array) -> None:
    """Set a tensor's value in place."""
    assert isinstance(key, torch.Tensor)
    with torch.no_grad():
        key.copy_(torch.from_numpy(value))


def trainable(program: ModuleType) -> int:
    """Return the number of values that require a gradient."""
    return sum(parameter.numel() for parameter in program.model().parameters() if parameter.requires_grad)


def new(program: ModuleType, quick: bool) -> nn.Module:
    """Return a new model."""
    model: nn.Module = program.model()
    return model


def batches(dataset: Any) -> list[list[Any]]:
    """Return the inputs of every batch of a loader, or of a list of batches."""
    return [list(batch[:-1]) for batch in dataset]


def rows(inputs: torch.Tensor) -> Array:
    """Return an input channels last."""
    return _last(inputs).cpu().numpy()


def _last(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.permute(0, 2, 3, 1) if tensor.ndim == 4 else tensor


def predict(model: nn.Module, inputs: Sequence[Any]) -> Array:
    """Return the output in inference mode; the model's own modes are as before afterwards."""
    modes = {module: module.training for module in model.modules()}
    device = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        output = _last(model(*(tensor.to(device) for tensor in inputs)))
    for module, mode in modes.items():
        module.training = mode
    return output.float().cpu().numpy()


@contextmanager
def watch() -> Iterator[Seen]:
    """Watch `Tensor.backward` and every optimizer's `step`."""
    seen, backward = Seen(), torch.Tensor.backward

    def watched(self: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        seen.loss(self.detach())
        return backward(self, *args, **kwargs)

    def stepped(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    seen.gradient(parameter, parameter.grad.float().cpu().numpy())

    handle = register_optimizer_step_post_hook(stepped)
    torch.Tensor.backward = watched
    try:
        yield seen
    finally:
        torch.Tensor.backward = backward
        handle.remove()


def restored(program: ModuleType, path: str) -> nn.Module:
    """Return a new model with the saved state."""
    model: nn.Module = program.model()
    model.load_state_dict(torch.load(path, weights_only=True))
    return model


def exported(path: str, x: Array) -> Array:
    """Return what an exported program answers."""
    module = torch.export.load(path).module()
    with torch.no_grad():
        output: Array = module(torch.from_numpy(x)).cpu().numpy()
    return output


def reset() -> None:
    """Undo nothing: no program sets anything for the process."""
