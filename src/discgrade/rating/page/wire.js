/** Asking the server, and the window's right to act. */

/** An answer that refuses; `code` as the server names it, the message is to be shown. */
export class Refused extends Error {
  constructor(status, told) {
    super(told.message);
    Object.assign(this, { status, code: told.error, since: told.since });
  }
}

/** No answer at all, or none of ours: nobody knows whether it was kept. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer");
  }
}

async function answered(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  if (!told || !told.error) throw new Unreachable();
  throw new Refused(answer.status, told);
}

async function whole(read) {
  try {
    return await read();
  } catch {
    throw new Unreachable();
  }
}

/** Get JSON. */
export async function get(path) {
  const answer = await answered(path);
  return whole(() => answer.json());
}

/** Get bytes. */
export async function bytes(path, signal) {
  const answer = await answered(path, { signal });
  return whole(() => answer.arrayBuffer());
}

/** Send JSON; it reaches the server even if the window is closed meanwhile. */
export async function post(path, body) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await answered(path, { ...options, keepalive: true });
  return whole(() => answer.json());
}

const KEPT = "discgrade-window";

/**
 * Ask for the right to act.
 * @param {boolean} take Whether the rater was told of another window and wants to go on in this one.
 * @returns {Promise<string>} Token of this window.
 */
export async function openWindow(take) {
  const before = sessionStorage.getItem(KEPT);
  const resume = before && !(await isHeld(before)) ? before : null;
  const { window: token } = await post("/api/window", { resume, take });
  sessionStorage.setItem(KEPT, token);
  hold(token);
  return token;
}

/** A duplicated tab inherits the token of the first one, which holds a lock of that name while it lives. */
async function isHeld(token) {
  if (!navigator.locks) return false;
  const { held } = await navigator.locks.query();
  return held.some((lock) => lock.name === lockName(token));
}

// A lock's name may not begin with "-", a token may.
const lockName = (token) => `window ${token}`;

function hold(token) {
  if (navigator.locks) navigator.locks.request(lockName(token), () => new Promise(() => {}));
}

/** Return whether this window may still act; true where nobody answers. */
export async function isCurrent(token) {
  try {
    return (await post("/api/window/check", { window: token })).current;
  } catch {
    return true;
  }
}

/** Tell that this window is closed, so that the next one need not ask; what was not acknowledged goes along. */
export function closeWindow(token, left) {
  const body = new Blob([JSON.stringify({ window: token, left })], { type: "application/json" });
  navigator.sendBeacon("/api/window/close", body);
}
