import keras
from keras import layers

BATCH_SIZE = 32
EPOCHS = 10
LEARNING_RATE = 0.01
BLOCKS = 3


def data(x, y):
    return x, y


def norm(x):
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def block(x, width):
    stride = 1 if x.shape[-1] == width else 2
    y = layers.ZeroPadding2D(1)(x)
    y = layers.Conv2D(width, 3, stride, use_bias=False)(y)
    y = layers.ReLU()(norm(y))
    y = layers.Conv2D(width, 3, padding="same", use_bias=False)(y)
    y = norm(y)
    if stride == 2:
        x = norm(layers.Conv2D(width, 1, stride, use_bias=False)(x))
    return layers.ReLU()(layers.Add()([x, y]))


def model():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same", use_bias=False)(inputs)
    x = layers.ReLU()(norm(x))
    for width in (16, 32, 64):
        for _ in range(BLOCKS):
            x = block(x, width)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10)(x))


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
