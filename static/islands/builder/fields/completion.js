/** Suggestions while a template is typed: paths that exist, functions, names of secrets. */

import { callJson } from "../../server.js";
import { pressedForSuggestions, stopSuggesting, suggest, suggestingFor } from "../suggestions.js";
import { caretBox } from "./caret.js";
import { excerptAt } from "./excerpts.js";
import { insertText, isExpressionAt } from "./inserting.js";
import { resultsOf } from "./previewing.js";

const OPENS = /(<|\{\{\s?)$/;
const IN_REFERENCE = /<[\w$.@:-]+\.$/;
const IN_URL = /\{([\w$.@:-]+\.)?$/;
const GOES_ON = /[\w$@:.<{-]$/;

/** @param {import("./form.js").Form} form */
export function attachCompletion(form, part) {
  for (const input of part.querySelectorAll("textarea[data-template]")) {
    if (input.readOnly) continue;
    const source = sourceOf(form, input);
    input.setAttribute("aria-autocomplete", "list");
    input.addEventListener("keydown", (event) => pressedForSuggestions(event, input, source));
    input.addEventListener("input", (event) => typed(input, source, event));
    input.addEventListener("blur", stopSuggesting);
    input.addEventListener("pointerdown", stopSuggesting);
  }
}

function typed(input, source, event) {
  const before = input.value.slice(0, input.selectionStart);
  if (suggestingFor() === input) {
    if (GOES_ON.test(before)) suggest(input);
    else stopSuggesting();
  } else if (event.isTrusted && event.inputType === "insertText" && opens(input, before)) suggest(input, source);
}

function opens(input, before) {
  if (OPENS.test(before) || IN_REFERENCE.test(before)) return true;
  if (input.dataset.template === "url" && IN_URL.test(before)) return true;
  return /[\w\])]\.$/.test(before) && isExpressionAt(input);
}

/** @returns {import("../suggestions.js").Source} */
function sourceOf(form, input) {
  return {
    ask: (signal) => ask(form, input, signal),
    caret: () => caretBox(input),
    announce: (words) => form.editor.announce(words),
  };
}

async function ask({ editor, node }, input, signal) {
  const excerpt = excerptAt(input);
  if (!excerpt) return null;
  const question = {
    document: editor.document,
    step: node,
    event: editor.sample?.event ?? null,
    results: resultsOf(editor),
    text: excerpt.text,
    caret: excerpt.caret,
    field: input.dataset.path,
  };
  const { suggestions } = await callJson("POST", `${editor.address}/completions`, question, { signal });
  const take = (item) => {
    const { insert, range } = excerpt.placed(item);
    insertText(input, insert, range);
  };
  return { items: suggestions, take };
}
