/** A draft as text: reading it with a mistake's line, and on which lines faults lie. */

export const MISTAKE = "mistake";

/**
 * @param {string} text
 * @returns {{kind: "draft", document: object} | {kind: "mistake", words: string}}
 */
export function parseDraft(text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { kind: MISTAKE, words: mistakeWords(text, error.message) };
  }
  if (!document || typeof document !== "object" || Array.isArray(document)) {
    return { kind: MISTAKE, words: "A document is an object: { … }." };
  }
  return { kind: "draft", document };
}

function mistakeWords(text, message) {
  const line = text.slice(0, mistakeAt(text)).split("\n").length;
  const words = message.replace(/ in JSON at position.*$/, "").replace(/, (\.\.\.)?".*$/s, "");
  return `Line ${line}: ${words}. The canvas shows the last text without a mistake.`;
}

/** Where the mistake is: browsers do not always say. The longest beginning that only lacks its end. */
function mistakeAt(text) {
  let [right, wrong] = [0, text.length];
  while (right < wrong) {
    const middle = Math.ceil((right + wrong) / 2);
    if (lacksItsEnd(text.slice(0, middle))) right = middle;
    else wrong = middle - 1;
  }
  return right;
}

function lacksItsEnd(text) {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const position = /at position (\d+)/.exec(error.message);
    return /end of JSON|Unterminated/.test(error.message) || Number(position?.[1]) >= text.length;
  }
}

/**
 * The faults by the line on which their path begins.
 * @param {string} text indented JSON
 * @param {{path: string, message: string}[]} faults
 * @returns {Map<number, string[]>}
 */
export function faultLines(text, faults) {
  if (!faults.length) return new Map();
  const places = linesOfPaths(text);
  const lines = new Map();
  for (const { path, message } of faults) {
    const line = lineOf(places, path);
    lines.set(line, [...(lines.get(line) || []), message]);
  }
  return lines;
}

/** The line of a path, or of the nearest thing above it that is there. */
function lineOf(places, path) {
  for (let part = path; part; part = part.replace(/(\.[^.[\]]+|\[[^\]]*\])$/, "")) {
    if (places.has(part)) return places.get(part);
    if (part === "$") break;
  }
  return 1;
}

/** The line of every member and item, by JSON path, of text as `JSON.stringify` indents it. */
function linesOfPaths(text) {
  const places = new Map([["$", 1]]);
  const open = [];
  text.split("\n").forEach((content, index) => {
    const line = content.trim();
    const above = open.at(-1);
    const name = /^"((?:[^"\\]|\\.)*)": /.exec(line);
    if (/^[}\]],?$/.test(line)) {
      open.pop();
      return;
    }
    const path = pathOf(above, name);
    places.set(path, index + 1);
    if (/[{[]$/.test(line)) open.push({ path, items: 0 });
  });
  return places;
}

function pathOf(above, name) {
  if (!above) return "$";
  if (!name) {
    above.items += 1;
    return `${above.path}[${above.items - 1}]`;
  }
  const member = JSON.parse(`"${name[1]}"`);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(member) ? `${above.path}.${member}` : `${above.path}['${member}']`;
}
