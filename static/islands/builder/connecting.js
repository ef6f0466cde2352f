/** Drawing an edge from a port: onto a card it connects, onto the empty canvas it adds a step there. */

import { askAndAdd, follow } from "./adding.js";
import { connect, connectionFault } from "./edits.js";
import { nameOf } from "./names.js";

const BELOW_POINTER = 42;

/**
 * @param {import("./editor.js").Editor} editor
 * @param {import("./view.js").View} view
 */
export function startConnecting(editor, view) {
  const { graph } = view;
  let line = null;
  graph.on("edge:added", ({ edge }) => {
    if (edge.getData()?.drawn) line = edge;
  });
  graph.on("cell:highlight", ({ view: over }) => line && mark(editor, graph, line, over));
  graph.on("cell:unhighlight", ({ view: over }) => line && unmark(graph, line, over));
  graph.on("edge:mouseup", ({ edge, e }) => {
    if (!edge.getData()?.drawn) return;
    const from = { source: edge.getSourceCellId(), port: edge.getSourcePortId() };
    const target = edge.getTargetCellId();
    // x6 is not done with the line it drew before its own handlers are.
    queueMicrotask(() => {
      line = null;
      graph.removeCell(edge);
      if (target) connectTo(editor, from, target);
      else addAt(editor, view, from, { x: e.clientX, y: e.clientY });
    });
  });
  graph.on("node:magnet:click", async ({ e, node, magnet }) => {
    const from = { source: node.id, port: magnet.getAttribute("port") };
    follow(editor, await askAndAdd(editor, { from }, { x: e.clientX + 12, y: e.clientY - 20 }));
  });
}

/** Connects, or says why not. */
export function connectTo(editor, { source, port }, target) {
  const name = (id) => nameOf(editor, id);
  const fault = connectionFault(editor.document, source, port, target, name);
  if (fault) {
    editor.refuse(fault);
    return false;
  }
  editor.change("Connect", (document) => connect(document, source, port, target));
  editor.announce(`${name(target)} now follows ${name(source)} by ${port}.`);
  return true;
}

async function addAt(editor, view, from, point) {
  if (!view.holds(point)) return;
  const place = view.placeAt(point);
  const position = { x: place.x, y: place.y - BELOW_POINTER };
  follow(editor, await askAndAdd(editor, { from, position }, point));
}

/** Shows under the pointer whether letting go would connect. */
function mark(editor, graph, line, over) {
  const fault = connectionFault(
    editor.document,
    line.getSourceCellId(),
    line.getSourcePortId(),
    over.cell.id,
  );
  over.container.classList.add(fault ? "refuses" : "takes");
  graph.findViewByCell(line).container.classList.add(fault ? "refused" : "accepted");
}

function unmark(graph, line, over) {
  over.container.classList.remove("refuses", "takes");
  graph.findViewByCell(line)?.container.classList.remove("refused", "accepted");
}
