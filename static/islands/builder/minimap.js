/**
 * The overview: every node as a block, what is seen as a frame; a click or drag goes there.
 *
 * x6 has one of its own, which draws every card a second time; blocks cost nothing while dragging.
 */

import { element } from "./elements.js";

const WIDTH = 200;
const HEIGHT = 130;
const MARGIN = 8;

export class Minimap {
  /**
   * @param {import("./editor.js").Editor} editor
   * @param {import("./view.js").View} view
   * @param {HTMLElement} region
   */
  constructor(editor, view, region) {
    this.#view = view;
    this.#canvas = element("canvas", {
      class: "minimap",
      role: "img",
      "aria-label": "Overview of the automation",
    });
    this.#canvas.width = WIDTH * devicePixelRatio;
    this.#canvas.height = HEIGHT * devicePixelRatio;
    region.append(this.#canvas);
    const go = (event) => event.buttons && this.#go(event);
    this.#canvas.addEventListener("pointerdown", (event) => {
      this.#canvas.setPointerCapture(event.pointerId);
      go(event);
    });
    this.#canvas.addEventListener("pointermove", go);
    for (const name of ["change", "results", "sketch"]) editor.addEventListener(name, this.#ask, this.#until);
    view.graph.on("scale translate resize node:change:position", this.#ask);
    this.#ask();
  }

  #view;
  #canvas;
  #asked = 0;
  #shown = { scale: 1, x: 0, y: 0 };
  #ended = new AbortController();
  #until = { signal: this.#ended.signal };

  /** Takes it away; gives null. */
  remove() {
    this.#ended.abort();
    this.#view.graph.off("scale translate resize node:change:position", this.#ask);
    this.#canvas.remove();
    return null;
  }

  #ask = () => {
    this.#asked ||= requestAnimationFrame(() => {
      this.#asked = 0;
      this.#draw();
    });
  };

  #draw() {
    const seen = this.#view.graph.getGraphArea();
    const all = (this.#view.graph.getCellsBBox(this.#view.graph.getNodes()) || seen).clone().union(seen);
    const scale = Math.min((WIDTH - 2 * MARGIN) / all.width, (HEIGHT - 2 * MARGIN) / all.height);
    this.#shown = { scale, x: all.x - MARGIN / scale, y: all.y - MARGIN / scale };
    const pen = this.#canvas.getContext("2d");
    const colours = getComputedStyle(this.#canvas);
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    for (const node of this.#view.graph.getNodes()) {
      pen.fillStyle = colours.getPropertyValue(this.#colourOf(node));
      this.#block(pen, node.getBBox(), "fillRect");
    }
    pen.strokeStyle = colours.getPropertyValue("--accent");
    pen.lineWidth = 1.5;
    this.#block(pen, seen, "strokeRect");
  }

  #block(pen, box, how) {
    const { scale, x, y } = this.#shown;
    pen[how]((box.x - x) * scale, (box.y - y) * scale, box.width * scale, box.height * scale);
  }

  #colourOf(node) {
    const { result, faults } = node.getData();
    if (node.shape === "frame") return "--accent-soft";
    if (node.shape === "note") return "--warn-soft";
    if (faults.length || result?.status === "failed") return "--bad";
    return result?.status === "succeeded" ? "--good" : "--line-strong";
  }

  #go({ offsetX, offsetY }) {
    const { scale, x, y } = this.#shown;
    this.#view.graph.centerPoint(x + offsetX / scale, y + offsetY / scale);
  }
}
