/** Questions and lists in front of the page. */

import { byId, make } from "./elements.js";

/**
 * Open a dialog.
 * @param {string} title Its title.
 * @param {Array<Node>} content What it holds.
 * @param {Array<[string, Function|null]>} answers Buttons: text, and what is done once it is closed.
 * @param {object} how `must`: it cannot be left by Escape.
 */
export function dialog(title, content, answers, { must = false } = {}) {
  const shown = byId("dialog");
  const close = (act) => {
    shown.close();
    byId("stage").focus();
    act?.();
  };
  const buttons = answers.map(([text, act], place) =>
    make("button", { type: "button", class: place ? null : "main", onclick: () => close(act) }, text),
  );
  const heading = make("h2", { id: "dialog-title" }, title);
  shown.replaceChildren(heading, ...content, make("div", { class: "row" }, ...buttons));
  shown.oncancel = (event) => {
    if (must) event.preventDefault();
  };
  shown.onkeydown = null;
  if (!shown.open) shown.showModal();
  shown.scrollTop = 0;
  return { shown, close, buttons };
}

/** Ask for a reason; `decide` is given its key and words. Keys 1 to 9 choose one. */
export function askReason(title, reasons, decide) {
  const words = make("input", { type: "text", maxlength: 500, id: "words" });
  const radios = reasons.map(({ reason, text }, place) => {
    const radio = make("input", { type: "radio", name: "reason", value: reason, checked: place === 0 });
    return make("label", { class: "choice" }, radio, make("kbd", {}, String(place + 1)), ` ${text}`);
  });
  const fault = make("p", { role: "alert", class: "fault" });
  const chosen = () => radios.map((label) => label.firstChild).find((radio) => radio.checked).value;
  const list = make("fieldset", {}, make("legend", {}, "Reason"), ...radios);
  const said = make("label", {}, "In words (needed for another reason) ", words);
  const { shown, close } = dialog(title, [list, said, fault], [["Cancel", null]]);
  const go = () => {
    if (chosen() === "other" && !words.value.trim()) {
      fault.textContent = "Say which reason, in words";
      words.focus();
    } else close(() => decide(chosen(), words.value.trim()));
  };
  shown.lastChild.prepend(make("button", { type: "button", class: "main", onclick: go }, "Keep"));
  shown.lastChild.lastChild.className = "";
  radios[0].firstChild.focus();
  shown.onkeydown = (event) => {
    if (event.key === "Enter" && event.target.tagName !== "BUTTON") {
      event.preventDefault();
      go();
    } else if (event.target !== words && radios[Number(event.key) - 1]) {
      radios[Number(event.key) - 1].firstChild.checked = true;
      radios[Number(event.key) - 1].firstChild.focus();
      if (chosen() === "other") {
        event.preventDefault();
        words.focus();
      }
    }
  };
}

const STATES = { open: "to be read", begun: "begun", done: "finished" };

/** Show the worklist; `open` is given the item that is chosen. */
export function showWorklist(list, current, open) {
  const rows = list.items.map((one) => {
    const state = one.closed ? "finished, closed" : one.unread ? "not read blind yet" : STATES[one.state];
    const disc = one.level ? ` ${one.level}` : "";
    const difference = one.difference === null ? "" : `, differs by ${one.difference}`;
    const text = `${list.mode === "blind" ? "Study" : "Disc"} ${one.number}${disc}: ${state}${difference}`;
    const attributes = {
      type: "button", disabled: one.closed, "data-state": one.state,
      "aria-current": one.item === current ? "true" : null,
      onclick: () => close(() => open(one.item)),
    };
    return make("li", {}, make("button", attributes, text));
  });
  const words = make("p", {}, `${list.done} of ${list.total} finished${list.resume ? "" : ". Nothing is left to read for now."}`);
  const { shown, close } = dialog("Worklist", [words, make("ol", { class: "worklist" }, ...rows)], [["Close", null]]);
  (shown.querySelector("[aria-current]") ?? shown.querySelector("button:not([disabled])")).focus();
}

/** Show the keys: [keys, meaning]. */
export function showKeys(keys) {
  const rows = keys.map(([names, meaning]) => {
    const cells = names.flatMap((name, place) => (place ? [" ", make("kbd", {}, name)] : [make("kbd", {}, name)]));
    return make("tr", {}, make("th", { scope: "row" }, ...cells), make("td", {}, meaning));
  });
  const pointer = [
    "Draw a box by a drag or two clicks; take it by its sides to change it. Right button or tool Window: drag up and " +
      "down for brightness, to the sides for contrast; double-click resets. Wheel: slices; with Ctrl: enlarge. Middle " +
      "button or Space: move.",
  ];
  dialog("Keys", [make("table", {}, make("tbody", {}, ...rows)), make("p", {}, ...pointer)], [["Close", null]]);
}
