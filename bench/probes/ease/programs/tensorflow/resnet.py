import tensorflow as tf

BATCH_SIZE = 32
EPOCHS = 10
LEARNING_RATE = 0.01
BLOCKS = 3


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
    def __init__(self, side, inputs, outputs, stride=1):
        super().__init__()
        area = side * side
        self.kernel = glorot((side, side, inputs, outputs), area * inputs, area * outputs)
        self.stride = stride
        pad = [side // 2, side // 2]
        self.paddings = [[0, 0], pad, pad, [0, 0]]

    def __call__(self, x):
        return tf.nn.conv2d(tf.pad(x, self.paddings), self.kernel, self.stride, "VALID")


class BatchNorm(tf.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = tf.Variable(tf.ones(width))
        self.bias = tf.Variable(tf.zeros(width))
        self.mean = tf.Variable(tf.zeros(width), trainable=False)
        self.variance = tf.Variable(tf.ones(width), trainable=False)

    def __call__(self, x, training):
        mean, variance = self.mean, self.variance
        if training:
            mean, variance = tf.nn.moments(x, [0, 1, 2])
            self.mean.assign(0.9 * self.mean + 0.1 * mean)
            self.variance.assign(0.9 * self.variance + 0.1 * variance)
        return tf.nn.batch_normalization(x, mean, variance, self.bias, self.scale, 1e-5)


class Block(tf.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.conv1 = Conv(3, inputs, outputs, stride)
        self.norm1 = BatchNorm(outputs)
        self.conv2 = Conv(3, outputs, outputs)
        self.norm2 = BatchNorm(outputs)
        self.shortcut = None
        if stride == 2:
            self.shortcut = Conv(1, inputs, outputs, stride)
            self.shortcut_norm = BatchNorm(outputs)

    def __call__(self, x, training):
        y = tf.nn.relu(self.norm1(self.conv1(x), training))
        y = self.norm2(self.conv2(y), training)
        if self.shortcut is not None:
            x = self.shortcut_norm(self.shortcut(x), training)
        return tf.nn.relu(x + y)


class Resnet(tf.Module):
    def __init__(self):
        super().__init__()
        self.stem = Conv(3, 3, 16)
        self.norm = BatchNorm(16)
        self.blocks = []
        inputs = 16
        for outputs in (16, 32, 64):
            for _ in range(BLOCKS):
                self.blocks.append(Block(inputs, outputs))
                inputs = outputs
        self.output = Dense(64, 10)

    def __call__(self, x, training):
        x = tf.nn.relu(self.norm(self.stem(x), training))
        for block in self.blocks:
            x = block(x, training)
        return self.output(tf.reduce_mean(x, [1, 2]))


def model():
    return Resnet()


def loss_fn(logits, y):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = loss_fn(model(x, training=True), y)
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
    logits = model(x, training=False)
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
