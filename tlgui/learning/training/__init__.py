"""Training with Keras: phases, `Model.fit` with callbacks, optimizers, checkpoints."""
