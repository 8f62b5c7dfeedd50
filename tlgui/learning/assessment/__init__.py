"""Statistics on predictions of photos that a model was not trained on: calibration, thresholds, novelty, doubts."""
