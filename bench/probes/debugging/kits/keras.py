"""What a user of Keras writes: a model, `compile`, `fit`, `predict`."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from bench.probes.debugging.kits.data import BATCH, BUILD, CLASSES, FIRST_STEP, HIDDEN, WIDTH, Data

COMPILED = ("xla", "jit", "compile")


class Kit(Data):
    """For all three backends. Eager modes are `run_eagerly=True`, but on torch, which is eager as it comes."""

    # Set by the switch of that name.
    asked_eagerly = False

    def classifier(self) -> Any:
        """Return two dense layers, as Sequential or as a subclass."""
        if self.style == "sequential":
            return keras.Sequential(
                [
                    keras.Input((WIDTH,)),
                    keras.layers.Dense(HIDDEN, activation="relu", name="hidden"),
                    keras.layers.Dense(CLASSES, name="head"),
                ]
            )
        return Classifier()

    def regressor(self) -> Any:
        """Return one linear layer with one output."""
        return keras.Sequential([keras.Input((WIDTH,)), keras.layers.Dense(1, name="head")])

    def train(
        self, model: Any, x: Any, y: Any, loss: Any = None, optimizer: Any = None, epochs: int = 2
    ) -> dict[str, list[float]]:
        """Fit by SGD on cross-entropy of logits, if nothing else is said; return losses and outputs."""
        self.compile(model, loss, optimizer)
        return self.fit(model, x, y, epochs)

    def compile(self, model: Any, loss: Any = None, optimizer: Any = None) -> None:
        """Compile the model for the kit's mode."""
        model.compile(
            optimizer=optimizer or keras.optimizers.SGD(0.1),
            loss=loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            jit_compile=self.mode in COMPILED,
            run_eagerly=self.run_eagerly,
        )

    def fit(self, model: Any, x: Any, y: Any, epochs: int = 2) -> dict[str, list[float]]:
        """Fit a compiled model, in batches, unshuffled."""
        model.fit(x, y, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0, callbacks=[Steps(self)])
        return self.figures(model.predict(x[:2], verbose=0))

    @property
    def run_eagerly(self) -> bool:
        """Whether `compile` is told to run eagerly."""
        return (self.mode == "eager" and keras.backend.backend() != "torch") or self.asked_eagerly

    def start(self) -> None:
        """Set every seed."""
        keras.utils.set_random_seed(self.seed)


class Steps(keras.callbacks.Callback):
    """Tells the kit how far training has come."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Note that a step begins: what comes before it is building."""
        if self._kit.stage == BUILD:
            self._kit.stage = FIRST_STEP

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note the step's loss."""
        self._kit.stepped(logs["loss"])


class Classifier(keras.Model):
    """The healthy model, subclassed."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = keras.layers.Dense(HIDDEN, activation="relu", name="hidden")
        self.head = keras.layers.Dense(CLASSES, name="head")

    def call(self, inputs: Any) -> Any:
        """Return logits."""
        return self.head(self.hidden(inputs))


def as_array(tensor: Any) -> np.ndarray:
    """Return a tensor of any backend as an array."""
    return np.asarray(keras.ops.convert_to_numpy(tensor))
