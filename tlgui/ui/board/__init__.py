"""The photos that are named on the Predict page: what the model says, what the person decided, and their order."""
