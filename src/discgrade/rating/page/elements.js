/** Elements of the page: found, made, and filled with text that is only ever text. */

/** Return the element with an id. */
export const byId = (id) => document.getElementById(id);

/**
 * Make an element.
 * @param {string} name Its tag.
 * @param {object} attributes Attributes; `on...` functions become listeners; null and false are left out.
 * @param {...(Node|string)} children Nodes, or texts.
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Make an element of a drawing. */
export function draw(name, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Show a text in an element, or hide the element where there is none. */
export function tell(element, text) {
  element.hidden = !text;
  if (element.textContent !== (text || "")) element.textContent = text || "";
}

/** Fill a choice with options [value, text]. */
export function choices(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
  select.value = String(chosen);
}

/** Do something with each click; after a click of the pointer the keys belong to the picture again. */
export function onClick(element, act) {
  element.addEventListener("click", (event) => {
    act(event);
    if (event.detail > 0 && !byId("dialog").open) byId("stage").focus();
  });
}

/** Say something to whoever listens to the page. */
export function say(text) {
  byId("said").textContent = text;
}
