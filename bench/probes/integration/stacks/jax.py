"""JAX by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.probes.integration.doors import Doors, Epoch, Stack
from bench.probes.integration.parquet import batches, counted

STACK = Stack("jax", "integration-jax", "jax")


def doors() -> Doors:
    """Return JAX's doors; what trains is a function under jax.jit, called with the object."""
    import jax

    @jax.jit
    def step(batch: Any) -> Any:
        return jax.tree.map(lambda leaf: leaf * 1, batch)

    return Doors(
        jax.numpy.asarray,
        lambda thing, values: np.asarray(step(thing)),
        np.asarray,
        lambda tensor: int(tensor.unsafe_buffer_pointer()),
        jax.dlpack.from_dlpack,
        jax.numpy.asarray,
    )


def loader(batch: int) -> tuple[str, Epoch]:
    """Return a plain loop: JAX has no loader of its own."""
    import jax

    def placed() -> Iterator[Any]:
        for part in batches(batch):
            yield jax.block_until_ready(jax.device_put(part))

    return "a plain loop with jax.device_put (JAX has no loader)", lambda: counted(placed(), np.asarray)
