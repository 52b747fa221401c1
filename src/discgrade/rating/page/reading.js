/** What is being read: the open item, disc and slice, and everything that is done to it. */

import { tell, byId, say } from "./elements.js";
import { outwards, sliceStore } from "./slices.js";
import { get } from "./wire.js";

const REST = 400;

/**
 * Make the reading that is open.
 * @param {object} page start (what the server said at first), keeper, clock, view, token(), changed(), refused(error),
 *     finished(): nothing is left to read, unread(error, go): a look would end a blind reading.
 */
export function reading(page) {
  const store = sliceStore();
  const at = { mode: "blind", item: null, disc: 0, series: null, slice: null, held: false, done: 0, total: 0 };
  let ticket = 0;
  let resting = null;

  const now = () => at.item?.reading;
  const disc = () => now()?.discs[at.disc];
  const series = () => at.item?.series[at.series];

  /** Open an item, at a disc or at the first one that is not done; one that ends a blind reading only once that is told. */
  async function open(item, wanted = null, told = false) {
    leave();
    const mine = (ticket += 1);
    let found;
    try {
      found = await get(`/api/items/${item}${told ? "?unblind=yes" : ""}`);
    } catch (error) {
      if (error.code === "unread") return page.unread(error, () => open(item, wanted, true));
      page.refused(error, null);
      return;
    }
    if (mine !== ticket) return;
    for (const one of found.series) one.key = `${item}/${one.series}`;
    Object.assign(at, { item: found, mode: found.mode, series: found.reading.series, slice: found.reading.slice });
    at.total = found.total;
    const first = found.reading.discs.findIndex((one) => !one.done);
    choose(wanted ?? Math.max(0, first));
  }

  /** Take up a disc: show its slice if it has a box, and note that it is looked at. */
  function choose(number) {
    if (!now()) return;
    leave();
    const last = now().discs.length - 1;
    Object.assign(at, { disc: Math.max(0, Math.min(last, number)), held: false });
    const { box, level } = disc();
    if (box) Object.assign(at, { series: box.series, slice: box.slice });
    send(at.item, "open", { disc: at.disc });
    say(`${level}, disc ${at.disc + 1} of ${last + 1} from below`);
    show();
  }

  /** Keep what was not sent yet: the slice, and the time on the disc. */
  function leave() {
    if (!at.item) return;
    flush();
    const seconds = page.clock.take();
    if (seconds >= 0.5) send(at.item, "view", { disc: at.disc, seconds });
  }

  /** Show the slice that is open, as soon as it is there; `at.shown` holds once that is done. */
  function show() {
    at.shown = showing();
  }

  async function showing() {
    const [{ item }, mine, of, number] = [at.item, ticket, series(), at.slice];
    page.changed();
    if (!of) {
      page.view.blank(at.item.problems.map(({ text }) => text).join(" ") || "There is nothing to show");
      return;
    }
    const ready = store.ready(item, at.series, number);
    if (!ready) page.view.wait(of);
    try {
      const picture = ready ?? (await store.get(item, at.series, number));
      if (mine !== ticket || of !== series() || number !== at.slice) return;
      page.view.show(picture, of);
    } catch (error) {
      if (mine === ticket && number === at.slice) page.view.blank(error.message, of);
    }
    page.changed();
    store.ahead(outwards(item, at.series, number, of.slices));
    if (item !== at.ahead) ahead(item);
  }

  /** Fetch the pictures of the next study too; opening a disc that is not blind would be noted, so only blind ones. */
  async function ahead(item) {
    at.ahead = item;
    if (at.mode !== "blind" || !at.item.next) return;
    const next = await get(`/api/items/${at.item.next}`).catch(() => null);
    if (!next || at.item.item !== item || next.reading.series === null) return;
    const { series: number, slice } = next.reading;
    const own = outwards(item, at.series, at.slice, series()?.slices ?? 0);
    store.ahead([...own, ...outwards(next.item, number, slice, next.series[number].slices)]);
  }

  /** Leaf through the slices. */
  function leaf(by) {
    if (series()) toSlice(at.slice + by);
  }

  function toSlice(number) {
    const wanted = Math.max(0, Math.min(series().slices - 1, number));
    if (wanted === at.slice) return;
    at.slice = wanted;
    at.held = false;
    clearTimeout(resting);
    resting = setTimeout(flush, REST);
    page.keeper.begun("slice");
    show();
  }

  /** Keep the slice, once one rests on it. */
  function flush() {
    if (resting === null) return;
    clearTimeout(resting);
    resting = null;
    act("slice", { series: at.series, slice: at.slice });
    page.keeper.ended("slice");
  }

  /** Take another series; what is wrong with it is said anew. */
  async function toSeries(number) {
    flush();
    const item = at.item;
    Object.assign(at, { series: number, slice: item.series[number].middle, held: false });
    show();
    await act("series", { series: number });
    const found = await get(`/api/items/${item.item}`).catch(() => null);
    if (found) item.problems = found.problems;
    page.changed();
  }

  /** Do something, show it at once, and send it; it is taken back if it is refused. */
  async function act(kind, what = {}) {
    if (!at.item) return;
    if (kind !== "slice") flush();
    apply(now(), kind, what);
    page.changed();
    // Time belongs to a disc: what names none leaves it to the next that does.
    const seconds = Number.isInteger(what.disc) ? page.clock.take() : 0;
    await send(at.item, kind, { ...what, seconds });
  }

  async function send(item, kind, what) {
    const body = { window: page.token(), item: item.item, kind, ...what };
    try {
      take(item, await page.keeper.keep("/api/actions", body));
    } catch (error) {
      page.refused(error, item.item);
    }
  }

  /** Take over what the server made of it, unless more is on its way. */
  function take(item, answer) {
    Object.assign(item, { next: answer.next, total: answer.total, kept: answer.reading });
    if (item.mode === at.mode) Object.assign(at, { done: answer.done, total: answer.total });
    settle(item);
  }

  /** Show what the server made of it last, once nothing is on its way. */
  function settle(item) {
    if (page.keeper.pending() === 0 && item.kept) item.reading = item.kept;
    if (item !== at.item) return;
    at.disc = Math.min(at.disc, now().discs.length - 1);
    page.changed();
  }

  /** Take back the last action, or do again what was taken back; goes where it was done. */
  async function back(way) {
    flush();
    let answer;
    try {
      answer = await page.keeper.keep(`/api/${way}`, { window: page.token(), mode: at.mode });
    } catch (error) {
      if (error.code !== "nothing_to_undo") return page.refused(error, at.item?.item);
      say(tellBriefly(way === "undo" ? "Nothing to undo" : "Nothing to do again"));
      if (at.item) settle(at.item);
      return;
    }
    tellBriefly(`${way === "undo" ? "Taken back" : "Done again"}: ${answer.kind}`);
    if (answer.item !== at.item?.item) {
      await open(answer.item, answer.disc);
      return;
    }
    take(at.item, answer);
    if (["slice", "series"].includes(answer.kind)) {
      Object.assign(at, { series: now().series, slice: now().slice, held: false });
      show();
    } else if (answer.disc !== null && answer.disc !== at.disc) choose(answer.disc);
    else goToBox();
  }

  function goToBox() {
    const { box } = disc();
    if (box) Object.assign(at, { series: box.series, slice: box.slice });
    show();
  }

  /** Put the box of the disc on the slice that is open. */
  function put(box) {
    if (!series() || !page.view.isReady()) return;
    at.held = true;
    act("box", { disc: at.disc, series: at.series, slice: at.slice, ...box });
  }

  /** Return whether a box lies on the slice that is open. */
  const isHere = (box) => box !== null && box.series === at.series && box.slice === at.slice;

  return { at, now, disc, series, open, choose, leave, leaf, toSlice, toSeries, act, back, put, isHere };
}

/** Change a reading as the server will. */
function apply(reading, kind, what) {
  const disc = reading.discs[what.disc];
  if (kind === "grade") Object.assign(disc, { grade: what.grade, ungradable: null });
  else if (kind === "ungradable") Object.assign(disc, { grade: null, ungradable: { reason: what.reason, text: what.text } });
  else if (kind === "clear" && disc) Object.assign(disc, { grade: null, ungradable: null });
  else if (kind === "box") disc.box = what.box === null ? null : { ...what };
  else if (kind === "note") (disc ?? reading).note = what.text;
  else if (kind === "aside") reading.aside = { reason: what.reason, text: what.text };
  else if (kind === "clear") reading.aside = null;
  if (disc) disc.done = disc.ungradable !== null || (disc.grade !== null && disc.box !== null);
  reading.done = reading.aside !== null || reading.discs.every(({ done }) => done);
}

let fading = null;

/** Show a sentence for some seconds; returns it. */
export function tellBriefly(text) {
  tell(byId("told"), text);
  clearTimeout(fading);
  fading = setTimeout(() => tell(byId("told"), ""), 4000);
  return text;
}
