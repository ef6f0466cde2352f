/** Edits of a draft: pure functions from a document to a new one. Nothing given is changed. */

import {
  TRIGGER,
  edgesOf,
  nextOf,
  nodeIds,
  notesOf,
  positionOf,
  portsFollowed,
  stepOf,
} from "./graph.js";
import { freeId, renameReferences } from "./naming.js";

export * from "./graph.js";

const GAP = 280;

/** Replaces a step. */
export function setStep(document, id, step) {
  return { ...document, steps: everyStep(document).map((one) => (one?.id === id ? step : one)) };
}

/** Replaces the settings; without any, the document says nothing of them. */
export function setSettings({ settings: _former, ...document }, settings) {
  return Object.keys(settings).length ? { ...document, settings } : document;
}

/** Replaces the trigger. */
export function setTrigger(document, trigger) {
  return { ...document, trigger };
}

/**
 * Adds a step, after a port of another one if `from` says so.
 * @returns {{document: object, id: string}}
 */
export function addStep(document, action, { position, from, name, configuration } = {}) {
  const id = freeId(document, action);
  const step = { id, ...(name ? { name } : {}), action, with: configuration || {} };
  const place = position || placeAfter(document, from?.source);
  let changed = { ...document, steps: [...everyStep(document), step] };
  changed = moveNodes(changed, { [id]: place });
  if (from) changed = connect(changed, from.source, from.port, id);
  return { document: changed, id };
}

/** Puts a new step on an edge, which then leads through it. */
export function insertStep(document, action, edge, position, ports = ["success"]) {
  const added = addStep(document, action, { position });
  let changed = disconnect(added.document, edge.source, edge.port, edge.target);
  changed = connect(changed, edge.source, edge.port, added.id);
  if (ports.length) changed = connect(changed, added.id, ports[0], edge.target);
  return { document: changed, id: added.id };
}

/** Removes steps with their edges, and notes (`note:<index>`); the trigger stays. */
export function removeNodes(document, ids) {
  const gone = new Set(ids.filter((id) => id !== TRIGGER));
  const canvas = Object.fromEntries(Object.entries(document.canvas || {}).filter(([id]) => !gone.has(id)));
  let changed = { ...document, steps: everyStep(document).filter((step) => !gone.has(step?.id)), canvas };
  for (const id of nodeIds(changed)) {
    const next = nextOf(changed, id);
    const kept = Object.fromEntries(
      Object.entries(next)
        .map(([port, targets]) => [port, targets.filter((target) => !gone.has(target))])
        .filter(([, targets]) => targets.length),
    );
    if (JSON.stringify(kept) !== JSON.stringify(next)) changed = setNext(changed, id, kept);
  }
  const notes = notesOf(document).filter((_, index) => !gone.has(`note:${index}`));
  return document.notes ? { ...changed, notes } : changed;
}

/** Leads a port to a step. */
export function connect(document, source, port, target) {
  const next = nextOf(document, source);
  const targets = next[port] || [];
  if (targets.includes(target)) return document;
  return setNext(document, source, { ...next, [port]: [...targets, target] });
}

/** Takes an edge away. */
export function disconnect(document, source, port, target) {
  const next = nextOf(document, source);
  const targets = (next[port] || []).filter((one) => one !== target);
  const { [port]: _gone, ...others } = next;
  return setNext(document, source, targets.length ? { ...next, [port]: targets } : others);
}

/** Moves nodes to places. */
export function moveNodes(document, places) {
  const rounded = Object.fromEntries(
    Object.entries(places).map(([id, { x, y }]) => [id, { x: Math.round(x), y: Math.round(y) }]),
  );
  return { ...document, canvas: { ...(document.canvas || {}), ...rounded } };
}

/** Gives a step another id; edges, its place, and references in templates follow. */
export function renameStep(document, oldId, newId) {
  const steps = everyStep(document).map((step) => {
    if (!step || typeof step !== "object") return step;
    const renamed = renameReferences(step, oldId, newId);
    const next = renamed.next === undefined ? {} : { next: renameTargets(renamed.next, oldId, newId) };
    return { ...renamed, ...next, id: step.id === oldId ? newId : step.id };
  });
  const canvas = Object.fromEntries(
    Object.entries(document.canvas || {}).map(([id, place]) => [id === oldId ? newId : id, place]),
  );
  const trigger = { ...document.trigger, next: renameTargets(document.trigger?.next || [], oldId, newId) };
  return { ...document, trigger, steps, canvas };
}

/** Adds a sticky note. */
export function addNote(document, note) {
  return { ...document, notes: [...notesOf(document), note] };
}

/** Changes a sticky note. */
export function setNote(document, index, note) {
  return { ...document, notes: notesOf(document).map((one, at) => (at === index ? note : one)) };
}

/** What stands in `steps`, be it a step or not: what an edit does not concern stays as it is. */
function everyStep(document) {
  return Array.isArray(document.steps) ? document.steps : [];
}

function setNext(document, id, next) {
  if (id === TRIGGER) {
    return { ...document, trigger: { ...document.trigger, next: next.success || [] } };
  }
  const { next: _old, ...step } = stepOf(document, id);
  return setStep(document, id, Object.keys(next).length ? { ...step, next } : step);
}

function renameTargets(next, oldId, newId) {
  const rename = (target) => (target === oldId ? newId : target);
  if (typeof next === "string" || Array.isArray(next)) {
    return typeof next === "string" ? rename(next) : next.map(rename);
  }
  const followed = Object.entries(portsFollowed(next));
  return Object.fromEntries(followed.map(([port, targets]) => [port, targets.map(rename)]));
}

/** A free place to the right of a node, below what stands there already. */
function placeAfter(document, id) {
  const start = positionOf(document, id || nodeIds(document).at(-1));
  const taken = new Set(
    nodeIds(document).map((one) => JSON.stringify(positionOf(document, one))),
  );
  const place = { x: start.x + GAP, y: start.y };
  while (taken.has(JSON.stringify(place))) place.y += 130;
  return place;
}

/** The edges that lead to a node. */
export function edgesInto(document, id) {
  return edgesOf(document).filter((edge) => edge.target === id);
}
