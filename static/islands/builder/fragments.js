/** Parts of a draft as clipboard text: copied here, pasted into another automation or window. */

import { edgesOf, moveNodes, notesOf, positionOf, stepOf, stepsOf } from "./edits.js";
import { freeId, renameReferences } from "./naming.js";

const FORMAT = "penstock/1-fragment";

/** The steps and notes of these ids, with the edges between them. */
export function fragmentOf(document, ids) {
  const chosen = new Set(ids);
  const steps = stepsOf(document)
    .filter((step) => chosen.has(step.id))
    .map((step) => withNext(step, edgesOf(document), chosen));
  const canvas = Object.fromEntries(steps.map((step) => [step.id, positionOf(document, step.id)]));
  const notes = notesOf(document).filter((_, index) => chosen.has(`note:${index}`));
  return { format: FORMAT, steps, canvas, notes };
}

/**
 * The fragment that a clipboard text is: one of ours, or a whole automation; else null.
 * @param {string} text
 */
export function readFragment(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!value || ![FORMAT, "penstock/1"].includes(value.format)) return null;
  return { format: FORMAT, steps: stepsOf(value), canvas: value.canvas || {}, notes: notesOf(value) };
}

/**
 * Adds a fragment with its upper left corner at a place; ids that are taken become free ones.
 * @returns {{document: object, ids: string[]}}
 */
export function pasteFragment(document, fragment, place) {
  const ids = newIds(document, fragment.steps);
  const shift = shiftTo(fragment, place);
  const steps = fragment.steps.map((step) => renamed(step, ids));
  let changed = { ...document, steps: [...(document.steps || []), ...steps] };
  const places = fragment.steps.map((step) => [ids.get(step.id), shifted(positionIn(fragment, step.id), shift)]);
  changed = moveNodes(changed, Object.fromEntries(places));
  const notes = fragment.notes.map((note) => ({ ...note, ...shifted(note, shift) }));
  const first = notesOf(document).length;
  if (notes.length) changed = { ...changed, notes: [...notesOf(document), ...notes] };
  return { document: changed, ids: [...ids.values(), ...notes.map((_, index) => `note:${first + index}`)] };
}

function withNext(step, edges, chosen) {
  const { next: _old, ...bare } = step;
  const next = {};
  for (const { source, port, target } of edges) {
    if (source === step.id && chosen.has(target)) next[port] = [...(next[port] || []), target];
  }
  return Object.keys(next).length ? { ...bare, next } : bare;
}

function newIds(document, steps) {
  const ids = new Map();
  let taken = document;
  for (const step of steps) {
    const id = stepOf(taken, step.id) ? freeId(taken, step.id.replace(/_\d+$/, "")) : step.id;
    ids.set(step.id, id);
    taken = { ...taken, steps: [...stepsOf(taken), { id }] };
  }
  return ids;
}

function renamed(step, ids) {
  let changed = step;
  // By way of ids that nobody can have, so that a swap of two names does not join them.
  for (const [oldId] of ids) changed = renameReferences(changed, oldId, `$${oldId}`);
  for (const [oldId, newId] of ids) changed = renameReferences(changed, `\\$${oldId}`, newId);
  const next = step.next && Object.fromEntries(
    Object.entries(step.next).map(([port, targets]) => [port, targets.map((target) => ids.get(target) || target)]),
  );
  return { ...changed, ...(next ? { next } : {}), id: ids.get(step.id) };
}

function positionIn(fragment, id) {
  return positionOf({ steps: fragment.steps, canvas: fragment.canvas }, id);
}

function shiftTo(fragment, place) {
  const corners = [...fragment.steps.map((step) => positionIn(fragment, step.id)), ...fragment.notes];
  const left = Math.min(...corners.map((corner) => corner.x));
  const top = Math.min(...corners.map((corner) => corner.y));
  return { x: place.x - left, y: place.y - top };
}

function shifted(place, shift) {
  return { x: Math.round(place.x + shift.x), y: Math.round(place.y + shift.y) };
}
