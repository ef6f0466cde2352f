/** How a trial ended: what the caller would have got, or what is in the way. */

import { button, element } from "./elements.js";
import { openFault } from "./fault_links.js";

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
  const items = faults.map(({ path, message }) =>
    element("li", {}, button("link", path, () => openFault(editor, path)), ` ${message}`),
  );
  region.replaceChildren(element("ul", {}, ...items));
  region.hidden = false;
}

function answerOf({ status, body }) {
  const content = typeof body === "string" ? body : JSON.stringify(body, null, 2);
  const title = element("summary", {}, `The caller gets ${status}`);
  return element("details", { open: "" }, title, element("pre", {}, content));
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
