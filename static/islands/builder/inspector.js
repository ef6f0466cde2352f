/** The inspector: what a node sees, how it is configured, what it came to. */

import { SETTINGS, TRIGGER } from "./edits.js";
import { nameOf } from "./names.js";
import { followBodies } from "./fields/body_preview.js";
import { followFaults } from "./fields/faults.js";
import { Form } from "./fields/form.js";
import { enliven } from "./fields/index.js";
import { followPreviews } from "./fields/previewing.js";
import { followEffects } from "./fields/retry.js";
import { Frame } from "./inspector/frame.js";
import { startInput } from "./inspector/input.js";
import { startOutput } from "./inspector/output.js";
import { followPorts } from "./inspector/ports.js";

const TITLES = { [TRIGGER]: "Trigger", [SETTINGS]: "Settings" };

/**
 * @param {import("./editor.js").Editor} editor
 * @param {HTMLElement} region
 */
export function start(editor, region) {
  const form = new Form(editor, region.querySelector("#inspector-configure"), enliven);
  const frame = new Frame(region, () => editor.close());
  for (const follow of [followFaults, followPreviews, followEffects, followBodies, followPorts]) follow(form);
  startInput(form, region.querySelector("#inspector-input"), frame);
  startOutput(form, region.querySelector("#inspector-output"), frame);
  editor.addEventListener("open", () => show(form, frame));
  editor.addEventListener("change", () => entitle(form, frame));
}

function show(form, frame) {
  const { opened } = form.editor;
  if (opened === null) {
    // Hidden first: it hands the focus on, which a field that is gone could not.
    frame.hide();
    form.clear();
    return;
  }
  const isOther = form.node !== opened;
  frame.show({ focus: isOther });
  form.show(opened).then(() => isOther && frame.scrollToTop());
  entitle(form, frame);
}

function entitle(form, frame) {
  const { editor, node } = form;
  if (node !== null && editor.has(node)) frame.title = TITLES[node] ?? nameOf(editor, node);
}
