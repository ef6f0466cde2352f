/** From a fault to the node it is about. */

import { FAILURE, SETTINGS, TRIGGER } from "./graph.js";
import { nameOf } from "./names.js";

const STEP = /^\$\.steps\[(\d+)\]/;
const ENTRIES = [
  [TRIGGER, "Trigger", "$.trigger"],
  [FAILURE, "When it fails", "$.on_failure"],
  [SETTINGS, "Settings", "$.settings"],
];

/**
 * Opens the node that a fault of the draft is about, where there is one.
 * @param {import("./editor.js").Editor} editor
 * @param {string} path the fault's JSON path
 */
export function openFault(editor, path) {
  const found = editor.sketch.faults.find((fault) => fault.path === path);
  const index = STEP.exec(path);
  const step = found?.step ?? (index ? editor.document.steps[Number(index[1])]?.id : null);
  const [entry] = entryOf(path);
  if (entry) editor.open(entry);
  else if (step) editor.open(step);
}

/**
 * Writes on a link where a fault lies, as people call it: "Tell the partner, url"; its path becomes the title.
 * @param {import("./editor.js").Editor} editor
 * @param {HTMLElement} link
 * @param {string} path the fault's JSON path
 */
export function nameFault(editor, link, path) {
  const [, title, beginning] = entryOf(path);
  const [start, index] = STEP.exec(path) || [beginning];
  if (start === undefined) return;
  const step = title || nameOfStep(editor, Number(index));
  const field = path.slice(start.length).replace(/^\.(with\b)?\.?/, "");
  link.textContent = field ? `${step}, ${field}` : step;
  link.title = path;
}

function nameOfStep(editor, index) {
  const id = editor.document.steps?.[index]?.id;
  return typeof id === "string" ? nameOf(editor, id) : `Step ${index + 1}`;
}

/** The entry that a path is about, with its title and the beginning of its paths; empty for other paths. */
function entryOf(path) {
  return ENTRIES.find(([, , beginning]) => path.startsWith(beginning)) || [];
}
