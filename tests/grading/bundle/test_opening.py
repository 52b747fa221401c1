"""Opening a bundle: what is taken, and what is refused in one sentence."""

import hashlib
import json
import re
import struct
import zipfile
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.bundle.files import BundleError
from discgrade.grading.bundle.opening import SCHEMA, open_bundle
from discgrade.reliability.certainty.novelty import Cloud, Novelty

MEMBER = "members/default-fold-01-seed-1.onnx"


def packed(folder: Path, archive: Path, top: str = "", compression: int = zipfile.ZIP_STORED) -> Path:
    """Zip a folder as a user would."""
    with zipfile.ZipFile(archive, "w", compression) as sink:
        for path in sorted(folder.rglob("*")):
            sink.write(path, f"{top}{path.relative_to(folder)}")
    return archive


def edited(folder: Path, **changes: object) -> Path:
    """Change facts of a bundle as somebody with an editor would."""
    file = folder / "bundle.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return folder


def refused(path: Path) -> str:
    with pytest.raises(BundleError) as error:
        open_bundle(path)
    message = str(error.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_folder_and_zip_file_are_the_same_bundle(tiny_bundle):
    folder, archive = open_bundle(tiny_bundle), open_bundle(tiny_bundle.with_suffix(".zip"))
    assert folder.facts == archive.facts
    assert folder.digest == archive.digest == hashlib.sha256((tiny_bundle / "bundle.json").read_bytes()).hexdigest()
    assert folder.member(MEMBER) == archive.member(MEMBER) == (tiny_bundle / MEMBER).read_bytes()


@pytest.mark.parametrize("top", ["", "bundle/"])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_folder_that_somebody_zipped_is_a_bundle(tiny_bundle, tmp_path, top, compression):
    archive = packed(tiny_bundle, tmp_path / "mine.zip", top, compression)
    assert open_bundle(archive).digest == open_bundle(tiny_bundle).digest


def test_a_newer_format_is_told_before_anything_else_of_it(make_bundle):
    bundle = edited(make_bundle(), version=2, members="elsewhere")
    assert "has format 2, which is newer than this discgrade knows (1). Update discgrade" in refused(bundle)


def test_a_member_with_other_bytes(make_bundle):
    bundle = make_bundle()
    with (bundle / MEMBER).open("ab") as file:
        file.write(b"\0")
    assert f"{MEMBER} is not the file that the bundle was made with. Its SHA-256 should be" in refused(bundle)


def test_a_missing_member(make_bundle):
    bundle = make_bundle()
    (bundle / MEMBER).unlink()
    assert f"{MEMBER} is missing, which bundle.json names" in refused(bundle)
    assert f"{MEMBER} is missing" in refused(packed(bundle, bundle.with_suffix(".zip")))


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b'{"version": NaN}',
        b'{"version": 1e999}',
        b'{"version": %s}' % (b"9" * 400),
        b"[" * 100_000,
    ],
)
def test_what_is_no_json(make_bundle, text):
    bundle = make_bundle()
    (bundle / "bundle.json").write_bytes(text)
    assert "bundle.json is not valid JSON" in refused(bundle)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scale": "roman"}, r"at scale: 'roman' is not one of"),
        ({"secret": 1}, r"at the whole: .*'secret' was unexpected"),
        ({"members": []}, r"at members: \[\] should be non-empty"),
        ({"version": 0}, r"at version: 1 was expected"),
        ({"version": "2"}, r"at version: '2' is not of type 'integer'"),
        ({"version": 1.0}, r"at version: 1.0 is not of type 'integer'"),
        ({"provenance": "a" * 10_000}, r"at provenance: 'a{139} \.\.\. "),
        ({"grades": [1, 2, 3, 4, 5]}, r"grades should be those of the fractional scale"),
        ({"decoding": "cuts"}, r"decoding is by cuts, but there are none"),
    ],
)
def test_facts_that_break_the_schema(make_bundle, changes, words):
    message = refused(edited(make_bundle(), **changes))
    assert re.search(words, message), message
    assert len(message) < 700


def test_a_size_that_is_no_whole_number(make_bundle):
    """An image has no side of 24.0 pixels, though JSON Schema itself would take it."""
    bundle = make_bundle()
    seen = json.loads((bundle / "bundle.json").read_text())["preprocessing"]
    assert "at preprocessing.resolution" in refused(edited(bundle, preprocessing=seen | {"resolution": 24.0}))


def test_a_variance_that_would_silence_a_flag(make_bundle):
    """The distance of every disc would be no number, and none would be called unlike the training discs."""
    cloud = Cloud("fold-01", (1.0,) * 8, ((1.0,) * 8,), (2.0,), 0.1, 3.0)
    bundle = make_bundle(novelty=Novelty((cloud, cloud), 1.0, 100, 500))
    assert open_bundle(bundle).facts.novelty is not None
    novelty = json.loads((bundle / "bundle.json").read_text())["novelty"]
    novelty["members"][1]["variances"] = [-1]
    assert "at novelty.members.1.variances.0: -1 is less than" in refused(edited(bundle, novelty=novelty))


def test_facts_that_are_no_object(make_bundle):
    bundle = make_bundle()
    (bundle / "bundle.json").write_text("[1]")
    assert "breaks its schema at the whole" in refused(bundle)


@pytest.mark.parametrize("file", ["../x.onnx", "/etc/passwd", "members/../../x.onnx", "x.onnx", "members/a/b.onnx"])
def test_a_member_that_lies_elsewhere(make_bundle, file):
    bundle = make_bundle()
    members = json.loads((bundle / "bundle.json").read_text())["members"]
    assert "members.0.file" in refused(edited(bundle, members=[members[0] | {"file": file}]))


def test_a_member_that_is_a_link_out_of_the_folder(make_bundle, tmp_path):
    bundle = make_bundle()
    (bundle / MEMBER).rename(tmp_path / "elsewhere.onnx")
    (bundle / MEMBER).symlink_to(tmp_path / "elsewhere.onnx")
    assert f"{MEMBER} lies outside the bundle" in refused(bundle)


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "members/../../evil.txt", "..\\evil.txt", "C:/evil.txt"])
def test_a_zip_file_with_a_path_that_climbs_out(tiny_bundle, tmp_path, name):
    archive = packed(tiny_bundle, tmp_path / "evil.zip")
    with zipfile.ZipFile(archive, "a") as sink:
        sink.writestr(name, "evil")
    assert "holds a path that leads out of the bundle" in refused(archive)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.zip"]


def test_a_zip_file_with_a_link(tiny_bundle, tmp_path):
    archive = packed(tiny_bundle, tmp_path / "link.zip")
    link = zipfile.ZipInfo("members/link.onnx")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "a") as sink:
        sink.writestr(link, "/etc/passwd")
    assert "is a link, encrypted or there twice" in refused(archive)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_file_that_holds_a_file_twice(tiny_bundle, tmp_path):
    archive = packed(tiny_bundle, tmp_path / "twice.zip")
    with zipfile.ZipFile(archive, "a") as sink:
        sink.writestr("bundle.json", "{}")
    assert "'bundle.json' is a link, encrypted or there twice" in refused(archive)


def test_a_zip_bomb_is_refused_before_it_unfolds(tmp_path):
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as sink:
        sink.writestr("bundle.json", b" " * (1 << 24))
    assert archive.stat().st_size < 1 << 16
    assert "would unpack to more than a bundle holds" in refused(archive)


def test_a_zip_file_that_lies_about_sizes_is_damaged(tiny_bundle, tmp_path):
    """The sizes in the directory decide how much is read, whatever the data unfolds to."""
    archive = tmp_path / "liar.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as sink:
        sink.writestr("bundle.json", b" " * (1 << 24))
    raw = archive.read_bytes()
    archive.write_bytes(raw.replace(struct.pack("<I", 1 << 24), struct.pack("<I", 1000)))
    assert "damaged zip file" in refused(archive)


def test_a_truncated_zip_file(tiny_bundle, tmp_path):
    archive = tmp_path / "half.zip"
    whole = tiny_bundle.with_suffix(".zip").read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    assert "damaged zip file" in refused(archive)


def test_a_keras_model(tmp_path):
    model = tmp_path / "model.keras"
    with zipfile.ZipFile(model, "w") as sink:
        for name in ("metadata.json", "config.json", "model.weights.h5"):
            sink.writestr(name, "{}")
    older = tmp_path / "model.h5"
    older.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    for path in (model, older):
        assert "is a Keras model, which does not say how its input is made" in refused(path)


def test_a_network_alone(tiny_bundle):
    assert "is one network, and does not say how its input is made" in refused(tiny_bundle / MEMBER)


def test_some_other_file_or_folder(tmp_path):
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "empty").touch()
    for name in ("notes.txt", "empty"):
        assert "is no bundle: it should be a folder or a zip file" in refused(tmp_path / name)
    assert "is no bundle: it holds no bundle.json" in refused(tmp_path)
    assert "No bundle at" in refused(tmp_path / "nowhere")


def test_a_zip_file_of_something_else(tmp_path):
    archive = tmp_path / "photos.zip"
    with zipfile.ZipFile(archive, "w") as sink:
        sink.writestr("photo.txt", "")
    assert "is no bundle: it holds no bundle.json" in refused(archive)


def schema_of(kind: type, schema: dict, root: dict) -> list[str]:
    """Return where a dataclass and its schema name other fields."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    if "oneOf" in schema:
        return schema_of(kind, next(one for one in schema["oneOf"] if one != {"type": "null"}), root)
    names = [field.name for field in fields(kind)]
    needed = [one for one in names if one not in ("locator", "lapse")]
    as_named = names == list(schema["properties"]) and needed == schema["required"]
    wrong = [] if as_named else [f"{kind.__name__}: {names}"]
    for name, hint in get_type_hints(kind).items():
        for inner in (hint, *get_args(hint)):
            if is_dataclass(inner):
                below = schema["properties"][name]
                wrong += schema_of(inner, below.get("items", below), root)
    return wrong


def test_the_schema_names_every_field_of_the_facts():
    schema = json.loads(SCHEMA.read_text())
    assert schema_of(BundleFacts, schema, schema) == []


def test_the_page_of_documents_names_every_field():
    page = (Path(__file__).parents[3] / "docs" / "bundle.md").read_text(encoding="utf-8")
    assert [name for name in json.loads(SCHEMA.read_text())["properties"] if f"`{name}`" not in page] == []
