import tensorflow as tf

BATCH_SIZE = 32
EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 2


def data(x, y):
    return tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(BATCH_SIZE)


def glorot(shape, inputs, outputs):
    limit = (6 / (inputs + outputs)) ** 0.5
    return tf.Variable(tf.random.uniform(shape, -limit, limit))


class Dense(tf.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.kernel = glorot((inputs, outputs), inputs, outputs)
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, x):
        return x @ self.kernel + self.bias


class LayerNorm(tf.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = tf.Variable(tf.ones(width))
        self.bias = tf.Variable(tf.zeros(width))

    def __call__(self, x):
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        return tf.nn.batch_normalization(x, mean, variance, self.bias, self.scale, 1e-5)


class Attention(tf.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = Dense(width, 3 * width)
        self.out = Dense(width, width)

    def __call__(self, x):
        batch, steps, width = tf.unstack(tf.shape(x))
        apart = (batch, steps, 3, self.heads, width // self.heads)
        query, key, value = tf.unstack(tf.transpose(tf.reshape(self.qkv(x), apart), (2, 0, 3, 1, 4)))
        scores = tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5
        mixed = tf.nn.softmax(scores) @ value
        return self.out(tf.reshape(tf.transpose(mixed, (0, 2, 1, 3)), (batch, steps, width)))


class Block(tf.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.norm1 = LayerNorm(width)
        self.attention = Attention(width, heads)
        self.norm2 = LayerNorm(width)
        self.expand = Dense(width, hidden)
        self.contract = Dense(hidden, width)

    def __call__(self, x):
        x = x + self.attention(self.norm1(x))
        y = tf.nn.gelu(self.expand(self.norm2(x)))
        return x + self.contract(y)


class Encoder(tf.Module):
    def __init__(self):
        super().__init__()
        self.tokens = tf.Variable(tf.random.normal((1000, 128), stddev=0.02))
        self.positions = tf.Variable(tf.random.normal((64, 128), stddev=0.02))
        self.blocks = [Block(128, 4, 512) for _ in range(LAYERS)]
        self.norm = LayerNorm(128)
        self.output = Dense(128, 2)

    def __call__(self, tokens):
        x = tf.nn.embedding_lookup(self.tokens, tokens) + self.positions[: tf.shape(tokens)[1]]
        for block in self.blocks:
            x = block(x)
        return self.output(tf.reduce_mean(self.norm(x), 1))


def model():
    return Encoder()


def loss_fn(logits, y):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = loss_fn(model(x), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        variable.assign_sub(LEARNING_RATE * tf.convert_to_tensor(gradient))
    return loss


def train(model, dataset):
    for epoch in range(EPOCHS):
        total = 0.0
        for x, y in dataset:
            total += train_step(model, x, y)
        print(f"epoch {epoch + 1}: loss {total / len(dataset):.4f}")


@tf.function
def test_step(model, x, y):
    logits = model(x)
    return loss_fn(logits, y), tf.reduce_mean(tf.cast(tf.argmax(logits, -1, tf.int32) == y, tf.float32))


def evaluate(model, dataset):
    total, accuracy = 0.0, 0.0
    for x, y in dataset:
        loss, hits = test_step(model, x, y)
        total += loss
        accuracy += hits
    return {"loss": float(total) / len(dataset), "accuracy": float(accuracy) / len(dataset)}


def save(model, path):
    tf.train.Checkpoint(model=model).write(path)
