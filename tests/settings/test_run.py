from discgrade.settings.run import Run

RUN = Run("mae", 64, 4, "fold-02", 3)


def test_a_run_is_found_by_its_path():
    assert RUN.path == "mae/64px/share-4/fold-02/seed-3"


def test_a_run_is_made_again_of_its_wildcards():
    assert Run(**RUN.wildcards) == RUN
