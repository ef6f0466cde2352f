/** From a fault to the node it is about. */

import { TRIGGER } from "./graph.js";

const STEP = /^\$\.steps\[(\d+)\]/;

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
}
