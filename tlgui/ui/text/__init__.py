"""What models and runs are called on the screen."""
