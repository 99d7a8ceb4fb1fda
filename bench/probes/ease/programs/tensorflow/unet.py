import tensorflow as tf

BATCH_SIZE = 4
EPOCHS = 10
LEARNING_RATE = 0.01
WIDTHS = (16, 32, 64, 128)


def data(x, y):
    return tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(BATCH_SIZE)


def glorot(shape, inputs, outputs):
    limit = (6 / (inputs + outputs)) ** 0.5
    return tf.Variable(tf.random.uniform(shape, -limit, limit))


class Conv(tf.Module):
    def __init__(self, side, inputs, outputs):
        super().__init__()
        area = side * side
        self.kernel = glorot((side, side, inputs, outputs), area * inputs, area * outputs)
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, x):
        return tf.nn.conv2d(x, self.kernel, 1, "SAME") + self.bias


class Up(tf.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.kernel = glorot((2, 2, outputs, inputs), 4 * inputs, 4 * outputs)
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, x):
        batch, height, width, _ = tf.unstack(tf.shape(x))
        shape = (batch, 2 * height, 2 * width, self.kernel.shape[2])
        return tf.nn.conv2d_transpose(x, self.kernel, shape, 2) + self.bias


class Pair(tf.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = Conv(3, inputs, outputs)
        self.conv2 = Conv(3, outputs, outputs)

    def __call__(self, x):
        return tf.nn.relu(self.conv2(tf.nn.relu(self.conv1(x))))


class Unet(tf.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up, self.merge = [], [], []
        inputs = 3
        for width in WIDTHS:
            self.down.append(Pair(inputs, width))
            inputs = width
        self.bottom = Pair(inputs, 2 * inputs)
        for width in reversed(WIDTHS):
            self.up.append(Up(2 * width, width))
            self.merge.append(Pair(2 * width, width))
        self.output = Conv(1, WIDTHS[0], 1)

    def __call__(self, x):
        kept = []
        for down in self.down:
            x = down(x)
            kept.append(x)
            x = tf.nn.max_pool2d(x, 2, 2, "VALID")
        x = self.bottom(x)
        for up, merge in zip(self.up, self.merge, strict=True):
            x = merge(tf.concat([kept.pop(), up(x)], -1))
        return self.output(x)


def model():
    return Unet()


def loss_fn(logits, y):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))


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
    return loss_fn(logits, y), tf.reduce_mean(tf.cast((logits > 0) == (y > 0), tf.float32))


def evaluate(model, dataset):
    total, accuracy = 0.0, 0.0
    for x, y in dataset:
        loss, hits = test_step(model, x, y)
        total += loss
        accuracy += hits
    return {"loss": float(total) / len(dataset), "accuracy": float(accuracy) / len(dataset)}


def save(model, path):
    tf.train.Checkpoint(model=model).write(path)
