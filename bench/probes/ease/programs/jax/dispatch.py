import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx

BATCH_SIZE = 1
EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 50


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


def model():
    rngs = nnx.Rngs(0)
    layers = []
    for _ in range(LAYERS - 1):
        layers += [nnx.Linear(64, 64, rngs=rngs), nnx.relu]
    return nnx.Sequential(*layers, nnx.Linear(64, 64, rngs=rngs))


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
