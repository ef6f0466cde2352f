/** The list of shortcuts, and the switch for those that are a single key (WCAG 2.1, 2.1.4). */

import { commandsOf } from "./commands.js";
import { element } from "./elements.js";

const KEPT = "penstock.single-keys";
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
const POINTER = [
  ["Select several", "Shift+click, or drag over the empty canvas"],
  ["Move about", "Space+drag, middle button, wheel"],
  ["Zoom", "Ctrl+wheel, or pinch"],
  ["Add a step", "Drag from a port to the empty canvas"],
];
const OUTLINE = [
  ["Go through the steps", ["↑", "↓", "Home", "End"]],
  ["Go to a step", "type its name"],
  ["Fold and unfold", ["←", "→"]],
  ["Select several", ["Shift+↑", "Shift+↓", "Space"]],
  ["Add a step after", ["N"]],
  ["Connect to another step", ["C"]],
  ["Earlier or later", ["Alt+↑", "Alt+↓"]],
  ["All actions of a step", ["Shift+F10"]],
];

/** Whether single keys are shortcuts. */
export function singleKeysWanted() {
  return localStorage.getItem(KEPT) !== "off";
}

/** Shows the list. */
export function showShortcuts(editor) {
  const dialog = element("dialog", { class: "shortcut-list", "aria-labelledby": "shortcuts-title" });
  const close = element("button", { class: "button", value: "close", autofocus: "" }, "Close");
  const columns = element("div", { class: "shortcut-columns" }, ...groupsOf(editor));
  const title = element("h2", { id: "shortcuts-title" }, "Keyboard shortcuts");
  const head = element("div", { class: "shortcut-head" }, title, close);
  dialog.append(element("form", { method: "dialog" }, head, singleKeySwitch(), columns));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function groupsOf(editor) {
  const groups = new Map();
  for (const { group, title, keys, possible } of commandsOf(editor)) {
    if (!keys.length || !possible()) continue;
    const rows = groups.get(group) || groups.set(group, new Map()).get(group);
    rows.set(title, [...(rows.get(title) || []), ...keys.map(written)]);
  }
  groups.set("In the outline", OUTLINE).set("With the pointer", POINTER);
  return [...groups].map(([name, rows]) => {
    const list = element("dl", {}, ...[...rows].map(([words, keys]) => rowOf(words, keys)));
    return element("section", {}, element("h3", {}, name), list);
  });
}

function rowOf(words, keys) {
  const shown = Array.isArray(keys) ? keys.flatMap((key) => [" ", element("kbd", {}, key)]) : [keys];
  return element("div", {}, element("dt", {}, words), element("dd", {}, ...shown));
}

function written(keys) {
  return (
    keys
      .split("+")
      .map((key) => SIGNS[key] || key)
      .join("+") || "+"
  );
}

function singleKeySwitch() {
  const box = element("input", { type: "checkbox" });
  box.checked = singleKeysWanted();
  box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
  return element("label", { class: "choice" }, box, "Single keys such as N and 1 are shortcuts");
}
