/** What raters do, sent one after another in the order in which it was done, and again until it is kept. */

import { post, Refused } from "./wire.js";

const SHORTEST = 500;
const LONGEST = 5000;

/**
 * Make a keeper of actions.
 * @param {(state: string, text: string) => void} tell Told each change: saved, saving, waiting (tries again of itself),
 *     stopped (tries again when asked).
 */
export function keeper(tell) {
  const queue = [];
  const drafts = new Set();
  let running = false;
  let held = false;
  let wake = () => {};

  /** Send something; the promise holds once it is on the server's disc. */
  function keep(path, body) {
    return new Promise((resolve, reject) => {
      queue.push({ path, body: { ...body, id: word() }, resolve, reject });
      run();
    });
  }

  /** Say that something has begun that will be sent soon: until `ended` it is not saved. */
  function begun(draft) {
    drafts.add(draft);
    if (!running) tell("saving", "Saving …");
  }

  function ended(draft) {
    if (drafts.delete(draft) && !running) rested();
  }

  const rested = () => (drafts.size ? tell("saving", "Saving …") : tell("saved", "All saved"));

  /** Return what is not acknowledged, in order, for the last message of a window. */
  const left = () => queue.map(({ path, body }) => ({ ...body, to: path.split("/").pop() }));

  async function run() {
    if (running) return;
    running = true;
    tell("saving", "Saving …");
    for (let wait = SHORTEST; queue.length; ) {
      try {
        const answer = await post(queue[0].path, queue[0].body);
        wait = SHORTEST;
        held = false;
        tell("saving", "Saving …");
        queue.shift().resolve(answer);
      } catch (error) {
        if (await again(error, wait)) wait = Math.min(LONGEST, wait * 2);
        else leave(error);
      }
    }
    running = false;
    rested();
  }

  /** Return whether to send the same once more, after waiting. */
  async function again(error, wait) {
    held = !(error instanceof Refused) || error.status >= 500;
    if (!(error instanceof Refused)) {
      tell("waiting", "Not saved: the server does not answer. Trying again …");
      await Promise.race([woken(), new Promise((done) => setTimeout(done, wait))]);
      return true;
    }
    if (error.status < 500) return false;
    tell("stopped", `Not saved: ${error.message}`);
    await woken();
    return true;
  }

  const woken = () => new Promise((done) => (wake = done));

  /** Give up one action; all of them, where this window may not act any more. */
  function leave(error) {
    const left = ["superseded", "secret"].includes(error.code) ? queue.splice(0) : queue.splice(0, 1);
    for (const one of left) one.reject(error);
  }

  /** Wait until all is kept, or cannot be for now. */
  async function rest() {
    while (queue.length && !held) await new Promise((done) => setTimeout(done, 20));
  }

  return { keep, begun, ended, left, rest, retry: () => wake(), pending: () => queue.length };
}

function word() {
  // crypto.randomUUID is there in secure contexts alone; a server in a trusted network may be none.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
