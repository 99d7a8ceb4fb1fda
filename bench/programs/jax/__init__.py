"""The workloads in plain JAX: functions over dictionaries of arrays, jax.grad, and an optimizer of a few lines."""
