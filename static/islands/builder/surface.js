/** Makes the x6 graph on which an automation is drawn: its shapes, its lines, what the pointer may do. */

import { CardView } from "./card_view.js";
import { FrameView } from "./frame_view.js";
import { NoteView } from "./note_view.js";
import { withNonce } from "./style_nonce.js";
import { X6 } from "./x6.js";

const { Edge, Graph, NodeView, Path, Point, Selection, Snapline } = X6;
const LEAST_BEND = 48;
const MOST_BEND = 180;

NodeView.registry.register("card-view", CardView, true);
NodeView.registry.register("note-view", NoteView, true);
NodeView.registry.register("frame-view", FrameView, true);
Graph.registerNode("card", { view: "card-view", markup: [] }, true);
Graph.registerNode("note", { view: "note-view", markup: [] }, true);
Graph.registerNode("frame", { view: "frame-view", markup: [] }, true);
Graph.registerAnchor("port", anchorAt, true);
Graph.registerConnectionPoint("anchor-itself", (line) => line.end, true);
Graph.registerConnector("flow", flow, true);

const EDGE_MARKUP = ["reach", "line"].map((selector) => ({
  tagName: "path",
  selector,
  className: `edge-${selector}`,
}));
const EDGE_ATTRIBUTES = { reach: { connection: true }, line: { connection: true } };

/**
 * The graph; x6 draws and takes gestures, nothing more: history and clipboard are the document's.
 * @param {HTMLElement} container
 * @param {boolean} mayBuild
 */
export function makeSurface(container, mayBuild) {
  return withNonce(() => {
    const graph = new Graph({
      container,
      async: false,
      panning: false,
      mousewheel: false,
      preventDefaultContextMenu: false,
      clickThreshold: 3,
      moveThreshold: 1,
      magnetThreshold: 4,
      scaling: { min: 0.1, max: 2.5 },
      interacting: {
        nodeMovable: mayBuild,
        magnetConnectable: mayBuild,
        edgeMovable: false,
        edgeLabelMovable: false,
        arrowheadMovable: false,
      },
      connecting: connecting(),
      highlighting: { magnetAdsorbed: { name: "className", args: { className: "under-line" } } },
    });
    graph.use(selecting());
    if (mayBuild) graph.use(new Snapline({ enabled: true, tolerance: 6, clean: 400 }));
    return graph;
  });
}

/** An edge between a port and a card. */
export function makeEdge({ id, source, port, target }) {
  return new Edge({
    id,
    shape: "edge",
    zIndex: 1,
    source: { cell: source, port },
    target: { cell: target },
    markup: EDGE_MARKUP,
    attrs: EDGE_ATTRIBUTES,
    data: { source, port, target },
  });
}

function selecting() {
  return new Selection({
    enabled: true,
    rubberband: true,
    multiple: true,
    movable: true,
    showNodeSelectionBox: false,
    multipleSelectionModifiers: ["ctrl", "meta", "shift"],
    eventTypes: ["leftMouseDown"],
    filter: (cell) => cell.isNode() && cell.shape !== "frame",
  });
}

function connecting() {
  return {
    allowBlank: true,
    allowLoop: true,
    allowEdge: false,
    allowMulti: true,
    sourceAnchor: "port",
    targetAnchor: "port",
    connectionPoint: "anchor-itself",
    connector: "flow",
    validateConnection: ({ targetCell }) => targetCell?.shape === "card",
    createEdge: () =>
      new Edge({
        shape: "edge",
        zIndex: 5,
        markup: EDGE_MARKUP,
        attrs: EDGE_ATTRIBUTES,
        data: { drawn: true },
      }),
  };
}

/** Reckoned from the card's data: measuring the page here would cost every frame of a drag. */
function anchorAt(view, _magnet, _reference, _arguments, side) {
  const port = side === "source" ? this.cell.getSourcePortId() : null;
  const { x, y } = view.getTerminalPlace(port);
  return new Point(x, y);
}

function flow(source, target) {
  const ahead = target.x - source.x;
  const bend = Math.min(MOST_BEND, Math.max(LEAST_BEND, Math.abs(ahead) / 2));
  const path = new Path();
  path.appendSegment(Path.createSegment("M", source));
  path.appendSegment(
    Path.createSegment("C", source.x + bend, source.y, target.x - bend, target.y, target.x, target.y),
  );
  return path;
}
