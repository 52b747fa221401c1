/** Beside the picture: discs, grades, notes, levels, series, and what other grades there are where it is not blind. */

import { byId, choices, make, onClick, tell } from "./elements.js";

const SIGNS = [
  "bright and even",
  "bright with a band",
  "grey, border unclear",
  "dark, border lost",
  "black and collapsed",
];
const SAID = [
  "nucleus bright and even, height normal",
  "nucleus bright but uneven, with a grey band, border clear, height normal",
  "nucleus grey, border unclear, height normal or slightly less",
  "nucleus dark, border lost, height normal or less",
  "disc black, space collapsed",
];

/** Make the panel once; `act` holds what its parts do. */
export function panel(start, act) {
  const cards = SIGNS.map((sign, place) => card(place + 1, sign, act));
  const steps = start.scale === "fractional" ? start.grades.map((grade) => step(grade, act)) : [];
  byId("cards").replaceChildren(...cards);
  byId("steps").replaceChildren(...steps);
  byId("steps").hidden = !steps.length;
  choices(byId("lumbar"), Object.keys(start.levels).map((count) => [count, count]), 5);
  for (const id of ["ungradable", "clear", "next", "add", "remove", "aside", "back", "undo", "redo"]) {
    onClick(byId(id), act[id]);
  }
  onClick(byId("list-button"), act.worklist);
  onClick(byId("help-button"), act.keys);
  byId("level").addEventListener("change", (event) => act.level(event.target.value));
  byId("lumbar").addEventListener("change", (event) => act.lumbar(Number(event.target.value)));
  byId("series").addEventListener("change", (event) => act.series(Number(event.target.value)));
  keepsText(byId("note"), act, act.keepNote);
  keepsText(byId("study-note"), act, act.keepStudyNote);
  return (reading) => render(start, reading, act);
}

function card(grade, sign, act) {
  const picture = make("img", { src: `/page/grade${grade}.png`, alt: "", width: 96, height: 60 });
  const words = make("span", {}, make("b", {}, String(grade)), ` ${sign}`);
  const name = `Grade ${grade} ${sign}: ${SAID[grade - 1]}`;
  const button = make("button", { type: "button", class: "card", "data-grade": grade, "aria-label": name }, picture, words);
  button.title = name;
  onClick(button, () => act.grade(grade));
  return button;
}

function step(grade, act) {
  const button = make("button", { type: "button", "data-grade": grade, "aria-label": `Grade ${grade}` }, String(grade));
  onClick(button, () => act.grade(grade));
  return button;
}

/** Keep a text when one has stopped writing, or leaves it; `keep` is given the text and what it is a note on. */
function keepsText(area, { begun, ended }, keep) {
  let timer = null;
  let on = null;
  const send = () => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    keep(area.value, on);
    ended(area.id);
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    on = Number(area.dataset.disc);
    timer = setTimeout(send, 800);
    begun(area.id);
  });
  area.addEventListener("change", send);
  area.addEventListener("blur", send);
  area.flush = send;
}

/** Bring the panel up to date with what is read. */
function render(start, reading, act) {
  const { at } = reading;
  const [now, disc, blind] = [reading.now(), reading.disc(), at.mode === "blind"];
  renderDiscs(reading, act);
  for (const button of document.querySelectorAll("[data-grade]")) {
    const pressed = disc.grade !== null && Math.abs(disc.grade - Number(button.dataset.grade)) < 0.01;
    button.setAttribute("aria-pressed", String(pressed));
  }
  tell(byId("reason"), disc.ungradable && `Cannot be graded: ${disc.ungradable.text || disc.ungradable.reason}`);
  byId("grade-title").textContent = `Grade of ${disc.level}`;
  byId("clear").disabled = disc.grade === null && disc.ungradable === null;
  byId("next").textContent = nextWords(now, at, disc);
  renderNote(byId("note"), disc.note, at.disc, at.item.item);
  renderNote(byId("study-note"), now.note, at.disc, at.item.item);
  byId("spine").hidden = !blind;
  byId("aside").hidden = !blind || now.aside !== null;
  byId("back").hidden = now.aside === null;
  tell(byId("aside-reason"), now.aside && `Cannot be read: ${now.aside.text || now.aside.reason}`);
  choices(byId("level"), start.any_level.map((level) => [level, level]), disc.level);
  byId("lumbar").value = String(now.lumbar);
  byId("remove").disabled = now.discs.length < 2;
  renderSeries(reading);
  renderShown(at.item.shown);
  byId("problems").replaceChildren(...at.item.problems.map(({ text }) => make("p", { class: "problem" }, text)));
}

function nextWords(now, at, disc) {
  if (at.series === null && !now.aside) return "Choose a series";
  if (!disc.done && !now.aside) return disc.box ? "Next disc" : "Take the proposed box";
  if (!now.done) return "Next disc";
  return at.item.next ? (at.mode === "blind" ? "Next study" : "Next") : "Finish";
}

function renderNote(area, text, disc, item) {
  const key = `${item}/${disc}`;
  if (area.dataset.key === key && document.activeElement === area) return;
  if (area.dataset.key !== key || area.value !== text) area.value = text;
  Object.assign(area.dataset, { key, disc });
}

/** List the discs as they lie, the topmost first; the buttons stay, so that the focus does. */
function renderDiscs(reading, act) {
  const { discs } = reading.now();
  const list = byId("discs");
  if (list.children.length !== discs.length) {
    list.replaceChildren(...discs.map((_, place) => discButton(discs.length - 1 - place, act)));
  }
  for (const button of list.querySelectorAll("button")) {
    const number = Number(button.dataset.disc);
    const { level, grade, ungradable, box, done } = discs[number];
    const given = ungradable ? "cannot be graded" : grade === null ? "no grade" : `grade ${grade}`;
    button.setAttribute("aria-label", `${level}: ${given}, ${box ? "box drawn" : "no box"}${done ? ", done" : ""}`);
    button.toggleAttribute("aria-current", number === reading.at.disc);
    if (number === reading.at.disc) button.setAttribute("aria-current", "true");
    button.dataset.done = done;
    const [name, value, mark] = button.children;
    name.textContent = level;
    value.dataset.text = ungradable ? "—" : (grade ?? "");
    mark.dataset.text = done ? "✓" : box ? "▭" : "";
  }
}

function discButton(number, act) {
  const parts = ["level", "value", "mark"].map((name) => make("span", { class: name, "aria-hidden": "true" }));
  const button = make("button", { type: "button", "data-disc": number }, ...parts);
  onClick(button, () => act.disc(number));
  return make("li", {}, button);
}

function renderSeries(reading) {
  const { at } = reading;
  const options = at.item.series.map((one) => {
    const words = [one.name, one.description].filter(Boolean).join(" · ");
    return [one.series, one.chosen ? `${words} (chosen)` : words];
  });
  if (at.series === null) options.unshift(["", "None"]);
  choices(byId("series"), options, at.series ?? "");
  tell(byId("series-reason"), reading.series()?.reason);
}

/** Show the other grades, or the model's distribution, where the reading is not blind. */
function renderShown(shown) {
  byId("shown").hidden = shown === null;
  if (shown === null) byId("shown-grades").replaceChildren();
  else if (shown.grades) byId("shown-grades").replaceChildren(...shown.grades.map(raterGrade));
  else byId("shown-grades").replaceChildren(...distribution(shown));
}

const raterGrade = ({ who, grade }) =>
  make("p", { class: "other" }, `Rater ${who}: `, make("b", {}, String(grade)));

function distribution({ pseudo, label, expected, probabilities }) {
  const words = make("p", {}, label ? "Label " : "Pseudo-label ", make("b", {}, String(pseudo)), ", expected ", make("b", {}, String(expected)));
  const bars = probabilities.map(({ grade, p }) => {
    const share = `${Math.round(p * 100)} %`;
    const meter = make("meter", { min: 0, max: 1, value: p, "aria-label": `Grade ${grade}: ${share}` });
    return make("li", {}, make("span", {}, String(grade)), meter, make("span", {}, share));
  });
  return [words, make("ul", { class: "bars" }, ...bars)];
}
