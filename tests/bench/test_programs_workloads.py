"""The ten workloads themselves, in numpy: their counts, their data, and what their weights guarantee."""

from __future__ import annotations

import numpy as np
import pytest

from bench.discovery import forward_flops, load_workload, workload_ids
from bench.programs.steps import Window, inputs_of, split
from bench.workloads import count_trainable, is_trainable
from tests.bench.program_sizes import WORKLOADS

# docs: the published table of trainable counts, by workload: small and full.
COUNTS = {
    "mlp": (142_602, 53_600_266),
    "cnn": (34_826, 34_826),
    "resnet": (272_474, 25_557_032),
    "lstm": (214_145, 13_116_417),
    "encoder": (533_250, 108_891_650),
    "gpt": (842_496, 124_439_808),
    "unet": (1_941_105, 31_031_745),
    "dlrm": (1_349_377, 168_643_585),
    "dispatch": (208_000, 208_000),
    "ragged": (533_250, 108_891_650),
}


def test_all_ten_are_found() -> None:
    assert set(COUNTS) <= set(workload_ids())


@pytest.mark.parametrize("name", WORKLOADS)
def test_counts_are_the_published_ones(name: str) -> None:
    workload = load_workload(name)
    sizes = [workload.SPEC.sizes[size] for size in ("small", "full")]
    assert tuple(size.trainable for size in sizes) == COUNTS[name]
    assert tuple(count_trainable(workload.shapes(size)) for size in sizes) == COUNTS[name]


@pytest.mark.parametrize("name", WORKLOADS)
def test_weights_and_batches_come_from_the_seed_alone(name: str) -> None:
    workload = load_workload(name)
    size = workload.SPEC.sizes["small"].with_batch(2)
    weights, batch = workload.weights(size, 3), workload.batch(size, 3)
    assert {key: array.shape for key, array in weights.items()} == workload.shapes(size)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    for made, again, other in (
        (weights, workload.weights(size, 3), workload.weights(size, 4)),
        (batch, workload.batch(size, 3), workload.batch(size, 4)),
    ):
        assert all(np.array_equal(made[key], again[key]) for key in made)
        assert not all(np.array_equal(made[key], other[key]) for key in made)


@pytest.mark.parametrize("name", WORKLOADS)
def test_no_array_hides_a_swap(name: str) -> None:
    """Every array varies within itself: at zero or one a swapped or forgotten one would pass the gates."""
    workload = load_workload(name)
    size = workload.SPEC.sizes["small"]
    flat = [key for key, array in workload.weights(size, 0).items() if array.size > 1 and np.ptp(array) == 0]
    assert flat == []


# By hand, from the layers: products alone, a multiply-add being two.
FLOPS = {
    "mlp": 2 * (32 * 256 + 2 * 256 * 256 + 256 * 10),
    "cnn": 2 * (26 * 26 * 9 * 32 + 11 * 11 * 9 * 32 * 64 + 5 * 5 * 64 * 10),
    "lstm": 2 * 64 * 4 * 128 * ((32 + 128) + (128 + 128)) + 2 * 128,
    "dlrm": 2 * ((8 * 16 + 13) * 256 + 256 * 128 + 128),
    "dispatch": 2 * 50 * 64 * 64,
}


@pytest.mark.parametrize("name", FLOPS)
def test_operations_are_those_of_the_layers(name: str) -> None:
    size = load_workload(name).SPEC.sizes["small"]
    assert forward_flops(name, size, "train") == forward_flops(name, size, "infer") == FLOPS[name]


def test_operations_of_known_networks() -> None:
    """ResNet-50 v1.5 takes 4.09 billion multiply-adds an image of 224 x 224."""
    size = load_workload("resnet").SPEC.sizes["full"]
    assert forward_flops("resnet", size, "infer") == pytest.approx(2 * 4.09e9, rel=1e-3)
    gpt = load_workload("gpt").SPEC.sizes["small"]
    head = 2 * 128 * 256
    trained, generated = (forward_flops("gpt", gpt, phase) or 0 for phase in ("train", "infer"))
    assert trained - generated == head * (128 - 1)
    assert generated == 4 * 128 * (24 * 128 * 128 + 4 * 128 * 128) + head


@pytest.mark.parametrize("name", WORKLOADS)
def test_operations_follow_the_dimensions(name: str) -> None:
    spec = load_workload(name).SPEC
    small, full = (forward_flops(name, spec.sizes[size], "train") or 0 for size in ("small", "full"))
    assert (small == full) is (spec.sizes["small"].dimensions == spec.sizes["full"].dimensions)
    for knob, values in spec.sweeps.items():
        counts = [
            forward_flops(name, spec.sizes["small"].with_dimensions(**{knob: value}), "train") for value in values
        ]
        # Rows of a table are looked up, not multiplied.
        assert len(set(counts)) == (1 if knob == "rows" else len(counts))


def test_inputs_and_weights_are_independent() -> None:
    workload = load_workload("mlp")
    size = workload.SPEC.sizes["small"]
    kernel, x = workload.weights(size, 0)["hidden0/kernel"].ravel(), workload.batch(size, 0)["x"].ravel()
    assert abs(np.corrcoef(kernel[: x.size], x[: kernel.size])[0, 1]) < 0.05


def test_ragged_splits_into_seventeen_lengths() -> None:
    size = load_workload("ragged").SPEC.sizes["small"].with_batch(3)
    parts = split(load_workload("ragged").batch(size, 0))
    lengths = [part["x"].shape[1] for part in parts]
    assert len(set(lengths)) == 17
    assert lengths != sorted(lengths)
    assert max(lengths) == size.dimensions["steps"]
    assert {part["x"].shape[0] for part in parts} == {3}


def test_inputs_of_one_and_of_several() -> None:
    assert inputs_of({"x": 1, "y": 2}) == 1
    assert inputs_of({"dense": 1, "categories": 2, "y": 3}) == {"dense": 1, "categories": 2}


def test_running_statistics_are_not_trained() -> None:
    assert not is_trainable("stem_norm/mean")
    assert not is_trainable("stem_norm/variance")
    assert is_trainable("stem_norm/scale")


def test_window_begins_again_when_it_is_full() -> None:
    window, prompts = Window(8), 0
    for _ in range(9):
        if window.is_full():
            window.open("prompt", window.first)
            prompts += 1
        window.advance(window.tokens, window.position + 1)
        assert window.position <= 7
    # Half of eight places are the prompt: four new tokens fill the window.
    assert prompts == 3
