import lightning as L
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 64
EPOCHS = 10
LEARNING_RATE = 0.01


def data(x, y):
    dataset = TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)


class Lstm(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(32, 128, num_layers=2, batch_first=True)
        self.output = nn.Linear(128, 1)

    def forward(self, x):
        hidden, _ = self.lstm(x)
        return self.output(hidden[:, -1])

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.mse_loss(self(x), y)
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True)
        return loss

    def test_step(self, batch, batch_idx):
        x, y = batch
        self.log("loss", F.mse_loss(self(x), y))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=LEARNING_RATE)


def equalize(model):
    for bias in (model.lstm.bias_hh_l0, model.lstm.bias_hh_l1):
        nn.init.zeros_(bias)
        bias.requires_grad = False
    return model


def model():
    return equalize(Lstm())


def train(model, loader):
    trainer = L.Trainer(max_epochs=EPOCHS)
    trainer.fit(model, loader)


def evaluate(model, loader):
    return model.trainer.test(model, loader)[0]


def save(model, path):
    model.trainer.save_checkpoint(path)
