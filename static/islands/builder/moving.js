/** Moving nodes: a drag is one change of the draft, and so is a row of arrow keys. */

import { moveNodes, notesOf, positionOf, setNote } from "./edits.js";

const GRID = 10;

/** Takes the drags of x6 over into the draft. */
export function startMoving(editor, graph) {
  let moved = null;
  graph.on("node:moved", ({ node }) => {
    // x6 tells of each node of the selection; together they are one change.
    if (!moved)
      queueMicrotask(() => {
        const ids = new Set([
          ...moved,
          ...(moved.some((id) => editor.selection.includes(id)) ? editor.selection : []),
        ]);
        moved = null;
        takeOver(editor, graph, ids);
      });
    moved = [...(moved || []), node.id];
  });
}

/**
 * Moves the selected nodes by steps of the grid.
 * @param {import("./editor.js").Editor} editor
 * @param {number} x steps to the right
 * @param {number} y steps down
 */
export function nudge(editor, x, y) {
  if (!editor.selection.length) return;
  const ids = editor.selection;
  const places = ids.map((id) => [id, placeOf(editor.document, id)]);
  const shifted = places.map(([id, place]) => [id, { x: place.x + x * GRID, y: place.y + y * GRID }]);
  editor.change("Move", (document) => placed(document, shifted), { merge: `move:${ids.join()}` });
}

function takeOver(editor, graph, ids) {
  const places = [...ids]
    .map((id) => [id, graph.getCellById(id)?.getPosition()])
    .filter(([id, place]) => place && differs(place, placeOf(editor.document, id)));
  if (places.length) editor.change("Move", (document) => placed(document, places));
}

function differs(place, other) {
  return Math.round(place.x) !== other.x || Math.round(place.y) !== other.y;
}

function placed(document, places) {
  const steps = places.filter(([id]) => !isNote(id));
  let changed = steps.length ? moveNodes(document, Object.fromEntries(steps)) : document;
  for (const [id, { x, y }] of places.filter(([one]) => isNote(one))) {
    const index = noteIndex(id);
    changed = setNote(changed, index, { ...notesOf(changed)[index], x: Math.round(x), y: Math.round(y) });
  }
  return changed;
}

function placeOf(document, id) {
  return isNote(id) ? notesOf(document)[noteIndex(id)] : positionOf(document, id);
}

/** Whether a node is a sticky note. */
export function isNote(id) {
  return id.startsWith("note:");
}

/** Which note it is, of the document's list. */
export function noteIndex(id) {
  return Number(id.slice("note:".length));
}
