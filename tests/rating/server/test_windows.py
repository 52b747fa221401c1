"""Two windows of one rater: the later one wins only after being told."""


def test_a_second_window_is_told_of_the_first_and_may_take_over(study):
    first = study.page()
    second = study.page()
    assert second.token == ""
    answer = second.open()
    assert (answer.status, answer.json["error"]) == (409, "other_window")
    assert answer.json["since"] == "2026-03-02T09:00:00+00:00"
    item = first.worklist()["resume"]["item"]
    assert first.act(item, "grade", disc=0, grade=2).status == 200
    assert second.open(take=True).status == 200
    refused = first.act(item, "grade", disc=0, grade=3)
    assert (refused.status, refused.json["error"]) == (409, "superseded")
    assert first.step("undo").json["error"] == "superseded"
    assert second.act(item, "view", disc=0).json["reading"]["discs"][0]["grade"] == 2
    assert first.get(f"/api/items/{item}").status == 200


def test_a_window_may_ask_whether_it_still_acts(study):
    first = study.page()
    assert first.post("/api/window/check", window=first.token).json == {"current": True}
    study.page(take=True)
    assert first.post("/api/window/check", window=first.token).json == {"current": False}


def test_the_same_window_loaded_again_asks_nobody(study):
    first = study.page()
    old = first.token
    assert first.open(resume=old).status == 200
    assert first.token != old
    assert first.open(resume=old).status == 409


def test_a_closed_window_is_no_other_window(study):
    first = study.page()
    assert first.post("/api/window/close", window=first.token).status == 200
    assert study.page().token
    item = first.worklist()["resume"]["item"]
    assert first.act(item, "open", disc=0).json["error"] == "superseded"


def test_what_a_closed_window_had_left_is_kept_in_order_and_once(study):
    page = study.page()
    item = page.worklist()["resume"]["item"]
    page.act(item, "grade", id="left-0001", disc=0, grade=2)
    left = [
        {"to": "actions", "id": "left-0001", "item": item, "kind": "grade", "disc": 0, "grade": 2},
        {"to": "actions", "id": "left-0002", "item": item, "kind": "grade", "disc": 0, "grade": 9},
        {"to": "actions", "id": "left-0003", "item": "gone", "kind": "grade", "disc": 0, "grade": 3},
        {"to": "actions", "id": "left-0004", "item": item, "kind": "grade", "disc": 1, "grade": 3},
        {"to": "undo", "id": "left-0005", "mode": "blind"},
        {"to": "undo", "id": "left-0006"},
        {"to": "actions", "id": "left-0007", "item": item, "kind": "note", "disc": 1, "text": "last"},
    ]
    assert page.post("/api/window/close", window=page.token, left=left).status == 200
    assert [one.id for one in study.store.all()] == ["left-0001", "left-0004", "left-0005", "left-0007"]
    discs = study.page().get(f"/api/items/{item}").json["reading"]["discs"]
    assert [(disc["grade"], disc["note"]) for disc in discs] == [(2, ""), (None, "last")]


def test_what_a_superseded_window_had_left_is_not_kept(study):
    page = study.page()
    item = page.worklist()["resume"]["item"]
    study.page(take=True)
    left = [{"to": "actions", "id": "left-0001", "item": item, "kind": "grade", "disc": 0, "grade": 2}]
    assert page.post("/api/window/close", window=page.token, left=left).json["error"] == "superseded"
    assert page.post("/api/window/close", window=page.token, left="x").json["error"] == "malformed"
    assert list(study.store.all()) == []


def test_a_superseded_window_cannot_close_the_other(study):
    first = study.page()
    second = study.page(take=True)
    first.post("/api/window/close", window=first.token)
    assert second.post("/api/window/check", window=second.token).json == {"current": True}


def test_a_window_goes_on_after_the_server_was_started_again(study):
    page = study.page()
    item = page.worklist()["resume"]["item"]
    study.stop()
    study.start()
    page.app = study.app
    assert page.act(item, "grade", disc=0, grade=2).status == 200


def test_windows_of_two_raters_do_not_meet(study):
    one, other = study.page(0), study.page(1)
    assert one.token
    assert other.token
    item = other.worklist()["resume"]["item"]
    assert other.post("/api/actions", window=one.token, id="x" * 8, item=item, kind="add").json["error"] == "superseded"


def test_a_window_that_was_never_opened_may_not_act(study):
    page = study.page()
    item = page.worklist()["resume"]["item"]
    for token in ("", "x", page.token + "x", "\ud800"):
        assert page.act(item, "add", window=token).json["error"] == "superseded"
    assert page.act(item, "add", window=None).status == 400
