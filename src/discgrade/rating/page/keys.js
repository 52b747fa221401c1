/** The keyboard: every key in one list, which the page shows too. */

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** What each key means, for the page that lists them. */
export const MEANINGS = [
  [["Enter"], "Go on: take the proposed box, then the next disc, then the next study"],
  [["1", "…", "5"], "Grade"],
  [[",", "."], "A step down, a step up"],
  [["X"], "Cannot be graded"],
  [["T"], "Note (Escape leads back)"],
  [["Arrows"], "Slices; if a box is held, move it by a pixel; with Shift by ten"],
  [["Ctrl or Alt", "Arrows"], "Move the lower right corner of the box; with Shift by ten"],
  [["B"], "Hold the box of the disc, bring it to this slice, or make one"],
  [["Escape"], "Let go of the box"],
  [["Delete"], "Take the box away"],
  [["Page up", "Page down", "Home"], "Slices, the middle one"],
  [["N", "P"], "Next disc, previous disc; with Shift: study"],
  [["Z", "Y"], "Undo, do again; also Ctrl+Z, Ctrl+Y"],
  [["E"], "Enlarge each disc, or show the whole picture again"],
  [["+", "-", "0"], "Enlarge, make smaller, fit"],
  [["[", "]"], "Darker, brighter"],
  [["{", "}"], "More contrast, less contrast"],
  [["W", "R"], "Next preset of the window, reset"],
  [["O"], "Worklist"],
  [["?"], "This list"],
];

/**
 * Listen to the keyboard.
 * @param {object} on What is done; see the names below.
 */
export function keyboard(on) {
  document.addEventListener("keydown", async (event) => {
    if (document.getElementById("dialog").open || document.getElementById("work").hidden) return;
    if (event.target.closest("textarea, select, input")) {
      const leaves = event.key === "Escape" || (event.key === "Enter" && event.target.tagName === "SELECT");
      if (leaves) document.getElementById("stage").focus();
      return;
    }
    if (event.key === "Enter" && event.target.closest("button, summary")) return;
    const act = meant(event, on);
    if (!act) return;
    event.preventDefault();
    // A box that is being taken hold of comes first, so that quick keys find it there.
    while (on.busy()) await on.busy();
    act();
  });
}

/** Return what a key does; null if it means nothing. */
function meant(event, on) {
  const { key } = event;
  if (ARROWS[key]) return arrow(event, on);
  if (event.ctrlKey || event.metaKey) return together(key.toLowerCase(), event.shiftKey, on);
  if (event.altKey) return null;
  if (/^[1-5]$/.test(key)) return () => on.grade(Number(key));
  return {
    ",": () => on.step(-1), ".": () => on.step(1), Enter: on.forward, x: on.ungradable, t: on.note,
    b: on.hold, Escape: on.letGo, Delete: on.removeBox, Backspace: on.removeBox,
    PageUp: () => on.leaf(-1), PageDown: () => on.leaf(1), Home: on.toMiddle,
    n: () => on.disc(1), p: () => on.disc(-1), N: () => on.study(1), P: () => on.study(-1),
    z: on.undo, u: on.undo, y: on.redo, Z: on.redo,
    "+": () => on.enlarge(1.25), "=": () => on.enlarge(1.25), "-": () => on.enlarge(0.8), 0: on.fit,
    "[": () => on.turn(-0.05, 0), "]": () => on.turn(0.05, 0), "{": () => on.turn(0, -0.1), "}": () => on.turn(0, 0.1),
    w: on.preset, r: on.reset, e: on.near, o: on.worklist, "?": on.keys,
  }[key.length === 1 && !"NPZ".includes(key) ? key.toLowerCase() : key];
}

function arrow({ key, shiftKey, ctrlKey, altKey }, on) {
  const [x, y] = ARROWS[key].map((step) => step * (shiftKey ? 10 : 1));
  return () => on.arrow(x, y, ctrlKey || altKey);
}

function together(key, shift, on) {
  if (key === "z") return shift ? on.redo : on.undo;
  return key === "y" ? on.redo : null;
}
