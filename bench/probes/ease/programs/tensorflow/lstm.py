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


class Lstm(tf.Module):
    def __init__(self, inputs, units):
        super().__init__()
        self.units = units
        self.kernel = glorot((inputs, 4 * units), inputs, 4 * units)
        self.recurrent = glorot((units, 4 * units), units, 4 * units)
        self.bias = tf.Variable(tf.zeros(4 * units))

    def step(self, state, x):
        hidden, cell = state
        write, forget, candidate, read = tf.split(x + hidden @ self.recurrent, 4, axis=-1)
        cell = tf.sigmoid(forget) * cell + tf.sigmoid(write) * tf.tanh(candidate)
        return tf.sigmoid(read) * tf.tanh(cell), cell

    def __call__(self, x):
        start = tf.zeros((tf.shape(x)[1], self.units))
        hidden, _ = tf.scan(self.step, x @ self.kernel + self.bias, (start, start))
        return hidden


class TwoLstm(tf.Module):
    def __init__(self):
        super().__init__()
        self.lstm1 = Lstm(32, 128)
        self.lstm2 = Lstm(128, 128)
        self.output = Dense(128, 1)

    def __call__(self, x):
        x = tf.transpose(x, (1, 0, 2))
        return self.output(self.lstm2(self.lstm1(x))[-1])


def model():
    return TwoLstm()


def loss_fn(prediction, y):
    return tf.reduce_mean(tf.square(prediction - y))


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
    return loss_fn(model(x), y)


def evaluate(model, dataset):
    total = 0.0
    for x, y in dataset:
        total += test_step(model, x, y)
    return {"loss": float(total) / len(dataset)}


def save(model, path):
    tf.train.Checkpoint(model=model).write(path)
