/** One selection for all parts: what x6 marks is the editor's selection, and the other way round. */

/**
 * @param {import("./editor.js").Editor} editor
 * @param {object} graph of x6
 */
export function startSelecting(editor, graph) {
  const marks = graph.getPlugin("selection");
  let taking = false;
  graph.on("selection:changed", ({ selected }) => {
    const ids = selected.filter((cell) => cell.isNode()).map((cell) => cell.id);
    if (!taking && !same(ids, editor.selection)) editor.select(ids);
  });
  editor.addEventListener("selection", () => {
    const marked = marks.cells.map((cell) => cell.id);
    if (same(marked, editor.selection)) return;
    taking = true;
    marks.reset(editor.selection.filter((id) => graph.getCellById(id)));
    taking = false;
  });
  graph.on("node:click", ({ e, node }) => {
    const plain = !e.shiftKey && !e.ctrlKey && !e.metaKey;
    if (plain && editor.has(node.id) && !e.target.closest("[magnet]")) editor.open(node.id);
  });
}

function same(ids, others) {
  return ids.length === others.length && ids.every((id) => others.includes(id));
}
