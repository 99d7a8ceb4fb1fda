from functools import partial

import lightning as L
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 8
EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 4


def data(x, y):
    dataset = TensorDataset(torch.from_numpy(x), torch.from_numpy(y).long())
    return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)


class Gpt(L.LightningModule):
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

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.cross_entropy(self(x).flatten(0, 1), y.flatten())
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True)
        return loss

    def test_step(self, batch, batch_idx):
        x, y = batch
        logits = self(x)
        self.log("loss", F.cross_entropy(logits.flatten(0, 1), y.flatten()))
        self.log("accuracy", (logits.argmax(-1) == y).float().mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=LEARNING_RATE)


def model():
    return Gpt()


def train(model, loader):
    trainer = L.Trainer(max_epochs=EPOCHS)
    trainer.fit(model, loader)


def evaluate(model, loader):
    return model.trainer.test(model, loader)[0]


def save(model, path):
    model.trainer.save_checkpoint(path)
