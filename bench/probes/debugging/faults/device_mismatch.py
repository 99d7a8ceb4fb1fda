"""Weights are on the GPU, the batch is not."""

from __future__ import annotations

from bench.probes.debugging.fault import RAISED, Fault, Figures, Kit

FAULT = Fault(
    number=21,
    title="batch on another device than the model",
    family="device",
    about="Weights are on the GPU, the batch is in host memory.",
    layer=("hidden",),
    device="cuda",
    expected={"torch": RAISED},
    absent={"keras": "fit, predict and every layer move arrays to the model's device themselves"},
)


def torch(kit: Kit) -> Figures:
    import torch

    model = kit.classifier().to(kit.device)
    x = torch.as_tensor(kit.x)  # faulty; right: x = torch.as_tensor(kit.x).to(kit.device)
    with torch.no_grad():
        outputs = kit.compiled(model)(x)
    return kit.figures(outputs.cpu().numpy())


def tensorflow(kit: Kit) -> Figures:
    import tensorflow as tf

    model, _ = kit.classifier()
    with tf.device("/CPU:0"):
        x = tf.constant(kit.x)  # faulty; right: x = kit.x
    return kit.figures(kit.function(model)(x))


def jax(kit: Kit) -> Figures:
    import jax
    import numpy as np

    model, params = kit.classifier()
    params = jax.device_put(params, jax.devices()[0])
    x = jax.device_put(kit.x, jax.devices("cpu")[0])  # faulty; right: x = jax.device_put(kit.x, jax.devices()[0])
    return kit.figures(np.asarray(jax.jit(model)(params, x)))
