/** HTML elements made in one call. */

/** An element with attributes and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/**
 * A button with what a click does.
 * @param {string} kind its classes
 * @param {string} words
 * @param {(event: MouseEvent) => void} act
 */
export function button(kind, words, act) {
  const made = element("button", { type: "button", class: kind }, words);
  made.addEventListener("click", act);
  return made;
}
