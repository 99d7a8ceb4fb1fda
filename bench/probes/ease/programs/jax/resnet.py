import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx

BATCH_SIZE = 32
EPOCHS = 10
LEARNING_RATE = 0.01
BLOCKS = 3


class Loader:
    def __init__(self, *arrays):
        self.arrays = arrays

    def __iter__(self):
        order = np.random.permutation(len(self.arrays[0]))
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            yield [array[rows] for array in self.arrays]


def data(x, y):
    return Loader(x, y)


def conv(inputs, outputs, side, stride, rngs):
    return nnx.Conv(inputs, outputs, (side, side), stride, padding=side // 2, use_bias=False, rngs=rngs)


class Block(nnx.Module):
    def __init__(self, inputs, outputs, rngs):
        stride = 1 if inputs == outputs else 2
        self.conv1 = conv(inputs, outputs, 3, stride, rngs)
        self.norm1 = nnx.BatchNorm(outputs, momentum=0.9, rngs=rngs)
        self.conv2 = conv(outputs, outputs, 3, 1, rngs)
        self.norm2 = nnx.BatchNorm(outputs, momentum=0.9, rngs=rngs)
        self.projects = stride == 2
        if self.projects:
            self.shortcut = conv(inputs, outputs, 1, stride, rngs)
            self.shortcut_norm = nnx.BatchNorm(outputs, momentum=0.9, rngs=rngs)

    def __call__(self, x):
        y = nnx.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        if self.projects:
            x = self.shortcut_norm(self.shortcut(x))
        return nnx.relu(x + y)


class Resnet(nnx.Module):
    def __init__(self, rngs):
        self.stem = conv(3, 16, 3, 1, rngs)
        self.norm = nnx.BatchNorm(16, momentum=0.9, rngs=rngs)
        self.blocks = nnx.List()
        inputs = 16
        for outputs in (16, 32, 64):
            for _ in range(BLOCKS):
                self.blocks.append(Block(inputs, outputs, rngs))
                inputs = outputs
        self.output = nnx.Linear(64, 10, rngs=rngs)

    def __call__(self, x):
        x = nnx.relu(self.norm(self.stem(x)))
        for block in self.blocks:
            x = block(x)
        return self.output(x.mean((1, 2)))


def model():
    return Resnet(nnx.Rngs(0))


def loss_fn(model, x, y):
    return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()


@nnx.jit
def train_step(model, optimizer, x, y):
    loss, gradients = nnx.value_and_grad(loss_fn)(model, x, y)
    optimizer.update(model, gradients)
    return loss


def train(model, loader):
    optimizer = nnx.Optimizer(model, optax.sgd(LEARNING_RATE), wrt=nnx.Param)
    model.train()
    for epoch in range(EPOCHS):
        losses = [train_step(model, optimizer, x, y) for x, y in loader]
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}")


@nnx.jit
def eval_step(model, x, y):
    logits = model(x)
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()
    return loss, (logits.argmax(-1) == y).mean()


def evaluate(model, loader):
    model.eval()
    results = [eval_step(model, x, y) for x, y in loader]
    loss, accuracy = np.mean(results, axis=0)
    return {"loss": loss, "accuracy": accuracy}


def save(model, path):
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(path, nnx.state(model))
