/** The strip of small pictures of all slices. */

import { byId, make, onClick } from "./elements.js";
import { paint, thumbnails } from "./slices.js";

let shown = null;

/** Show the slices of the series that is open, and which of them is; `suit` is told the window that suits them all. */
export function strip(reading, suit) {
  const series = reading.series();
  const place = byId("thumbnails");
  if (shown !== (series?.key ?? null)) {
    shown = series?.key ?? null;
    place.replaceChildren(...(series ? pictures(reading, series, suit) : []));
  }
  const marked = new Set(reading.now().discs.filter(({ box }) => box && box.series === series?.series).map(({ box }) => box.slice));
  for (const button of place.children) {
    const number = Number(button.dataset.slice);
    const current = number === reading.at.slice;
    button.tabIndex = current ? 0 : -1;
    button.dataset.marked = marked.has(number);
    if (current && !button.hasAttribute("aria-current")) button.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function pictures(reading, series, suit) {
  const buttons = [...Array(series.slices).keys()].map((number) => {
    const name = `Slice ${number + 1} of ${series.slices}`;
    const attributes = { type: "button", "data-slice": number, "aria-label": name };
    const button = make("button", attributes, make("canvas", { width: 64, height: 64 }), make("span", {}, String(number + 1)));
    onClick(button, () => reading.toSlice(number));
    return button;
  });
  fill(reading.at.item.item, series, buttons, suit);
  return buttons;
}

async function fill(item, series, buttons, suit) {
  const found = await thumbnails(item, series.series).catch(() => null);
  if (!found || shown !== series.key) return;
  suit(series.key, found);
  buttons.forEach((button, number) => paint(button.firstChild, found, found, number));
}
