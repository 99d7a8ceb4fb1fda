import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx

BATCH_SIZE = 256
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


def data(x, extra, y):
    return Loader(x, extra, y)


class Mlp(nnx.Module):
    def __init__(self, rngs):
        self.layers = nnx.Sequential(
            nnx.Linear(32 + 8, 256, rngs=rngs),
            nnx.relu,
            nnx.Linear(256, 256, rngs=rngs),
            nnx.relu,
            nnx.Linear(256, 256, rngs=rngs),
            nnx.relu,
            nnx.Linear(256, 10, rngs=rngs),
        )

    def __call__(self, x, extra):
        return self.layers(jnp.concatenate([x, extra], axis=1))


def model():
    return Mlp(nnx.Rngs(0))


def loss_fn(model, x, extra, y):
    return optax.softmax_cross_entropy_with_integer_labels(model(x, extra), y).mean()


@nnx.jit
def train_step(model, optimizer, x, extra, y):
    loss, gradients = nnx.value_and_grad(loss_fn)(model, x, extra, y)
    optimizer.update(model, gradients)
    return loss


def train(model, loader):
    optimizer = nnx.Optimizer(model, optax.sgd(LEARNING_RATE), wrt=nnx.Param)
    for epoch in range(EPOCHS):
        losses = [train_step(model, optimizer, x, extra, y) for x, extra, y in loader]
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}")


@nnx.jit
def eval_step(model, x, extra, y):
    logits = model(x, extra)
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()
    return loss, (logits.argmax(-1) == y).mean()


def evaluate(model, loader):
    results = [eval_step(model, x, extra, y) for x, extra, y in loader]
    loss, accuracy = np.mean(results, axis=0)
    return {"loss": loss, "accuracy": accuracy}


def save(model, path):
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(path, nnx.state(model))
