import keras
from keras import layers

BATCH_SIZE = 4
EPOCHS = 10
LEARNING_RATE = 0.01
WIDTHS = (16, 32, 64, 128)


def data(x, y):
    return x, y


def pair(x, width):
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    return layers.Conv2D(width, 3, padding="same", activation="relu")(x)


def model():
    inputs = keras.Input((64, 64, 3))
    x, kept = inputs, []
    for width in WIDTHS:
        x = pair(x, width)
        kept.append(x)
        x = layers.MaxPooling2D()(x)
    x = pair(x, 2 * WIDTHS[-1])
    for width in reversed(WIDTHS):
        x = layers.Conv2DTranspose(width, 2, strides=2)(x)
        x = layers.Concatenate()([kept.pop(), x])
        x = pair(x, width)
    return keras.Model(inputs, layers.Conv2D(1, 1)(x))


def train(model, dataset):
    x, y = dataset
    model.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
    )
    model.fit(x, y, batch_size=BATCH_SIZE, epochs=EPOCHS)


def evaluate(model, dataset):
    x, y = dataset
    return model.evaluate(x, y, batch_size=BATCH_SIZE, return_dict=True)


def save(model, path):
    model.save(path)
