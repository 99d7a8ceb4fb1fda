import lightning as L
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 4
EPOCHS = 10
LEARNING_RATE = 0.01
WIDTHS = (16, 32, 64, 128)


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


class Unet(L.LightningModule):
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

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.binary_cross_entropy_with_logits(self(x), y)
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True)
        return loss

    def test_step(self, batch, batch_idx):
        x, y = batch
        logits = self(x)
        self.log("loss", F.binary_cross_entropy_with_logits(logits, y))
        self.log("accuracy", ((logits > 0) == y).float().mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=LEARNING_RATE)


def model():
    return Unet()


def train(model, loader):
    trainer = L.Trainer(max_epochs=EPOCHS)
    trainer.fit(model, loader)


def evaluate(model, loader):
    return model.trainer.test(model, loader)[0]


def save(model, path):
    model.trainer.save_checkpoint(path)
