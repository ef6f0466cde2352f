/** The canvas: puts its parts together and lets them follow the editor. */

import { startConnecting } from "./connecting.js";
import { Drawing } from "./drawing.js";
import { startEdgeTools } from "./edge_tools.js";
import { element } from "./elements.js";
import { startMoving } from "./moving.js";
import { startNotes } from "./notes.js";
import { startPanning } from "./panning.js";
import { startSelecting } from "./selecting.js";
import { makeSurface } from "./surface.js";
import { startToolbar } from "./toolbar.js";
import { View } from "./view.js";

const GUIDE =
  "Canvas. Arrow keys move what is selected, Enter opens it, N adds a step, question mark lists the shortcuts. The outline holds the same steps as a list.";

const FAR = 0.5;
const VERY_FAR = 0.3;
const DOTS = 20;

/** @param {import("./editor.js").Editor} editor */
export function start(editor, region) {
  const surface = element("div", {
    class: "surface",
    tabindex: "0",
    role: "application",
    "aria-label": GUIDE,
  });
  region.append(surface);
  const graph = makeSurface(surface, editor.mayBuild);
  const view = new View(graph, surface, editor);
  const drawing = new Drawing(graph, editor);
  drawing.redraw();

  startPanning(view, surface);
  startSelecting(editor, graph);
  startMoving(editor, graph);
  startConnecting(editor, view);
  startEdgeTools(editor, graph);
  startNotes(editor, view);
  startToolbar(editor, view, region);
  startHint(editor, region);
  followSize(view, region, editor);
  followZoom(view, surface);
  followEditor(editor, view, drawing);
}

/** Several events of one moment, such as an edit and its selection, make one redrawing. */
function followEditor(editor, view, drawing) {
  let asked = false;
  const redraw = () => {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      drawing.redraw();
    });
  };
  for (const name of ["change", "selection", "sketch", "results"]) editor.addEventListener(name, redraw);
  editor.addEventListener("reveal", ({ detail }) => queueMicrotask(() => view.reveal(detail.id)));
  editor.addEventListener("open", () => queueMicrotask(() => view.reveal(editor.opened)));
  editor.addEventListener("change", ({ detail }) => {
    if (detail.origin === "server") queueMicrotask(() => view.fit());
  });
}

/** x6 gives the surface a size of its own, so it is the region that is watched. */
function followSize(view, region, editor) {
  let first = true;
  new ResizeObserver(() => {
    const { clientWidth, clientHeight } = region;
    if (!clientWidth || !clientHeight) return;
    view.graph.resize(clientWidth, clientHeight);
    if (first) view.begin();
    else if (editor.opened) view.reveal(editor.opened);
    first = false;
  }).observe(region);
}

/** The dots go with the drawing. What cannot be read from far away is not drawn: so large ones move smoothly. */
function followZoom(view, surface) {
  const scaled = () => {
    surface.classList.toggle("far", view.zoom < FAR);
    surface.classList.toggle("very-far", view.zoom < VERY_FAR);
    surface.style.setProperty("--dots", `${DOTS * view.zoom}px`);
  };
  const moved = () => {
    const { tx, ty } = view.graph.translate();
    surface.style.backgroundPosition = `${tx}px ${ty}px`;
  };
  view.graph.on("scale", scaled);
  view.graph.on("scale translate", moved);
  scaled();
  moved();
}

/** What to do first, while there is nothing but the trigger. */
function startHint(editor, region) {
  const hint = element("p", { class: "canvas-hint" });
  hint.append("Click a step in the list to add it, drag it here, or press ", element("kbd", {}, "N"), ".");
  region.append(hint);
  const draw = () => (hint.hidden = !editor.mayBuild || (editor.document.steps || []).length > 0);
  editor.addEventListener("change", draw);
  draw();
}
