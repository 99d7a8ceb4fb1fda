"""Ease of use: the reference that programs are held to, and how a program's arrays are found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bench.discovery import ORDER, load_workload
from bench.probes.ease import autodiff, reference
from bench.probes.ease.autodiff import Tensor
from bench.probes.ease.check import CUTS, _places
from bench.probes.ease.slots import Slot, joined, match, reshaped
from bench.programs.steps import split
from bench.spec import Size
from tests.bench import numpy_models

OPERATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": autodiff.relu,
    "exp": autodiff.exp,
    "tanh": autodiff.tanh,
    "sigmoid": autodiff.sigmoid,
    "gelu": autodiff.gelu,
    "gelu_tanh": autodiff.gelu_tanh,
    "power": lambda x: autodiff.power(x * x + 1.0, -0.5),
    "log_softmax": autodiff.log_softmax,
    "softplus": autodiff.softplus,
    "pick": lambda x: autodiff.pick(x, np.arange(24).reshape(2, 3, 4) % 4),
    "rows": lambda x: autodiff.rows(x, np.array([1, 0, 1])),
    "concatenate": lambda x: autodiff.concatenate([x, x * 2.0]),
    "stack": lambda x: autodiff.stack([x[:, 0], x[:, 2]]),
    "mean": lambda x: x.mean(1, 3),
    "transpose": lambda x: x.transpose(3, 0, 2, 1) * 2.0,
    "broadcast": lambda x: x[:, :1] - x,
    "matmul": lambda x: x @ x.transpose(0, 1, 3, 2),
    "max_pool": autodiff.max_pool,
    "conv": lambda x: autodiff.conv(x, Tensor(np.linspace(-1, 1, 72).reshape(3, 3, 4, 2)), stride=2, pad=1),
    "conv-kernel": lambda x: autodiff.conv(Tensor(np.linspace(-1, 1, 150).reshape(2, 5, 5, 3)), x[:, :, :3]),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_gradients_are_the_differences(name: str) -> None:
    generator = np.random.default_rng(0)
    value = generator.standard_normal((2, 3, 4, 4))
    direction = generator.standard_normal(value.shape)
    weights = generator.standard_normal(OPERATIONS[name](Tensor(value)).shape)

    def total(x: Tensor) -> Tensor:
        return (OPERATIONS[name](x) * weights).mean()

    x = Tensor(value)
    found = float((autodiff.gradients(total(x), {"x": x})["x"] * direction).sum())
    ends = [float(total(Tensor(value + step * direction)).value) for step in (1e-6, -1e-6)]
    assert found == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-6, abs=1e-9)


def small(name: str) -> tuple[Size, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A workload's cut with one batch of two, and its weights."""
    workload = load_workload(name)
    more = {"unet": {"base": 4, "side": 16}, "gpt": {"steps": 8}, "encoder": {"steps": 8}, "lstm": {"steps": 5}}
    dimensions = {**CUTS.get(name, ({}, {}))[0], **more.get(name, {})}
    size = workload.SPEC.sizes["small"].with_dimensions(**dimensions).with_batch(2)
    return size, split(workload.batch(size, 0))[0], workload.weights(size, 0)


@pytest.mark.parametrize("name", ORDER)
def test_the_reference_descends_along_its_gradient(name: str) -> None:
    """Every array's gradient at once: the loss's slope along a random direction is the gradient's share in it."""
    size, part, weights = small(name)
    generator = np.random.default_rng(1)
    _, gradients = reference.loss_and_gradients(name, size, weights, part)
    step = 1e-7
    directions = {key: generator.standard_normal(array.shape) for key, array in gradients.items()}
    ends = []
    for sign in (1, -1):
        moved = {key: array.astype(np.float64) for key, array in weights.items()}
        moved |= {key: moved[key] + sign * step * directions[key] for key in directions}
        ends.append(reference.loss_and_gradients(name, size, moved, part)[0])
    slope = sum(float((gradients[key] * directions[key]).sum()) for key in directions)
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=2e-4)


@pytest.mark.parametrize("name", sorted(numpy_models.FORWARD))
def test_the_reference_is_what_another_writer_computed(name: str) -> None:
    size = load_workload(name).SPEC.sizes["small"].with_batch(2)
    weights, batch = load_workload(name).weights(size, 0), load_workload(name).batch(size, 0)
    wanted = numpy_models.FORWARD[name](weights, batch["x"])
    assert np.allclose(reference.forward(name, size, weights, batch), wanted, rtol=1e-10, atol=1e-12)


def test_layers_alike_are_matched_in_order() -> None:
    arrays = {
        "a/kernel": np.zeros((2, 3)),
        "a/bias": np.zeros(3),
        "n/scale": np.ones(3),
        "n/bias": np.zeros(3),
        "b/kernel": np.zeros((2, 3)),
        "b/bias": np.zeros(3),
    }
    dense = [{"kernel": Slot((2, 3), (f"k{n}",)), "bias": Slot((3,), (f"b{n}",))} for n in range(2)]
    norm = {"scale": Slot((3,), ("s",)), "bias": Slot((3,), ("t",))}
    found = {name: slot.keys[0] for name, slot in match(arrays, [norm, *dense]).items()}
    assert found == {
        "a/kernel": "k0",
        "a/bias": "b0",
        "b/kernel": "k1",
        "b/bias": "b1",
        "n/scale": "s",
        "n/bias": "t",
    }
    with pytest.raises(ValueError, match=r"the model has 1 layers that hold .*, the workload 2"):
        match(arrays, [norm, dense[0]])


def test_slots_go_both_ways() -> None:
    array = np.arange(24.0).reshape(2, 12)
    three = joined([Slot((2, 2, 2), (name,)) for name in "qkv"], (2, 12))
    assert [part.shape for part in three.inward(array)] == [(2, 2, 2)] * 3
    assert np.array_equal(three.outward(three.inward(array)), array)
    other = reshaped("k", (2, 3, 4), (2, 12))
    assert np.array_equal(other.outward(other.inward(array)), array)


def test_rows_are_put_back_in_order_and_strangers_refused() -> None:
    wanted = np.arange(6.0).reshape(3, 2)
    assert _places(wanted[[2, 0, 1]], wanted) == [1, 2, 0]
    with pytest.raises(ValueError, match="other rows than it was handed"):
        _places(wanted + 1, wanted)
