"""Nobody sees who a patient is, or a grade that was given before: in no answer, at no time."""

import json

import pytest
from rating_study import LEVELS, write_scans
from scans import series

from discgrade.rating.disputes import Dispute
from discgrade.rating.ledger.work import blind
from discgrade.settings.groups.rating import Rating

CANARIES = {
    "PatientName": "Quenzelhuber^Zyprian",
    "PatientID": "QX7315509",
    "PatientBirthDate": "19310718",
    "PatientAge": "088Y",
    "StudyDate": "20190829",
    "SeriesDate": "20190830",
    "AcquisitionDate": "20190831",
    "AccessionNumber": "ACC8831774",
    "StudyID": "55217",
    "InstitutionName": "Spital Wolkenkuckuck",
    "StationName": "WOLKMR7",
    "ReferringPhysicianName": "Drachenzahn^Isolde",
    "OperatorsName": "Flunkert^Odo",
    "StudyDescription": "LWS Quenzelhuber",
    "PatientComments": "wohnt in Kuckuckstal",
    "StudyInstanceUID": "2.25.8831771",
    "SeriesInstanceUID": "2.25.8831772",
}
WORDS = (
    "quenzel", "zyprian", "qx7315509", "1931", "088y", "20190829", "20190830", "20190831", "acc8831774", "55217",
    "wolken", "wolkmr7", "drachen", "isolde", "flunkert", "kuckuck", "2.25.", "secretfolder", ".dcm", "/tmp",
    "patient_id",
)  # fmt: skip


def traffic(page):
    """Every answer that a page can get, as text, headers too."""
    for mode in ("blind", "adjudication", "review"):
        listed = page.get(f"/api/worklist?mode={mode}")
        yield listed
        for one in listed.json["items"]:
            yield (found := page.get(f"/api/items/{one['item']}"))
            for number in range(len(found.json.get("series", []))):
                yield page.get(f"/api/items/{one['item']}/series/{number}/slices/0")
                yield page.get(f"/api/items/{one['item']}/series/{number}/slices/99")
                yield page.get(f"/api/items/{one['item']}/series/{number}/thumbnails")
            yield page.act(one["item"], "grade", disc=0, grade=3)
            yield page.act(one["item"], "grade", disc=77, grade=3)
    yield page.get("/api/start")
    yield page.step("undo")


@pytest.mark.parametrize(
    "said", ["t2_tse_sag Quenzelhuber", "Zyprian QX7315509 18.07.1931", "LWS 19310718 Wolkenkuckuck"]
)
def test_no_identity_leaves_the_server(serve, tmp_path, said):
    series(tmp_path / "SecretFolder_Quenzelhuber", 2, **CANARIES, SeriesDescription=said)
    found = b"".join(
        json.dumps(answer.headers).encode() + b"\n" + answer.body for answer in traffic(serve(tmp_path).page())
    )
    text = found.decode("latin-1").lower()
    assert [word for word in WORDS if word in text] == []


def test_a_hostile_description_arrives_as_it_is_in_json(serve, tmp_path):
    hostile = "<img src=x onerror=alert(1)>"
    series(tmp_path, 2, SeriesDescription=hostile)
    page = serve(tmp_path).page()
    item = page.worklist()["resume"]["item"]
    answer = page.get(f"/api/items/{item}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["series"][0]["description"] == hostile


@pytest.fixture
def twice(serve):
    """A study whose main rater reads everything twice."""
    return serve(settings=Rating(levels=LEVELS, reread=1.0, second_rater=1.0))


def test_a_rereading_is_not_offered_before_its_time(twice):
    page = twice.page()
    page.read_all(2.0)
    start = page.worklist()
    assert (start["done"], start["total"], start["resume"]) == (4, 4, None)
    twice.clock.forward(days=27, hours=23)
    assert page.worklist()["total"] == 4
    twice.clock.forward(hours=1)
    assert page.worklist()["total"] == 8


def test_a_rereading_looks_like_a_first_reading(twice):
    page = twice.page()
    first = page.worklist()["items"][0]["item"]
    before = page.get(f"/api/items/{first}").json
    page.read_all(2.0)
    page.act(first, "note", disc=None, text="a note")
    twice.clock.forward(days=28)
    items = [one for one in page.worklist()["items"] if one["state"] == "open"]
    assert len(items) == 4
    for one in items:
        again = page.get(f"/api/items/{one['item']}").json
        assert again["item"] not in {first}
        own = ("item", "number", "total", "next", "previous")
        assert {name: value for name, value in again.items() if name not in own} == {
            name: value for name, value in before.items() if name not in own
        }
        assert {name: value for name, value in one.items() if name not in ("item", "number")} == {
            "state": "open", "closed": False, "unread": False, "level": None, "difference": None,
        }  # fmt: skip


def test_the_first_reading_is_closed_when_the_second_could_come_whether_it_comes_or_not(serve):
    study = serve(settings=Rating(levels=LEVELS, reread=0.25))
    page = study.page()
    items = page.read_all(2.0)
    study.clock.forward(days=28)
    listed = page.worklist()["items"]
    assert {one["item"]: one["closed"] for one in listed if one["state"] == "done"} == dict.fromkeys(items, True)
    for item in items:
        assert page.get(f"/api/items/{item}").json["error"] == "closed"
        assert page.get(f"/api/items/{item}/series/0/slices/0").json["error"] == "closed"
        assert page.act(item, "grade", disc=0, grade=5).json["error"] == "closed"
    assert page.step("undo").json["error"] == "nothing_to_undo"


def test_the_second_reading_is_another_one_in_the_ledger(twice):
    page = twice.page()
    page.read_all(2.0)
    twice.clock.forward(days=30)
    page.read_all(4.0)
    readings = {(action.work.study, action.work.reading) for action in twice.store.all()}
    assert len(readings) == 8


def test_raters_never_see_each_other(twice):
    one, other = twice.page(0), twice.page(1)
    one.read_all(2.0)
    texts = b"".join(answer.body for answer in traffic(other) if answer.headers["content-type"] == "application/json")
    assert b'"grade":2' not in texts.replace(b" ", b"")
    assert b"Dr Main" not in texts


def test_no_dispute_is_shown_before_all_blind_readings_of_its_study_are_done(twice):
    main, other = twice.page(0), twice.page(1)
    main.read_all(2.0)
    other.read_all(4.3)
    # The re-readings of the main rater are not due yet, but planned.
    assert [one["mode"] for one in main.get("/api/start").json["modes"]] == ["blind"]
    twice.clock.forward(days=28)
    assert main.worklist("adjudication")["total"] == 0
    main.read_all(2.3)
    assert main.worklist("adjudication")["total"] == 8


def test_an_item_of_a_dispute_cannot_be_opened_before_its_time(serve):
    study = serve(settings=Rating(levels=LEVELS, reread=0.0, second_rater=1.0))
    main, other = study.page(0), study.page(1)
    main.read_all(2.0)
    other.read_all(4.3)
    item = main.worklist("adjudication")["items"][0]["item"]
    first = main.worklist()["items"]
    assert main.get(f"/api/items/{item}").json["shown"] is not None
    # Who has seen the other grade can no longer change the own blind one of that study.
    closed = [one["closed"] for one in main.worklist()["items"]]
    assert sum(closed) == 1
    assert len(first) == 4
    assert other.get(f"/api/items/{item}").status == 404
    assert other.worklist("adjudication")["total"] == 0


def test_no_answer_to_a_blind_reading_holds_a_models_grade(serve, scans, tmp_path):
    study = serve()
    words = list(study.desk.studies)
    study.desk.pseudo = [Dispute(words[0], "L4/L5", 2.2, {"pseudo": 1.7, "expected": 3.9, "probabilities": []})]
    page = study.page()
    for one in page.worklist()["items"]:
        assert page.get(f"/api/items/{one['item']}").json["shown"] is None
    item = study.desk.name("Dr Main", blind(words[0], 1))
    assert page.act(item, "grade", disc=0, grade=3).status == 200
    assert page.worklist("review")["total"] == 0
    page.read_all()
    assert page.worklist("review")["total"] == 1


def test_a_study_that_is_reviewed_first_is_never_read_blind(serve):
    study = serve()
    words = list(study.desk.studies)
    study.desk.pseudo = [Dispute(words[0], "L4/L5", 2.2, {"pseudo": 1.7, "expected": 3.9, "probabilities": []})]
    page = study.page()
    (one,) = page.worklist("review")["items"]
    assert (one["unread"], one["difference"]) == (True, None)
    refused = page.get(f"/api/items/{one['item']}")
    assert (refused.status, refused.json["error"]) == (409, "unread")
    assert b"3.9" not in refused.body
    assert page.worklist()["total"] == 4
    assert page.get(f"/api/items/{one['item']}?unblind=yes").json["shown"]["expected"] == 3.9
    assert page.worklist()["total"] == 3
    assert page.worklist("review")["items"][0]["unread"] is False
    blind_item = study.desk.name("Dr Main", blind(words[0], 1))
    assert page.get(f"/api/items/{blind_item}").status == 404
    study.stop()
    study.start()
    assert study.page(take=True).worklist()["total"] == 3


def test_scans_without_names_stay_apart(serve, tmp_path):
    folder = write_scans(tmp_path / "s", 3)
    assert serve(folder).page().worklist()["total"] == 3
