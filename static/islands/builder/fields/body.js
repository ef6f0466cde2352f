/** JSON with templates: indentation, pairs of brackets, format, mistakes with their line; and what a body is sent as. */

import { convert, write } from "./kinds.js";
import { insertText } from "./inserting.js";
import { holderOf, valueAt } from "./places.js";
import { keysOf, ownerOf, readInput } from "./reading.js";

const PAIRS = { "{": "}", "[": "]", '"': '"' };

/** @param {import("./form.js").Form} form */
export function attachJson(form, part) {
  for (const input of part.querySelectorAll(".editing > textarea")) {
    input.addEventListener("keydown", (event) => {
      if (input.dataset.kind === "json" && !event.defaultPrevented && !input.readOnly) pressed(input, event);
    });
    const field = input.closest("[data-field]");
    input.addEventListener("input", () => showMistake(field, input));
    field.querySelector("[data-format]")?.addEventListener("click", () => format(input));
    if (field.matches("[data-widget=json]")) input.addEventListener("change", () => form.refresh());
    showMistake(field, input);
  }
  for (const body of part.querySelectorAll("[data-body-kind]")) attachKind(form, body);
}

function pressed(input, event) {
  const { selectionStart: start, selectionEnd: end, value } = input;
  const next = value[end];
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    breakLine(input, value.slice(0, start), next);
  } else if (Object.values(PAIRS).includes(event.key) && next === event.key && start === end) {
    event.preventDefault();
    input.setSelectionRange(end + 1, end + 1);
  } else if (PAIRS[event.key] && (start !== end || next === undefined || /[\s,\]}]/.test(next)) && !isInText(value, start)) {
    event.preventDefault();
    insertText(input, event.key + value.slice(start, end) + PAIRS[event.key]);
    if (start === end) input.setSelectionRange(start + 1, start + 1);
  } else if (event.key === "Backspace" && start === end && start > 0 && PAIRS[value[start - 1]] === next && next) {
    event.preventDefault();
    insertText(input, "", [start - 1, start + 1]);
  }
}

function breakLine(input, before, next) {
  const indent = /[^\n]*$/.exec(before)[0].match(/^ */)[0];
  const opens = /[{[]\s*$/.test(before);
  const inner = opens ? `${indent}  ` : indent;
  const closes = opens && (next === "}" || next === "]");
  insertText(input, `\n${inner}${closes ? `\n${indent}` : ""}`);
  const caret = before.length + 1 + inner.length;
  input.setSelectionRange(caret, caret);
}

function isInText(value, at) {
  return (value.slice(0, at).replace(/\\./g, "").match(/"/g) || []).length % 2 === 1;
}

function format(input) {
  const { value, mistake } = readInput(input);
  if (input.dataset.kind === "json" && !mistake && value !== undefined) {
    insertText(input, JSON.stringify(value, null, 2), [0, input.value.length]);
  }
}

function showMistake(field, input) {
  const { mistake } = readInput(input);
  const shown = input.closest("[data-row]")?.querySelector("[data-faults]") || field.querySelector("[data-syntax]");
  input.toggleAttribute("aria-invalid", false);
  if (mistake) input.setAttribute("aria-invalid", "true");
  const bar = field.querySelector("[data-format]");
  if (bar) bar.hidden = input.dataset.kind !== "json";
  if (shown?.matches("[data-syntax]")) shown.textContent = mistake || "";
  else if (shown && mistake) shown.textContent = mistake;
}

/** A body of another kind: what it was is kept, and comes back with its kind. */
function attachKind(form, body) {
  const [kind, content] = [...body.children].map((field) => field.querySelector("[data-value]"));
  const owner = ownerOf(content);
  let now = body.dataset.bodyKind;
  kind.addEventListener("input", (event) => {
    event.stopPropagation();
    const keys = keysOf(owner);
    const before = now;
    now = kind.value;
    form.memory.set(`body ${before}`, valueAt(holderOf(form.editor.document, form.node), keys));
    const value = form.memory.has(`body ${kind.value}`) ? form.memory.get(`body ${kind.value}`) : bodyAs(form, before, kind.value);
    const sentAs = kind.value === kind.dataset.default ? undefined : kind.value;
    form.set([{ keys: keysOf(kind), value: sentAs }, { keys, value }], "what the body is sent as");
    if (content.matches("textarea")) retype(content, kind.value, value);
    form.refresh();
  });
}

/** What is typed before the server has drawn the new kind is read as that kind, and not lost. */
function retype(content, kind, value) {
  const isText = kind === "text" && (value === undefined || typeof value === "string");
  content.dataset.kind = isText ? "text" : "json";
  content.value = value === undefined ? "" : write(content.dataset.kind, value);
}

function bodyAs(form, before, kind) {
  if (kind === "none") return undefined;
  const value = form.memory.get(`body ${before}`);
  if (value === undefined) return undefined;
  if (kind === "text") return typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const parsed = typeof value === "string" ? JSON.parse(convert(value, "text", "json")) : value;
  if (kind === "form") return parsed && typeof parsed === "object" && !Array.isArray(parsed) ? parsed : {};
  return parsed;
}
