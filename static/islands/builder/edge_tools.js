/** What can be done with an edge under the pointer: a step in between, or away with it. */

import { askAndAdd, follow } from "./adding.js";
import { disconnect } from "./edits.js";
import { nameOf } from "./names.js";

/**
 * @param {import("./editor.js").Editor} editor
 * @param {object} graph of x6
 */
export function startEdgeTools(editor, graph) {
  if (!editor.mayBuild) return;
  let shown = null;
  const show = (edge) => {
    if (shown === edge.id || !edge.getData()?.source) return;
    hide();
    edge.addTools([tool(editor, edge, -14, "insert"), tool(editor, edge, 14, "remove")]);
    shown = edge.id;
  };
  const hide = () => {
    if (shown) graph.getCellById(shown)?.removeTools();
    shown = null;
  };
  // The tools count as a part of their edge: they carry its id.
  graph.container.addEventListener("pointerover", (event) => {
    const over = graph.findViewByElem(event.target)?.cell;
    if (over?.isEdge() && !event.buttons) show(over);
    else if (!over?.isEdge()) hide();
  });
  graph.container.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
}

/** Takes an edge away and says so. */
export function removeEdge(editor, { source, port, target }) {
  const name = (id) => nameOf(editor, id);
  const words = `${name(target)} no longer follows ${name(source)} by ${port}.`;
  editor.change("Disconnect", (document) => disconnect(document, source, port, target));
  editor.announce(words);
}

function tool(editor, edge, offset, kind) {
  const between = edge.getData();
  const inserts = kind === "insert";
  const run = inserts
    ? async ({ clientX: x, clientY: y }) =>
        follow(editor, await askAndAdd(editor, { edge: between }, { x, y }))
    : () => removeEdge(editor, between);
  return {
    name: "button",
    args: {
      distance: "50%",
      offset: { x: offset, y: 0 },
      useCellGeometry: true,
      markup: [
        { tagName: "title", textContent: inserts ? "Add a step here" : "Remove this connection" },
        { tagName: "circle", className: `edge-tool edge-tool-${kind}`, attrs: { r: 11 } },
        {
          tagName: "path",
          className: "edge-tool-sign",
          attrs: { d: inserts ? "M-5 0H5M0-5V5" : "M-4-4L4 4M4-4L-4 4" },
        },
      ],
      onClick: ({ e }) => run(e),
    },
  };
}
