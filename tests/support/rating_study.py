"""A rating study in memory: a few invented studies, raters, a clock that is set by hand, and a page that asks."""

import asyncio
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from scans import series
from starlette.applications import Starlette

from discgrade.rating import plan
from discgrade.rating.ledger.store import Store
from discgrade.rating.queue import Rater
from discgrade.rating.scans.catalogue import read_studies
from discgrade.rating.server.desk import Desk
from discgrade.rating.server.guard import Doors
from discgrade.rating.server.running import application
from discgrade.settings.groups.rating import Rating

ORIGIN = "http://127.0.0.1:8040"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEVELS = ("L4/L5", "L5/S1")


@dataclass
class Clock:
    """A clock that moves only when it is told to."""

    time: datetime = START

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **steps: float) -> None:
        self.time += timedelta(**steps)


def write_scans(folder: Path, studies: int = 4, slices: int = 3) -> Path:
    """Write studies of one sagittal T2 series each."""
    for number in range(studies):
        person = {"PatientID": f"100{number}4711", "PatientName": f"Person{number}^Erika"}
        series(
            folder / f"Person{number}",
            slices,
            StudyInstanceUID=f"2.25.77{number}",
            SeriesInstanceUID=f"2.25.88{number}",
            **person,
        )
    return folder


@dataclass
class Answer:
    """An answer of the server."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def picture(self) -> tuple[dict[str, Any], np.ndarray]:
        """Header and values of a slice."""
        length = struct.unpack("<I", self.body[:4])[0]
        assert (4 + length) % 8 == 0
        header = json.loads(self.body[4 : 4 + length])
        shape = [header[name] for name in ("slices", "rows", "columns") if name in header]
        return header, np.frombuffer(self.body, "<u2", offset=4 + length).reshape(shape)


def ask(app: Any, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """Send one request to an ASGI application; `headers` may replace the host."""
    sent = {"host": "127.0.0.1:8040", **(headers or {})}
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    address, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": address,
        "raw_path": address.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()],
        "server": ("127.0.0.1", 8040),
        "client": ("127.0.0.1", 1),
    }
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    async def run() -> None:
        try:
            await app(scope, receive, send)
        except Exception:
            if not messages:
                raise

    asyncio.run(run())
    start = messages[0]
    found = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], found, b"".join(message.get("body", b"") for message in messages[1:]))


@dataclass
class Page:
    """A window of a rater's page."""

    app: Starlette
    secret: str
    token: str = ""
    count: int = 0

    def get(self, path: str) -> Answer:
        return ask(self.app, "GET", path, headers={"authorization": f"Bearer {self.secret}"})

    def post(self, path: str, **body: Any) -> Answer:
        return ask(self.app, "POST", path, body, {"authorization": f"Bearer {self.secret}"})

    def open(self, **how: Any) -> Answer:
        answer = self.post("/api/window", **how)
        if answer.status == 200:
            self.token = answer.json["window"]
        return answer

    def act(self, item: str, kind: str, **what: Any) -> Answer:
        return self.post("/api/actions", **{"window": self.token, "id": self.word(), "item": item, "kind": kind} | what)

    def step(self, name: str, mode: str = "blind") -> Answer:
        return self.post(f"/api/{name}", window=self.token, id=self.word(), mode=mode)

    def word(self) -> str:
        self.count += 1
        return f"{self.token[:12]}-{self.count:08d}"

    def worklist(self, mode: str = "blind") -> Any:
        return self.get(f"/api/worklist?mode={mode}").json

    def box(self, item: str, disc: int, **box: float) -> Answer:
        place = {"series": 0, "slice": 1, "x": 1, "y": 2, "width": 5, "height": 4} | box
        return self.act(item, "box", disc=disc, **place)

    def read(self, item: str, *grades: float) -> None:
        """Read a study: a box and a grade for each disc."""
        for disc, grade in enumerate(grades):
            assert self.box(item, disc).status == 200
            assert self.act(item, "grade", disc=disc, grade=grade, seconds=10).status == 200

    def read_all(self, grade: float = 3.0, mode: str = "blind") -> list[str]:
        """Read all that is left; returns the items in their order."""
        items = []
        while (resume := self.worklist(mode)["resume"]) is not None:
            items.append(resume["item"])
            self.read(resume["item"], *[grade] * len(LEVELS if mode == "blind" else [1]))
        return items


@dataclass
class Study:
    """A rating study that is served."""

    scans: Path
    folder: Path
    settings: Rating = field(default_factory=lambda: Rating(levels=LEVELS, reread=0.0, second_rater=0.5))
    raters: tuple[Rater, ...] = (Rater("Dr Main"), Rater("Dr Other", "second"))
    clock: Clock = field(default_factory=Clock)
    pseudo: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start the server, again if it was stopped."""
        self.store = Store(self.folder)
        studies = read_studies(self.scans, self.folder, self.store.secret)
        plan.keep(self.store, self.settings, "2026-03-02T09:00:00+00:00")
        self.store.add_studies("2026-03-02", [(one.word, one.patient_id, one.uid) for one in studies.values()])
        people = {rater.name: rater for rater in self.raters}
        self.desk = Desk(self.store, self.settings, studies, people, self.clock, self.pseudo)
        secrets = {f"secret-of-rater-{number}": rater.name for number, rater in enumerate(self.raters)}
        self.app = application(self.desk, self.scans, Doors(secrets, frozenset({ORIGIN}), "discgrade_test"))

    def stop(self) -> None:
        self.store.close()

    def page(self, rater: int = 0, **how: Any) -> Page:
        """Open the page of a rater."""
        page = Page(self.app, f"secret-of-rater-{rater}")
        page.open(**how)
        return page
