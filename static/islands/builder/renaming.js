/** Results and pins go with their step when it gets another id, be it by hand, by undo or in the JSON view. */

import { attempt } from "../page.js";
import { callJson } from "../server.js";
import { stepsOf } from "./graph.js";

/** @param {import("./editor.js").Editor} editor */
export function start(editor) {
  let before = editor.document;
  editor.addEventListener("change", ({ detail }) => {
    const renamed = renamedBetween(before, editor.document);
    if (!renamed && detail.origin === "") forget(editor, added(before, editor.document));
    before = editor.document;
    if (renamed) attempt(() => follow(editor, renamed));
  });
}

/** The one step that has another id and is otherwise where and what it was; null if there is none. */
function renamedBetween(before, after) {
  const [old, now] = [stepsOf(before), stepsOf(after)];
  if (old.length !== now.length) return null;
  const differ = old.map((step, at) => [step, now[at]]).filter(([one, other]) => one.id !== other.id);
  if (differ.length !== 1) return null;
  const [[from, to]] = differ;
  return from.action === to.action ? { from: from.id, to: to.id } : null;
}

function added(before, after) {
  const known = new Set(stepsOf(before).map(({ id }) => id));
  return stepsOf(after)
    .map(({ id }) => id)
    .filter((id) => !known.has(id));
}

/** What a step that is gone came to is not the result of a new one with its id. */
function forget(editor, ids) {
  const stale = ids.filter((id) => editor.results.has(id));
  for (const id of stale) {
    const { pinned } = editor.results.get(id);
    editor.results.delete(id);
    if (pinned) attempt(() => callJson("DELETE", pinOf(editor, id)));
  }
}

async function follow(editor, { from, to }) {
  if (editor.opened === from) {
    editor.ask("renamed", { from, to });
    editor.open(to);
  }
  const result = editor.results.get(from);
  if (!result) return;
  editor.results.delete(from);
  editor.setResult(to, result);
  if (!result.pinned) return;
  const { status, port, output, error } = result;
  await callJson("PUT", pinOf(editor, to), { status, port: port ?? null, output: output ?? null, error: error ?? null });
  await callJson("DELETE", pinOf(editor, from));
}

function pinOf(editor, id) {
  return `${editor.address}/pins/${encodeURIComponent(id)}`;
}
