"""What all PyTorch programs share: settings, the training and inference step, and the way in and out for weights.

`torch.compile` wraps the module, as its tutorial does; loss, backward and optimizer stay outside. Under channels-last
the module and its images are in `torch.channels_last`; "shipped" leaves both NCHW.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bench.programs.steps import Arrays, Steps, host_peak, inputs_of, split
from bench.programs.torch.weights import Binding, bindings
from bench.spec import MATCHED_OPTIMIZERS, NORM_EPSILON, NORM_MOMENTUM, Division

LOSSES: Mapping[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    # Classes sit in the second axis here, in the last axis of every other framework.
    "sparse-crossentropy": lambda output, y: functional.cross_entropy(output.flatten(0, -2), y.flatten()),
    "binary-crossentropy": functional.binary_cross_entropy_with_logits,
    "mse": functional.mse_loss,
}
COMPILE_MODES = {
    "compile": None,
    "compile-reduce-overhead": "reduce-overhead",
    "compile-max-autotune": "max-autotune",
}


def configure(division: Division) -> None:
    """Set thread pools and precision flags."""
    if division.threads is not None:
        torch.set_num_threads(division.threads)
    set_precision(division)


def set_precision(division: Division) -> None:
    """Set the process's precision flags. Only the new `fp32_precision` ones: mixing both kinds raises."""
    if division.precision == "shipped":
        return
    precision = "tf32" if division.precision == "tf32" else "ieee"
    torch.backends.cuda.matmul.fp32_precision = precision
    torch.backends.cudnn.conv.fp32_precision = precision
    torch.backends.cudnn.rnn.fp32_precision = precision


def canary(division: Division) -> float:
    """Return an entry of (1024² matrix of 1.0001) @ ones: 1024.0 under TF32 or bf16, about 1024.1 in fp32."""
    left = torch.full((1024, 1024), 1.0001, device=division.device)
    with autocast(division):
        return float((left @ torch.ones((1024, 1024), device=division.device))[0, 0])


def gemm(division: Division, n: int, repeats: int) -> None:
    """Multiply two n×n matrices `repeats` times in a chain, then synchronise."""
    left = torch.full((n, n), 1 / n, device=division.device)
    right = left
    with torch.inference_mode(), autocast(division):
        for _ in range(repeats):
            right = left @ right
    synchronize()


def epoch(examples: Arrays, batch: int, division: Division) -> int:
    """Read the examples once through a shuffling DataLoader onto the device; return the batches seen."""
    tensors = [torch.from_numpy(array) for array in examples.values()]
    dataset = torch.utils.data.TensorDataset(*tensors)
    pinned = division.device == "cuda"
    loader = torch.utils.data.DataLoader(dataset, batch_size=batch, shuffle=True, drop_last=True, pin_memory=pinned)
    count = 0
    for parts in loader:
        for part in parts:
            part.to(division.device, non_blocking=pinned)
        count += 1
    synchronize()
    return count


def synchronize() -> None:
    """Wait until the GPU is idle; a CPU always is when a call has returned."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


class Clock:
    """CUDA events around what is asked of a GPU; on a CPU nothing."""

    def __init__(self, division: Division) -> None:
        on_gpu = division.device == "cuda"
        self._events = [torch.cuda.Event(enable_timing=True) for _ in range(2)] if on_gpu else []

    def begin(self) -> None:
        """Mark the beginning in the stream."""
        if self._events:
            self._events[0].record()

    def end(self) -> None:
        """Mark the end in the stream, before anybody waits for it."""
        if self._events:
            self._events[1].record()

    def seconds(self) -> float | None:
        """Return the device's seconds between the marks, once it passed both; None on a CPU."""
        return self._events[0].elapsed_time(self._events[1]) / 1000 if self._events else None


def autocast(division: Division) -> contextlib.AbstractContextManager[Any]:
    """Return the context that a forward pass runs in: autocast on the bf16 track, nothing otherwise."""
    if division.precision == "bf16":
        return torch.autocast(division.device, dtype=torch.bfloat16)
    return contextlib.nullcontext()


def batch_norm(width: int, division: Division) -> nn.BatchNorm2d:
    """Return a batch normalisation with the division's epsilon; PyTorch's momentum is the share of the new value."""
    if division.norms == "shipped":
        return nn.BatchNorm2d(width)
    return nn.BatchNorm2d(width, eps=NORM_EPSILON, momentum=1 - NORM_MOMENTUM)


def layer_norm(width: int, division: Division) -> nn.LayerNorm:
    """Return a layer normalisation with the division's epsilon."""
    return nn.LayerNorm(width) if division.norms == "shipped" else nn.LayerNorm(width, eps=NORM_EPSILON)


def make_optimizer(name: str, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Return "sgd" or "adam" with the values of MATCHED_OPTIMIZERS."""
    values = MATCHED_OPTIMIZERS[name]
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=values["learning_rate"], momentum=values["momentum"])
    betas = (values["beta_1"], values["beta_2"])
    return torch.optim.Adam(parameters, lr=values["learning_rate"], betas=betas, eps=values["epsilon"])


def dynamo_counts() -> dict[str, Any]:
    """Return how many graphs dynamo compiled since it was last reset, and how often it broke one."""
    counters = torch._dynamo.utils.counters
    return {
        "compiles": int(counters["stats"]["unique_graphs"]),
        "graph_breaks": int(sum(counters["graph_break"].values())),
    }


class TorchProgram(Steps):
    """A module with its loss, optimizer and mode. `overrides` replaces single bindings of canonical weights."""

    def __init__(
        self, model: nn.Module, loss: str, division: Division, overrides: Mapping[str, Binding] | None = None
    ) -> None:
        super().__init__()
        self.division = division
        self.clock = Clock(division)
        self.model = model.to(division.device)
        if division.layout == "channels-last":
            self.model = self.model.to(memory_format=torch.channels_last)
        self.loss = LOSSES[loss]
        self.bindings = {**bindings(self.model), **(overrides or {})}
        self.parameters = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.optimizer = self._shipped_or_matched()
        self._forget()

    def _forget(self) -> None:
        torch._dynamo.reset()
        self.compiled = self._in_mode(self.model)

    def _in_mode(self, function: Any) -> Any:
        if self.division.mode == "eager":
            return function
        return torch.compile(function, mode=COMPILE_MODES[self.division.mode])

    def _shipped_or_matched(self) -> torch.optim.Optimizer:
        if self.division.optimizer == "shipped":
            return torch.optim.Adam(self.parameters)
        return make_optimizer("adam", self.parameters)

    def trainable(self) -> int:
        """Return the number of parameters that require a gradient."""
        return sum(parameter.numel() for parameter in self.parameters)

    def load(self, weights: Arrays) -> None:
        """Copy canonical weights in place; the optimizer starts afresh, the precision flags are this division's."""
        set_precision(self.division)
        if set(weights) != set(self.bindings):
            raise ValueError(f"weights and model differ in {sorted(set(weights) ^ set(self.bindings))}")
        with torch.no_grad():
            for name, array in weights.items():
                binding = self.bindings[name]
                binding.tensor.copy_(torch.from_numpy(np.ascontiguousarray(binding.inward(array))))
        self.optimizer = self._shipped_or_matched()

    def forward(self, batch: Arrays) -> np.ndarray:
        """Return the output in inference mode; a workload of several shapes gives one after the other."""
        self.model.eval()
        outputs = [self._predict(self._place(part)) for part in split(batch)]
        return torch.cat(outputs).float().cpu().numpy()

    def loss_and_gradients(self, batch: Arrays) -> tuple[float, dict[str, np.ndarray]]:
        """Return loss and gradients of the first step; running statistics are put back."""
        statistics = {name: buffer.clone() for name, buffer in self.model.named_buffers()}
        self.model.train()
        loss = self._backward(self._place(split(batch)[0]))
        gradients = {
            name: binding.outward(binding.tensor.grad.float().cpu().numpy())
            for name, binding in self.bindings.items()
            if binding.tensor.grad is not None
        }
        self.model.zero_grad()
        with torch.no_grad():
            for name, buffer in self.model.named_buffers():
                buffer.copy_(statistics[name])
        return float(loss), gradients

    def trajectory(self, batch: Arrays, optimizer: str, steps: int) -> list[float]:
        """Return the loss before each update; the weights move."""
        placed = self.place(batch)
        self.model.train()
        kept, self.optimizer = self.optimizer, make_optimizer(optimizer, self.parameters)
        losses = [float(self._train(placed[step % len(placed)])) for step in range(steps)]
        self.optimizer = kept
        return losses

    def resolved(self) -> dict[str, Any]:
        """Return what is in force, read back from torch."""
        group = self.optimizer.param_groups[0]
        tensor = self.parameters[0]
        norms = [m.eps for m in self.model.modules() if isinstance(m, nn.LayerNorm | nn.BatchNorm2d)]
        convolutions = [m.weight for m in self.model.modules() if isinstance(m, nn.Conv2d)]
        last = bool(convolutions) and all(w.is_contiguous(memory_format=torch.channels_last) for w in convolutions)
        return {
            "jit": self.compiled is not self.model,
            "device": tensor.device.type,
            "dtype": "bfloat16" if self.division.precision == "bf16" else str(tensor.dtype).removeprefix("torch."),
            "layout": ("channels-last" if last else "channels-first") if convolutions else None,
            "threads": torch.get_num_threads(),
            "precision": self._precision(),
            "optimizer": {
                "learning_rate": group["lr"],
                "beta_1": group["betas"][0],
                "beta_2": group["betas"][1],
                "epsilon": group["eps"],
                "foreach": group["foreach"],
                "fused": group["fused"],
            },
            "norm_epsilon": norms[0] if norms else None,
            "versions": {"torch": torch.__version__, "cuda": torch.version.cuda, "numpy": np.__version__},
        }

    def _precision(self) -> str:
        if self.division.precision == "bf16":
            return "bf16"
        on_gpu = self.division.device == "cuda"
        return "tf32" if on_gpu and torch.backends.cuda.matmul.fp32_precision == "tf32" else "fp32"

    def memory(self) -> dict[str, Any]:
        """Return the allocator's peak on a GPU, else the process's high-water mark."""
        if self.division.device == "cuda":
            return {"peak_bytes": torch.cuda.max_memory_allocated(), "method": "torch.cuda.max_memory_allocated"}
        return host_peak()

    def compiles(self) -> dict[str, Any]:
        """Return how many graphs dynamo compiled in this process and how often it broke one."""
        return dynamo_counts()

    def block(self, placed: list[Any], phase: str, steps: int) -> None:
        """Switch dropout and normalisation to the phase once, then run the steps."""
        self.model.train(phase == "train")
        self.clock.begin()
        super().block(placed, phase, steps)

    def device_seconds(self) -> float | None:
        """Return the GPU's own seconds from the last block's first kernel to its last, None on a CPU."""
        return self.clock.seconds()

    def _place(self, part: Arrays) -> Any:
        host = {name: self._tensor(array) for name, array in part.items()}
        return host if self.division.placement == "host" else self._move(host)

    def _tensor(self, array: np.ndarray) -> torch.Tensor:
        tensor = torch.from_numpy(array)
        if tensor.dtype == torch.int32:
            tensor = tensor.long()
        if tensor.ndim == 4:
            tensor = tensor.permute(0, 3, 1, 2)
            tensor = tensor if self.division.layout == "channels-last" else tensor.contiguous()
        return tensor

    def _move(self, part: Mapping[str, torch.Tensor]) -> Any:
        moved = {name: tensor.to(self.division.device) for name, tensor in part.items()}
        return inputs_of(moved), moved["y"]

    def _ready(self, placed: Any) -> Any:
        return placed if self.division.placement == "device" else self._move(placed)

    def _backward(self, placed: Any) -> torch.Tensor:
        inputs, y = self._ready(placed)
        self.optimizer.zero_grad()
        with autocast(self.division):
            loss = self.loss(self.compiled(inputs), y)
        loss.backward()
        return loss.detach()

    def _train(self, placed: Any) -> torch.Tensor:
        loss = self._backward(placed)
        self.optimizer.step()
        return loss

    def _predict(self, placed: Any) -> torch.Tensor:
        inputs, _ = self._ready(placed)
        with torch.inference_mode(), autocast(self.division):
            output = self.compiled(inputs)
        return output.permute(0, 2, 3, 1) if output.ndim == 4 else output

    def _infer(self, placed: Any) -> None:
        self._predict(placed)

    def _wait(self) -> None:
        self.clock.end()
        synchronize()
