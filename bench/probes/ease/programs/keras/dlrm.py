import keras
from keras import layers

BATCH_SIZE = 512
EPOCHS = 10
LEARNING_RATE = 0.01


def data(categories, dense, y):
    return {"categories": categories, "dense": dense}, y


def model():
    categories = keras.Input((8,), dtype="int32", name="categories")
    dense = keras.Input((13,), name="dense")
    vectors = [layers.Embedding(10_000, 16)(categories[:, i]) for i in range(8)]
    x = layers.Concatenate()([*vectors, dense])
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dense(128, activation="relu")(x)
    return keras.Model({"categories": categories, "dense": dense}, layers.Dense(1)(x))


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
