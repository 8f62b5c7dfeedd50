"""The only code that trains and applies networks; kept empty so that its TensorFlow-free modules import quickly."""
