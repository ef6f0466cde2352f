/** How the text of an input stands for a JSON value: the twin of builder_ui/forms/kinds.py, which writes. */

export const TEXT = "text";
export const EXPRESSION = "expression";
export const AUTO = "auto";
export const JSON_KIND = "json";

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const REFERENCE = /^<([\w$][\w$.@:-]*)>$/u;

/**
 * Reads an input.
 * @param {string} kind
 * @param {string} text
 * @param {boolean} keep an empty input is the empty text, not an absent value
 * @returns {{value?: unknown, mistake?: string}} neither: no value
 */
export function read(kind, text, keep) {
  if (!text.trim() && !(keep && kind === TEXT)) return text && kind === TEXT ? { value: text } : absent(keep);
  if (kind === EXPRESSION) return { value: `{{ ${text.trim()} }}` };
  if (kind === AUTO) return { value: NUMBER.test(text.trim()) ? Number(text) : text };
  if (kind !== JSON_KIND) return { value: text };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { mistake: mistakeOf(text, error) };
  }
}

/** Writes a value, where the kind can hold it; else null. */
export function write(kind, value) {
  if (kind === JSON_KIND) return JSON.stringify(value, null, 2);
  if (kind === AUTO && typeof value === "number") return String(value);
  if (typeof value !== "string") return null;
  if (kind === EXPRESSION) return /^\{\{ (\S|\S.*\S) \}\}$/s.exec(value)?.[1] ?? null;
  if (kind === AUTO && NUMBER.test(value.trim())) return null;
  return value;
}

/** What was typed in one kind as it would be written in another, as near as can be. */
export function convert(text, from, to) {
  if (!text.trim()) return text;
  const { value } = read(from, text, true);
  if (value === undefined) return text;
  if (to === EXPRESSION) return expressionOf(value);
  if (to === TEXT && typeof value !== "string") return JSON.stringify(value);
  if (to === JSON_KIND && from === TEXT) return isJson(text) ? text : JSON.stringify(value);
  return write(to, value) ?? String(value);
}

function absent(keep) {
  return keep ? { value: "" } : {};
}

function expressionOf(value) {
  if (typeof value !== "string") return JSON.stringify(value);
  const whole = /^\{\{(.*)\}\}$/s.exec(value)?.[1] ?? REFERENCE.exec(value)?.[1];
  return whole === undefined ? JSON.stringify(value) : whole.trim();
}

function isJson(text) {
  return read(JSON_KIND, text, false).mistake === undefined;
}

/** A mistake in JSON in words, with its line. */
function mistakeOf(text, error) {
  const position = /position (\d+)/.exec(error.message);
  const line = position ? text.slice(0, Number(position[1])).split("\n").length : text.split("\n").length;
  const words = error.message.replace(/^JSON\.parse: /, "").replace(/,? (in JSON )?at position.*$|,? ?"?\.\.\..*$/s, "");
  return `Line ${line}: ${words}. Until it is mended, the step keeps the last value.`;
}
