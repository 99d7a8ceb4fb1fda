"""The workloads in plain TensorFlow: tf.Module, tf.GradientTape and an optimizer of a few lines; no Keras."""
