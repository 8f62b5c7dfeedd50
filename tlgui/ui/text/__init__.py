"""Names and descriptions of models and runs on the screen."""
