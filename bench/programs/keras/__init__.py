"""The workloads in Keras: one source for its TensorFlow, JAX and PyTorch backends; KERAS_BACKEND chooses."""
