/** How the frame around the body of a loop is drawn: behind everything, and in nobody's way. */

import { CARD_WIDTH, cardOf, sizeOf } from "./cards.js";
import { bodiesOf, positionOf } from "./edits.js";
import { svg } from "./svg.js";
import { X6 } from "./x6.js";

const INSET = 24;
/** Room at the right for the names of ports. */
const PORT_NAMES = 48;

/** The shape x6 knows as `frame`. */
export class FrameView extends X6.NodeView {
  render() {
    this.empty();
    const { width, height } = this.cell.getSize();
    this.container.setAttribute("class", "frame-node x6-cell x6-node");
    this.container.append(svg("rect", { class: "frame-body", width, height, rx: 18 }));
    this.updateTransform();
    return this;
  }

  update() {}

  resize() {
    this.render();
  }
}

FrameView.config({ isSvgElement: true, priority: 0, bootstrap: ["render"], actions: {} });

/**
 * The frames of a draft, by the ids of their cells; one around another is wider.
 * @param {import("./editor.js").Editor} editor
 */
export function framesOf(editor) {
  const bodies = bodiesOf(editor.document, (id) => editor.isLoop(id));
  const frames = [...bodies].map(([loop, body]) => [`body:${loop}`, frameOf(editor, body, bodies)]);
  return new Map(frames);
}

function frameOf(editor, body, bodies) {
  const inset = insetOf(body, bodies);
  const cards = [...body].map((id) => ({ ...positionOf(editor.document, id), ...sizeOf(cardOf(editor, id)) }));
  const [left, top] = ["x", "y"].map((side) => Math.min(...cards.map((card) => card[side])));
  const right = Math.max(...cards.map((card) => card.x + CARD_WIDTH));
  const bottom = Math.max(...cards.map((card) => card.y + card.height));
  return {
    shape: "frame",
    place: { x: left - inset, y: top - inset },
    size: { width: right - left + 2 * inset + PORT_NAMES, height: bottom - top + 2 * inset },
    data: {},
  };
}

function insetOf(body, bodies) {
  const inner = [...bodies].filter(([loop]) => body.has(loop)).map(([, within]) => insetOf(within, bodies));
  return INSET + Math.max(0, ...inner);
}
