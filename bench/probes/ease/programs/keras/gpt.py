import keras
from keras import layers, ops

BATCH_SIZE = 8
EPOCHS = 10
LEARNING_RATE = 0.01
LAYERS = 4


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
    y = layers.MultiHeadAttention(4, 32)(y, y, use_causal_mask=True)
    x = layers.Add()([x, y])
    y = layers.LayerNormalization(epsilon=1e-5)(x)
    y = ops.gelu(layers.Dense(512)(y), approximate=True)
    y = layers.Dense(128)(y)
    return layers.Add()([x, y])


def model():
    inputs = keras.Input((128,), dtype="int32")
    tokens = layers.ReversibleEmbedding(256, 128)
    x = Positions(128, 128)(tokens(inputs))
    for _ in range(LAYERS):
        x = block(x)
    x = layers.LayerNormalization(epsilon=1e-5)(x)
    return keras.Model(inputs, tokens(x, reverse=True))


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
