"""The task of grading: samples, augmentation, network, losses and predictions."""
