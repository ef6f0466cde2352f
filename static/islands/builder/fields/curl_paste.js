/** A cURL command, pasted into the URL, fills the whole step; one step to undo. */

import { callJson } from "../../server.js";
import { notify } from "../../page.js";
import { ORIGIN } from "./form.js";
import { withHolder } from "./places.js";

/** The action that a command describes. */
const SENDING = "send-webhook";

/** @param {import("./form.js").Form} form */
export function attachCurl(form, part) {
  if (!form.editor.mayBuild) return;
  const input = part.matches("[data-widget=url]") && part.querySelector("[data-value=control]");
  if (!input) return;
  const button = part.querySelector("[data-paste-curl]");
  button.hidden = !takesRequests(form);
  if (button.hidden) return;
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").trim();
    if (!/^(\$\s+)?curl(\.exe)?\s/.test(text)) return;
    event.preventDefault();
    fill(form, text.replace(/^\$\s+/, ""));
  });
  button.addEventListener("click", () => pasteCommand(form, input));
}

/** Whether the step's action is one that a command describes: its other fields are there. */
function takesRequests(form) {
  return Boolean(form.holder?.action) && Boolean(form.root.querySelector("[data-widget=method]"));
}

async function pasteCommand(form, input) {
  let text = "";
  try {
    text = await navigator.clipboard.readText();
  } catch {
    // Without permission the clipboard cannot be read; pasting by hand can.
  }
  if (/^\s*curl/.test(text)) return fill(form, text.trim());
  input.focus();
  input.select();
  return notify("Copy a cURL command and paste it into the URL field (Ctrl+V).", "");
}

async function fill(form, command) {
  const { editor, node } = form;
  try {
    const made = await callJson("POST", "/builder/curl", { command });
    const filled = (document) => withHolder(document, node, { ...form.holder, action: made.action || SENDING, with: made.with });
    editor.change("Paste cURL", filled, { origin: ORIGIN });
    await form.refresh();
    for (const note of made.notes || []) notify(note, "warn");
    editor.announce(`The step is filled from the command. ${(made.notes || []).join(" ")}`);
  } catch (error) {
    editor.refuse(`This cURL command cannot be read: ${error.message}`);
  }
}
