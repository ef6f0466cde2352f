/** What can be done with a row of the outline, by key and as a list. */

import { askAndAdd, freePort } from "./adding.js";
import { choose } from "./chooser.js";
import { duplicate, removeSelected } from "./clipboard.js";
import { connectTo } from "./connecting.js";
import { wordsOf } from "./cards.js";
import { FAILURE, TRIGGER, connectionFault, edgesOf, isEntry, nodeIds } from "./edits.js";
import { nameOf } from "./names.js";
import { removeEdge } from "./edge_tools.js";
import { element } from "./elements.js";
import { moveInSequence } from "./sequence.js";

const KEYS = {
  Enter: (editor, { id }) => editor.open(id),
  " ": (editor, { id }) => toggle(editor, id),
  Delete: (editor, { id }) => remove(editor, id),
  Backspace: (editor, { id }) => remove(editor, id),
  n: (editor, { id }) => askAndAdd(editor, { from: { source: id } }),
  c: (editor, { id }) => connectFrom(editor, id),
  "Alt+ArrowUp": (editor, { id }) => move(editor, id, "earlier"),
  "Alt+ArrowDown": (editor, { id }) => move(editor, id, "later"),
};

/**
 * Does what a key means in the outline.
 * @param {import("./outline_rows.js").Row} row
 * @returns {Promise<void>|null} done when it is; null when the key means nothing here
 */
export function runKey(editor, row, event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const run = KEYS[event.altKey ? `Alt+${key}` : key];
  return run ? Promise.resolve(run(editor, row)) : null;
}

/** Asks which of all actions of a row, and does it. */
export async function actionsOfRow(editor, row, at) {
  const title = `Actions of ${nameOf(editor, row.id)}`;
  const run = await choose({ title, hint: title, options: actionsFor(editor, row), at });
  await run?.();
}

function actionsFor(editor, { id, via }) {
  const name = via && nameOf(editor, via.source);
  const action = (title, symbol, keys, run) => ({ title, icon: symbol, keys, value: run });
  const open = [action("Open", "edit", "Enter", () => editor.open(id))];
  if (!editor.mayBuild) return open;
  const follows = editor.portsOf(id).length
    ? [
        action("Add a step after it", "plus", "N", () => askAndAdd(editor, { from: { source: id } })),
        action("Connect to another step", "flow", "C", () => connectFrom(editor, id)),
      ]
    : [];
  const comes = via
    ? [
        action(`Insert a step between ${name} and it`, "plus", "", () =>
          askAndAdd(editor, { edge: { ...via, target: id } }),
        ),
        action(`Disconnect from ${name}`, "cross", "", () => removeEdge(editor, { ...via, target: id })),
      ]
    : [];
  const leads = edgesOf(editor.document)
    .filter((edge) => edge.source === id)
    .map((edge) =>
      action(`Disconnect ${nameOf(editor, edge.target)} (${edge.port})`, "cross", "", () =>
        removeEdge(editor, edge),
      ),
    );
  return [...open, ...follows, ...comes, ...leads, ...(id === TRIGGER ? [] : ofNode(editor, id, action))];
}

function ofNode(editor, id, action) {
  const chosen = (run) => () => {
    editor.select([id]);
    run(editor);
  };
  const remove = action("Delete", "trash", "Delete", chosen(removeSelected));
  if (id === FAILURE) return [remove];
  return [
    action("Move earlier", "chevron-left", "Alt+↑", () => move(editor, id, "earlier")),
    action("Move later", "chevron-right", "Alt+↓", () => move(editor, id, "later")),
    action("Duplicate", "copy", "Ctrl+D", chosen(duplicate)),
    remove,
  ];
}

/** Asks for a port where there are several, and for the step that is to follow by it. */
async function connectFrom(editor, source) {
  const ports = editor.portsOf(source);
  const name = nameOf(editor, source);
  if (!editor.mayBuild) return;
  if (!ports.length) {
    editor.refuse(`Nothing can follow ${name}: it has no way out.`);
    return;
  }
  const select = element("select");
  for (const port of ports)
    select.append(new Option(port.title, port.name, false, port.name === freePort(editor, { source })));
  const extra =
    ports.length > 1 ? element("label", { class: "chooser-port" }, "by the way out", select) : undefined;
  const options = targetsOf(editor, source, ports);
  const target = await choose({
    title: `Which step follows ${name}?`,
    hint: "Search for a step",
    options,
    extra,
  });
  if (target !== null) connectTo(editor, { source, port: select.value }, target);
}

/** Steps that may follow come first; of others the reason is told. */
function targetsOf(editor, source, ports) {
  const options = nodeIds(editor.document)
    .filter((id) => !isEntry(id))
    .map((id) => {
      const { icon, summary, kind } = wordsOf(editor, id);
      const faults = ports.map(({ name }) => connectionFault(editor.document, source, name, id, (one) => nameOf(editor, one)));
      const fault = faults.every(Boolean) ? faults[0] : null;
      return {
        value: id,
        title: nameOf(editor, id),
        icon: fault ? "alert" : icon,
        description: fault || summary || kind,
        group: fault ? "Not possible" : "Steps",
        words: id,
      };
    });
  return options.toSorted((one, other) => (one.group === other.group ? 0 : one.group === "Steps" ? -1 : 1));
}

function move(editor, id, way) {
  if (!editor.mayBuild) return;
  const moved = moveInSequence(editor.document, id, way, (one) => editor.mainPortOf(one), (one) => nameOf(editor, one));
  if (moved.fault) {
    editor.refuse(moved.fault);
    return;
  }
  editor.change(`Move ${way}`, () => moved.document);
  editor.announce(moved.words);
}

function toggle(editor, id) {
  const chosen = new Set(editor.selection);
  if (!chosen.delete(id)) chosen.add(id);
  editor.select([...chosen]);
}

function remove(editor, id) {
  if (!editor.selection.includes(id)) editor.select([id]);
  removeSelected(editor);
}
