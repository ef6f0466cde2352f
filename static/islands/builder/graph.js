/** Reading a draft as a graph: nodes, edges, what can be connected. A draft may be broken; reading never throws. */

/** The id of the trigger's node. Step ids cannot have a `$`. */
export const TRIGGER = "$trigger";

/** The id under which the inspector shows the settings; they are no node of the drawing. */
export const SETTINGS = "$settings";

/** The steps of a draft that are objects with an id. */
export function stepsOf(document) {
  const steps = Array.isArray(document.steps) ? document.steps : [];
  return steps.filter((step) => step && typeof step === "object" && typeof step.id === "string");
}

/** The step of an id, or undefined. */
export function stepOf(document, id) {
  return stepsOf(document).find((step) => step.id === id);
}

/** Every node: the trigger, then the steps as they stand. */
export function nodeIds(document) {
  return [TRIGGER, ...stepsOf(document).map((step) => step.id)];
}

/**
 * What follows each port, with bare texts and lists written out.
 * @returns {Object<string, string[]>}
 */
export function portsFollowed(next) {
  if (typeof next === "string") return { success: [next] };
  if (Array.isArray(next)) return next.length ? { success: [...next] } : {};
  if (!next || typeof next !== "object") return {};
  const followed = {};
  for (const [port, targets] of Object.entries(next)) {
    followed[port] = typeof targets === "string" ? [targets] : Array.isArray(targets) ? [...targets] : [];
  }
  return followed;
}

/** The `next` of a node. */
export function nextOf(document, id) {
  return portsFollowed(id === TRIGGER ? document.trigger?.next : stepOf(document, id)?.next);
}

/**
 * Every edge between nodes that exist.
 * @returns {{source: string, port: string, target: string}[]}
 */
export function edgesOf(document) {
  const known = new Set(nodeIds(document));
  const edges = [];
  for (const source of known) {
    for (const [port, targets] of Object.entries(nextOf(document, source))) {
      for (const target of targets) if (known.has(target)) edges.push({ source, port, target });
    }
  }
  return edges;
}

/** Every node that can be reached from one, itself included. */
export function reachableFrom(document, id) {
  const following = new Map();
  for (const { source, target } of edgesOf(document)) {
    following.set(source, [...(following.get(source) || []), target]);
  }
  const found = new Set([id]);
  const waiting = [id];
  while (waiting.length) {
    for (const target of following.get(waiting.pop()) || []) {
      if (!found.has(target)) {
        found.add(target);
        waiting.push(target);
      }
    }
  }
  return found;
}

/**
 * Why an edge cannot be, in words; null when it can.
 * @param {(id: string) => string} name what people call a node
 */
export function connectionFault(document, source, port, target, name = (id) => id) {
  if (target === TRIGGER) return "Nothing can lead to the trigger: it is where events come in.";
  if (!stepOf(document, target)) return "There is no such step.";
  if (source === target) return "A step cannot follow itself.";
  if ((nextOf(document, source)[port] || []).includes(target)) {
    return `${name(target)} follows there already.`;
  }
  if (reachableFrom(document, target).has(source)) {
    return `That would be a circle: ${name(source)} comes after ${name(target)}.`;
  }
  return null;
}

/** Where a node is drawn; where nothing says so, before what it leads to, or by its order. */
export function positionOf(document, id) {
  return placeOf(document, id) || placeBefore(document, id) || placeByOrder(document, id);
}

function placeOf(document, id) {
  const place = document.canvas?.[id];
  return place && Number.isFinite(place.x) && Number.isFinite(place.y) ? { x: place.x, y: place.y } : null;
}

function placeBefore(document, id) {
  const [first] = Object.values(nextOf(document, id)).flat();
  const place = first === undefined ? null : placeOf(document, first);
  return place && { x: place.x - 280, y: place.y };
}

function placeByOrder(document, id) {
  return { x: 40 + nodeIds(document).indexOf(id) * 280, y: 120 };
}

/** The sticky notes. */
export function notesOf(document) {
  return Array.isArray(document.notes) ? document.notes : [];
}
