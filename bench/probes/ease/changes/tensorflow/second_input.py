import tensorflow as tf

BATCH_SIZE = 256
EPOCHS = 10
LEARNING_RATE = 0.01


def data(x, extra, y):
    return tf.data.Dataset.from_tensor_slices((x, extra, y)).shuffle(len(x)).batch(BATCH_SIZE)


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


class Mlp(tf.Module):
    def __init__(self):
        super().__init__()
        self.hidden = [Dense(32 + 8, 256), Dense(256, 256), Dense(256, 256)]
        self.output = Dense(256, 10)

    def __call__(self, x, extra):
        x = tf.concat([x, extra], 1)
        for layer in self.hidden:
            x = tf.nn.relu(layer(x))
        return self.output(x)


def model():
    return Mlp()


def loss_fn(logits, y):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))


@tf.function
def train_step(model, x, extra, y):
    with tf.GradientTape() as tape:
        loss = loss_fn(model(x, extra), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        variable.assign_sub(LEARNING_RATE * gradient)
    return loss


def train(model, dataset):
    for epoch in range(EPOCHS):
        total = 0.0
        for x, extra, y in dataset:
            total += train_step(model, x, extra, y)
        print(f"epoch {epoch + 1}: loss {total / len(dataset):.4f}")


@tf.function
def test_step(model, x, extra, y):
    logits = model(x, extra)
    return loss_fn(logits, y), tf.reduce_mean(tf.cast(tf.argmax(logits, -1, tf.int32) == y, tf.float32))


def evaluate(model, dataset):
    total, accuracy = 0.0, 0.0
    for x, extra, y in dataset:
        loss, hits = test_step(model, x, extra, y)
        total += loss
        accuracy += hits
    return {"loss": float(total) / len(dataset), "accuracy": float(accuracy) / len(dataset)}


def save(model, path):
    tf.train.Checkpoint(model=model).write(path)
