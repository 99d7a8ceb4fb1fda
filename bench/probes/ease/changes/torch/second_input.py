import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 256
EPOCHS = 10
LEARNING_RATE = 0.01
DEVICE = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"


def data(x, extra, y):
    dataset = TensorDataset(torch.from_numpy(x), torch.from_numpy(extra), torch.from_numpy(y).long())
    return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(32 + 8, 256),
            nn.ReLU(),
            nn.Linear(256, 256),
            nn.ReLU(),
            nn.Linear(256, 256),
            nn.ReLU(),
            nn.Linear(256, 10),
        )

    def forward(self, x, extra):
        return self.layers(torch.cat([x, extra], dim=1))


def model():
    return Mlp().to(DEVICE)


loss_fn = nn.CrossEntropyLoss()


def train(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    model.train()
    for epoch in range(EPOCHS):
        total = 0
        for x, extra, y in loader:
            x, extra, y = x.to(DEVICE), extra.to(DEVICE), y.to(DEVICE)
            loss = loss_fn(model(x, extra), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(loader):.4f}")


def evaluate(model, loader):
    total, correct = 0, 0
    model.eval()
    with torch.no_grad():
        for x, extra, y in loader:
            x, extra, y = x.to(DEVICE), extra.to(DEVICE), y.to(DEVICE)
            logits = model(x, extra)
            total += loss_fn(logits, y).item()
            correct += (logits.argmax(1) == y).sum().item()
    return {"loss": total / len(loader), "accuracy": correct / len(loader.dataset)}


def save(model, path):
    torch.save(model.state_dict(), path)
