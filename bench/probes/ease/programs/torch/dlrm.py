import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 512
EPOCHS = 10
LEARNING_RATE = 0.01
DEVICE = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"


def data(categories, dense, y):
    dataset = TensorDataset(torch.from_numpy(categories), torch.from_numpy(dense), torch.from_numpy(y))
    return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)


class Dlrm(nn.Module):
    def __init__(self):
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(10_000, 16) for _ in range(8))
        self.layers = nn.Sequential(
            nn.Linear(8 * 16 + 13, 256),
            nn.ReLU(),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Linear(128, 1),
        )

    def forward(self, categories, dense):
        vectors = [table(categories[:, i]) for i, table in enumerate(self.tables)]
        return self.layers(torch.cat([*vectors, dense], dim=1))


def model():
    return Dlrm().to(DEVICE)


loss_fn = nn.BCEWithLogitsLoss()


def train(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    model.train()
    for epoch in range(EPOCHS):
        total = 0
        for categories, dense, y in loader:
            categories, dense, y = categories.to(DEVICE), dense.to(DEVICE), y.to(DEVICE)
            loss = loss_fn(model(categories, dense), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(loader):.4f}")


def evaluate(model, loader):
    total, correct = 0, 0
    model.eval()
    with torch.no_grad():
        for categories, dense, y in loader:
            categories, dense, y = categories.to(DEVICE), dense.to(DEVICE), y.to(DEVICE)
            logits = model(categories, dense)
            total += loss_fn(logits, y).item()
            correct += ((logits > 0) == y).sum().item()
    return {"loss": total / len(loader), "accuracy": correct / len(loader.dataset)}


def save(model, path):
    torch.save(model.state_dict(), path)
