"""What the page is told and what it may do, address by address, as `routes` describes it."""

import json
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rating_study import LEVELS, ask, write_scans
from scans import header, save, series

from discgrade.rating.export import rows

BEARER = {"authorization": "Bearer secret-of-rater-0"}


@pytest.fixture
def page(study):
    return study.page()


@pytest.fixture
def item(page):
    return page.worklist()["resume"]["item"]


def disc(answer, number):
    return answer.json["reading"]["discs"][number]


def test_the_start_tells_scale_levels_reasons_and_modes(page):
    start = page.get("/api/start").json
    assert start["grades"] == [1, 1.3, 1.7, 2, 2.3, 2.7, 3, 3.3, 3.7, 4, 4.3, 4.7, 5]
    assert start["levels"]["5"] == ["L5/S1", "L4/L5", "L3/L4", "L2/L3", "L1/L2"]
    assert start["modes"] == [{"mode": "blind", "done": 0, "total": 4}]


def test_the_worklist_is_the_raters_own(study):
    lists = [[one["item"] for one in study.page(rater).worklist()["items"]] for rater in (0, 1)]
    assert [len(one) for one in lists] == [4, 2]
    assert not set(lists[0]) & set(lists[1])


def test_an_item_tells_its_series_and_an_empty_reading(page, item):
    found = page.get(f"/api/items/{item}").json
    assert (found["number"], found["total"], found["shown"], found["problems"]) == (1, 4, None, [])
    (one,) = found["series"]
    assert one["name"] == "Sagittal, TE 102 ms, TR 3500 ms, 3 slices"
    assert (one["chosen"], one["slices"], one["middle"], one["rows"], one["columns"]) == (True, 3, 1, 16, 12)
    assert one["letters"] == {"left": "A", "right": "P", "top": "H", "bottom": "F"}
    assert (found["reading"]["series"], found["reading"]["slice"]) == (0, 1)
    assert [one["level"] for one in found["reading"]["discs"]] == ["L5/S1", "L4/L5"]


def test_a_slice_is_sent_as_it_is_stored(page, item):
    head, values = page.get(f"/api/items/{item}/series/0/slices/2").picture
    assert values.shape == (16, 12)
    assert np.array_equal(head["offset"] + head["scale"] * values, np.arange(16 * 12).reshape(16, 12))


def test_thumbnails_hold_every_slice(page, item):
    head, values = page.get(f"/api/items/{item}/series/0/thumbnails?side=32").picture
    assert values.shape == (3, 32, 24) == (head["slices"], head["rows"], head["columns"])


@pytest.mark.parametrize(
    "path",
    [
        "series/1/slices/0",
        "series/0/slices/3",
        "series/9/thumbnails",
        "series/-1/slices/0",
        "series/0/slices/x",
        "series/0/slices/%D9%A3",
        f"series/{'9' * 5000}/slices/0",
    ],
)
def test_a_picture_that_is_not_there(page, item, path):
    assert page.get(f"/api/items/{item}/{path}").status == 404


@pytest.mark.parametrize("side", ["0", "15", "257", "1e9", "-5", "9" * 5000, "٣٢"])
def test_thumbnails_of_a_size_that_is_not_offered(page, item, side):
    from urllib.parse import quote

    assert page.get(f"/api/items/{item}/series/0/thumbnails?side={quote(side)}").status == 400


def test_a_whole_reading(page, item):
    assert disc(page.box(item, 0, x=1, y=2, width=6, height=5), 0)["box"] == {
        "series": 0, "slice": 1, "x": 1, "y": 2, "width": 6, "height": 5,
    }  # fmt: skip
    assert disc(page.act(item, "grade", disc=0, grade=2.3, seconds=7.5), 0)["done"]
    last = page.act(item, "ungradable", disc=1, reason="artefact")
    assert disc(last, 1)["ungradable"]["text"].startswith("The picture is too poor")
    assert last.json["reading"]["done"]
    assert (last.json["done"], last.json["total"]) == (1, 4)
    assert last.json["next"] == page.worklist()["resume"]["item"] != item


def test_work_is_resumed_at_the_disc_that_was_open(study, page, item):
    page.act(item, "open", disc=1)
    study.stop()
    study.start()
    assert study.page(take=True).worklist()["resume"] == {"item": item, "disc": 1}


def test_after_a_finished_study_the_next_one_is_resumed(page, item):
    page.act(item, "open", disc=1)
    page.read(item, 2.0, 3.0)
    resume = page.worklist()["resume"]
    assert resume["item"] != item
    assert resume["disc"] == 0


def test_nothing_is_left_in_the_end(page):
    assert len(page.read_all()) == 4
    assert page.worklist()["resume"] is None


def test_an_action_that_is_sent_again_is_kept_once(page, item):
    sent = {"window": page.token, "id": "twice-12345", "item": item, "kind": "add"}
    first, second = page.post("/api/actions", **sent), page.post("/api/actions", **sent)
    assert first.json["seq"] == second.json["seq"]
    assert len(second.json["reading"]["discs"]) == 3


def test_undo_goes_back_over_studies_without_end_and_redo_forward(page):
    first, second = page.worklist()["items"][0]["item"], page.worklist()["items"][1]["item"]
    page.read(first, 2.0, 3.0)
    page.act(second, "note", disc=None, text="hm")
    back = [page.step("undo").json for _ in range(5)]
    assert [(one["item"], one["kind"]) for one in back] == [
        (second, "note"), (first, "grade"), (first, "box"), (first, "grade"), (first, "box"),
    ]  # fmt: skip
    assert back[-1]["reading"]["discs"][0]["box"] is None
    assert page.step("undo").json["error"] == "nothing_to_undo"
    forward = [page.step("redo").json for _ in range(5)]
    assert [one["kind"] for one in forward] == ["box", "grade", "box", "grade", "note"]
    assert forward[-2]["reading"]["done"]
    assert page.step("redo").status == 404


def test_something_new_ends_what_can_be_done_again(page, item):
    page.act(item, "grade", disc=0, grade=2.0)
    page.step("undo")
    page.act(item, "grade", disc=0, grade=3.0)
    assert page.step("redo").status == 404
    assert disc(page.step("undo"), 0)["grade"] is None


def test_an_undo_that_is_sent_again_takes_back_once(page, item):
    page.act(item, "grade", disc=0, grade=2.0)
    page.act(item, "grade", disc=0, grade=3.0)
    sent = {"window": page.token, "id": "undo-twice-1", "mode": "blind"}
    assert page.post("/api/undo", **sent).json["seq"] == page.post("/api/undo", **sent).json["seq"]
    assert disc(page.act(item, "view", disc=0, seconds=1), 0)["grade"] == 2.0


def test_opening_and_looking_cannot_be_undone(page, item):
    page.act(item, "open", disc=0)
    page.act(item, "view", disc=0, seconds=3)
    assert page.step("undo").status == 404


INVALID = [
    ("grade", {"disc": 0, "grade": 2.4}),
    ("grade", {"disc": 0, "grade": "3"}),
    ("grade", {"disc": 0, "grade": True}),
    ("grade", {"disc": 0, "grade": None}),
    ("grade", {"disc": 0, "grade": 1e308}),
    ("grade", {"disc": 2, "grade": 3}),
    ("grade", {"disc": -1, "grade": 3}),
    ("grade", {"disc": 0.5, "grade": 3}),
    ("grade", {"grade": 3}),
    ("grade", {"disc": 0, "grade": 3, "seconds": -1}),
    ("grade", {"disc": 0, "grade": 3, "seconds": 601}),
    ("grade", {"disc": 0, "grade": 3, "id": "short"}),
    ("grade", {"disc": 0, "grade": 3, "id": "with space in it"}),
    ("grade", {"disc": 0, "grade": 3, "id": 12345678}),
    ("ungradable", {"disc": 0, "reason": "tired"}),
    ("ungradable", {"disc": 0, "reason": "other"}),
    ("ungradable", {"disc": 0, "reason": ["other"]}),
    ("ungradable", {"disc": 0, "reason": "artefact", "text": "x" * 501}),
    ("box", {"disc": 0, "series": 0, "slice": 1, "x": 1, "y": 1, "width": 0, "height": 5}),
    ("box", {"disc": 0, "series": 0, "slice": 1, "x": 12, "y": 1, "width": 5, "height": 5}),
    ("box", {"disc": 0, "series": 0, "slice": 1, "x": -5, "y": 1, "width": 5, "height": 5}),
    ("box", {"disc": 0, "series": 0, "slice": 1, "x": 0, "y": 0, "width": 13, "height": 5}),
    ("box", {"disc": 0, "series": 0, "slice": 3, "x": 1, "y": 1, "width": 5, "height": 5}),
    ("box", {"disc": 0, "series": 1, "slice": 0, "x": 1, "y": 1, "width": 5, "height": 5}),
    ("box", {"disc": 0, "series": 0, "slice": 1, "x": 1, "y": 1, "width": 5}),
    ("box", {"disc": 0}),
    ("level", {"disc": 0, "level": "L4/L5"}),
    ("level", {"disc": 0, "level": "C2/C3"}),
    ("lumbar", {"count": 7}),
    ("lumbar", {"count": True}),
    ("remove", {"disc": 0}),
    ("slice", {"series": 0, "slice": -1}),
    ("series", {"series": 5}),
    ("note", {"disc": None, "text": "x" * 2001}),
    ("note", {"disc": None, "text": "half \ud800"}),
    ("note", {"disc": None, "text": 5}),
    ("aside", {"reason": "bored"}),
    ("delete", {}),
    ("shown", {}),
    ("undo", {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "what"), INVALID)
def test_what_does_not_fit_is_refused_and_not_kept(study, page, item, kind, what):
    answer = page.act(item, kind, **what)
    assert (answer.status, answer.json["error"]) == (422, "invalid")
    assert list(study.store.all()) == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"3", b'{"id": NaN}', b'{"x": ' + b"[" * 5000 + b"]" * 5000 + b"}", b"\xff\xfe"]
)
@pytest.mark.parametrize("path", ["/api/actions", "/api/undo", "/api/window"])
def test_what_is_no_json_object_is_malformed(study, body, path):
    answer = ask(study.app, "POST", path, body, BEARER)
    assert (answer.status, answer.json["error"]) == (400, "malformed")


def test_a_large_request_is_refused(study):
    answer = ask(study.app, "POST", "/api/actions", b'{"text": "' + b"x" * (1 << 17) + b'"}', BEARER)
    assert (answer.status, answer.json["error"]) == (413, "too_large")


@pytest.mark.parametrize("item", ["x", "", "../..", "0" * 20, "%00", "é"])
def test_an_item_that_is_not_there(page, item):
    from urllib.parse import quote

    assert page.get(f"/api/items/{quote(item)}").status == 404
    assert page.act(item, "open", disc=0).status == 404


def test_one_rater_cannot_open_anothers_item(study, item):
    assert study.page(1).get(f"/api/items/{item}").status == 404


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    [
        "disc",
        "grade",
        "series",
        "slice",
        "x",
        "y",
        "width",
        "height",
        "box",
        "reason",
        "text",
        "level",
        "count",
        "seconds",
        "id",
    ]
)
known = st.sampled_from(
    [
        "open",
        "series",
        "slice",
        "box",
        "grade",
        "ungradable",
        "clear",
        "level",
        "lumbar",
        "add",
        "remove",
        "note",
        "aside",
        "view",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(known | st.text(max_size=9), st.dictionaries(names, values | st.integers(-1, 6), max_size=8))
def test_no_request_breaks_the_server(study, page, item, kind, what):
    answer = ask(
        study.app,
        "POST",
        "/api/actions",
        json.dumps({"window": page.token, "id": page.word(), "item": item, "kind": kind} | what).encode(),
        BEARER,
    )
    assert answer.status in (200, 422)
    assert page.get(f"/api/items/{item}").status == 200


def test_a_full_disc_is_told_and_nothing_is_acknowledged(study, page, item):
    page.act(item, "grade", disc=0, grade=2.0)
    base = study.store._database
    base.execute(f"PRAGMA max_page_count = {base.execute('PRAGMA page_count').fetchone()[0]}")
    refused = None
    for number in range(500):
        answer = page.act(item, "note", disc=None, text=f"{number} " + "x" * 1500)
        if answer.status != 200:
            refused = answer
            break
    assert (refused.status, refused.json["error"]) == (507, "disc_full")
    assert "full" in refused.json["message"]
    assert page.get(f"/api/items/{item}").json["reading"]["note"].startswith(f"{number - 1} ")
    base.execute("PRAGMA max_page_count = 100000")
    assert page.act(item, "grade", disc=0, grade=3.0).status == 200


def test_boxes_are_kept_as_they_lie_on_the_stored_slice(serve, tmp_path):
    feet_up = [0.0, -1.0, 0.0, 0.0, 0.0, 1.0]
    series(tmp_path / "s", 3, ImageOrientationPatient=feet_up, PixelSpacing=[0.5, 0.8])
    study = serve(tmp_path / "s")
    page = study.page()
    item = page.worklist()["resume"]["item"]
    one = page.get(f"/api/items/{item}").json["series"][0]
    assert one["letters"] == {"left": "A", "right": "P", "top": "H", "bottom": "F"}
    assert (one["row_spacing"], one["column_spacing"]) == (0.5, 0.8)
    answer = page.box(item, 0, x=1, y=2, width=5, height=4)
    assert disc(answer, 0)["box"] | {"series": 0, "slice": 1} == disc(answer, 0)["box"]
    assert {name: disc(answer, 0)["box"][name] for name in ("x", "y", "width", "height")} == {
        "x": 1,
        "y": 2,
        "width": 5,
        "height": 4,
    }
    (kept,) = [one for one in study.store.all() if one.kind == "box"]
    assert kept.payload["box"] == [12 - 1 - 5, 16 - 2 - 4, 5, 4]
    _, values = page.get(f"/api/items/{item}/series/0/slices/1").picture
    assert np.array_equal(values, np.arange(16 * 12).reshape(16, 12)[::-1, ::-1])


def test_what_is_wrong_with_a_study_is_said_for_it_and_the_others_go_on(serve, tmp_path):
    folder = write_scans(tmp_path / "s", 1)
    series(folder / "t1", 2, StudyInstanceUID="2.25.1", PatientID="t1", EchoTime=11, RepetitionTime=500)
    series(folder / "unspaced", 2, StudyInstanceUID="2.25.2", PatientID="u", PixelSpacing=None)
    series(folder / "two", 2, StudyInstanceUID="2.25.3", PatientID="w", SeriesNumber=3)
    series(folder / "two", 2, StudyInstanceUID="2.25.3", PatientID="w", SeriesNumber=4)
    series(folder / "broken", 2, StudyInstanceUID="2.25.4", PatientID="b")
    (folder / "broken" / "half.dcm").write_bytes(bytes(128) + b"DICM" + b"\x02\x00\x00\x00UL\x04")
    only = folder / "only" / "bad.dcm"
    only.parent.mkdir()
    only.write_bytes(bytes(128) + b"DICM" + b"\xff" * 40)
    page = serve(folder).page()
    found = {}
    for one in page.worklist()["items"]:
        answer = page.get(f"/api/items/{one['item']}").json
        found[tuple(problem["problem"] for problem in answer["problems"])] = (one["item"], answer)
    assert set(found) == {
        (),
        ("no_t2",),
        ("no_spacing",),
        ("two_series",),
        ("broken_files",),
        ("no_t2", "broken_files"),
    }
    item, t1 = found["no_t2",]
    assert "echo time 11 ms" in t1["series"][0]["reason"]
    assert (t1["reading"]["series"], t1["reading"]["slice"]) == (None, None)
    assert page.act(item, "series", series=0).json["reading"]["slice"] == 1
    item, nothing = found["no_t2", "broken_files"]
    assert nothing["series"] == []
    assert page.act(item, "aside", reason="broken").json["reading"]["done"]
    assert [one["chosen"] for one in found["two_series",][1]["series"]] == [True, False]


def test_a_slice_that_cannot_be_decoded_is_said_and_the_others_are_shown(serve, tmp_path):
    series(tmp_path / "s", 3)
    cut = save(tmp_path / "s" / "3-2.dcm", header(2))
    cut.write_bytes(cut.read_bytes()[:-100])
    page = serve(tmp_path / "s").page()
    item = page.worklist()["resume"]["item"]
    answer = page.get(f"/api/items/{item}/series/0/slices/1")
    assert (answer.status, answer.json["error"]) == (422, "broken")
    assert page.get(f"/api/items/{item}/series/0/slices/0").status == 200
    _, small = page.get(f"/api/items/{item}/series/0/thumbnails").picture
    assert [bool(one.any()) for one in small] == [True, False, True]


def test_the_integral_scale_takes_whole_grades_alone(serve):
    from discgrade.settings.groups.rating import Rating

    page = serve(settings=Rating(scale="integral", levels=LEVELS)).page()
    item = page.worklist()["resume"]["item"]
    assert page.get("/api/start").json["grades"] == [1, 2, 3, 4, 5]
    assert page.act(item, "grade", disc=0, grade=2.3).status == 422
    assert page.act(item, "grade", disc=0, grade=2).status == 200


def test_six_vertebrae_and_names_of_ones_own(page, item):
    six = page.act(item, "lumbar", count=6).json["reading"]
    assert [one["level"] for one in six["discs"]] == ["L6/S1", "L5/L6"]
    assert [one["level"] for one in page.act(item, "add").json["reading"]["discs"]][-1] == "L4/L5"
    assert disc(page.act(item, "level", disc=0, level="S1/S2"), 0)["level"] == "S1/S2"
    assert len(page.act(item, "remove", disc=2).json["reading"]["discs"]) == 2


def test_discs_can_be_added_only_as_long_as_there_are_names(page, item):
    statuses = [page.act(item, "add").status for _ in range(10)]
    assert statuses == [200] * 7 + [422] * 3
    assert page.act(item, "lumbar", count=4).status == 200


def test_a_study_that_is_no_longer_in_the_folder_is_left_alone_and_its_readings_stay(serve, tmp_path):
    folder = write_scans(tmp_path / "scans", 3)
    study = serve(folder)
    page = study.page()
    items = page.read_all(2.0)
    study.stop()
    gone = study.desk.studies[study.desk.work("Dr Main", items[-1]).study].uid
    shutil.rmtree(folder / f"Person{gone[-1]}")
    study.start()
    page = study.page(take=True)
    assert page.worklist()["total"] == 2
    assert page.get(f"/api/items/{items[-1]}").status == 404
    assert page.act(items[-1], "grade", disc=0, grade=5).status == 404
    undone = page.step("undo")
    assert (undone.status, undone.json["item"]) == (200, items[-2])
    assert page.step("redo").json["item"] == items[-2]
    assert len(rows(study.store, study.settings)) == 6
