"""The timing runner: the same models in Keras, PyTorch, TensorFlow and JAX, gated for equality, timed in pairs."""
