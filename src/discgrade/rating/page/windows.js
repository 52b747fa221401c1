/** The window's right to act: asked for at first, lost to another window, taken back once the rater wants it. */

import { tellBriefly } from "./reading.js";
import { dialog } from "./dialogs.js";
import { byId, make } from "./elements.js";
import { closeWindow, isCurrent, openWindow } from "./wire.js";

/**
 * Make the window's right.
 * @param {object} page keeper; shown(): shows again what is read; leave(): keeps what has begun.
 */
export function ownWindow({ keeper, shown, leave }) {
  let token = null;
  let superseded = false;

  /** Ask for the right to act; where another window has it, ask the rater first. */
  async function take(told = false) {
    try {
      token = await openWindow(told);
    } catch (error) {
      if (error.code !== "other_window") throw error;
      const words = make("p", {}, `${error.message} It was opened at ${new Date(error.since).toLocaleTimeString()}.`);
      await new Promise((done) => dialog("Another window is open", [words], [["Go on here", done]], { must: true }));
      await take(true);
    }
  }

  function lost() {
    if (superseded) return;
    superseded = true;
    const words = make("p", {}, "Another window of yours has taken over. What was acknowledged is kept.");
    dialog("This window may not act any more", [words], [["Go on here instead", reopen]], { must: true });
  }

  /** Take over again; nothing can be done until what the other window did is shown. */
  async function reopen() {
    byId("work").hidden = true;
    try {
      await take(true);
    } catch (error) {
      superseded = false;
      tellBriefly(error.message);
      return lost();
    }
    superseded = false;
    await shown();
  }

  const rest = () => token && !superseded && leave();

  addEventListener("beforeunload", (event) => keeper.pending() && event.preventDefault());
  addEventListener("visibilitychange", () => document.hidden && rest());
  addEventListener("pagehide", () => {
    rest();
    if (token && !superseded) closeWindow(token, keeper.left());
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  addEventListener("focus", async () => token && !(await isCurrent(token)) && lost());
  return { take, lost, token: () => token };
}
