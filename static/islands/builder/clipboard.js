/** Copy, cut and paste through the system's clipboard, as document JSON; a cURL command becomes a step. */

import { notify } from "../page.js";
import { ServerError, callJson } from "../server.js";
import { addAction } from "./adding.js";
import { CARD_WIDTH } from "./cards.js";
import { TRIGGER, isEntry, removeNodes } from "./edits.js";
import { nameOf } from "./names.js";
import { fragmentOf, pasteFragment, readFragment } from "./fragments.js";
import { isNote } from "./moving.js";
import { viewOf } from "./view.js";

const CURL = /^\s*(\$\s+)?curl(\.exe)?\s/i;
const PROMPT = /^\s*(\$\s+)?/;
const SHIFT = 40;
const TYPING = "input, textarea, select, [contenteditable], dialog";

let pointer = null;

/** @param {import("./editor.js").Editor} editor */
export function start(editor) {
  document.addEventListener("pointermove", ({ clientX, clientY }) => (pointer = { x: clientX, y: clientY }));
  document.addEventListener("copy", (event) => take(editor, event, copyText(editor)));
  document.addEventListener("cut", (event) => {
    if (editor.mayBuild && take(editor, event, copyText(editor))) removeSelected(editor, "Cut");
  });
  document.addEventListener("paste", (event) => {
    if (inField(event) || !editor.mayBuild) return;
    event.preventDefault();
    paste(editor, event.clipboardData.getData("text/plain"));
  });
}

/** Copies the selection where no event of the browser asks for it: from the command palette. */
export async function copySelected(editor) {
  const text = copyText(editor);
  if (!text) return;
  await navigator.clipboard.writeText(text);
  editor.announce("Copied.");
}

/** Pastes what the system's clipboard holds; browsers may ask the user first. */
export async function pasteClipboard(editor) {
  try {
    paste(editor, await navigator.clipboard.readText());
  } catch {
    editor.refuse("The browser does not let this page read the clipboard here. Press Ctrl+V.");
  }
}

/** Pastes a text: a fragment, an automation, a cURL command. */
export async function paste(editor, text) {
  if (CURL.test(text)) return pasteCommand(editor, text);
  const fragment = readFragment(text);
  if (!fragment) {
    return editor.refuse(
      "What is on the clipboard is no step: copy steps here, or a cURL command, or an automation as JSON.",
    );
  }
  return insert(editor, fragment, placeUnderPointer(editor), "Paste");
}

/** Copies of what is selected, beside it. */
export function duplicate(editor) {
  const chosen = copied(editor);
  if (!chosen.length) return editor.refuse("Select the steps to duplicate first.");
  const fragment = fragmentOf(editor.document, chosen);
  const corners = [...Object.values(fragment.canvas), ...fragment.notes];
  const left = Math.min(...corners.map(({ x }) => x));
  const top = Math.min(...corners.map(({ y }) => y));
  return insert(editor, fragment, { x: left + SHIFT, y: top + SHIFT }, "Duplicate");
}

/** Removes what is selected; the trigger stays. */
export function removeSelected(editor, label = "Delete") {
  const chosen = editor.selection.filter((id) => id !== TRIGGER);
  if (!chosen.length) {
    if (editor.selection.includes(TRIGGER))
      editor.refuse(
        "The trigger cannot be deleted: it is where events come in. Open it to choose another kind.",
      );
    return;
  }
  const words = inWords(editor, chosen);
  editor.change(label, (document) => removeNodes(document, chosen));
  editor.select([]);
  editor.announce(`${words} deleted.`);
}

function copied(editor) {
  return editor.selection.filter((id) => !isEntry(id));
}

function copyText(editor) {
  const chosen = copied(editor);
  return chosen.length ? JSON.stringify(fragmentOf(editor.document, chosen), null, 2) : "";
}

function take(editor, event, text) {
  if (!text || inField(event) || !document.getSelection().isCollapsed) return false;
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
  editor.announce(`${inWords(editor, copied(editor))} copied.`);
  return true;
}

function insert(editor, fragment, place, label) {
  let ids = [];
  editor.change(label, (document) => {
    const pasted = pasteFragment(document, fragment, place);
    ids = pasted.ids;
    return pasted.document;
  });
  editor.select(ids, { reveal: true });
  editor.announce(`${inWords(editor, ids)} added, not connected yet.`);
}

async function pasteCommand(editor, command) {
  const place = placeUnderPointer(editor);
  try {
    const made = await callJson("POST", "/builder/curl", { command: command.replace(PROMPT, "") });
    const id = addAction(editor, { name: "send-webhook", with: made.with }, { position: place });
    for (const note of made.notes) notify(note, "warn");
    if (id) editor.open(id);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    editor.refuse(`This cURL command cannot be read: ${error.message}`);
  }
}

function placeUnderPointer(editor) {
  const view = viewOf(editor);
  if (pointer && view.holds(pointer)) return view.placeAt(pointer);
  const { x, y } = view.placeAt(view.middle);
  return { x: x - CARD_WIDTH / 2, y: y - SHIFT };
}

function inWords(editor, ids) {
  if (ids.length > 3) return `${ids.length} ${ids.some(isNote) ? "steps and notes" : "steps"}`;
  return ids.map((id) => (isNote(id) ? "Note" : nameOf(editor, id))).join(", ");
}

function inField(event) {
  return Boolean(event.target.closest?.(TYPING));
}
