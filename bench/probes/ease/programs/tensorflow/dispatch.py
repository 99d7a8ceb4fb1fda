import tensorflow as tf

BATCH_SIZE = 1
EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 50


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


class Dispatch(tf.Module):
    def __init__(self):
        super().__init__()
        self.layers = [Dense(64, 64) for _ in range(LAYERS)]

    def __call__(self, x):
        for layer in self.layers[:-1]:
            x = tf.nn.relu(layer(x))
        return self.layers[-1](x)


def model():
    return Dispatch()


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
