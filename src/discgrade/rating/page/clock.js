/** Time spent: without pauses and without hidden windows. */

const PAUSE = 60_000;
const MOST = 600;

/** Make a clock; `take` returns the seconds since it was asked last. */
export function stopwatch() {
  let spent = 0;
  let since = performance.now();

  function count() {
    const now = performance.now();
    if (!document.hidden) spent += Math.min(now - since, PAUSE);
    since = now;
  }
  for (const event of ["pointermove", "pointerdown", "keydown", "wheel"]) {
    document.addEventListener(event, count, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => {
    // What lies behind was seen if the window is hidden just now, and not if it comes back.
    const now = performance.now();
    if (document.hidden) spent += Math.min(now - since, PAUSE);
    since = now;
  });
  return {
    take() {
      count();
      const seconds = Math.min(MOST, Math.round(spent / 100) / 10);
      spent = 0;
      return seconds;
    },
  };
}
