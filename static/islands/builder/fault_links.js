/** From a fault to the node it is about. */

import { SETTINGS, TRIGGER } from "./graph.js";
import { nameOf } from "./names.js";

const STEP = /^\$\.steps\[(\d+)\]/;
const OTHERS = /^\$\.(trigger|settings)/;
const NAMES = { trigger: "Trigger", settings: "Settings" };

/**
 * Opens the node that a fault of the draft is about, where there is one.
 * @param {import("./editor.js").Editor} editor
 * @param {string} path the fault's JSON path
 */
export function openFault(editor, path) {
  const found = editor.sketch.faults.find((fault) => fault.path === path);
  const index = STEP.exec(path);
  const step = found?.step ?? (index ? editor.document.steps[Number(index[1])]?.id : null);
  if (step) editor.open(step === "trigger" ? TRIGGER : step);
  else if (path.startsWith("$.trigger")) editor.open(TRIGGER);
  else if (path.startsWith("$.settings")) editor.open(SETTINGS);
}

/**
 * Writes on a link where a fault lies, as people call it: "Tell the partner, url"; its path becomes the title.
 * @param {import("./editor.js").Editor} editor
 * @param {HTMLElement} link
 * @param {string} path the fault's JSON path
 */
export function nameFault(editor, link, path) {
  const [start, index] = STEP.exec(path) || OTHERS.exec(path) || [null];
  if (start === null) return;
  const step = index in NAMES ? NAMES[index] : nameOfStep(editor, Number(index));
  const field = path.slice(start.length).replace(/^\.(with\b)?\.?/, "");
  link.textContent = field ? `${step}, ${field}` : step;
  link.title = path;
}

function nameOfStep(editor, index) {
  const id = editor.document.steps?.[index]?.id;
  return typeof id === "string" ? nameOf(editor, id) : `Step ${index + 1}`;
}
