"""What the tables know of a study."""

from invented_study import CONFIG, study_of

from discgrade.publication.context import context_of


def test_every_trained_variant_has_its_label_and_protocol_the_default_one_too():
    """The default variant is trained on every fraction even where the grid does not name it."""
    variants = {name: {"label": f"Label of {name}", **variant} for name, variant in CONFIG["variants"].items()}
    variants["mse"]["protocol"] = {"score": "averaged"}
    grid = CONFIG["grid"] | {"variants": ["mse"], "folds": ["integral"]}
    context = context_of(study_of(**CONFIG | {"variants": variants, "grid": grid}))
    assert context.labels == {name: f"Label of {name}" for name in ("default", "mse", "integral")}
    assert context.variants["mse"].protocol.score == "averaged"
    assert context.variants["default"].protocol.score == "as_read"
    assert (context.default.variant, context.default.split, context.study) == ("default", "holdout", "invented")
