from functools import partial

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 8
EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 4
DEVICE = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"


def data(x, y):
    dataset = TensorDataset(torch.from_numpy(x), torch.from_numpy(y).long())
    return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(256, 128)
        self.positions = nn.Embedding(128, 128)
        gelu = partial(F.gelu, approximate="tanh")
        layer = nn.TransformerEncoderLayer(128, 4, 512, 0.0, gelu, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, LAYERS, nn.LayerNorm(128))

    def forward(self, tokens):
        steps = tokens.shape[1]
        positions = torch.arange(steps, device=tokens.device)
        mask = nn.Transformer.generate_square_subsequent_mask(steps, device=tokens.device)
        x = self.tokens(tokens) + self.positions(positions)
        x = self.blocks(x, mask=mask, is_causal=True)
        return F.linear(x, self.tokens.weight)


def model():
    return Gpt().to(DEVICE)


loss_fn = nn.CrossEntropyLoss()


def train(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    model.train()
    for epoch in range(EPOCHS):
        total = 0
        for x, y in loader:
            x, y = x.to(DEVICE), y.to(DEVICE)
            loss = loss_fn(model(x).flatten(0, 1), y.flatten())
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
            total += loss_fn(logits.flatten(0, 1), y.flatten()).item()
            accuracy += (logits.argmax(-1) == y).float().mean().item()
    return {"loss": total / len(loader), "accuracy": accuracy / len(loader)}


def save(model, path):
    torch.save(model.state_dict(), path)
