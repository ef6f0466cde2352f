/** Adding steps, wherever it is asked from: after a port, on an edge, at a place. */

import { CARD_WIDTH, cardOf, sizeOf } from "./cards.js";
import {
  FAILURE,
  TRIGGER,
  addFailure,
  addStep,
  insertStep,
  moveNodes,
  nextOf,
  nodeIds,
  positionOf,
} from "./edits.js";
import { choose } from "./chooser.js";
import { element } from "./elements.js";
import { nameOf } from "./names.js";
import { viewOf } from "./view.js";

const COLUMN = 280;
const ROW = 120;

/**
 * @typedef {{source: string, port: string, target: string}} Edge
 * @typedef {{from?: {source: string, port?: string}, edge?: Edge, position?: {x: number, y: number}}} Place
 */

/**
 * Adds a step and selects it.
 * @param {import("./editor.js").Editor} editor
 * @param {{name: string, title?: string, with?: object, called?: string}} action
 * @param {Place} place
 * @returns {string|undefined} the new step's id
 */
export function addAction(editor, action, place) {
  let id;
  editor.change("Add step", (document) => {
    const added = place.edge
      ? onEdge(editor, document, action, place.edge)
      : after(editor, document, action, place);
    id = added.id;
    return added.document;
  });
  if (id === undefined) return undefined;
  editor.newcomers.add(id);
  editor.announce(wordsOf(editor, id, place));
  editor.select([id], { reveal: true });
  return id;
}

/** Adds the node from which steps follow a failure, or opens the one that is there. */
export function addOnFailure(editor) {
  editor.change("Add what happens when it fails", addFailure);
  if (editor.has(FAILURE)) editor.open(FAILURE);
}

/** Asks which action, and by which port where there are several, and adds it. */
export async function askAndAdd(editor, place, at) {
  if (!editor.mayBuild) return undefined;
  const ports = place.from ? editor.portsOf(place.from.source) : [];
  if (place.from && !ports.length) {
    editor.refuse(`Nothing can follow ${nameOf(editor, place.from.source)}: it has no way out.`);
    return undefined;
  }
  const port = portQuestion(editor, place, ports);
  const name = await choose({
    title: titleOf(editor, place),
    hint: "Search for an action",
    options: actionOptions(editor),
    at,
    extra: port?.label,
  });
  if (name === null) return undefined;
  const from = place.from && {
    source: place.from.source,
    port: port ? port.select.value : freePort(editor, place.from),
  };
  return addAction(editor, { name }, { ...place, from });
}

/** Opens a step that was added with the pointer, so that it can be filled in at once. */
export function follow(editor, id) {
  if (id !== undefined) editor.open(id);
}

/** Where a step goes that is added without saying where: after the selection, else after the trigger. */
export function usualPlace(editor) {
  const [only, ...others] = editor.selection.filter((id) => editor.has(id));
  if (only && !others.length && editor.portsOf(only).length) return { from: { source: only } };
  if (!Object.keys(nextOf(editor.document, TRIGGER)).length) return { from: { source: TRIGGER } };
  const middle = viewOf(editor)?.placeAt(viewOf(editor).middle);
  return { position: middle && { x: middle.x - CARD_WIDTH / 2, y: middle.y - 40 } };
}

/** The actions as options of a chooser, grouped. */
export function actionOptions(editor) {
  const options = editor.catalog.actions.map((action) => ({
    value: action.name,
    title: action.title,
    description: action.description,
    icon: action.icon,
    group: groupOf(action),
    words: action.name,
  }));
  return options.sort((one, other) => other.group.localeCompare(one.group));
}

/** The group of the palette in which an action stands. */
function groupOf(action) {
  return action.effect ? "Outside the run" : "Inside the run";
}

/** The port that a new step would follow if nobody says which: the first that leads nowhere. */
export function freePort(editor, { source, port }) {
  const ports = editor.portsOf(source);
  const next = nextOf(editor.document, source);
  return port || (ports.find(({ name }) => !next[name]) || ports[0]).name;
}

function portQuestion(editor, { from }, ports) {
  if (!from || from.port || ports.length < 2) return null;
  const select = element("select");
  for (const { name, title } of ports)
    select.append(new Option(title, name, false, name === freePort(editor, from)));
  const words = element("span", {}, "by the way out");
  return { select, label: element("label", { class: "chooser-port" }, words, select) };
}

function titleOf(editor, { from, edge }) {
  const name = (id) => nameOf(editor, id);
  if (edge) return `Add a step between ${name(edge.source)} and ${name(edge.target)}`;
  if (from) return `Add a step after ${name(from.source)}`;
  return "Add a step";
}

function after(editor, document, action, { from, position }) {
  const place = position || (from && freePlace(editor, document, from));
  return addStep(document, action.name, {
    position: place,
    from,
    name: action.called,
    configuration: action.with,
  });
}

/** A place to the right of a step, lower for its lower ports, where no other card is. */
function freePlace(editor, document, { source, port }) {
  const start = positionOf(document, source);
  const row = Math.max(
    0,
    editor.portsOf(source).findIndex(({ name }) => name === port),
  );
  const place = { x: start.x + COLUMN, y: start.y + row * ROW };
  const taken = nodeIds(document).map((id) => ({
    ...positionOf(document, id),
    ...sizeOf(cardOf(editor, id)),
  }));
  const meets = (one) =>
    Math.abs(one.x - place.x) < CARD_WIDTH + 20 &&
    one.y < place.y + ROW - 20 &&
    place.y < one.y + one.height + 20;
  while (taken.some(meets)) place.y += 20;
  return place;
}

/** The step comes where its follower was; the follower and all to its right make room if they must. */
function onEdge(editor, document, action, edge) {
  const known = editor.catalog.actions.find(({ name }) => name === action.name);
  const ports = known?.loops ? ["done"] : (known?.ports || []).map(({ name }) => name);
  const start = positionOf(document, edge.source);
  const end = positionOf(document, edge.target);
  const inserted = insertStep(
    document,
    action.name,
    edge,
    { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 },
    ports,
  );
  if (end.x - start.x >= 2 * COLUMN) return inserted;
  const right = nodeIds(document).filter((id) => id !== TRIGGER && positionOf(document, id).x >= end.x);
  const places = Object.fromEntries(right.map((id) => [id, moved(positionOf(document, id), COLUMN)]));
  places[inserted.id] = { x: start.x + COLUMN, y: end.y };
  return { ...inserted, document: moveNodes(inserted.document, places) };
}

function moved({ x, y }, by) {
  return { x: x + by, y };
}

function wordsOf(editor, id, { from, edge }) {
  const name = nameOf(editor, id);
  if (edge) return `Step ${name} added between ${nameOf(editor, edge.source)} and ${nameOf(editor, edge.target)}.`;
  if (from) return `Step ${name} added after ${nameOf(editor, from.source)} by ${from.port}.`;
  return `Step ${name} added, not connected yet.`;
}
