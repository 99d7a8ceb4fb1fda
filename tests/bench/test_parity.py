"""Gates: what passes, what does not, and who is believed when programs disagree."""

from __future__ import annotations

import numpy as np
import pytest

from bench import parity
from bench.programs.dummy import dummy
from bench.spec import Size, matched
from bench.stacks import MODES
from bench.workloads import dummy as workload
from bench.workloads import ragged

SIZE = workload.SPEC.sizes["small"]


@pytest.fixture
def taken() -> dict[str, np.ndarray]:
    program = dummy.build(SIZE, matched("eager"))
    return parity.figures(program, workload.batch(SIZE, 0), workload.weights(SIZE, 0))


def test_gates_take_a_few_of_many_shapes_each_with_its_own_length_and_classes():
    whole = ragged.batch(ragged.SPEC.sizes["small"], 0)
    few = parity.few_shapes(whole)
    assert few["lengths"].tolist() == whole["lengths"][[0, 4, 8, 12, 16]].tolist()
    assert all(np.array_equal(few[name][1], whole[name][4]) and len(few[name]) == 5 for name in whole)
    plain = workload.batch(SIZE, 0)
    assert parity.few_shapes(plain) is plain


def changed(taken, name: str, by: float):
    """The figures with the largest entry of one of them off by a share."""
    other = {key: array.copy() for key, array in taken.items()}
    at = int(np.abs(other[name]).argmax())
    other[name][at] *= 1 + by
    return other


def failed(gates) -> set[str]:
    return {gate.gate for gate in gates if not gate.passed}


def test_the_dummys_gradients_are_the_losss_slope():
    """Central differences, so that the program all gates are tried on is right itself."""
    program = dummy.build(SIZE, matched("eager"))
    program.load(workload.weights(SIZE, 0))
    batch = workload.batch(SIZE, 0)
    _, gradients = program.loss_and_gradients(batch)
    for name, gradient in gradients.items():
        at = tuple(0 for _ in gradient.shape)
        sides = []
        for step in (1e-6, -2e-6):
            program.weights[name][at] += step
            sides.append(program.loss_and_gradients(batch)[0])
        program.weights[name][at] += 1e-6
        assert (sides[0] - sides[1]) / 2e-6 == pytest.approx(gradient[at], rel=1e-4)


def test_equal_figures_pass_every_gate(taken):
    assert failed(parity.compare(taken, taken, SIZE)) == set()


@pytest.mark.parametrize(
    ("name", "gate", "limit"),
    [
        ("forward", "P1", 1e-5),
        ("loss", "P2-loss", 1e-5),
        ("gradient:output/bias", "P2-tensors", 1e-5),
        ("norm:hidden/kernel", "P2-tensors", 1e-5),
        ("sgd", "P3-sgd", 1e-5),
        ("adam", "P3-adam", 1e-3),
    ],
)
def test_each_gate_holds_its_figure_to_its_limit(taken, name: str, gate: str, limit: float):
    if name.startswith("norm:"):
        twice = {key: array.copy() for key, array in taken.items()}
        twice[name][0] *= 2
        assert failed(parity.compare(taken, twice, SIZE)) == {gate}
        return
    assert failed(parity.compare(taken, changed(taken, name, limit * 0.5), SIZE)) == set()
    assert failed(parity.compare(taken, changed(taken, name, limit * 2), SIZE)) == {gate}
    assert failed(parity.compare(taken, changed(taken, name, limit * 5), SIZE, "cuda")) == set()
    assert failed(parity.compare(taken, changed(taken, name, limit * 20), SIZE, "cuda")) == {gate}


def test_what_tf32_loses_is_seen_on_a_gpu_too(taken):
    for name, gate in (("forward", "P1"), ("sgd", "P3-sgd")):
        assert failed(parity.compare(taken, changed(taken, name, 2**-11), SIZE, "cuda")) == {gate}


def test_what_cannot_be_compared_fails(taken):
    for spoilt in (np.array([np.nan]), np.array([]), np.array([np.inf])):
        assert failed(parity.compare(taken, {**taken, "forward": spoilt}, SIZE)) == {"P1"}
    missing = {name: array for name, array in taken.items() if name != "gradient:hidden/bias"}
    assert failed(parity.compare(taken, missing, SIZE)) == {"P2-gradients", "P2-tensors"}
    assert failed(parity.compare(taken, {**taken, "gradient:extra": np.ones(3)}, SIZE)) == {"P2-tensors"}
    nothing = {name: array for name, array in taken.items() if not name.startswith(("gradient:", "norm:"))}
    assert failed(parity.compare(nothing, nothing, SIZE)) == {"P2-gradients", "P2-tensors"}


def test_a_gradient_that_is_nothing_but_rounding_is_not_held_to_its_own_size(taken):
    """The bias of attention's keys has no influence: its gradient is zero, and what is computed is rounding."""
    norm = {"norm:key/bias": np.array([3e-10, 2.0])}
    one = {**taken, **norm, "gradient:key/bias": np.array([1e-10, -2e-10])}
    other = {**taken, **norm, "gradient:key/bias": np.array([-3e-10, 1e-10])}
    assert failed(parity.compare(one, other, SIZE)) == set()
    wrong = {**taken, **norm, "gradient:key/bias": np.array([0.1, 0.1])}
    assert failed(parity.compare(one, wrong, SIZE)) == {"P2-gradients", "P2-tensors"}


def test_a_norm_of_nothing_but_rounding_is_held_to_the_largest_gradient(taken):
    """To a thousandth of it, for as many entries as the tensor has."""
    largest = max(float(np.abs(taken[name]).max()) for name in taken if name.startswith("gradient:"))
    floor = 1e-3 * largest * np.sqrt(2)
    tensor = {"gradient:key/bias": np.array([1e-10, -2e-10])}
    one = {**taken, **tensor, "norm:key/bias": np.array([0.0, 2.0])}
    for share, gates in ((0.5e-5, set()), (2e-5, {"P2-tensors"})):
        other = {**taken, **tensor, "norm:key/bias": np.array([share * floor, 2.0])}
        assert failed(parity.compare(one, other, SIZE)) == gates


def test_steps_to_half_the_loss_are_held_by_their_logarithm(taken):
    """One is added to each, since the first step may do."""
    one, near, far = ({**taken, "steps-to-half": np.array([steps, 0.0])} for steps in (9.0, 11.0, 19.0))
    for other, value, passed in ((near, np.log(1.2) / 2, True), (far, np.log(2) / 2, False)):
        (gate,) = (gate for gate in parity.compare(one, other, SIZE) if gate.gate == "P4")
        assert (gate.value, gate.passed) == (pytest.approx(value), passed)


def test_all_gradients_together_are_held_to_their_norm(taken):
    """Where a size widens the gate of single tensors, what moves the whole gradient is still caught."""
    wide = Size("small", 16, 161, tolerances={"P2-tensors": 1e-2})
    names = [name for name in taken if name.startswith("gradient:")]
    for by, gates in ((0.9e-5, set()), (1.1e-5, {"P2-gradients"})):
        other = {**taken, **{name: taken[name] * (1 + by) for name in names}}
        assert failed(parity.compare(taken, other, wide)) == gates
    lost = {**taken, names[0]: np.zeros_like(taken[names[0]])}
    assert "P2-gradients" in failed(parity.compare(taken, lost, wide))


def test_a_sample_stands_for_the_whole_gradient():
    """A large tensor of which a sample is kept weighs as much as all its entries."""
    kept, size = np.ones(4), 400
    one = {"gradient:large": kept, "norm:large": np.array([20.0, size]), "gradient:small": np.ones(4) * 10}
    one |= {"norm:small": np.array([20.0, 4])}
    other = {**one, "gradient:large": kept * (1 + 1e-3)}
    gate = next(gate for gate in parity.compare(one, other, SIZE) if gate.gate == "P2-gradients")
    assert gate.value == pytest.approx(1e-3 * np.sqrt(400 / 800))


def test_a_size_may_widen_one_gate(taken):
    wide = Size("small", 16, 161, tolerances={"P1": 1e-3})
    off = changed(changed(taken, "forward", 1e-4), "sgd", 1e-4)
    assert failed(parity.compare(taken, off, wide)) == {"P3-sgd"}


def test_the_one_that_differs_fails_wherever_it_stands(taken):
    wrong = changed(taken, "forward", 0.01)
    for order in (("wrong", "a", "b"), ("a", "wrong", "b"), ("a", "b", "wrong")):
        best, judged = parity.judge({name: wrong if name == "wrong" else taken for name in order}, SIZE)
        assert best != "wrong"
        assert {name for name in order if failed(judged[name])} == {"wrong"}


def test_without_a_majority_nobody_passes_and_alone_one_does(taken):
    other, third = changed(taken, "forward", 0.01), changed(taken, "forward", 0.02)
    for group in ({"a": taken, "b": other}, {"a": taken, "b": other, "c": third}):
        _, judged = parity.judge(group, SIZE)
        assert all(failed(judged[name]) for name in group)
    _, alone = parity.judge({"a": taken}, SIZE)
    assert not failed(alone["a"])


def test_large_arrays_are_judged_at_the_same_places_and_as_a_whole():
    array = np.arange(300_000, dtype=np.float32)
    assert parity.sampled("a", array).size == parity.SAMPLE
    assert np.array_equal(parity.sampled("a", array), parity.sampled("a", array.reshape(300, 1000)))
    assert not np.array_equal(parity.sampled("a", array), parity.sampled("b", array))


def test_the_canary_tells_precisions_apart():
    for value, precision, passes in (
        (1024.1017, "fp32", True),
        (1024.0, "fp32", False),
        (1024.0, "tf32", True),
        (1024.1017, "tf32", False),
        (1024.0, "bf16", True),
        (1024.0, "shipped", True),
        (float("nan"), "fp32", False),
    ):
        assert parity.canary_gate(value, precision, "start").passed is passes


def test_flags_read_back_must_be_the_divisions():
    division = matched("eager", "cpu", threads=1)
    good = dummy.build(SIZE, division).resolved()
    assert failed(parity.resolved_gates(good, division, MODES["dummy-one"])) == set()
    for key, value, gate in (
        ("device", "cuda", "P5-device"),
        ("jit", True, "P5-jit"),
        ("threads", 2, "P5-threads"),
        ("layout", "channels-first", "P5-layout"),
        ("precision", "tf32", "P5-precision"),
        ("allocator", "returned", "P5-allocator"),
        ("norm_epsilon", 1e-3, "P5-norm-epsilon"),
        ("optimizer", {**good["optimizer"], "epsilon": 1e-7}, "P5-adam-epsilon"),
    ):
        assert failed(parity.resolved_gates({**good, key: value}, division, MODES["dummy-one"])) == {gate}
    # float32 cannot hold 0.001 better than this.
    rounded = {**good, "optimizer": {name: float(np.float32(value)) for name, value in good["optimizer"].items()}}
    assert failed(parity.resolved_gates(rounded, division, MODES["dummy-one"])) == set()


def test_a_block_must_have_waited_for_the_device():
    assert parity.sync_gate(0.5, 0.0001).passed
    assert parity.sync_gate(0.5, 0.020).passed
    assert not parity.sync_gate(0.5, 0.030).passed
    assert not parity.sync_gate(0.001, 0.005).passed


def test_time_to_loss_is_compared_over_seeds(taken):
    assert parity.steps_to_half([1.0, 0.8, 0.5, 0.2]) == 2
    assert parity.steps_to_half([1.0, 0.9]) == 2
    one = {**taken, "steps-to-half": np.array([20.0, 22.0, 18.0, 21.0, 20.0])}
    near = {**taken, "steps-to-half": np.array([21.0, 22.0, 18.0, 21.0, 20.0])}
    far = {**taken, "steps-to-half": np.array([30.0, 32.0, 28.0, 31.0, 30.0])}
    assert failed(parity.compare(one, near, SIZE)) == set()
    assert failed(parity.compare(one, far, SIZE)) == {"P4"}


def test_counts_must_be_the_workloads():
    assert parity.count_gate(161, SIZE).passed
    assert not parity.count_gate(162, SIZE).passed
    assert parity.count_gate(99, SIZE.with_dimensions(width=8)).passed
