/** Sticky notes: added, written in place, resized, coloured. */

import { addNote, notesOf, setNote } from "./edits.js";
import { element } from "./elements.js";
import { isNote, noteIndex } from "./moving.js";
import { NOTE_SIZE } from "./note_view.js";
import { viewOf } from "./view.js";

const LEAST = { width: 100, height: 60 };
const COLOURS = ["yellow", "blue", "green", "red", "grey"];

/** @param {import("./view.js").View} view */
export function startNotes(editor, view) {
  view.graph.on("node:dblclick", ({ node }) => {
    if (isNote(node.id)) writeNote(editor, view, noteIndex(node.id));
  });
  if (editor.mayBuild) startResizing(editor, view);
}

/** Adds a note in the middle of what is seen and lets the user write it. */
export function newNote(editor) {
  const view = viewOf(editor);
  view.comeNear();
  const { x, y } = view.placeAt(view.middle);
  const { width, height } = NOTE_SIZE;
  const note = {
    x: Math.round(x - width / 2),
    y: Math.round(y - height / 2),
    width,
    height,
    text: "",
    color: "yellow",
  };
  editor.change("Add note", (document) => addNote(document, note));
  const index = notesOf(editor.document).length - 1;
  editor.select([`note:${index}`]);
  editor.announce("Note added.");
  // The note is drawn at the end of this task.
  setTimeout(() => writeNote(editor, view, index));
}

/** Opens a field over a note; what is typed is one change, Escape or leaving it ends. */
export function writeNote(editor, view, index) {
  if (!editor.mayBuild) return;
  const note = () => notesOf(editor.document)[index];
  const { width, height } = { ...NOTE_SIZE, ...note() };
  const field = element("textarea", { "aria-label": "Text of the note", maxlength: "10000" });
  const box = element(
    "div",
    { class: `note-writing note-${note().color || "yellow"}` },
    field,
    colours(editor, index, () => box),
  );
  const place = view.graph.localToGraph(note().x, note().y);
  Object.assign(box.style, { left: `${place.x}px`, top: `${place.y}px` });
  Object.assign(field.style, {
    width: `${width * view.zoom}px`,
    height: `${height * view.zoom}px`,
    fontSize: `${14 * view.zoom}px`,
  });
  field.value = note().text || "";
  field.addEventListener("input", () => {
    editor.change("Write note", (document) => setNote(document, index, { ...note(), text: field.value }), {
      merge: `note:${index}`,
    });
  });
  closeAfter(box, field, view);
  view.element.append(box);
  field.focus();
}

function closeAfter(box, field, view) {
  const close = () => {
    view.graph.off("scale translate", close);
    box.remove();
  };
  for (const name of ["pointerdown", "mousedown", "touchstart", "wheel", "dblclick"]) {
    box.addEventListener(name, (event) => event.stopPropagation());
  }
  box.addEventListener("focusout", (event) => box.contains(event.relatedTarget) || close());
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") view.element.focus();
  });
  view.graph.on("scale translate", close);
}

function colours(editor, index, boxOf) {
  const row = element("div", { class: "note-colours", role: "group", "aria-label": "Colour of the note" });
  for (const color of COLOURS) {
    const button = element("button", {
      type: "button",
      class: `note-colour note-${color}`,
      "aria-label": color,
      title: color,
    });
    button.addEventListener("click", () => {
      editor.change("Colour note", (document) =>
        setNote(document, index, { ...notesOf(document)[index], color }),
      );
      boxOf().className = `note-writing note-${color}`;
    });
    row.append(button);
  }
  return row;
}

function startResizing(editor, view) {
  let resized = null;
  view.element.addEventListener(
    "pointerdown",
    (event) => {
      if (!event.target.classList.contains("note-grip") || event.button !== 0) return;
      resized = view.graph.findViewByElem(event.target).cell;
      event.target.setPointerCapture(event.pointerId);
    },
    true,
  );
  for (const name of ["mousedown", "touchstart"]) {
    view.element.addEventListener(name, (event) => resized && event.stopPropagation(), true);
  }
  window.addEventListener("pointermove", (event) => {
    if (!resized) return;
    const { x, y } = view.placeAt({ x: event.clientX, y: event.clientY });
    const corner = resized.getPosition();
    resized.setSize(
      Math.max(LEAST.width, Math.round(x - corner.x)),
      Math.max(LEAST.height, Math.round(y - corner.y)),
    );
  });
  window.addEventListener("pointerup", () => {
    if (!resized) return;
    const index = noteIndex(resized.id);
    const size = resized.getSize();
    resized = null;
    editor.change("Resize note", (document) =>
      setNote(document, index, { ...notesOf(document)[index], ...size }),
    );
  });
}
