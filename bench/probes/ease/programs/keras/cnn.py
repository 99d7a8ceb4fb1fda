import keras
from keras import layers

BATCH_SIZE = 64
EPOCHS = 10
LEARNING_RATE = 0.01


def data(x, y):
    return x, y


def model():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )


def train(model, dataset):
    x, y = dataset
    model.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(x, y, batch_size=BATCH_SIZE, epochs=EPOCHS)


def evaluate(model, dataset):
    x, y = dataset
    return model.evaluate(x, y, batch_size=BATCH_SIZE, return_dict=True)


def save(model, path):
    model.save(path)
