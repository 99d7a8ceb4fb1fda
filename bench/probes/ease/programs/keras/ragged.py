import keras
from keras import layers, ops

EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 2


class Batches(keras.utils.PyDataset):
    def __init__(self, x, lengths, y, **kwargs):
        super().__init__(**kwargs)
        self.x, self.lengths, self.y = x, lengths, y

    def __len__(self):
        return len(self.lengths)

    def __getitem__(self, index):
        return self.x[index, :, : self.lengths[index]], self.y[index]


def data(x, lengths, y):
    return Batches(x, lengths, y)


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
    inputs = keras.Input((None,), dtype="int32")
    x = layers.Embedding(1000, 128)(inputs)
    x = Positions(64, 128)(x)
    for _ in range(LAYERS):
        x = block(x)
    x = layers.LayerNormalization(epsilon=1e-5)(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(2)(x))


def train(model, dataset):
    model.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(dataset, epochs=EPOCHS, shuffle=False)


def evaluate(model, dataset):
    return model.evaluate(dataset, return_dict=True)


def save(model, path):
    model.save(path)
