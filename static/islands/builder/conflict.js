/** Two people in one draft: tells the second who changed what, and lets them decide. */

import { button, element } from "./elements.js";

const TYPING = "input, textarea, select";

/**
 * @param {{by: string, when: string, changes: string[]}} theirs
 * @param {{takeTheirs: () => void, keepMine: () => void}} choices
 */
export function drawConflict(theirs, choices) {
  const notice = document.getElementById("conflict");
  const words = `${theirs.by.charAt(0).toUpperCase()}${theirs.by.slice(1)} changed this automation ${theirs.when}, so your last changes are not saved.`;
  const told = element("div", {}, element("p", {}, words));
  if (theirs.changes.length) told.append(element("ul", {}, ...theirs.changes.map((text) => element("li", {}, text))));
  told.append(buttons(notice, choices));
  notice.replaceChildren(told);
  notice.hidden = false;
  // Who is typing keeps the focus: the next space would press a button that drops changes.
  if (!document.activeElement?.matches(TYPING)) notice.querySelector("button").focus();
}

function buttons(notice, choices) {
  const row = element(
    "div",
    { class: "buttons" },
    button("button", "Take theirs, drop my changes", choices.takeTheirs),
    button("button", "Keep mine, drop theirs", choices.keepMine),
  );
  row.addEventListener("click", (event) => {
    if (event.target.closest("button")) notice.hidden = true;
  });
  return row;
}
