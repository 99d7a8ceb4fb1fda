import tensorflow as tf

BATCH_SIZE = 64
EPOCHS = 10
LEARNING_RATE = 0.01


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


class Conv(tf.Module):
    def __init__(self, side, inputs, outputs):
        super().__init__()
        area = side * side
        self.kernel = glorot((side, side, inputs, outputs), area * inputs, area * outputs)
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, x):
        return tf.nn.conv2d(x, self.kernel, 1, "VALID") + self.bias


class Cnn(tf.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = Conv(3, 1, 32)
        self.conv2 = Conv(3, 32, 64)
        self.output = Dense(1600, 10)

    def __call__(self, x):
        x = tf.nn.max_pool2d(tf.nn.relu(self.conv1(x)), 2, 2, "VALID")
        x = tf.nn.max_pool2d(tf.nn.relu(self.conv2(x)), 2, 2, "VALID")
        return self.output(tf.reshape(x, (-1, 1600)))


def model():
    return Cnn()


def loss_fn(logits, y):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = loss_fn(model(x), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        variable.assign_sub(LEARNING_RATE * gradient)
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
