/** Tidy layout: left to right, branches below each other, few crossings. */

import dagre from "../../vendor/dagre.esm.js";
import { cardOf, sizeOf } from "./cards.js";
import { edgesOf, moveNodes, nodeIds, positionOf } from "./edits.js";
import { viewOf } from "./view.js";

const ORIGIN = 40;

/** Arranges all steps, as one change. */
export function tidy(editor) {
  const places = layout(editor);
  const same = Object.entries(places).every(([id, { x, y }]) => {
    const now = positionOf(editor.document, id);
    return now.x === x && now.y === y;
  });
  if (same) return editor.announce("All is tidy already.");
  editor.change("Tidy", (document) => moveNodes(document, places));
  // The drawing follows at the end of this task.
  setTimeout(() => viewOf(editor)?.fit());
  return editor.announce("Tidied.");
}

/** Places for all nodes. */
function layout(editor) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 44, ranksep: 110 });
  for (const id of nodeIds(editor.document)) graph.setNode(id, sizeOf(cardOf(editor, id)));
  for (const { source, target } of edgesOf(editor.document)) graph.setEdge(source, target, {});
  dagre.layout(graph);
  const turned = upsideDown(editor, graph);
  const { height: whole } = graph.graph();
  return Object.fromEntries(
    nodeIds(editor.document).map((id) => {
      const { x, y, width, height } = graph.node(id);
      const down = turned ? whole - y : y;
      return [id, { x: ORIGIN + Math.round(x - width / 2), y: ORIGIN + Math.round(down - height / 2) }];
    }),
  );
}

/** Whether more followers of neighbouring ports stand in the wrong order than in the right one. */
function upsideDown(editor, graph) {
  const order = (edge) => editor.portsOf(edge.source).findIndex(({ name }) => name === edge.port);
  const edges = edgesOf(editor.document);
  let wrong = 0;
  for (const one of edges) {
    for (const other of edges) {
      if (one.source !== other.source || order(one) >= order(other)) continue;
      wrong += Math.sign(graph.node(one.target).y - graph.node(other.target).y);
    }
  }
  return wrong > 0;
}
