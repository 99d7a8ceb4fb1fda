import keras
import tensorflow as tf
from keras import layers

BATCH_SIZE = 256
EPOCHS = 10
LEARNING_RATE = 0.01
EPSILON = 0.1


def data(x, y):
    return x, y


class Adversarial(keras.Sequential):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
        x = x + EPSILON * tf.sign(tape.gradient(loss, x))
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


def model():
    return Adversarial(
        [
            keras.Input((32,)),
            layers.Dense(256, activation="relu"),
            layers.Dense(256, activation="relu"),
            layers.Dense(256, activation="relu"),
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
