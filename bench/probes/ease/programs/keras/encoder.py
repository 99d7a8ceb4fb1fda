import keras
from keras import layers, ops

BATCH_SIZE = 32
EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 2


def data(x, y):
    return x, y


@keras.saving.register_keras_serializable()
class Positions(layers.Layer):
    def __init__(self, steps, width, **kwargs):
        super().__init__(**kwargs)
        self.table = layers.Embedding(steps, width)

    def call(self, x):
        return x + self.table(ops.arange(ops.shape(x)[1]))


def block(x):
    y = layers.LayerNormalization(epsilon=1e-5)(x)
    y = layers.MultiHeadAttention(4, 32)(y, y)
    x = layers.Add()([x, y])
    y = layers.LayerNormalization(epsilon=1e-5)(x)
    y = layers.Dense(512, activation="gelu")(y)
    y = layers.Dense(128)(y)
    return layers.Add()([x, y])


def model():
    inputs = keras.Input((64,), dtype="int32")
    x = layers.Embedding(1000, 128)(inputs)
    x = Positions(64, 128)(x)
    for _ in range(LAYERS):
        x = block(x)
    x = layers.LayerNormalization(epsilon=1e-5)(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(2)(x))


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
