import keras
from keras import layers

BATCH_SIZE = 256
EPOCHS = 10
LEARNING_RATE = 0.01


def data(x, extra, y):
    return {"x": x, "extra": extra}, y


def model():
    inputs = {"x": keras.Input((32,), name="x"), "extra": keras.Input((8,), name="extra")}
    y = layers.Concatenate()([inputs["x"], inputs["extra"]])
    y = layers.Dense(256, activation="relu")(y)
    y = layers.Dense(256, activation="relu")(y)
    y = layers.Dense(256, activation="relu")(y)
    return keras.Model(inputs, layers.Dense(10)(y))


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
