"""The model is asked for predictions while it is in training mode."""

from __future__ import annotations

from typing import Any

from bench.probes.debugging.fault import SILENT, Fault, Figures, Kit

FAULT = Fault(
    number=25,
    title="predictions in training mode",
    family="training",
    about="Dropout is still on when the model predicts.",
    layer=("drop", "Dropout"),
    expected={"torch": SILENT},
    absent={
        "keras": "fit and predict set the training flag themselves; the model keeps no mode that could be left on",
        "tensorflow": "without Keras the flag is an argument of one's own function; nothing keeps a mode",
        "jax": "the flag is an argument of one's own function; nothing keeps a mode",
    },
)


def torch_sequential(kit: Kit) -> Figures:
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(23, 19), nn.ReLU(), nn.Dropout(0.5), nn.Linear(19, 5)).to(kit.device)
    forward = kit.compiled(model)
    # faulty; right: model.eval()
    with torch.no_grad():
        outputs = forward(torch.as_tensor(kit.x).to(kit.device))
    return kit.figures(outputs.cpu().numpy())


def torch_subclass(kit: Kit) -> Figures:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(23, 19)
            self.drop = nn.Dropout(0.5)
            self.head = nn.Linear(19, 5)

        def forward(self, x: Any) -> Any:
            return self.head(self.drop(torch.relu(self.hidden(x))))

    model = Net().to(kit.device)
    forward = kit.compiled(model)
    # faulty; right: model.eval()
    with torch.no_grad():
        outputs = forward(torch.as_tensor(kit.x).to(kit.device))
    return kit.figures(outputs.cpu().numpy())
