/** Slices and thumbnails as the server sends them: 16-bit values, kept in memory and fetched before they are asked for. */

import { bytes } from "./wire.js";

const MOST_BYTES = 128 << 20;
const AT_ONCE = 3;

/** Read a message of pixels: its header, and `values`, unsigned 16-bit, row by row. */
export function decoded(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const size = (header.slices ?? 1) * header.rows * header.columns;
  return { ...header, values: littleEndian(buffer, 4 + length, size) };
}

function littleEndian(buffer, start, size) {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0]) return new Uint16Array(buffer, start, size);
  const view = new DataView(buffer, start);
  return Uint16Array.from({ length: size }, (_, place) => view.getUint16(2 * place, true));
}

/** Make a store of slices; the latest stay. */
export function sliceStore() {
  const kept = new Map();
  const waiting = [];
  let used = 0;
  let running = 0;

  const address = (item, series, slice) => `/api/items/${item}/series/${series}/slices/${slice}`;

  /** Return a promise of a slice. */
  function get(item, series, slice) {
    const key = address(item, series, slice);
    const found = kept.get(key) ?? { promise: fetched(key), picture: null };
    kept.delete(key);
    kept.set(key, found);
    return found.promise;
  }

  async function fetched(key) {
    try {
      const picture = decoded(await bytes(key));
      used += picture.values.byteLength;
      if (kept.has(key)) kept.get(key).picture = picture;
      forget();
      return picture;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  }

  function forget() {
    for (const [key, { picture }] of kept) {
      if (used <= MOST_BYTES) return;
      if (!picture) continue;
      kept.delete(key);
      used -= picture.values.byteLength;
    }
  }

  /** Return a slice if it is there already. */
  const ready = (item, series, slice) => kept.get(address(item, series, slice))?.picture ?? null;

  /** Fetch slices before they are asked for, the nearest first; forgets what was to be fetched before. */
  function ahead(places) {
    waiting.splice(0, waiting.length, ...places.filter((place) => !kept.has(address(...place))));
    while (running < AT_ONCE && waiting.length) more();
  }

  async function more() {
    running += 1;
    while (waiting.length) await get(...waiting.shift()).catch(() => {});
    running -= 1;
  }

  return { get, ready, ahead };
}

/** Return the places of a series, from one slice outwards. */
export function outwards(item, series, slice, count) {
  const order = [...Array(count).keys()].sort((one, other) => Math.abs(one - slice) - Math.abs(other - slice));
  return order.map((place) => [item, series, place]);
}

/** Return a promise of the thumbnails of a series. */
export async function thumbnails(item, series) {
  return decoded(await bytes(`/api/items/${item}/series/${series}/thumbnails?side=96`));
}

/** Paint a part of the values into a canvas of its size; the window is in grey values. */
export function paint(canvas, picture, window, number = 0) {
  const { rows, columns, values, offset, scale } = picture;
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const shades = new Uint32Array(image.data.buffer);
  const low = window.center - window.width / 2;
  const factor = (255 * scale) / window.width;
  const shift = (255 * (offset - low)) / window.width;
  const first = number * rows * columns;
  for (let place = 0; place < shades.length; place += 1) {
    const shade = Math.max(0, Math.min(255, Math.round(values[first + place] * factor + shift)));
    shades[place] = 0xff000000 | (shade << 16) | (shade << 8) | shade;
  }
  context.putImageData(image, 0, 0);
}
