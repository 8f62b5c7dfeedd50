"""Pretrained networks without their classifiers, and where their weights come from."""
