/** Pointer and wheel on the picture: draw and change boxes, window and level, move, enlarge, leaf through. */

import { between, isOn, moved, resized, under } from "./boxes.js";
import { byId, tell } from "./elements.js";

const STILL = 4;
const NOTCH = 60;

/**
 * Listen to the picture.
 * @param {object} view The picture.
 * @param {object} on What is done: tool(), box() of the disc or null, others(), draw(box), put(box), pick(disc), leaf(by),
 *     reset().
 */
export function gestures(view, on) {
  const stage = byId("stage");
  const fingers = new Map();
  let drag = null;
  let corner = null;
  let wheeled = 0;
  let space = false;

  const at = (event) => {
    const frame = stage.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };

  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener("pointerdown", (event) => {
    stage.focus();
    if (!view.isReady()) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    if (fingers.size === 2) cancel();
    else drag = begin(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!view.isReady()) return;
    const point = at(event);
    readOut(point);
    if (fingers.size === 2 && fingers.has(event.pointerId)) pinch(event.pointerId, point);
    else if (drag) go(point);
    else if (corner) on.draw(between(corner, view.toSlice(point.x, point.y), view.picture()));
    else stage.dataset.hold = hold(point, event);
  });
  stage.addEventListener("pointerup", (event) => {
    fingers.delete(event.pointerId);
    const ended = drag;
    drag = null;
    if (ended) end(ended, at(event));
  });
  stage.addEventListener("pointercancel", (event) => {
    fingers.delete(event.pointerId);
    cancel();
  });
  stage.addEventListener("pointerleave", () => tell(byId("grey"), ""));
  stage.addEventListener("dblclick", () => on.reset());
  stage.addEventListener("wheel", wheel, { passive: false });
  addEventListener("keydown", (event) => {
    if (event.key === " " && event.target === stage) {
      space = true;
      event.preventDefault();
    }
  });
  addEventListener("keyup", (event) => event.key === " " && (space = false));

  function begin(event) {
    const point = at(event);
    const start = { point, last: point, moves: false, box: on.box(), kind: "box" };
    if (event.button === 2) return { ...start, kind: "window" };
    if (event.button === 1 || space) return { ...start, kind: "move" };
    if (on.tool() !== "box") return { ...start, kind: on.tool() };
    const part = corner || !start.box ? null : under(view, start.box, point, reach(event));
    return { ...start, kind: part ? "change" : "box", part };
  }

  const reach = (event) => (event.pointerType === "touch" ? 18 : 8);

  function hold(point, event) {
    if (on.tool() !== "box") return on.tool();
    return (on.box() && under(view, on.box(), point, reach(event))) || "draw";
  }

  function go(point) {
    drag.moves ||= Math.hypot(point.x - drag.point.x, point.y - drag.point.y) > STILL;
    if (!drag.moves) return;
    const [across, down] = [point.x - drag.last.x, point.y - drag.last.y];
    drag.last = point;
    if (drag.kind === "window") view.turn(down / 300, across / 150);
    else if (drag.kind === "move") view.move(across, down);
    else on.draw(drawn(drag, point));
  }

  function drawn({ kind, part, point: from, box }, point) {
    const [one, other] = [view.toSlice(from.x, from.y), view.toSlice(point.x, point.y)];
    if (kind !== "change") return between(one, other, view.picture());
    const [x, y] = [Math.round(other.x - one.x), Math.round(other.y - one.y)];
    return part === "move" ? moved(box, x, y, view.picture()) : resized(box, part, x, y, view.picture());
  }

  function end(ended, point) {
    if (["window", "move"].includes(ended.kind)) return;
    if (ended.moves) put(drawn(ended, point));
    else if (ended.kind === "box") click(point);
  }

  function put(box) {
    corner = null;
    on.draw(null);
    on.put(box);
  }

  /** A click takes up another disc's box, or sets a corner; the second one closes the box. */
  function click(point) {
    const place = view.toSlice(point.x, point.y);
    if (corner) {
      const from = view.toScreen(corner.x, corner.y);
      if (Math.hypot(from.x - point.x, from.y - point.y) > STILL) put(between(corner, place, view.picture()));
      else cancel();
      return;
    }
    const other = on.others().find(({ box }) => isOn(view, box, point));
    if (other) on.pick(other.disc);
    else corner = place;
  }

  function cancel() {
    drag = corner = null;
    on.draw(null);
  }

  function pinch(moving, point) {
    const [[, still]] = [...fingers].filter(([id]) => id !== moving);
    const before = fingers.get(moving);
    fingers.set(moving, point);
    const apart = (one) => Math.hypot(one.x - still.x, one.y - still.y) || 1;
    view.enlarge(apart(point) / apart(before), (point.x + still.x) / 2, (point.y + still.y) / 2);
    view.move((point.x - before.x) / 2, (point.y - before.y) / 2);
  }

  function wheel(event) {
    event.preventDefault();
    const step = event.deltaY * (event.deltaMode ? 20 : 1);
    const point = at(event);
    if (event.ctrlKey || event.metaKey) {
      if (view.isReady()) view.enlarge(Math.exp(-step / 200), point.x, point.y);
      return;
    }
    wheeled += step;
    const leaves = Math.trunc(wheeled / NOTCH);
    wheeled -= leaves * NOTCH;
    if (leaves) on.leaf(leaves);
  }

  function readOut({ x, y }) {
    const place = view.toSlice(x, y);
    const grey = view.grey(place.x, place.y);
    const where = `column ${Math.floor(place.x)}, row ${Math.floor(place.y)}`;
    tell(byId("grey"), grey === null ? "" : `${where}: ${Number(grey.toFixed(2))}`);
  }

  return { cancel };
}
