import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx

BATCH_SIZE = 4
EPOCHS = 10
LEARNING_RATE = 0.01
WIDTHS = (16, 32, 64, 128)


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


class Pair(nnx.Module):
    def __init__(self, inputs, outputs, rngs):
        self.conv1 = nnx.Conv(inputs, outputs, (3, 3), rngs=rngs)
        self.conv2 = nnx.Conv(outputs, outputs, (3, 3), rngs=rngs)

    def __call__(self, x):
        return nnx.relu(self.conv2(nnx.relu(self.conv1(x))))


class Unet(nnx.Module):
    def __init__(self, rngs):
        self.down, self.up, self.merge = nnx.List(), nnx.List(), nnx.List()
        inputs = 3
        for width in WIDTHS:
            self.down.append(Pair(inputs, width, rngs))
            inputs = width
        self.bottom = Pair(inputs, 2 * inputs, rngs)
        for width in reversed(WIDTHS):
            self.up.append(nnx.ConvTranspose(2 * width, width, (2, 2), (2, 2), rngs=rngs))
            self.merge.append(Pair(2 * width, width, rngs))
        self.output = nnx.Conv(WIDTHS[0], 1, (1, 1), rngs=rngs)

    def __call__(self, x):
        kept = []
        for down in self.down:
            x = down(x)
            kept.append(x)
            x = nnx.max_pool(x, (2, 2), (2, 2))
        x = self.bottom(x)
        for up, merge in zip(self.up, self.merge, strict=True):
            x = merge(jnp.concatenate([kept.pop(), up(x)], axis=-1))
        return self.output(x)


def model():
    return Unet(nnx.Rngs(0))


def loss_fn(model, x, y):
    return optax.sigmoid_binary_cross_entropy(model(x), y).mean()


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
    logits = model(x)
    loss = optax.sigmoid_binary_cross_entropy(logits, y).mean()
    return loss, ((logits > 0) == y).mean()


def evaluate(model, loader):
    results = [eval_step(model, x, y) for x, y in loader]
    loss, accuracy = np.mean(results, axis=0)
    return {"loss": loss, "accuracy": accuracy}


def save(model, path):
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(path, nnx.state(model))
