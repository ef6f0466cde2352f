/** Suggestions while the document is written as text, and what the member at the caret is for. */

import { callJson } from "../server.js";
import { element } from "./elements.js";
import { insertText } from "./fields/inserting.js";
import { pressedForSuggestions, stopSuggesting, suggest, suggestingFor } from "./suggestions.js";

const GOES_ON = /[\w$./@" -]$/;
const VALUE_FOLLOWS = /: $/;

/**
 * Completes names and values by the schema of a document.
 * @param {import("./editor.js").Editor} editor
 * @param {HTMLTextAreaElement} text
 */
export function attachJsonCompletion(editor, text) {
  const source = {
    ask: (signal) => ask(editor, text, source, signal),
    caret: () => caretBox(text),
    announce: (words) => editor.announce(words),
  };
  text.setAttribute("aria-autocomplete", "list");
  text.addEventListener("keydown", (event) => pressedForSuggestions(event, text, source));
  text.addEventListener("input", (event) => typed(text, source, event));
  text.addEventListener("blur", stopSuggesting);
  text.addEventListener("pointerdown", stopSuggesting);
  text.addEventListener("wheel", stopSuggesting, { passive: true });
}

/**
 * What the schema says of the member at the caret.
 * @returns {Promise<{path: string, detail: string, documentation: string} | null>}
 */
export async function memberAt(editor, text, signal) {
  return (await completions(editor, text, signal)).member;
}

function typed(text, source, event) {
  if (suggestingFor() === text) {
    if (GOES_ON.test(text.value.slice(0, text.selectionStart))) suggest(text);
    else stopSuggesting();
  } else if (event.isTrusted && event.inputType === "insertText" && event.data === '"') suggest(text, source);
}

async function ask(editor, text, source, signal) {
  const { suggestions } = await completions(editor, text, signal);
  const take = (item) => {
    insertAsTyped(text, item);
    if (VALUE_FOLLOWS.test(item.insert)) suggest(text, source);
  };
  return { items: suggestions, take };
}

function completions(editor, text, signal) {
  const question = { text: text.value, caret: text.selectionStart };
  return callJson("POST", `${editor.address}/json-completions`, question, { signal });
}

/** Ctrl+Z in the field takes back what is inserted so, as it does what is typed. */
function insertAsTyped(text, { insert, from, to }) {
  text.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, insert)) insertText(text, insert, [from, to]);
}

/** The box of the caret: its line is counted, its place in it measured. */
function caretBox(text) {
  const lines = text.value.slice(0, text.selectionStart).split("\n");
  const ruler = element("span", { class: "json-ruler mono", "aria-hidden": "true" }, lines.at(-1));
  text.parentElement.append(ruler);
  const style = getComputedStyle(text);
  const height = parseFloat(style.lineHeight);
  const frame = text.getBoundingClientRect();
  const left = frame.left + parseFloat(style.paddingLeft) + ruler.getBoundingClientRect().width - text.scrollLeft;
  const top = frame.top + parseFloat(style.paddingTop) + (lines.length - 1) * height - text.scrollTop;
  ruler.remove();
  return new DOMRect(left, top, 0, height);
}
