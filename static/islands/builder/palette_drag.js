/** Dragging an action out of the palette: onto the empty canvas, onto an edge, onto a card to follow it. */

import { addAction, follow, freePort } from "./adding.js";
import { CARD_WIDTH } from "./cards.js";
import { element } from "./elements.js";
import { viewOf } from "./view.js";

const FAR_ENOUGH = 5;
const HALF_CARD = 40;

/**
 * @param {import("./editor.js").Editor} editor
 * @param {HTMLElement} item of the palette
 * @param {{name: string, title: string}} action
 */
export function startPaletteDrag(editor, item, action) {
  item.addEventListener("pointerdown", (event) => {
    delete item.dataset.dragged;
    if (event.button !== 0 || event.pointerType === "touch") return;
    const from = { x: event.clientX, y: event.clientY };
    const ended = new AbortController();
    let ghost = null;
    let over = null;
    const move = ({ clientX: x, clientY: y }) => {
      if (!ghost && Math.hypot(x - from.x, y - from.y) < FAR_ENOUGH) return;
      ghost ||= makeGhost(item);
      ghost.style.transform = `translate(${x + 8}px, ${y + 8}px)`;
      over = mark(viewOf(editor), over, { x, y });
    };
    const end = (ending) => {
      ended.abort();
      if (!ghost) return;
      ghost.remove();
      item.dataset.dragged = "true";
      mark(viewOf(editor), over, null);
      if (ending.type === "pointerup") drop(editor, action, { x: ending.clientX, y: ending.clientY });
    };
    const options = { signal: ended.signal };
    window.addEventListener("pointermove", move, options);
    window.addEventListener("pointerup", end, options);
    window.addEventListener("pointercancel", end, options);
    window.addEventListener("keydown", (key) => key.key === "Escape" && end(key), options);
  });
}

function makeGhost(item) {
  const ghost = element("div", { class: "palette-ghost", "aria-hidden": "true" });
  ghost.append(...item.cloneNode(true).childNodes);
  document.body.append(ghost);
  return ghost;
}

/** Shows what would take the step; gives the cell. */
function mark(view, before, point) {
  const over = point && view.cellAt(point);
  if (over === before) return over;
  view.graph.findViewByCell(before)?.container.classList.remove("takes");
  if (over && over.shape !== "note") view.graph.findViewByCell(over).container.classList.add("takes");
  return over;
}

function drop(editor, { name }, point) {
  const view = viewOf(editor);
  if (!view.holds(point)) return;
  const under = view.cellAt(point);
  const { x, y } = view.placeAt(point);
  const place = { position: { x: x - CARD_WIDTH / 2, y: y - HALF_CARD } };
  follow(editor, addAction(editor, { name }, placeOn(editor, under) || place));
}

function placeOn(editor, under) {
  if (under?.shape === "edge") return { edge: under.getData() };
  if (under?.shape !== "card" || !editor.portsOf(under.id).length) return null;
  const from = { source: under.id };
  return { from: { ...from, port: freePort(editor, from) } };
}
