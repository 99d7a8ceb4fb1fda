"""What each of the nine changes must do to the mlp, proven on the changed program with numbers that numpy predicts.

A training step moves weights by the learning rate times something; `_Run.update` is that something, read off the
weights, and so does not depend on how a framework names its gradients.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import parity
from bench.discovery import load_workload
from bench.probes.ease import autodiff as ad
from bench.probes.ease import reference
from bench.probes.ease.adapters import Adapter, Array
from bench.probes.ease.autodiff import Tensor
from bench.probes.ease.check import Held, load
from bench.spec import MATCHED_OPTIMIZERS, Size
from bench.workloads import is_trainable

RATE = reference.LEARNING_RATE
SAMPLES = 32
# An update read off float32 weights: a step of the learning rate moves them by some thousand of their last digits.
UPDATE_LIMIT = 1e-3
# The clipping norm, the adversary's step and the patience that the programs state.
CLIP_NORM, EPSILON, PATIENCE = 1.0, 0.1, 2
EXTRA = 8
EXTRA_COUNT = 142_602 + EXTRA * 256
# A product in bfloat16 has eight bits: its gradients differ from float32's by more than the first and not the second.
ROUNDED = (1e-4, 1e-1)


@dataclass(frozen=True)
class Effect:
    """Whether a change does what it is for: the figure, what it is held to, and in words what was compared."""

    passed: bool
    value: float
    limit: float
    detail: str


class Scene:
    """The mlp's weights and one batch, larger than the gates' so that a mean over it is a mean."""

    def __init__(self, adapter: Adapter, seed: int, quick: bool, extra: int = 0) -> None:
        workload = load_workload("mlp")
        size = workload.SPEC.sizes["small"].with_batch(SAMPLES)
        self.size: Size = size.with_dimensions(inputs=32 + extra) if extra else size
        self.adapter, self.seed, self.quick = adapter, seed, quick
        self.weights = workload.weights(self.size, seed)
        whole = workload.batch(self.size, seed)
        self.batch = whole
        if extra:
            self.batch = {"x": whole["x"][:, :-extra].copy(), "extra": whole["x"][:, -extra:].copy(), "y": whole["y"]}
        self.joined = whole

    def gradients(
        self, weights: Mapping[str, Array], batch: Mapping[str, Array], loss: reference.Loss | None = None
    ) -> tuple[float, dict[str, Array]]:
        """Return the reference's loss and gradients."""
        return reference.loss_and_gradients("mlp", self.size, weights, batch, loss)

    def descent(self, steps: int) -> tuple[list[float], list[dict[str, Array]]]:
        """Return the losses of plain descent, and the weights before each step and after the last."""
        now = {name: np.asarray(array, np.float64) for name, array in self.weights.items()}
        losses, path = [], [now]
        for _ in range(steps):
            loss, gradients = self.gradients(now, self.joined)
            now = {name: array - RATE * gradients[name] for name, array in now.items()}
            losses.append(loss)
            path.append(now)
        return losses, path


class _Run:
    """A changed program, its weights loaded, trained once with `arguments` behind the model and the data."""

    def __init__(self, scene: Scene, path: Path, *arguments: Any, **constants: Any) -> None:
        self.program = load(path, **constants)
        self.held = Held(scene.adapter, scene.adapter.new(self.program, scene.quick), scene.weights, "mlp")
        self.held.put(scene.weights)
        self.before = self.held.arrays()
        self.dataset = self.program.data(**scene.batch)
        given = [self.program.data(**one) if isinstance(one, dict) else one for one in arguments]
        with scene.adapter.watch() as self.seen:
            self.program.train(self.held.model, self.dataset, *given)

    def update(self) -> dict[str, Array]:
        """Return what the learning rate was multiplied with, by canonical name."""
        after = self.held.arrays()
        return {n: (self.before[n].astype(np.float64) - after[n]) / RATE for n in after if is_trainable(n)}


def _apart(found: Mapping[str, Array], wanted: Mapping[str, Array]) -> float:
    """Return the norm of the difference over the norm of what was wanted, over all arrays."""
    apart = sum(float(np.square(found[name] - array).sum()) for name, array in wanted.items())
    return float(np.sqrt(apart / sum(float(np.square(array).sum()) for array in wanted.values())))


def _within(value: float, limit: float, detail: str) -> Effect:
    return Effect(bool(value <= limit), float(value), limit, detail)


def _optimizer(scene: Scene, path: Path) -> Effect:
    """Adam's losses are Adam's (Kingma and Ba 2015, algorithm 1)."""
    steps = 3 if scene.quick else 10
    values = MATCHED_OPTIMIZERS["adam"]
    now = {name: np.asarray(array, np.float64) for name, array in scene.weights.items()}
    first = {name: np.zeros(array.shape) for name, array in now.items()}
    second = {name: np.zeros(array.shape) for name, array in now.items()}
    losses = []
    for step in range(1, steps + 1):
        loss, gradients = scene.gradients(now, scene.joined)
        losses.append(loss)
        for name, gradient in gradients.items():
            first[name] = values["beta_1"] * first[name] + (1 - values["beta_1"]) * gradient
            second[name] = values["beta_2"] * second[name] + (1 - values["beta_2"]) * gradient**2
            mean, variance = first[name] / (1 - values["beta_1"] ** step), second[name] / (1 - values["beta_2"] ** step)
            now[name] = now[name] - values["learning_rate"] * mean / (np.sqrt(variance) + values["epsilon"])
    run = _Run(scene, path, EPOCHS=steps)
    error = parity.relative_error(np.asarray(losses), np.asarray(run.seen.losses))
    return _within(error, parity.LIMITS["P3-adam"], f"{steps} losses of Adam")


def _mixed_precision(scene: Scene, path: Path) -> Effect:
    """Gradients are rounded as in bfloat16, and weights are not: a step is far below their bfloat16 digits."""
    run = _Run(scene, path, EPOCHS=1)
    error = _apart(run.update(), scene.gradients(scene.weights, scene.joined)[1])
    low, high = ROUNDED
    return Effect(low <= error <= high, error, high, f"the first update's error, at least {low}")


def _early_stopping(scene: Scene, path: Path) -> Effect:
    """Training ends in the epoch that numpy predicts: labels are moved by one, so that what is learned is wrong."""
    epochs = 8 if scene.quick else 40
    validation = {**scene.joined, "y": (scene.joined["y"] + 1) % 10}
    _, weights = scene.descent(epochs)
    best, waited, wanted = float("inf"), 0, epochs
    for epoch, now in enumerate(weights[1:], 1):
        loss = reference.inference("mlp", scene.size, validation, now)["loss"]
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == PATIENCE:
            wanted = epoch
            break
    run = _Run(scene, path, validation, EPOCHS=epochs)
    stopped = len(run.seen.losses)
    return Effect(stopped == wanted < epochs, stopped, wanted, f"epochs trained of {epochs}")


def _gradient_clipping(scene: Scene, path: Path) -> Effect:
    """The update's norm is the clipping norm, where the gradient's own is larger."""
    gradients = scene.gradients(scene.weights, scene.joined)[1]
    free = float(np.sqrt(sum(float(np.square(array).sum()) for array in gradients.values())))
    run = _Run(scene, path, EPOCHS=1)
    wanted = {name: gradient * min(1.0, CLIP_NORM / free) for name, gradient in gradients.items()}
    error = _apart(run.update(), wanted)
    passed = free > 2 * CLIP_NORM and error <= UPDATE_LIMIT
    return Effect(passed, error, UPDATE_LIMIT, f"the update, its norm cut from {free:.3g} to {CLIP_NORM:g}")


def focal(output: Tensor, y: Array) -> Tensor:
    """Return the mean of (1 - p)² times the cross-entropy (Lin et al. 2017, gamma 2)."""
    logarithm = ad.pick(ad.log_softmax(output), y)
    return (ad.power(ad.exp(logarithm) * -1.0 + 1.0, 2) * logarithm).mean() * -1.0


def _custom_loss(scene: Scene, path: Path) -> Effect:
    """The loss and its update are the focal loss's."""
    loss, gradients = scene.gradients(scene.weights, scene.joined, focal)
    run = _Run(scene, path, EPOCHS=1)
    error = abs(run.seen.losses[0] - loss) / loss
    if error > parity.LIMITS["P2-loss"]:
        return _within(error, parity.LIMITS["P2-loss"], "the first loss")
    return _within(_apart(run.update(), gradients), UPDATE_LIMIT, "the update of the focal loss")


def _custom_step(scene: Scene, path: Path) -> Effect:
    """The update is that of inputs moved by a step along the sign of their own gradient (Goodfellow et al. 2015)."""
    arrays = {name: Tensor(array) for name, array in scene.weights.items()}
    moved = {**scene.joined, "x": scene.joined["x"] + EPSILON * np.sign(_input_gradient(arrays, scene))}
    plain = scene.gradients(scene.weights, scene.joined)[1]
    wanted = scene.gradients(scene.weights, moved)[1]
    update = _Run(scene, path, EPOCHS=1).update()
    error, distance = _apart(update, wanted), _apart(plain, wanted)
    passed = error <= UPDATE_LIMIT < distance
    return Effect(passed, error, UPDATE_LIMIT, f"the update on moved inputs; the plain one is {distance:.3g} away")


def _input_gradient(arrays: Mapping[str, Tensor], scene: Scene) -> Array:
    x = Tensor(scene.joined["x"])
    output = reference.mlp(arrays, scene.size, x)
    return ad.gradients(reference.cross_entropy(output, scene.joined["y"]), {"x": x})["x"]


def _second_input(scene: Scene, path: Path) -> Effect:
    """A model of more inputs: their count, its output and its update are those of both inputs side by side."""
    wide = Scene(scene.adapter, scene.seed, scene.quick, EXTRA)
    run = _Run(wide, path, EPOCHS=1)
    count = scene.adapter.trainable(run.program)
    if count != EXTRA_COUNT:
        return Effect(False, count, EXTRA_COUNT, "trainable parameters")
    error = _apart(run.update(), wide.gradients(wide.weights, wide.joined)[1])
    run.held.put(wide.weights)
    wanted = reference.forward("mlp", wide.size, wide.weights, wide.joined)
    output = parity.relative_error(wanted, np.asarray(run.held.forward(run.dataset, wide.batch), np.float64))
    if output > parity.LIMITS["P1"]:
        return _within(output, parity.LIMITS["P1"], "the output of both inputs")
    return _within(error, UPDATE_LIMIT, "the update of both inputs")


def _checkpoint_resume(scene: Scene, path: Path) -> Effect:
    """Two steps, then a new model that goes on for two: its losses are the third and the fourth of one training."""
    losses, _ = scene.descent(4)
    with tempfile.TemporaryDirectory() as folder:
        before = _Run(scene, path, folder, EPOCHS=2)
        # The new model is given the first weights: only a checkpoint that is read puts the trained ones in their place.
        after = _Run(scene, path, folder, EPOCHS=4)
    steps = [len(before.seen.losses), len(after.seen.losses)]
    if steps != [2, 2]:
        return Effect(False, steps[1], 2, f"steps after resuming; {steps[0]} before")
    error = parity.relative_error(np.asarray(losses), np.asarray(before.seen.losses + after.seen.losses))
    return _within(error, parity.LIMITS["P3-sgd"], "four losses, two before and two after resuming")


def _export(scene: Scene, path: Path) -> Effect:
    """What was exported answers as the model does, for a batch of another size than any it was built with."""
    run = _Run(scene, path, EPOCHS=1)
    x = load_workload("mlp").batch(scene.size.with_batch(5), 1)["x"]
    wanted = reference.forward("mlp", scene.size, run.held.arrays(), {"x": x})
    with tempfile.TemporaryDirectory() as folder:
        target = str(Path(folder) / f"exported{scene.adapter.EXPORT_SUFFIX}")
        run.program.export(run.held.model, target)
        if not Path(target).exists():
            return Effect(False, 0, 1, "no file was exported")
        error = parity.relative_error(wanted, np.asarray(scene.adapter.exported(target, x), np.float64))
    return _within(error, parity.LIMITS["P1"], "the exported file's answer to five samples")


EFFECTS: Mapping[str, Callable[[Scene, Path], Effect]] = {
    "optimizer": _optimizer,
    "mixed_precision": _mixed_precision,
    "early_stopping": _early_stopping,
    "gradient_clipping": _gradient_clipping,
    "custom_loss": _custom_loss,
    "custom_step": _custom_step,
    "second_input": _second_input,
    "checkpoint_resume": _checkpoint_resume,
    "export": _export,
}


def proven(adapter: Adapter, path: Path, change: str, quick: bool, seed: int) -> Effect:
    """Return a changed program's effect. Raises whatever the program raises."""
    try:
        return EFFECTS[change](Scene(adapter, seed, quick), path)
    finally:
        adapter.reset()
