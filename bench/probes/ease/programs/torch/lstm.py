import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 64
EPOCHS = 10
LEARNING_RATE = 0.01
DEVICE = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"


def data(x, y):
    dataset = TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(32, 128, num_layers=2, batch_first=True)
        self.output = nn.Linear(128, 1)

    def forward(self, x):
        hidden, _ = self.lstm(x)
        return self.output(hidden[:, -1])


def equalize(model):
    for bias in (model.lstm.bias_hh_l0, model.lstm.bias_hh_l1):
        nn.init.zeros_(bias)
        bias.requires_grad = False
    return model


def model():
    return equalize(Lstm()).to(DEVICE)


loss_fn = nn.MSELoss()


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
    total = 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            x, y = x.to(DEVICE), y.to(DEVICE)
            total += loss_fn(model(x), y).item()
    return {"loss": total / len(loader)}


def save(model, path):
    torch.save(model.state_dict(), path)
