import lightning as L
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 2


def data(x, lengths, y):
    x, y = torch.from_numpy(x), torch.from_numpy(y).long()
    batches = [(x[i, :, :length], y[i]) for i, length in enumerate(lengths)]
    return DataLoader(batches, batch_size=None)


class Encoder(L.LightningModule):
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

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.cross_entropy(self(x), y)
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True)
        return loss

    def test_step(self, batch, batch_idx):
        x, y = batch
        logits = self(x)
        self.log("loss", F.cross_entropy(logits, y))
        self.log("accuracy", (logits.argmax(1) == y).float().mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=LEARNING_RATE)


def model():
    return Encoder()


def train(model, loader):
    trainer = L.Trainer(max_epochs=EPOCHS)
    trainer.fit(model, loader)


def evaluate(model, loader):
    return model.trainer.test(model, loader)[0]


def save(model, path):
    model.trainer.save_checkpoint(path)
