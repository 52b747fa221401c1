"""Augmentation, the network, its losses, training and prediction."""
