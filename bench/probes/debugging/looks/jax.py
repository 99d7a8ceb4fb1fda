"""Looking into a function of JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp


def train(kit: Any, look: str) -> None:
    """Take four steps that change nothing."""

    def forward(kernel: Any, x: Any) -> Any:
        hidden = x @ kernel
        if look == "breakpoint":
            breakpoint()
        elif look == "print":
            print("seen", hidden[0, 0])
        else:
            jax.debug.print("seen {}", hidden[0, 0])
        return hidden

    def squared(targets: Any, outputs: Any) -> Any:
        return ((targets - outputs) ** 2).mean()

    kit.train(forward, jnp.ones((23, 1)), kit.x, kit.targets, loss=squared, rate=0.0)
