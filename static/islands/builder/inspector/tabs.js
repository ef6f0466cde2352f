/** A few views of one thing, of which one is shown (ARIA tabs pattern). */

import { element } from "../elements.js";

const remembered = new Map();
let numbered = 0;

/**
 * @param {string} title what they are views of; the choice is remembered by it
 * @param {[string, () => Node][]} views
 */
export function tabs(title, views) {
  const id = `tabs-${(numbered += 1)}`;
  const panel = element("div", { role: "tabpanel", id: `${id}-panel` });
  const list = element("div", { class: "inner-tabs", role: "tablist", "aria-label": title });
  const buttons = views.map(([words], index) => {
    const button = element("button", { type: "button", role: "tab", id: `${id}-${index}`, "aria-controls": panel.id }, words);
    button.addEventListener("click", () => choose(index));
    return button;
  });
  const choose = (index) => {
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", buttons[index].id);
    panel.replaceChildren(views[index][1]());
    remembered.set(title, views[index][0]);
  };
  list.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const next = (buttons.indexOf(document.activeElement) + way + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
  });
  list.append(...buttons);
  choose(Math.max(0, views.findIndex(([words]) => words === remembered.get(title))));
  return element("div", { class: "tabbed" }, list, panel);
}
