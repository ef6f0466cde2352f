/** Moving about: wheel and trackpad, the space bar or the middle button with a drag, fingers. */

const ZOOM_PER_PIXEL = 0.0022;
const LINE_PIXELS = 24;

/**
 * @param {import("./view.js").View} view
 * @param {HTMLElement} element
 */
export function startPanning(view, element) {
  const held = new Space(element);
  const fingers = new Map();
  let drag = null;

  element.addEventListener("wheel", (event) => wheel(view, event), { passive: false });
  // In the capture phase, before x6 takes the gesture for a selection or a move.
  element.addEventListener(
    "pointerdown",
    (event) => {
      const finger = event.pointerType === "touch";
      if (finger) fingers.set(event.pointerId, event);
      const wanted =
        event.button === 1 || (event.button === 0 && held.down) || (finger && onEmpty(view, event));
      view.graph.getPlugin("selection").toggleRubberband(!wanted);
      if (!wanted || !element.contains(event.target) || event.target.closest("button, .canvas-tools")) return;
      event.preventDefault();
      drag = { id: event.pointerId, x: event.clientX, y: event.clientY };
      element.classList.add("panning");
    },
    true,
  );
  for (const name of ["mousedown", "touchstart"]) {
    element.addEventListener(name, (event) => drag && event.stopPropagation(), true);
  }
  window.addEventListener("pointermove", (event) => {
    if (fingers.size === 2 && fingers.has(event.pointerId)) pinch(view, fingers, event);
    else if (drag?.id === event.pointerId) drag = follow(view, drag, event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    window.addEventListener(name, (event) => {
      fingers.delete(event.pointerId);
      if (drag?.id !== event.pointerId) return;
      drag = null;
      element.classList.remove("panning");
      view.graph.getPlugin("selection").toggleRubberband(true);
    });
  }
}

/** Whether the space bar is held over the canvas. */
class Space {
  constructor(element) {
    this.down = false;
    let over = false;
    element.addEventListener("pointerenter", () => (over = true));
    element.addEventListener("pointerleave", () => (over = false));
    window.addEventListener("keydown", (event) => {
      const free = !event.target.closest(
        "input, textarea, select, button, [contenteditable], a, summary, dialog",
      );
      if (event.key !== " " || !free || !(over || element.contains(event.target))) return;
      event.preventDefault();
      this.#set(element, true);
    });
    window.addEventListener("keyup", (event) => event.key === " " && this.#set(element, false));
    window.addEventListener("blur", () => this.#set(element, false));
  }

  #set(element, down) {
    this.down = down;
    element.classList.toggle("pannable", down);
  }
}

function onEmpty(view, event) {
  return view.graph.findViewByElem(event.target) === null;
}

function wheel(view, event) {
  event.preventDefault();
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PIXELS : 1;
  const [x, y] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
  if (!event.ctrlKey && !event.metaKey) return view.pan(-x * unit, -y * unit);
  const turned = Math.max(-100, Math.min(100, event.deltaY * unit));
  return view.zoomBy(Math.exp(-turned * ZOOM_PER_PIXEL), { x: event.clientX, y: event.clientY });
}

function follow(view, drag, event) {
  view.pan(event.clientX - drag.x, event.clientY - drag.y);
  return { ...drag, x: event.clientX, y: event.clientY };
}

function pinch(view, fingers, event) {
  const other = [...fingers.values()].find((one) => one.pointerId !== event.pointerId);
  const before = fingers.get(event.pointerId);
  const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
  const middle = { x: (event.clientX + other.clientX) / 2, y: (event.clientY + other.clientY) / 2 };
  view.zoomBy(apart(event) / apart(before), middle);
  fingers.set(event.pointerId, event);
}
