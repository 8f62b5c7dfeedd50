"""Training with Keras: phases, train steps, optimizers, checkpoints."""
