"""Statements about state that the reader of a program must keep in order: which there are, and of which kind.

gradients     clearing, taking and passing on gradients      device        moving to a device
mode          training or evaluation                         keys          random keys handed on
no-gradient   leaving gradients out                          update        writing back what an update gave

They are told by name: what a method of another object by such a name does, this does not see.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

Resolved = Callable[[ast.AST], str]

# Methods of values, dotted names, and the program's own names that speak of state, by kind.
_METHODS = {
    "zero_grad": "gradients",
    "backward": "gradients",
    "gradient": "gradients",
    "to": "device",
    "cuda": "device",
    "cpu": "device",
    "train": "mode",
    "eval": "mode",
    "detach": "no-gradient",
    "step": "update",
    "update": "update",
    "assign": "update",
    "assign_sub": "update",
    "assign_add": "update",
    "apply_gradients": "update",
}
_NAMES = {
    "tensorflow.GradientTape": "gradients",
    "flax.nnx.value_and_grad": "gradients",
    "flax.nnx.grad": "gradients",
    "jax.grad": "gradients",
    "jax.value_and_grad": "gradients",
    "torch.autograd.grad": "gradients",
    "jax.device_put": "device",
    "tensorflow.device": "device",
    "torch.accelerator.is_available": "device",
    "torch.no_grad": "no-gradient",
    "torch.inference_mode": "no-gradient",
    "tensorflow.stop_gradient": "no-gradient",
    "jax.lax.stop_gradient": "no-gradient",
    "optax.apply_updates": "update",
    "flax.nnx.update": "update",
    "flax.nnx.Rngs": "keys",
    "torch.manual_seed": "keys",
    "keras.utils.set_random_seed": "keys",
    "tensorflow.random.set_seed": "keys",
}
_VARIABLES = {"DEVICE": "device", "training": "mode", "rngs": "keys", "requires_grad": "no-gradient"}


def kinds(statement: ast.stmt, resolved: Resolved) -> set[str]:
    """Return the kinds of state a statement is about, none for most; a compound one is judged by its head alone.

    `resolved` gives the dotted name that an expression stands for, "" if it begins at no module.
    """
    found, waiting = set(), list(_head(statement))
    while waiting:
        node = waiting.pop()
        found.add(_kind(node, resolved))
        waiting += ast.iter_child_nodes(node)
    return found - {""}


def _head(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield a statement's own children, those that are statements or hold them left out."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield child


def _kind(node: ast.AST, resolved: Resolved) -> str:
    name = resolved(node)
    if name.startswith("jax.random."):
        return "keys"
    if name in _NAMES:
        return _NAMES[name]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not resolved(node.func):
        # `model.train()` sets a mode, `program.train(model)` trains.
        takes_none = node.func.attr not in ("train", "eval") or not node.args
        return _METHODS.get(node.func.attr, "") if takes_none else ""
    if isinstance(node, ast.Name):
        return _VARIABLES.get(node.id, "")
    if isinstance(node, ast.arg | ast.keyword):
        return _VARIABLES.get(node.arg or "", "")
    return _VARIABLES.get(node.attr, "") if isinstance(node, ast.Attribute) else ""
