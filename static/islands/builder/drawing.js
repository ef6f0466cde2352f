/** Keeps the drawing in step with the draft, by difference: only what changed is touched. */

import { cardOf, sizeOf } from "./cards.js";
import { edgesOf, isEntry, nodeIds, notesOf, positionOf } from "./edits.js";
import { framesOf } from "./frame_view.js";
import { NOTE_SIZE } from "./note_view.js";
import { makeEdge } from "./surface.js";

/** An edge that was taken is green whatever came of the step behind it. */
const TONES = {
  succeeded: "good",
  failed: "good",
  skipped: "idle",
  cancelled: "idle",
  running: "busy",
  waiting: "warn",
};

/** What is drawn behind what; edges are on 1. */
const LAYERS = { frame: -1, note: 0, card: 2 };

/** The id of an edge's cell. */
export function edgeId({ source, port, target }) {
  return JSON.stringify([source, port, target]);
}

export class Drawing {
  /**
   * @param {object} graph of x6
   * @param {import("./editor.js").Editor} editor
   */
  constructor(graph, editor) {
    this.#graph = graph;
    this.#editor = editor;
  }

  #graph;
  #editor;
  #drawn = new Map();

  /** Draws what differs from what is drawn. */
  redraw() {
    const nodes = this.#nodes();
    const edges = new Map(edgesOf(this.#editor.document).map((edge) => [edgeId(edge), edge]));
    for (const id of this.#drawn.keys()) if (!nodes.has(id) && !edges.has(id)) this.#remove(id);
    const first = this.#drawn.size === 0;
    const added = [];
    for (const [id, node] of nodes) this.#drawNode(id, node, added);
    for (const [id, edge] of edges) if (!this.#drawn.has(id)) added.push(this.#edge(id, edge));
    if (first) this.#graph.resetCells(added);
    else if (added.length) this.#graph.addCell(added);
    for (const [id, edge] of edges) this.#colour(id, edge);
  }

  #nodes() {
    const { document, selection } = this.#editor;
    const selected = new Set(selection);
    const nodes = new Map();
    notesOf(document).forEach((note, index) => {
      const id = `note:${index}`;
      const { x, y, width, height, ...shown } = { ...NOTE_SIZE, ...note };
      nodes.set(id, {
        shape: "note",
        place: { x, y },
        size: { width, height },
        data: { ...shown, selected: selected.has(id) },
      });
    });
    for (const [id, frame] of framesOf(this.#editor)) nodes.set(id, frame);
    for (const id of nodeIds(document)) {
      const card = cardOf(this.#editor, id);
      nodes.set(id, {
        shape: "card",
        place: positionOf(document, id),
        size: sizeOf(card),
        data: { ...card, selected: selected.has(id) },
      });
    }
    return nodes;
  }

  #drawNode(id, { shape, place, size, data }, added) {
    const text = JSON.stringify([size, data]);
    const drawn = this.#drawn.get(id);
    if (drawn === undefined) {
      added.push(
        this.#graph.createNode({ id, shape, ...place, ...size, data, zIndex: LAYERS[shape] }),
      );
      this.#drawn.set(id, text);
      return;
    }
    const cell = this.#graph.getCellById(id);
    const now = cell.getPosition();
    if (now.x !== place.x || now.y !== place.y) cell.setPosition(place.x, place.y);
    if (drawn === text) return;
    this.#drawn.set(id, text);
    cell.setData(data, { overwrite: true });
    const { width, height } = cell.getSize();
    if (width !== size.width || height !== size.height) cell.setSize(size.width, size.height);
    else for (const edge of this.#graph.getConnectedEdges(cell)) this.#graph.findViewByCell(edge)?.update();
  }

  #edge(id, edge) {
    this.#drawn.set(id, "");
    return makeEdge({ id, ...edge });
  }

  #remove(id) {
    this.#drawn.delete(id);
    this.#graph.removeCell(id, { fromDrawing: true });
  }

  /** Colours an edge by what the last trial made of it. */
  #colour(id, { source, port, target }) {
    const tone = this.#toneOf(source, port, target);
    const kind = port === "error" ? "edge-error" : "";
    const view = this.#graph.findViewByCell(id);
    const wanted = `x6-cell x6-edge flow-edge ${kind} ${tone && `state-${tone}`}`;
    if (view && view.container.getAttribute("class") !== wanted) view.container.setAttribute("class", wanted);
  }

  #toneOf(source, port, target) {
    const { results } = this.#editor;
    const from = results.get(source);
    const to = results.get(target);
    if (port === "each" && this.#editor.isLoop(source)) return (to && TONES[to.status]) || "";
    if (!from && !(isEntry(source) && to)) return "";
    if (from && from.port && from.port !== port) return "idle";
    return (to && TONES[to.status]) || (from?.port === port ? "good" : "");
  }
}
