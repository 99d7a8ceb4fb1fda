"""One random key is used twice, and two draws that should differ are the same."""

from __future__ import annotations

from typing import Any

from bench.probes.debugging.fault import SILENT, Fault, Figures, Kit

FAULT = Fault(
    number=26,
    title="random key used twice",
    family="api",
    about="Two draws take the same key or seed; their correlation, which should be near nothing, is one.",
    layer=("noise", "Noise"),
    expected=dict.fromkeys(("keras-tensorflow", "keras-jax", "keras-torch", "tensorflow", "jax"), SILENT),
    absent={"torch": "a generator goes on by itself from draw to draw; there is no key to pass twice"},
)


def keras_sequential(kit: Kit) -> Figures:
    import keras
    import numpy as np

    class Noise(keras.layers.Layer):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.seed = 7  # faulty; right: self.seed = keras.random.SeedGenerator(7)

        def call(self, x: Any) -> Any:
            return x + keras.random.normal(keras.ops.shape(x), seed=self.seed)

    model = keras.Sequential([keras.Input((23,)), Noise(name="noise")])
    kit.compile(model)
    draws = [model.predict(0 * kit.x, verbose=0).ravel() for _ in range(2)]
    return kit.figures(np.corrcoef(draws)[0, 1])


def keras_subclass(kit: Kit) -> Figures:
    import keras
    import numpy as np

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.seed = 7  # faulty; right: self.seed = keras.random.SeedGenerator(7)

        def noise(self, x: Any) -> Any:
            return x + keras.random.normal(keras.ops.shape(x), seed=self.seed)

        def call(self, x: Any) -> Any:
            return self.noise(x)

    model = Net()
    kit.compile(model)
    draws = [model.predict(0 * kit.x, verbose=0).ravel() for _ in range(2)]
    return kit.figures(np.corrcoef(draws)[0, 1])


def tensorflow(kit: Kit) -> Figures:
    import numpy as np
    import tensorflow as tf

    @kit.function
    def noise(seed: Any) -> Any:
        first, second = seed, seed  # faulty; right: first, second = tf.unstack(tf.random.split(seed, 2))
        return tf.random.stateless_normal((598,), first), tf.random.stateless_normal((598,), second)

    return kit.figures(np.corrcoef(noise(tf.constant((0, 7))))[0, 1])


def jax(kit: Kit) -> Figures:
    import jax
    import numpy as np

    @jax.jit
    def noise(key: Any) -> Any:
        first, second = key, key  # faulty; right: first, second = jax.random.split(key)
        return jax.random.normal(first, (598,)), jax.random.normal(second, (598,))

    return kit.figures(np.corrcoef(noise(jax.random.key(7)))[0, 1])
