/** The list of actions to add: searchable, dragged onto the canvas, or added by a click or Enter. */

import { actionOptions, addAction, addOnFailure, follow, freePort, usualPlace } from "./adding.js";
import { element } from "./elements.js";
import { newNote } from "./notes.js";
import { startPaletteDrag } from "./palette_drag.js";
import { icon } from "./svg.js";

/** @param {import("./editor.js").Editor} editor */
export function start(editor, region) {
  region.hidden = !editor.mayBuild;
  if (!editor.mayBuild) return;
  const search = element("input", {
    type: "search",
    placeholder: "Search steps",
    "aria-label": "Search steps to add",
    autocomplete: "off",
  });
  const none = element("p", { class: "quiet small palette-none" }, "No step of that name.");
  none.hidden = true;
  const groups = groupsOf(editor);
  const note = itemOf({
    title: "Note",
    description: "A sticky note for those who read this later.",
    icon: "note",
  });
  note.addEventListener("click", () => newNote(editor));
  const failure = itemOf({
    title: "When it fails",
    description: "Steps that begin when a run is about to end as failed or halted.",
    icon: "alert",
  });
  failure.addEventListener("click", () => addOnFailure(editor));
  region.append(element("h2", { class: "palette-title" }, "Steps"), search, ...groups, none, failure, note);
  search.addEventListener("input", () => filter(search.value, groups, none));
  region.addEventListener("keydown", (event) => walk(region, search, event));
}

function groupsOf(editor) {
  const groups = new Map();
  for (const option of actionOptions(editor)) {
    if (!groups.has(option.group))
      groups.set(
        option.group,
        element("div", { class: "palette-group", role: "group", "aria-label": option.group }),
      );
    groups.get(option.group).append(actionItem(editor, option));
  }
  for (const [name, group] of groups) group.prepend(element("h3", {}, name));
  return [...groups.values()];
}

function actionItem(editor, option) {
  const item = itemOf(option);
  item.dataset.action = option.value;
  item.dataset.words = `${option.title} ${option.description} ${option.words}`.toLowerCase();
  item.addEventListener("click", (event) => {
    if (item.dataset.dragged) return;
    const place = usualPlace(editor);
    const from = place.from && { ...place.from, port: freePort(editor, place.from) };
    const id = addAction(editor, { name: option.value }, { ...place, from });
    // A click of the keyboard has no detail; the focus stays in the list then.
    if (event.detail) follow(editor, id);
  });
  startPaletteDrag(editor, item, { name: option.value, title: option.title });
  return item;
}

function itemOf({ title, description, icon: symbol }) {
  const words = element(
    "span",
    { class: "palette-words" },
    element("span", { class: "palette-name" }, title),
  );
  return element(
    "button",
    { type: "button", class: "palette-item", title: `${title}: ${description}` },
    icon(symbol),
    words,
  );
}

function filter(typed, groups, none) {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of groups) {
    for (const item of group.querySelectorAll(".palette-item")) {
      item.hidden = !wanted.every((word) => item.dataset.words.includes(word));
    }
    group.hidden = !group.querySelector(".palette-item:not([hidden])");
  }
  none.hidden = groups.some((group) => !group.hidden);
}

/** Up and down through what is shown; Enter in the field adds the first. */
function walk(region, search, event) {
  const items = [...region.querySelectorAll(".palette-item")].filter((item) => item.offsetParent);
  const at = items.indexOf(document.activeElement);
  if (event.key === "Enter" && event.target === search) items[0]?.click();
  else if (event.key === "ArrowDown") items[Math.min(at + 1, items.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (at > 0 ? items[at - 1] : search).focus();
  else return;
  event.preventDefault();
}
