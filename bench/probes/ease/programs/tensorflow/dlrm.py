import tensorflow as tf

BATCH_SIZE = 512
EPOCHS = 10
LEARNING_RATE = 0.01


def data(categories, dense, y):
    dataset = tf.data.Dataset.from_tensor_slices((categories, dense, y))
    return dataset.shuffle(len(y)).batch(BATCH_SIZE)


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


class Dlrm(tf.Module):
    def __init__(self):
        super().__init__()
        self.tables = [tf.Variable(tf.random.normal((10_000, 16), stddev=0.02)) for _ in range(8)]
        self.hidden1 = Dense(8 * 16 + 13, 256)
        self.hidden2 = Dense(256, 128)
        self.output = Dense(128, 1)

    def __call__(self, categories, dense):
        vectors = [tf.nn.embedding_lookup(table, categories[:, i]) for i, table in enumerate(self.tables)]
        x = tf.concat([*vectors, dense], 1)
        x = tf.nn.relu(self.hidden1(x))
        x = tf.nn.relu(self.hidden2(x))
        return self.output(x)


def model():
    return Dlrm()


def loss_fn(logits, y):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))


@tf.function
def train_step(model, categories, dense, y):
    with tf.GradientTape() as tape:
        loss = loss_fn(model(categories, dense), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        variable.assign_sub(LEARNING_RATE * tf.convert_to_tensor(gradient))
    return loss


def train(model, dataset):
    for epoch in range(EPOCHS):
        total = 0.0
        for categories, dense, y in dataset:
            total += train_step(model, categories, dense, y)
        print(f"epoch {epoch + 1}: loss {total / len(dataset):.4f}")


@tf.function
def test_step(model, categories, dense, y):
    logits = model(categories, dense)
    return loss_fn(logits, y), tf.reduce_mean(tf.cast((logits > 0) == (y > 0), tf.float32))


def evaluate(model, dataset):
    total, accuracy = 0.0, 0.0
    for categories, dense, y in dataset:
        loss, hits = test_step(model, categories, dense, y)
        total += loss
        accuracy += hits
    return {"loss": float(total) / len(dataset), "accuracy": float(accuracy) / len(dataset)}


def save(model, path):
    tf.train.Checkpoint(model=model).write(path)
