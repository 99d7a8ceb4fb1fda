import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx

BATCH_SIZE = 64
EPOCHS = 10
LEARNING_RATE = 0.01


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


class Lstm(nnx.Module):
    def __init__(self, rngs):
        self.lstm1 = nnx.RNN(nnx.OptimizedLSTMCell(32, 128, rngs=rngs))
        self.lstm2 = nnx.RNN(nnx.OptimizedLSTMCell(128, 128, rngs=rngs))
        self.output = nnx.Linear(128, 1, rngs=rngs)

    def __call__(self, x):
        return self.output(self.lstm2(self.lstm1(x))[:, -1])


def model():
    return Lstm(nnx.Rngs(0))


def loss_fn(model, x, y):
    return optax.squared_error(model(x), y).mean()


@nnx.jit
def train_step(model, optimizer, x, y):
    loss, gradients = nnx.value_and_grad(loss_fn)(model, x, y)
    optimizer.update(model, gradients)
    return loss


def train(model, loader):
    optimizer = nnx.Optimizer(model, optax.sgd(LEARNING_RATE), wrt=nnx.Param)
    for epoch in range(EPOCHS):
        losses = [train_step(model, optimizer, x, y) for x, y in loader]
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}")


@nnx.jit
def eval_step(model, x, y):
    return loss_fn(model, x, y)


def evaluate(model, loader):
    losses = [eval_step(model, x, y) for x, y in loader]
    return {"loss": np.mean(losses)}


def save(model, path):
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(path, nnx.state(model))
