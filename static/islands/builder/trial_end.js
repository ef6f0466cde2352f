/** How a trial ended: what the caller would have got, or what is in the way. */

import { button, element } from "./elements.js";
import { nameFault, openFault } from "./fault_links.js";

/**
 * Draws the answer; what the end is in words.
 * @param {HTMLElement} region
 * @param {{status: string, error: string|null, duration: number, answer: object|null}} end
 */
export function drawEnd(region, end) {
  region.replaceChildren(...(end.answer ? [answerOf(end.answer)] : []));
  region.hidden = !end.answer;
  const words = `${capital(end.status)} in ${end.duration} ms.`;
  return end.error ? `${words} ${end.error}` : words;
}

/** Lists the faults that keep the draft from being tried; each leads to its step. */
export function drawRefusal(editor, region, faults) {
  const items = faults.map(({ path, message }) => {
    const link = button("link", path, () => openFault(editor, path));
    nameFault(editor, link, path);
    return element("li", {}, link, ` ${message}`);
  });
  region.replaceChildren(element("ul", {}, ...items));
  region.hidden = false;
}

function answerOf({ status, body }) {
  const content = typeof body === "string" ? body : JSON.stringify(body, null, 2);
  if (!content) return element("p", {}, element("strong", {}, `The caller gets ${status}`), ", with an empty body.");
  const title = element("summary", {}, `The caller gets ${status}`);
  return element("details", { open: "" }, title, element("pre", {}, content));
}

/** A word at the beginning of a sentence. */
export function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
