import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 4
EPOCHS = 10
LEARNING_RATE = 0.01
WIDTHS = (16, 32, 64, 128)
DEVICE = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"


def data(x, y):
    dataset = TensorDataset(torch.from_numpy(x).permute(0, 3, 1, 2), torch.from_numpy(y).permute(0, 3, 1, 2))
    return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)


def pair(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1),
        nn.ReLU(),
    )


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up, self.merge = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        inputs = 3
        for width in WIDTHS:
            self.down.append(pair(inputs, width))
            inputs = width
        self.bottom = pair(inputs, 2 * inputs)
        for width in reversed(WIDTHS):
            self.up.append(nn.ConvTranspose2d(2 * width, width, 2, stride=2))
            self.merge.append(pair(2 * width, width))
        self.output = nn.Conv2d(WIDTHS[0], 1, 1)

    def forward(self, x):
        kept = []
        for down in self.down:
            x = down(x)
            kept.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottom(x)
        for up, merge in zip(self.up, self.merge, strict=True):
            x = merge(torch.cat([kept.pop(), up(x)], dim=1))
        return self.output(x)


def model():
    return Unet().to(DEVICE)


loss_fn = nn.BCEWithLogitsLoss()


def train(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    model.train()
    for epoch in range(EPOCHS):
        total = 0
        for x, y in loader:
            x, y = x.to(DEVICE), y.to(DEVICE)
            loss = loss_fn(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(loader):.4f}")


def evaluate(model, loader):
    total, accuracy = 0, 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            x, y = x.to(DEVICE), y.to(DEVICE)
            logits = model(x)
            total += loss_fn(logits, y).item()
            accuracy += ((logits > 0) == y).float().mean().item()
    return {"loss": total / len(loader), "accuracy": accuracy / len(loader)}


def save(model, path):
    torch.save(model.state_dict(), path)
