/** An input whose references are highlighted, which takes references that are dropped or inserted. */

import { insertText, spellingAt } from "./inserting.js";

const MARKS = /(\\<|\\\{\{)|(\{\{.*?(?:\}\}|$))|(<(?:[^\W\d]|\$)[\w$]*(?:\.[\w$@:-]+)*>)|(\{(?:[^\W\d]|\$)[\w$]*(?:\.[\w$@:-]+)*\})/gsu;

/** Highlights the inputs of a part, and keeps them as high as what stands in them. */
export function attachTemplateFields(form, part) {
  for (const input of part.querySelectorAll(".editing > textarea")) attach(form, input);
}

/** Draws the text of an input anew; after its value was set from outside. */
export function redraw(input) {
  const mirror = input.parentElement?.querySelector(".mirror");
  if (mirror) mirror.replaceChildren(...piecesOf(input));
}

function attach(form, input) {
  input.addEventListener("input", () => redraw(input));
  if ("line" in input.dataset) input.addEventListener("keydown", leaveLine);
  input.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("application/x-penstock-reference")) event.preventDefault();
  });
  input.addEventListener("drop", (event) => drop(form, input, event));
  redraw(input);
}

/** In a field of one line, Enter is no line break; it stays one in JSON and in expressions. */
function leaveLine(event) {
  if (event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
  if (event.target.dataset.kind === "text" && !event.shiftKey) event.preventDefault();
}

function drop(form, input, event) {
  const data = event.dataTransfer.getData("application/x-penstock-reference");
  if (!data || input.readOnly) return;
  event.preventDefault();
  input.focus();
  insertText(input, spellingAt(input, JSON.parse(data)));
}

function piecesOf(input) {
  const text = input.value;
  const pieces = [];
  let from = 0;
  const isExpression = input.dataset.kind === "expression" || input.dataset.template === "condition";
  for (const found of isExpression ? [] : text.matchAll(MARKS)) {
    if (found[1] || (found[4] && input.dataset.template !== "url") || !input.dataset.template) continue;
    pieces.push(text.slice(from, found.index), mark(found[0]));
    from = found.index + found[0].length;
  }
  // A line break at the end of an element takes no room of its own.
  pieces.push(`${text.slice(from)}\u200b`);
  return pieces;
}

function mark(text) {
  const piece = document.createElement("mark");
  piece.textContent = text;
  if (/\bsecrets\./.test(text)) piece.className = "secret";
  return piece;
}
