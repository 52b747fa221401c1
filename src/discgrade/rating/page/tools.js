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

  const buttons = TOOLS.map(([tool, name, title]) => {
    const button = make("button", { type: "button", title, "aria-pressed": String(tool === chosen), "data-tool": tool }, name);
    onClick(button, () => choose(tool));
    return button;
  });
  const select = make("select", { "aria-label": "Window preset" });
  select.addEventListener("change", () => {
    take(Number(select.value));
    byId("stage").focus();
  });
  const others = [
    ["Reset", "Reset the window (R)", view.reset],
    ["−", "Make smaller (-)", () => view.enlarge(0.8)],
    ["+", "Enlarge (+)", () => view.enlarge(1.25)],
    ["Fit", "Fit the picture (0)", view.fit],
  ].map(([text, title, act]) => {
    const button = make("button", { type: "button", title, "aria-label": title }, text);
    onClick(button, act);
    return button;
  });
  byId("tools").replaceChildren(...buttons, select, ...others);

  function choose(tool) {
    chosen = tool;
    byId("stage").dataset.tool = tool;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }

  function take(number) {
    if (!view.isReady()) return;
    const { share, window } = presets[number];
    const { center, width } = window ?? (share ? ofSeries() : view.suits());
    view.setWindow({ center, width: width * (share ?? 1) });
    select.value = String(number);
  }

  const ofSeries = () => (suits?.key === shown ? suits : view.suits());

  /** Take the window that suits all slices of a series, by its key: what has more or less contrast looks alike on each. */
  function suit(key, { center, width }) {
    suits = { key, center, width };
  }

  /** List the presets of a series: what suits the slice, its own, and some that follow the whole series. */
  function render(series) {
    if (!series || shown === series.key) return;
    shown = series.key;
    const own = series.presets.map(({ name, center, width }) => ({ name, window: { center, width } }));
    const ofAll = [["Suits the series", 1], ["More contrast", 0.6], ["Less contrast", 1.6]];
    presets = [{ name: "Suits the slice" }, ...own, ...ofAll.map(([name, share]) => ({ name, share }))];
    select.replaceChildren(...presets.map(({ name }, number) => make("option", { value: number }, name)));
  }

  choose(chosen);
  return { render, suit, chosen: () => chosen, nextPreset: () => take((Number(select.value) + 1) % presets.length) };
}
