/** The raters' page: what is begun, and which part does what. */

import { between, middle, moved, render as drawBoxes, resized } from "./boxes.js";
import { stopwatch } from "./clock.js";
import { askReason, dialog, showKeys, showWorklist } from "./dialogs.js";
import { byId, make, onClick, tell } from "./elements.js";
import { gestures } from "./gestures.js";
import { keeper as makeKeeper } from "./keeping.js";
import { keyboard, MEANINGS } from "./keys.js";
import { lookNear } from "./near.js";
import { panel } from "./panel.js";
import { reading as makeReading, tellBriefly } from "./reading.js";
import { strip } from "./strip.js";
import { toolbar } from "./tools.js";
import { view as makeView } from "./view.js";
import { ownWindow } from "./windows.js";
import { get } from "./wire.js";

let start = null;
let rubber = null;
let busy = null;
let renderPanel = null;

const keeper = makeKeeper((state, text) => {
  byId("saved").dataset.state = state;
  tell(byId("saved"), text);
  byId("again").hidden = state !== "stopped";
});
const view = makeView(renderBoxes);
const own = ownWindow({ keeper, leave, shown: () => at.item && reading.open(at.item.item, at.disc) });
const reading = makeReading({ keeper, clock: stopwatch(), view, token: own.token, changed: render, refused, unread });
const tools = toolbar(view);
const { at } = reading;

function render() {
  if (!at.item || !reading.now()) return;
  byId("work").hidden = false;
  renderPanel(reading);
  strip(reading, tools.suit);
  tools.render(reading.series());
  renderHeader();
  renderStage();
  renderBoxes();
}

function renderHeader() {
  const what = at.mode === "blind" ? "Study" : "Disc";
  tell(byId("progress"), `${what} ${at.item.number} of ${at.total} · ${at.done} finished`);
  Object.assign(byId("bar"), { max: Math.max(1, at.total), value: at.done });
  for (const button of byId("modes").children) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === at.mode));
  }
}

function renderStage() {
  const series = reading.series();
  const place = series ? `Slice ${at.slice + 1} of ${series.slices}` : "No slice";
  tell(byId("place"), place);
  byId("stage").setAttribute("aria-label", `${place}, ${reading.disc().level}. Press ? for the keys`);
  byId("stage").toggleAttribute("data-held", at.held);
  for (const letter of document.querySelectorAll(".letter")) {
    letter.textContent = series?.letters[letter.dataset.side] ?? "";
  }
}

function renderBoxes() {
  if (!at.item) return;
  lookNear(view, reading);
  const seen = reading.now().discs.flatMap((disc) => {
    const current = disc.disc === at.disc;
    if (!disc.box || (current && rubber) || disc.box.series !== at.series) return [];
    const kind = !reading.isHere(disc.box) ? "elsewhere" : !current ? "other" : at.held ? "held" : "current";
    return [{ box: disc.box, label: disc.level, kind }];
  });
  const { box, ghost, level } = reading.disc();
  if (!box && ghost && !rubber) seen.push({ box: ghost, label: `${level}?`, kind: "ghost" });
  if (rubber) seen.push({ box: rubber, label: level, kind: "rubber" });
  drawBoxes(view, seen);
}

/** Say what was refused, and show again what is kept. */
async function refused(error, item) {
  if (error.code === "superseded") return own.lost();
  if (error.code === "secret") return tell(byId("told"), error.message);
  tellBriefly(error.message);
  if (error.code === "closed" || error.code === "unknown") await worklist();
  else if (item && item === at.item?.item) await reading.open(item, at.disc);
}

/** A review of a study that is still to be read blind: nobody is shown other grades without being told. */
function unread(error, go) {
  const leave = ["Leave it", () => worklist()];
  dialog("Not read blind yet", [make("p", {}, `${error.message}.`)], [leave, ["Look at it all the same", go]]);
}

/** Go on in a mode where work was left. */
async function resume(mode) {
  const list = await get(`/api/worklist?mode=${mode}`);
  Object.assign(at, { mode, done: list.done, total: list.total });
  if (list.resume) await reading.open(list.resume.item, list.resume.disc);
  else await worklist(mode);
}

async function worklist(mode = at.mode) {
  reading.leave();
  await keeper.rest();
  try {
    const list = await get(`/api/worklist?mode=${mode}`);
    showWorklist(list, at.item?.item, (item) => reading.open(item));
  } catch (error) {
    tellBriefly(error.message);
  }
}

function forward() {
  const { aside, discs, done } = reading.now();
  const disc = reading.disc();
  if (!aside && !reading.series()) return chooseSeries();
  if (!aside && !disc.done && !disc.box) return hold();
  if (!aside && !disc.done) return tellBriefly(`${disc.level} has no grade yet: press 1 to 5, or X if it cannot be graded`);
  const left = discs.filter((one) => !one.done && one !== disc);
  const next = left.find((one) => one.disc > at.disc) ?? left[0];
  if (next && !aside) return reading.choose(next.disc);
  return done && at.item.next ? reading.open(at.item.next) : worklist();
}

function chooseSeries() {
  byId("study").open = true;
  byId("series").focus();
}

/** Take hold of the box of the disc; keys that are pressed meanwhile follow. */
function hold() {
  keeper.begun("box");
  busy = takeHold().finally(() => {
    busy = null;
    keeper.ended("box");
  });
}

/** A box that lies elsewhere comes here; where there is none the proposed one does, as the latest boxes propose it. */
async function takeHold() {
  const { item, disc, series, slice } = at;
  if (!view.isReady()) await at.shown;
  if (!reading.disc().box) await keeper.rest();
  if (item !== at.item || disc !== at.disc || series !== at.series || slice !== at.slice) return;
  if (!view.isReady()) return tellBriefly("There is no picture yet to draw a box on");
  const { box, ghost } = reading.disc();
  if (!box || !reading.isHere(box)) {
    const { x, y, width, height } = box ?? ghost ?? middle(view.picture());
    return reading.put(between({ x, y }, { x: x + width, y: y + height }, view.picture()));
  }
  at.held = true;
  render();
}

function arrow(x, y, resizes) {
  const { box } = reading.disc();
  const here = reading.isHere(box) && view.isReady();
  if (resizes && here) return reading.put(resized(place(box), "se", x, y, view.picture()));
  if (at.held && here) return reading.put(moved(box, x, y, view.picture()));
  return reading.leaf(x + y);
}

const place = ({ x, y, width, height }) => ({ x, y, width, height });

function step(by) {
  const { grade } = reading.disc();
  if (grade === null) return tellBriefly("Give a grade first: 1 to 5");
  const next = start.grades.findIndex((one) => Math.abs(one - grade) < 0.01) + by;
  return next in start.grades ? grading(start.grades[next]) : null;
}

function grading(grade) {
  byId("said").textContent = `${reading.disc().level} grade ${grade}`;
  return reading.act("grade", { disc: at.disc, grade });
}

function study(by) {
  const item = by > 0 ? at.item.next : at.item.previous;
  return item ? reading.open(item) : worklist();
}

const ofDisc = (kind) => () => reading.act(kind, { disc: at.disc });

const acts = {
  grade: grading, step, forward, next: forward, hold, arrow, study, worklist: () => worklist(),
  keys: () => showKeys(MEANINGS),
  ungradable: () => askReason(`Why can ${reading.disc().level} not be graded?`, start.reasons, (reason, text) =>
    reading.act("ungradable", { disc: at.disc, reason, text })),
  aside: () => askReason("Why can the study not be read?", start.aside, (reason, text) =>
    reading.act("aside", { reason, text })),
  back: () => reading.act("clear", { disc: null }),
  clear: ofDisc("clear"),
  removeBox: () => reading.disc().box && reading.act("box", { disc: at.disc, box: null }),
  letGo: () => { hands.cancel(); at.held = false; render(); },
  note: () => byId("note").focus(),
  keepNote: (text, disc) => reading.act("note", { disc, text }),
  keepStudyNote: (text) => reading.act("note", { disc: null, text }),
  level: (level) => reading.act("level", { disc: at.disc, level }),
  lumbar: (count) => reading.act("lumbar", { count }),
  add: () => reading.act("add"),
  remove: () => reading.act("remove", { disc: reading.now().discs.length - 1 }),
  series: (number) => reading.toSeries(number),
  undo: () => reading.back("undo"), redo: () => reading.back("redo"),
  leaf: (by) => reading.leaf(by), toMiddle: () => reading.series() && reading.toSlice(reading.series().middle),
  enlarge: (factor) => view.enlarge(factor), fit: tools.fit, near: tools.near, turn: view.turn,
  preset: () => tools.nextPreset(), reset: () => tools.reset(), begun: keeper.begun, ended: keeper.ended,
  busy: () => busy,
};
const hands = gestures(view, {
  tool: tools.chosen,
  box: () => (reading.isHere(reading.disc().box) ? reading.disc().box : null),
  others: () => reading.now().discs.filter(({ box, disc }) => disc !== at.disc && reading.isHere(box)),
  draw: (box) => { rubber = box; view.redraw(); },
  put: reading.put, pick: reading.choose, leaf: reading.leaf, reset: () => tools.reset(),
});

async function begin() {
  history.replaceState(null, "", "/");
  start = await get("/api/start");
  await own.take();
  renderPanel = panel(start, { ...acts, disc: reading.choose });
  keyboard({ ...acts, disc: (by) => reading.choose(at.disc + by) });
  const modes = start.modes.map(({ mode }) => make("button", { type: "button", "data-mode": mode }, MODES[mode]));
  for (const button of modes) onClick(button, () => resume(button.dataset.mode));
  byId("modes").replaceChildren(...modes);
  byId("modes").hidden = modes.length < 2 && start.modes[0]?.mode === "blind";
  onClick(byId("again"), keeper.retry);
  const first = start.modes.find(({ done, total }) => done < total) ?? start.modes[0];
  if (first) await resume(first.mode);
  else tell(byId("told"), "There is nothing for you to read.");
  byId("stage").focus();
}

const MODES = { blind: "Reading", adjudication: "Adjudication", review: "Review" };

addEventListener("beforeunload", (event) => keeper.pending() && event.preventDefault());
/** Keep what has begun: a text, a slice, the time. */
function leave() {
  byId("note").flush?.();
  byId("study-note").flush?.();
  reading.leave();
}

begin().catch((error) => tell(byId("told"), error.message));
