/** A JSON value, as a tree that unfolds or as text. */

import { element } from "../elements.js";
import { tabs } from "./tabs.js";

const MOST = 200;
const OPEN_DEPTH = 2;
const LONGEST = 200;

/** @param {unknown} value */
export function drawValue(value, title) {
  if (value === null || typeof value !== "object") return element("pre", { tabindex: "0" }, JSON.stringify(value));
  return tabs(`${title} as`, [
    ["Tree", () => element("ul", { class: "context-tree" }, ...items(value, 1))],
    ["JSON", () => element("pre", { tabindex: "0" }, JSON.stringify(value, null, 2))],
  ]);
}

function items(value, depth) {
  const members = Object.entries(value);
  const shown = members.slice(0, MOST).map(([name, inner]) => item(name, inner, depth));
  if (members.length > MOST) shown.push(element("li", { class: "quiet small" }, `and ${members.length - MOST} more`));
  return shown;
}

function item(name, value, depth) {
  if (value === null || typeof value !== "object" || Object.keys(value).length === 0) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
    return element("li", { class: "leaf" }, element("span", { class: "name" }, name), " ", element("span", { class: "value" }, cut));
  }
  const list = element("ul");
  const details = element("details", depth <= OPEN_DEPTH ? { open: "" } : {}, element("summary", {}, element("span", { class: "name" }, name), " ", element("span", { class: "quiet small" }, countOf(value))), list);
  // What is folded is made when it is opened.
  const fill = () => details.open && !list.childElementCount && list.append(...items(value, depth + 1));
  details.addEventListener("toggle", fill);
  fill();
  return element("li", {}, details);
}

function countOf(value) {
  const count = Object.keys(value).length;
  const word = Array.isArray(value) ? "item" : "member";
  return count === 1 ? `1 ${word}` : `${count} ${word}s`;
}
