import lightning as L
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 512
EPOCHS = 10
LEARNING_RATE = 0.01


def data(categories, dense, y):
    dataset = TensorDataset(torch.from_numpy(categories), torch.from_numpy(dense), torch.from_numpy(y))
    return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)


class Dlrm(L.LightningModule):
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

    def training_step(self, batch, batch_idx):
        categories, dense, y = batch
        loss = F.binary_cross_entropy_with_logits(self(categories, dense), y)
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True)
        return loss

    def test_step(self, batch, batch_idx):
        categories, dense, y = batch
        logits = self(categories, dense)
        self.log("loss", F.binary_cross_entropy_with_logits(logits, y))
        self.log("accuracy", ((logits > 0) == y).float().mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=LEARNING_RATE)


def model():
    return Dlrm()


def train(model, loader):
    trainer = L.Trainer(max_epochs=EPOCHS)
    trainer.fit(model, loader)


def evaluate(model, loader):
    return model.trainer.test(model, loader)[0]


def save(model, path):
    model.trainer.save_checkpoint(path)
