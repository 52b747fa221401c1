/** Tools over the picture: what a drag does, presets of the window, size. */

import { byId, make, onClick } from "./elements.js";

const TOOLS = [
  ["box", "Box", "A drag or two clicks draw a box"],
  ["window", "Window", "A drag changes brightness and contrast; so does the right button with every tool"],
  ["move", "Move", "A drag moves the picture; so does the middle button with every tool"],
];

/** Make the toolbar of a picture. */
export function toolbar(view) {
  let chosen = "box";
  let shown = null;
  let presets = [];
  let suits = null;
  let kept = null;
  let due = false;

  const buttons = TOOLS.map(([tool, name, title]) => {
    const button = make("button", { type: "button", title, "aria-pressed": String(tool === chosen), "data-tool": tool }, name);
    onClick(button, () => choose(tool));
    return button;
  });
  const select = make("select", { "aria-label": "Window preset" });
  select.addEventListener("change", () => {
    keep(Number(select.value));
    byId("stage").focus();
  });
  const others = [
    ["Reset", "Reset the window (R)", () => keep(0)],
    ["−", "Make smaller (-)", () => view.enlarge(0.8)],
    ["+", "Enlarge (+)", () => view.enlarge(1.25)],
    ["Fit", "Fit the picture (0)", fit],
    ["Disc", "Enlarge each disc (E)", near],
  ].map(([text, title, act]) => {
    const button = make("button", { type: "button", title, "aria-label": title }, text);
    onClick(button, act);
    return button;
  });
  byId("tools").replaceChildren(...buttons, select, ...others);

  /** Enlarge each disc that is taken up, or no longer. */
  function near() {
    view.near();
    others.at(-1).setAttribute("aria-pressed", String(view.isNear()));
  }

  function fit() {
    if (view.isNear()) near();
    else view.fit();
  }

  function choose(tool) {
    chosen = tool;
    byId("stage").dataset.tool = tool;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }

  /** Take a preset, also for the studies that follow. */
  function keep(number) {
    if (!view.isReady()) return;
    kept = presets[number].name;
    due = false;
    take(number);
  }

  function take(number) {
    const { share = 1, ofAll, window } = presets[number];
    view.setWindow(narrowed(window ?? (ofAll && suits?.key === shown ? suits : view.suits()), share));
    select.value = String(number);
  }

  /** Take the window that suits all slices of a series, by its key: what has more or less contrast looks alike on each. */
  function suit(key, { center, width }) {
    suits = { key, center, width };
    settle();
  }

  /** Take the preset that was kept, once what it needs is there. */
  function settle() {
    const number = presets.findIndex(({ name }) => name === kept);
    if (!due || number < 1 || !view.isReady() || (presets[number].ofAll && suits?.key !== shown)) return;
    due = false;
    take(number);
  }

  /** List the presets of a series: what suits the slice, its own, and some that follow the whole series. */
  function render(series) {
    if (!series || shown === series.key) return settle();
    shown = series.key;
    due = true;
    const own = series.presets.map(({ name, center, width }) => ({ name, window: { center, width } }));
    const ofAll = [["Suits the series", 1], ["More contrast", 0.6], ["Less contrast", 1.6]];
    presets = [{ name: "Suits the slice" }, ...own, ...ofAll.map(([name, share]) => ({ name, share, ofAll: true }))];
    select.replaceChildren(...presets.map(({ name }, number) => make("option", { value: number }, name)));
    settle();
  }

  choose(chosen);
  others.at(-1).setAttribute("aria-pressed", "false");
  return {
    render, suit, near, fit,
    chosen: () => chosen, nextPreset: () => keep((Number(select.value) + 1) % presets.length), reset: () => keep(0),
  };
}

/** Make a window wider about its middle, or narrower from above: black stays black, and what is grey is told apart. */
function narrowed({ center, width }, share) {
  return { center: share < 1 ? center - (width * (1 - share)) / 2 : center, width: width * share };
}
