"""How variants and metrics are named in print."""

VARIANTS = {
    "default": "Default model",
    "integral": "Integral grades",
    "balanced": "Balanced class weights",
    "ordinal": "Ordinal cross-entropy",
    "ordinal_squared": "Squared ordinal cross-entropy",
    "soft_kappa": "Soft κ loss",
    "mse": "MSE loss (regression)",
    "mae": "MAE loss (regression)",
    "paper_protocol": "Default, paper's protocol",
}

METRICS = {
    "kappa_linear": "Cohen's κ (linear)",
    "accuracy": "Accuracy",
    "mcc": "MCC",
    "f1": "Average F1",
    "mae": "Mean absolute error (grades)",
}


READING_NAMES = {"intra_rater": "Intra-rater", "inter_rater": "Inter-rater", "noise_ceiling": "Noise ceiling"}

SPLITS = {
    "readings": "Raters",
    "holdout": "Variants, fixed split",
    "folds": "All folds, pooled",
    "fold-mean": "Mean of the folds",
}


def variant_name(variant: str) -> str:
    """Return the printed name of a variant or pair of readings: its own name where the config has named a new one."""
    return (VARIANTS | READING_NAMES).get(variant, variant)


def run_name(title: str) -> str:
    """Return the printed name of a run: "mae, folds" becomes "MAE loss (regression), folds"."""
    variant, *rest = title.split(", ")
    return ", ".join([variant_name(variant), *rest])
