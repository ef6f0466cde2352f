/** Puts references into inputs, spelled as the place asks for. */

/**
 * Puts a text at the caret, or in place of what is selected or of a range, as if it had been typed.
 * @param {HTMLInputElement|HTMLTextAreaElement} input
 * @param {string} text
 * @param {[number, number]} [range]
 */
export function insertText(input, text, [start, end] = [input.selectionStart, input.selectionEnd]) {
  input.setRangeText(text, start, end, "end");
  input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}

/**
 * How a reference is written at the caret of an input.
 * @param {HTMLInputElement|HTMLTextAreaElement} input
 * @param {{reference: string, expression: string}} entry
 */
export function spellingAt(input, { reference, expression }) {
  if (isExpressionAt(input)) return expression;
  const template = reference ? `<${reference}>` : `{{ ${expression} }}`;
  if (input.dataset.kind !== "json") return template;
  const escaped = JSON.stringify(template).slice(1, -1);
  return isInJsonText(input) ? escaped : `"${escaped}"`;
}

/** Whether what stands at the caret is read as an expression. */
export function isExpressionAt(input) {
  if (input.dataset.kind === "expression" || input.dataset.template === "condition") return true;
  const before = input.value.slice(0, input.selectionStart);
  return before.lastIndexOf("{{") > before.lastIndexOf("}}");
}

function isInJsonText(input) {
  const before = input.value.slice(0, input.selectionStart);
  const quotes = before.replace(/\\./g, "").match(/"/g) || [];
  return quotes.length % 2 === 1;
}
