/** What part of the canvas is seen: zoom, fit, bringing a node into sight, places of the pointer. */

import { TRIGGER } from "./edits.js";

/** Room around everything; at the right also for the names of ports. */
const MARGINS = { left: 40, top: 40, right: 96, bottom: 72 };
const STEP = 1.25;
/** Where a small drawing begins, as a part of the width. */
const BEGINNING = 0.08;
const READABLE = 0.6;
const views = new WeakMap();

/** The view of an editor's canvas. */
export function viewOf(editor) {
  return views.get(editor);
}

export class View {
  /**
   * @param {object} graph of x6
   * @param {HTMLElement} element that holds it
   * @param {import("./editor.js").Editor} editor
   */
  constructor(graph, element, editor) {
    this.graph = graph;
    this.element = element;
    views.set(editor, this);
  }

  get zoom() {
    return this.graph.zoom();
  }

  /** Zooms by a factor, about a point of the window or the middle. */
  zoomBy(factor, at = this.middle) {
    const center = this.graph.clientToGraph(at.x, at.y);
    this.graph.zoom(this.zoom * factor, { absolute: true, center });
  }

  zoomIn() {
    this.zoomBy(STEP);
  }

  zoomOut() {
    this.zoomBy(1 / STEP);
  }

  actualSize() {
    this.zoomBy(1 / this.zoom);
  }

  /** Shows everything, never larger than it is; what is small stands at the left, where there is room to go on. */
  fit() {
    const box = this.graph.getCellsBBox(this.graph.getNodes());
    if (!box) return;
    this.graph.zoomToFit({ padding: MARGINS, maxScale: 1, useCellGeometry: true });
    const { tx, ty } = this.graph.translate();
    const left = this.element.clientWidth * BEGINNING - box.x * this.zoom;
    if (tx > left) this.graph.translate(left, ty);
  }

  /** What is seen first: everything, or what is too small to read then, its beginning. */
  begin() {
    this.fit();
    if (this.zoom >= READABLE) return;
    this.graph.zoomTo(READABLE);
    const { x, y, height } = this.graph.getCellById(TRIGGER).getBBox();
    const { clientWidth, clientHeight } = this.element;
    const down = clientHeight / 2 - (y + height / 2) * READABLE;
    this.graph.translate(clientWidth * BEGINNING - x * READABLE, down);
  }

  /** Comes so near that what stands on a card or a note can be read; its middle stays. */
  comeNear() {
    if (this.zoom < READABLE) this.zoomBy(READABLE / this.zoom);
  }

  pan(x, y) {
    this.graph.translateBy(x, y);
  }

  /** Moves as little as it must so that a node is in sight. */
  reveal(id) {
    const cell = this.graph.getCellById(id);
    if (!cell) return;
    const { x, y, width, height } = this.graph.localToGraph(cell.getBBox());
    const { clientWidth, clientHeight } = this.element;
    const right = missing(x, width, MARGINS.left, clientWidth - MARGINS.right);
    const down = missing(y, height, MARGINS.top, clientHeight - MARGINS.bottom);
    if (right || down) this.pan(right, down);
  }

  /** The middle of the canvas, in pixels of the window. */
  get middle() {
    const frame = this.element.getBoundingClientRect();
    return { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
  }

  /** A point of the window as a place of the drawing. */
  placeAt({ x, y }) {
    const place = this.graph.clientToLocal(x, y);
    return { x: place.x, y: place.y };
  }

  /** A place of the drawing as a point of the window. */
  pointAt({ x, y }) {
    const point = this.graph.localToClient(x, y);
    return { x: point.x, y: point.y };
  }

  /** Whether a point of the window is on the canvas, with nothing above it. */
  holds({ x, y }) {
    return this.element.contains(document.elementFromPoint(x, y));
  }

  /** The cell under a point of the window, or null. */
  cellAt({ x, y }) {
    const under = document.elementFromPoint(x, y);
    return (under && this.element.contains(under) && this.graph.findViewByElem(under)?.cell) || null;
  }
}

/** How far something of a length must go so that it lies between two bounds; its beginning counts more. */
function missing(start, length, least, most) {
  if (start < least) return least - start;
  return Math.max(least - start, Math.min(0, most - start - length));
}
