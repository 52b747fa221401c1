"""What the raters' page and its server say to each other.

All of it is JSON in UTF-8, but for the pixels. Whoever asks has shown the rater's secret: the page by its cookie, which
the printed address sets, a program by `Authorization: Bearer SECRET`. Without it every address answers 403 and nothing
else. A request whose Host or Origin is not the server's own is refused with 403; a POST with the cookie needs the
Origin. Nothing is cached by the browser (`no-store`): the page keeps what it needs in memory.

No identifier, path, date or age of a scan is in any answer. An **item** (an opaque word) is one piece of a rater's
work: a study to be read blind, or one disc to be adjudicated or reviewed. The same study read again is another item,
and nothing tells that it is one. Every address of pictures holds the item.

Pixels and boxes are those of the slice **as shown**: the server turns slices upright (a sagittal one with the front on
the left and the head above), and turns boxes back when it writes the sheet. `x`, `y`, `width`, `height` are pixels of
the slice as shown, not yet made square, from its upper left corner: pixel 0 spans 0 to 1. The page draws a pixel
`column_spacing` mm wide and `row_spacing` mm high.

Errors
    {"error": CODE, "message": TEXT}: the text is to be shown. An action that is answered by an error is not kept.
    400 malformed: no JSON, or not what is described here
    403 secret, host, origin: who asks may not
    404 unknown: no such address, item, series, slice; nothing_to_undo
    409 other_window: another window of this rater is open (`window`); superseded: another one took over, this one may
        only read; closed: a finished reading that may no longer change; unread: a review of a study that is still to be
        read blind
    413 too_large: over 64 KiB
    422 invalid: a grade off the scale, a box outside the slice ...; broken: a slice that cannot be decoded
    500 internal
    507 disc_full: the disc took nothing; what was sent is not kept, the page says so and sends it again when asked

Pages
    GET /?key=SECRET
        The page (page/index.html); sets the cookie (HttpOnly, SameSite=Strict). The page's script takes the secret out
        of the address (`history.replaceState(null, "", "/")`). GET / alone does with the cookie.
    GET /page/NAME
        A file of the folder page/: .html .css .js .svg; or a reference drawing, grade1.png ... grade5.png. There are no
        folders below it. The Content-Security-Policy allows 'self' for script, style, connect, and 'self' data: blob:
        for images; nothing inline, so no style="..." attributes in HTML and no on...= handlers (element.style.x = ...
        from a script is allowed).

Windows of one rater
    POST /api/window {"resume": TOKEN or null, "take": false}
        200 {"window": TOKEN}: this window may act. Every window asks once when it is loaded.
        409 other_window {..., "since": "2026-01-31T10:00:00Z"}: another window is open or was not closed.
            The page tells the rater, and asks again with "take": true if told to: then the other one is superseded.
        `resume` is the token that this very window had before it was reloaded (sessionStorage): then nobody is asked.
        A duplicated tab inherits sessionStorage: hold a Web Lock named after the token while the window lives, and do
        not resume with a token whose lock is taken.
    POST /api/window/check {"window": TOKEN} -> {"current": bool}: whether it may still act; ask on focus.
    POST /api/window/close {"window": TOKEN, "left": [{"to": "actions" | "undo" | "redo", ...}, ...]} -> {}
        For `navigator.sendBeacon` on `pagehide`; the next window is not asked. `left`: what was not acknowledged
        yet, as it is sent to those addresses, in order; it is kept first, each action once; what is refused is passed
        over.

At the start
    GET /api/start
        {"version": "1.2.0", "rater": "Dr A", "scale": "fractional" | "integral", "grades": [1, 1.3, ...],
         "levels": {"4": ["L4/S1", "L3/L4", ...], "5": ["L5/S1", "L4/L5", ...], "6": ["L6/S1", "L5/L6", ...]},
         "more_levels": ["T12/L1", "T11/T12"], "any_level": ["T11/T12", ..., "L6/S1"],
         "reasons": [{"reason": "not_shown", "text": "The disc is not in the picture"}, ...],
         "aside": [{"reason": "no_t2", "text": "There is no sagittal T2 series"}, ...],
         "modes": [{"mode": "blind", "done": 3, "total": 80}, {"mode": "adjudication", ...}, {"mode": "review", ...}]}
        `levels`: names from below, by the number of lumbar vertebrae; `more_levels` follow above L1/L2. A mode that
        this rater has nothing in is not listed; adjudication and review hold no study that this rater has yet to read
        blind.

Work
    GET /api/worklist?mode=blind
        {"mode": "blind", "done": 3, "total": 80,
         "items": [{"item": "k3f...", "number": 1, "state": "open" | "begun" | "done", "closed": false,
                    "unread": false, "level": null | "L4/L5", "difference": null | 1.7}, ...],
         "resume": {"item": "k3f...", "disc": 2} | null}
        In the order of work; `resume` is the exact disc to go on with, null when nothing is left. `closed`: it cannot
        be opened any more. `unread`: a review of a study that this rater has still to read blind. `level` and
        `difference` are given in adjudication and review alone, the latter not while `unread`.
    GET /api/items/ITEM -> an **Item**
        One that is `unread` answers 409 unread: tell the rater that the study leaves the list of blind readings, and
        ask for /api/items/ITEM?unblind=yes if told to. Do not preload it.
        {"item", "mode", "number", "total", "next": ITEM | null, "previous": ITEM | null,
         "problems": [{"problem": PROBLEM, "text": TEXT}],
         "series": [**Series**, ...], "reading": **Reading**,
         "shown": null | {"grades": [{"who": "A", "grade": 3}, {"who": "B", "grade": 4.3}]}
                       | {"pseudo": 2, "expected": 3.9, "probabilities": [{"grade": 1, "p": 0.02}, ...]}
                       | that and {"label": true}: `pseudo` is what a rater read}
        `shown` is null in a blind reading, always. `next` is the next one to be read (for preloading). PROBLEM: no_t2,
        two_series, no_spacing, no_orientation, broken_files, shared_identifiers: the page shows the text, and
        the rater goes on.
    Series
        {"series": 0, "name": "Sagittal, TE 102 ms, TR 3500 ms, 15 slices", "description": TEXT, "reason": TEXT,
         "chosen": true, "slices": 15, "middle": 7, "rows": 384, "columns": 384, "row_spacing": 0.7 | null,
         "column_spacing": 0.7 | null, "letters": {"left": "A", "right": "P", "top": "H", "bottom": "F"},
         "presets": [{"name": TEXT, "center": 500, "width": 900}, ...]}
        At most one is `chosen`, by the header's physics; `reason` says why, or why not. `letters`: A anterior,
        P posterior, H head, F feet, L left, R right; "" where the file does not say. Slices are numbered from 0 in
        order of position. Presets are in grey values. `description` is the scanner's text without what identifies the
        patient: put it into the page as text, never as HTML; so for every text here.
    Reading
        {"series": 0 | null, "slice": 7 | null, "lumbar": 5, "aside": null | {"reason", "text"}, "note": "",
         "done": false, "seconds": 40.5, "discs": [**Disc**, ...]}
        `series` and `slice` as the rater left them; at first the chosen series and its middle slice.
    Disc
        {"disc": 0, "level": "L5/S1", "box": null | {"series", "slice", "x", "y", "width", "height"},
         "grade": null | 2.3, "ungradable": null | {"reason", "text"}, "note": "", "done": false, "seconds": 12.5,
         "ghost": null | {"x", "y", "width", "height"}}
        From below: disc 0 is the lowest. `done`: graded with a box, or said to be ungradable. `ghost`: where a box may
        belong, from the other discs, on the slice that is open; it is never kept as a box of itself.

Pictures
    GET /api/items/ITEM/series/N/slices/M -> application/octet-stream
        Four bytes: length L of the header, unsigned, little-endian. L bytes: JSON in UTF-8, padded with spaces so that
        the pixels start at a multiple of eight. Then rows x columns unsigned 16-bit little-endian values, row by row.
        {"rows", "columns", "offset", "scale", "center", "width"}: grey = offset + scale * value, the true grey value
        after the rescale of the file (it is the file's own, without loss, up to 16 bits); `center` and `width`: a
        window that suits this slice, in grey values (center - width / 2 is black, center + width / 2 white).
    GET /api/items/ITEM/series/N/thumbnails?side=96 -> application/octet-stream
        The same with {"slices", "rows", "columns", "offset", "scale", "center", "width"} and all slices one after
        another, made smaller so that the longer side has `side` pixels (16 to 256). A broken slice is black.

Actions
    POST /api/actions {"window": TOKEN, "id": WORD, "item": ITEM, "kind": KIND, ..., "seconds": 3.2}
        200 {"seq": 815, "reading": Reading, "done": 3, "total": 80, "next": ITEM | null}: it is on the disc.
        `id`: a word of 8 to 64 letters, digits, - and _ that the page makes for each action (`crypto.randomUUID()`);
        sent again, after a lost answer, it is kept once. `seconds`: time spent on `disc`, or else on the item, since
        the last action, without pauses and hidden windows; 0 to 600, optional.
        kind        with
        open        disc: the rater looks at it; where work is resumed
        series      series: another series; the slice becomes its middle one
        slice       series, slice
        box         disc, series, slice, x, y, width, height; or disc, box: null to take it away
        grade       disc, grade
        ungradable  disc, reason, text (optional, at most 500 characters)
        clear       disc: takes grade or ungradable away; disc: null: the study is not set aside any more
        level       disc, level: another name, one of `any_level`, that no other disc of the item has
        lumbar      count: 4, 5 or 6 lumbar vertebrae; the discs are named anew from below
        add         a disc above the topmost one
        remove      disc: the topmost one
        note        text (at most 2,000 characters), disc or null: stays private
        aside       reason, text (optional): the study cannot be read at all; it is done with
        view        seconds, disc or null: only the time
        In adjudication and review there is one disc, 0; level, lumbar, add, remove are invalid there.
    POST /api/undo {"window": TOKEN, "id": WORD, "mode": "blind"}
    POST /api/redo {"window": TOKEN, "id": WORD, "mode": "blind"}
        200 {"seq", "item": ITEM, "disc": 2 | null, "kind": "grade", "reading": Reading, "done", "total", "next"}: the
        last action that is not undone yet (the last one undone, as long as nothing new was done), of whatever item;
        all but open, view and slice can be undone, without end. 404 nothing_to_undo.
"""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from discgrade.imaging.scans.slices import BrokenSliceError
from discgrade.rating.ledger.actions import InvalidError
from discgrade.rating.ledger.database import DiscFullError
from discgrade.rating.server import endpoints
from discgrade.rating.server.acting import ClosedError, NothingToUndoError, UnreadError
from discgrade.rating.server.desk import UnknownError
from discgrade.rating.server.guard import HEADERS
from discgrade.rating.server.requests import MalformedError, TooLargeError
from discgrade.rating.server.windows import OtherWindowError, SupersededError

ROUTES = [
    Route("/", endpoints.page),
    Route("/page/{name}", endpoints.page_file),
    Route("/api/window", endpoints.open_window, methods=["POST"]),
    Route("/api/window/check", endpoints.check_window, methods=["POST"]),
    Route("/api/window/close", endpoints.close_window, methods=["POST"]),
    Route("/api/start", endpoints.start),
    Route("/api/worklist", endpoints.worklist),
    Route("/api/items/{item}", endpoints.item),
    Route("/api/items/{item}/series/{series}/slices/{slice}", endpoints.picture),
    Route("/api/items/{item}/series/{series}/thumbnails", endpoints.thumbnails),
    Route("/api/actions", endpoints.act, methods=["POST"]),
    Route("/api/undo", endpoints.undo, methods=["POST"]),
    Route("/api/redo", endpoints.redo, methods=["POST"]),
]
"""Every address that the server answers."""

_STATUS: dict[type[Exception], tuple[int, str]] = {
    MalformedError: (400, "malformed"),
    UnknownError: (404, "unknown"),
    NothingToUndoError: (404, "nothing_to_undo"),
    OtherWindowError: (409, "other_window"),
    SupersededError: (409, "superseded"),
    ClosedError: (409, "closed"),
    UnreadError: (409, "unread"),
    TooLargeError: (413, "too_large"),
    InvalidError: (422, "invalid"),
    BrokenSliceError: (422, "broken"),
    DiscFullError: (507, "disc_full"),
}
_WORDS = {"unknown": "There is no such thing here", "nothing_to_undo": "There is nothing to undo"}


def told(_: Request, error: Exception) -> Response:
    """Turn an error into the answer that the page shows; only errors of ours are quoted."""
    if isinstance(error, HTTPException):
        return JSONResponse({"error": "unknown", "message": error.detail}, error.status_code)
    status, code = next((answer for kind, answer in _STATUS.items() if isinstance(error, kind)), (500, "internal"))
    message = "Something went wrong in the server; nothing was kept" if status == 500 else str(error) or _WORDS[code]
    since = {"since": error.since} if isinstance(error, OtherWindowError) else {}
    # The guard has no hand in an answer to what nobody foresaw.
    return JSONResponse({"error": code, "message": message, **since}, status, HEADERS if status == 500 else None)


ERRORS: dict[Any, Any] = {**dict.fromkeys(_STATUS, told), HTTPException: told, Exception: told}
"""What answers each kind of error."""
