"""Gradients are not reset, and add up from step to step."""

from __future__ import annotations

from bench.probes.debugging.fault import SILENT, Fault, Figures, Kit

FAULT = Fault(
    number=24,
    title="gradients not reset",
    family="training",
    about="The training loop never resets gradients, so that every step adds to the last one's.",
    expected={"torch": SILENT},
    absent={
        "keras": "fit resets gradients itself; there is no such line to leave out",
        "tensorflow": "a tape gives new gradients at every step; nothing is kept that could be reset",
        "jax": "gradients are a function's result; nothing is kept that could be reset",
    },
)


def torch(kit: Kit) -> Figures:
    import torch
    from torch import nn

    model = kit.classifier()
    forward = kit.compiled(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = torch.as_tensor(kit.x).to(kit.device), torch.as_tensor(kit.y).to(kit.device)
    for _ in range(4):
        # faulty; right: optimizer.zero_grad()
        loss = nn.functional.cross_entropy(forward(x), y)
        loss.backward()
        optimizer.step()
        kit.stepped(loss.item())
    return kit.evaluate(model, kit.x)
