import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
from flax import nnx

EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 2


def data(x, lengths, y):
    return [(x[i, :, :length], y[i]) for i, length in enumerate(lengths)]


class Block(nnx.Module):
    def __init__(self, rngs):
        self.norm1 = nnx.LayerNorm(128, epsilon=1e-5, rngs=rngs)
        self.attention = nnx.MultiHeadAttention(4, 128, decode=False, rngs=rngs)
        self.norm2 = nnx.LayerNorm(128, epsilon=1e-5, rngs=rngs)
        self.expand = nnx.Linear(128, 512, rngs=rngs)
        self.contract = nnx.Linear(512, 128, rngs=rngs)

    def __call__(self, x):
        x = x + self.attention(self.norm1(x))
        y = nnx.gelu(self.expand(self.norm2(x)), approximate=False)
        return x + self.contract(y)


class Encoder(nnx.Module):
    def __init__(self, rngs):
        self.tokens = nnx.Embed(1000, 128, rngs=rngs)
        self.positions = nnx.Embed(64, 128, rngs=rngs)
        self.blocks = nnx.List([Block(rngs) for _ in range(LAYERS)])
        self.norm = nnx.LayerNorm(128, epsilon=1e-5, rngs=rngs)
        self.output = nnx.Linear(128, 2, rngs=rngs)

    def __call__(self, tokens):
        x = self.tokens(tokens) + self.positions(jnp.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.output(self.norm(x).mean(1))


def model():
    return Encoder(nnx.Rngs(0))


def loss_fn(model, x, y):
    return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()


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
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()
    return loss, (logits.argmax(-1) == y).mean()


def evaluate(model, loader):
    results = [eval_step(model, x, y) for x, y in loader]
    loss, accuracy = np.mean(results, axis=0)
    return {"loss": loss, "accuracy": accuracy}


def save(model, path):
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(path, nnx.state(model))
