import torch
from torch import nn

EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 2
DEVICE = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"


def data(x, lengths, y):
    x, y = torch.from_numpy(x), torch.from_numpy(y).long()
    return [(x[i, :, :length], y[i]) for i, length in enumerate(lengths)]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(1000, 128)
        self.positions = nn.Embedding(64, 128)
        layer = nn.TransformerEncoderLayer(128, 4, 512, 0.0, "gelu", batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, LAYERS, nn.LayerNorm(128))
        self.output = nn.Linear(128, 2)

    def forward(self, tokens):
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.tokens(tokens) + self.positions(positions)
        return self.output(self.blocks(x).mean(1))


def model():
    return Encoder().to(DEVICE)


loss_fn = nn.CrossEntropyLoss()


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
            accuracy += (logits.argmax(1) == y).float().mean().item()
    return {"loss": total / len(loader), "accuracy": accuracy / len(loader)}


def save(model, path):
    torch.save(model.state_dict(), path)
