/** The part of an input that is one template for the server, and back from its suggestions to the input. */

const OPENING = "{{ ";

/**
 * @param {HTMLTextAreaElement} input
 * @returns {{text: string, caret: number, placed: (item: {insert: string, from: number, to: number}) =>
 *   {insert: string, range: [number, number]}} | null} counted in UTF-16 units, as the server does for browsers
 */
export function excerptAt(input) {
  const { value, selectionStart: caret } = input;
  if (input.dataset.kind === "json") return jsonExcerpt(value, caret);
  if (input.dataset.kind === "expression") return excerpt(value, caret, { before: OPENING, after: " }}" });
  return excerpt(value, caret, {});
}

function excerpt(text, caret, { start = 0, before = "", after = "", escape = (insert) => insert }) {
  const whole = before + text + after;
  const inField = (place) => place - before.length + start;
  return {
    text: whole,
    caret: caret + before.length,
    placed: ({ insert, from, to }) => ({ insert: escape(insert), range: [inField(from), inField(to)] }),
  };
}

/** In JSON, the text at the caret; null outside of texts. */
function jsonExcerpt(value, caret) {
  for (const found of value.matchAll(/"((?:[^"\\]|\\.)*)("|$)/gs)) {
    const start = found.index + 1;
    if (caret < start) break;
    if (caret > start + found[1].length) continue;
    const escape = (insert) => JSON.stringify(insert).slice(1, -1);
    return excerpt(found[1], caret - start, { start, escape });
  }
  return null;
}
