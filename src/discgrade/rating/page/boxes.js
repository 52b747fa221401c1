/** Boxes over the picture: where they may lie, how they are taken hold of, and how they are drawn. */

import { byId, draw } from "./elements.js";

const LEAST = 2;
const HANDLES = { nw: [0, 0], n: [0.5, 0], ne: [1, 0], e: [1, 0.5], se: [1, 1], s: [0.5, 1], sw: [0, 1], w: [0, 0.5] };

/** Return a box between two corners, on whole pixels of a slice of so many rows and columns. */
export function between(one, other, { rows, columns }) {
  const [left, right] = inside([one.x, other.x], columns);
  const [upper, lower] = inside([one.y, other.y], rows);
  return { x: left, y: upper, width: right - left, height: lower - upper };
}

function inside(ends, most) {
  const [low, high] = ends.map((end) => Math.max(0, Math.min(most, Math.round(end)))).sort((one, two) => one - two);
  if (high - low >= LEAST) return [low, high];
  return low + LEAST <= most ? [low, low + LEAST] : [most - LEAST, most];
}

/** Return a box moved by pixels, kept on the slice. */
export function moved(box, x, y, { rows, columns }) {
  return {
    ...box,
    x: Math.max(0, Math.min(columns - box.width, box.x + x)),
    y: Math.max(0, Math.min(rows - box.height, box.y + y)),
  };
}

/** Return a box of which the sides that a handle holds are moved by pixels. */
export function resized(box, handle, x, y, size) {
  const one = { x: box.x + (handle.includes("w") ? x : 0), y: box.y + (handle.includes("n") ? y : 0) };
  const other = {
    x: box.x + box.width + (handle.includes("e") ? x : 0),
    y: box.y + box.height + (handle.includes("s") ? y : 0),
  };
  return between(one, other, size);
}

/** Return a box in the middle of a slice, where nothing proposes another one. */
export function middle({ rows, columns }) {
  const [width, height] = [Math.round(columns / 5), Math.round(rows / 8)];
  return { x: Math.round((columns - width) / 2), y: Math.round((rows - height) / 2), width, height };
}

const onScreen = (view, box) => {
  const [corner, far] = [view.toScreen(box.x, box.y), view.toScreen(box.x + box.width, box.y + box.height)];
  return { x: corner.x, y: corner.y, width: far.x - corner.x, height: far.y - corner.y };
};

const handlePlace = (box, [along, down]) => ({ x: box.x + along * box.width, y: box.y + down * box.height });

/** Return what of a box lies under a point of the stage: a handle's name, "move", or null. */
export function under(view, box, point, reach) {
  const seen = onScreen(view, box);
  const near = Object.keys(HANDLES).find((name) => {
    const place = handlePlace(seen, HANDLES[name]);
    return Math.hypot(place.x - point.x, place.y - point.y) <= reach;
  });
  return near ?? (contains(seen, point) ? "move" : null);
}

const contains = (box, { x, y }) => x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height;

/** Return whether a point of the stage lies in a box. */
export const isOn = (view, box, point) => contains(onScreen(view, box), point);

/**
 * Draw boxes.
 * @param {object} view The picture.
 * @param {Array} seen [{box, label, kind}]: kind is current, held, other, elsewhere (on another slice), ghost, rubber.
 */
export function render(view, seen) {
  byId("overlay").replaceChildren(...(view.isReady() ? seen.flatMap((one) => parts(view, one)) : []));
}

function parts(view, { box, label, kind }) {
  const place = onScreen(view, box);
  const made = [draw("rect", { ...place, class: `halo ${kind}` }), draw("rect", { ...place, class: `box ${kind}` })];
  if (label) {
    const text = draw("text", { x: place.x + place.width + 6, y: place.y + place.height / 2 + 4, class: kind });
    text.textContent = label;
    made.push(text);
  }
  if (kind === "held" || kind === "current") {
    for (const where of Object.values(HANDLES)) {
      const { x, y } = handlePlace(place, where);
      made.push(draw("rect", { x: x - 4, y: y - 4, width: 8, height: 8, class: `handle ${kind}` }));
    }
  }
  return made;
}
