/** Everything the builder can be told to do, with its keys: for shortcuts, their list, the palette of commands. */

import { askAndAdd, usualPlace } from "./adding.js";
import { copySelected, duplicate, pasteClipboard, removeSelected } from "./clipboard.js";
import { SETTINGS, nodeIds, notesOf } from "./edits.js";
import { exportPng, exportSvg } from "./export_image.js";
import { isNote, noteIndex, nudge } from "./moving.js";
import { newNote, writeNote } from "./notes.js";
import { tidy } from "./tidy.js";
import { viewOf } from "./view.js";

const FAR = 5;

/**
 * @typedef {{id: string, title: string, icon: string, keys: string[], group: string, scope: "everywhere"|"page"|"canvas",
 *   native: boolean, possible: () => boolean, run: () => void}} Command
 *   scope: also while typing; not while typing; only while nothing but the canvas has the focus.
 *   native: the browser answers the keys itself.
 */

/** @returns {Command[]} */
export function commandsOf(editor) {
  const builds = () => editor.mayBuild;
  const list = [
    ["Steps", stepCommands(editor), builds],
    ["Draft", draftCommands(editor), builds],
    ["View", viewCommands(editor), () => true],
    ["Move the selection", moveCommands(editor), builds],
  ];
  const base = { keys: [], icon: "chevron-right", scope: "page", native: false };
  return list.flatMap(([group, commands, possible]) =>
    commands.map((one) => ({ ...base, group, possible, ...one })),
  );
}

function stepCommands(editor) {
  const step = (id, title, icon, keys, run, more = {}) => ({ id, title, icon, keys, run, ...more });
  return [
    step("add", "Add a step", "plus", ["N"], () => askAndAdd(editor, usualPlace(editor))),
    step("open", "Open the selected step", "edit", ["Enter"], () => openSelected(editor), {
      scope: "canvas",
      possible: () => true,
    }),
    step("copy", "Copy", "copy", ["Ctrl+C"], () => copySelected(editor), {
      native: true,
      possible: () => true,
    }),
    step(
      "cut",
      "Cut",
      "copy",
      ["Ctrl+X"],
      async () => {
        await copySelected(editor);
        removeSelected(editor, "Cut");
      },
      { native: true },
    ),
    step(
      "paste",
      "Paste steps, an automation or a cURL command",
      "note",
      ["Ctrl+V"],
      () => pasteClipboard(editor),
      { native: true },
    ),
    step("duplicate", "Duplicate", "copy", ["Ctrl+D"], () => duplicate(editor)),
    step("delete", "Delete", "trash", ["Delete", "Backspace"], () => removeSelected(editor), {
      scope: "canvas",
    }),
    step("select-all", "Select everything", "fit", ["Ctrl+A"], () => selectAll(editor), {
      possible: () => true,
    }),
    step("note", "Add a note", "note", ["Shift+N"], () => newNote(editor)),
  ];
}

function draftCommands(editor) {
  return [
    { id: "undo", title: "Undo", icon: "undo", keys: ["Ctrl+Z"], run: () => travel(editor, "undo") },
    {
      id: "redo",
      title: "Redo",
      icon: "redo",
      keys: ["Ctrl+Y", "Ctrl+Shift+Z"],
      run: () => travel(editor, "redo"),
    },
    {
      id: "try",
      title: "Try the draft",
      icon: "play",
      keys: ["Ctrl+Enter"],
      scope: "everywhere",
      run: () => editor.ask("try"),
    },
    {
      id: "save",
      title: "Save now",
      icon: "download",
      keys: ["Ctrl+S"],
      scope: "everywhere",
      run: () => editor.ask("save"),
    },
    { id: "tidy", title: "Tidy the layout", icon: "tidy", keys: ["T"], run: () => tidy(editor) },
    { id: "settings", title: "Settings", icon: "sliders", possible: () => true, run: () => editor.open(SETTINGS) },
  ];
}

function viewCommands(editor) {
  const view = () => viewOf(editor);
  return [
    {
      id: "commands",
      title: "Commands, steps and actions",
      icon: "search",
      keys: ["Ctrl+K"],
      scope: "everywhere",
      run: () => editor.ask("commands"),
    },
    { id: "fit", title: "Fit everything", icon: "fit", keys: ["1"], run: () => view().fit() },
    { id: "zoom-in", title: "Zoom in", icon: "plus", keys: ["+", "="], run: () => view().zoomIn() },
    { id: "zoom-out", title: "Zoom out", icon: "minus", keys: ["-"], run: () => view().zoomOut() },
    {
      id: "actual-size",
      title: "Zoom to 100 %",
      icon: "search",
      keys: ["0"],
      run: () => view().actualSize(),
    },
    { id: "minimap", title: "Overview", icon: "eye", keys: ["M"], run: () => editor.ask("minimap") },
    {
      id: "outline",
      title: "Outline",
      icon: "list",
      keys: ["O"],
      run: () => document.getElementById("show-outline").click(),
    },
    { id: "export-svg", title: "Export as SVG", icon: "download", run: () => exportSvg(editor) },
    { id: "export-png", title: "Export as PNG", icon: "download", run: () => exportPng(editor) },
    {
      id: "shortcuts",
      title: "Keyboard shortcuts",
      icon: "keyboard",
      keys: ["?"],
      run: () => editor.ask("shortcuts"),
    },
    {
      id: "leave",
      title: "Close the inspector, then unselect",
      icon: "cross",
      keys: ["Escape"],
      scope: "canvas",
      run: () => leave(editor),
    },
  ];
}

function moveCommands(editor) {
  const ways = { Left: [-1, 0], Right: [1, 0], Up: [0, -1], Down: [0, 1] };
  return Object.entries(ways).flatMap(([name, [x, y]]) => [
    {
      id: `move-${name}`,
      title: "By a little",
      keys: [`Arrow${name}`],
      scope: "canvas",
      run: () => nudge(editor, x, y),
    },
    {
      id: `jump-${name}`,
      title: "By more",
      keys: [`Shift+Arrow${name}`],
      scope: "canvas",
      run: () => nudge(editor, FAR * x, FAR * y),
    },
  ]);
}

function openSelected(editor) {
  const [id] = editor.selection;
  if (id === undefined) return;
  if (isNote(id)) writeNote(editor, viewOf(editor), noteIndex(id));
  else editor.open(id);
}

function selectAll(editor) {
  editor.select([
    ...nodeIds(editor.document),
    ...notesOf(editor.document).map((_, index) => `note:${index}`),
  ]);
  editor.announce(`${editor.selection.length} selected.`);
}

function travel(editor, way) {
  const label = way === "undo" ? editor.undoLabel : editor.redoLabel;
  if (label === null) return editor.announce(`Nothing to ${way}.`);
  editor[way]();
  return editor.announce(`${way === "undo" ? "Undone" : "Redone"}: ${label}.`);
}

function leave(editor) {
  if (editor.opened) editor.close();
  else editor.select([]);
}
