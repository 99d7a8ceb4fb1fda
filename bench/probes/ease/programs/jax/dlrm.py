import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx

BATCH_SIZE = 512
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


def data(categories, dense, y):
    return Loader(categories, dense, y)


class Dlrm(nnx.Module):
    def __init__(self, rngs):
        self.tables = nnx.List([nnx.Embed(10_000, 16, rngs=rngs) for _ in range(8)])
        self.hidden1 = nnx.Linear(8 * 16 + 13, 256, rngs=rngs)
        self.hidden2 = nnx.Linear(256, 128, rngs=rngs)
        self.output = nnx.Linear(128, 1, rngs=rngs)

    def __call__(self, categories, dense):
        vectors = [table(categories[:, i]) for i, table in enumerate(self.tables)]
        x = jnp.concatenate([*vectors, dense], axis=-1)
        x = nnx.relu(self.hidden1(x))
        x = nnx.relu(self.hidden2(x))
        return self.output(x)


def model():
    return Dlrm(nnx.Rngs(0))


def loss_fn(model, categories, dense, y):
    return optax.sigmoid_binary_cross_entropy(model(categories, dense), y).mean()


@nnx.jit
def train_step(model, optimizer, categories, dense, y):
    loss, gradients = nnx.value_and_grad(loss_fn)(model, categories, dense, y)
    optimizer.update(model, gradients)
    return loss


def train(model, loader):
    optimizer = nnx.Optimizer(model, optax.sgd(LEARNING_RATE), wrt=nnx.Param)
    for epoch in range(EPOCHS):
        losses = [train_step(model, optimizer, categories, dense, y) for categories, dense, y in loader]
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}")


@nnx.jit
def eval_step(model, categories, dense, y):
    logits = model(categories, dense)
    loss = optax.sigmoid_binary_cross_entropy(logits, y).mean()
    return loss, ((logits > 0) == y).mean()


def evaluate(model, loader):
    results = [eval_step(model, categories, dense, y) for categories, dense, y in loader]
    loss, accuracy = np.mean(results, axis=0)
    return {"loss": loss, "accuracy": accuracy}


def save(model, path):
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(path, nnx.state(model))
