/** Reading a draft as a graph: nodes, edges, what can be connected. A draft may be broken; reading never throws. */

/** The id of the trigger's node. Step ids cannot have a `$`. */
export const TRIGGER = "$trigger";
/** The id of the node from which the steps of `on_failure` are reached; it is there when the draft has that field. */
export const FAILURE = "$failure";

/** What is opened to change the automation's settings. It is no node: nothing is drawn of it. */
export const SETTINGS = "$settings";

/** Whether a node is no step but what steps are reached from. */
export function isEntry(id) {
  return id === TRIGGER || id === FAILURE;
}

/** Whether the draft says what is done when a run fails. */
export function hasFailure(document) {
  return document.on_failure !== undefined;
}

/** The steps of a draft that are objects with an id. */
export function stepsOf(document) {
  const steps = Array.isArray(document.steps) ? document.steps : [];
  return steps.filter((step) => step && typeof step === "object" && typeof step.id === "string");
}

/** The step of an id, or undefined. */
export function stepOf(document, id) {
  return stepsOf(document).find((step) => step.id === id);
}

/** Every node: the trigger, what follows a failure, then the steps as they stand. */
export function nodeIds(document) {
  const entries = hasFailure(document) ? [TRIGGER, FAILURE] : [TRIGGER];
  return [...entries, ...stepsOf(document).map((step) => step.id)];
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
  if (id === FAILURE) return portsFollowed(document.on_failure);
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
 * The steps that are executed for each item, by the loops that have some; a circle leads back out.
 * @param {(id: string) => boolean} isLoop
 * @returns {Map<string, Set<string>>}
 */
export function bodiesOf(document, isLoop) {
  const bodies = new Map();
  for (const { id } of stepsOf(document).filter((step) => isLoop(step.id))) {
    const firsts = (nextOf(document, id).each || []).filter((target) => stepOf(document, target));
    const body = new Set(firsts.flatMap((target) => [...reachableFrom(document, target)]));
    if (body.size && !body.has(id)) bodies.set(id, body);
  }
  return bodies;
}

/**
 * Why an edge cannot be, in words; null when it can.
 * @param {(id: string) => string} name what people call a node
 */
export function connectionFault(document, source, port, target, name = (id) => id) {
  if (target === TRIGGER) return "Nothing can lead to the trigger: it is where events come in.";
  if (target === FAILURE) return "Nothing can lead to a failure: it is where steps begin when a run fails.";
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
  if (isEntry(id)) return { x: 40, y: id === FAILURE ? 360 : 120 };
  return { x: 320 + stepsOf(document).findIndex((step) => step.id === id) * 280, y: 120 };
}

/** The sticky notes. */
export function notesOf(document) {
  return Array.isArray(document.notes) ? document.notes : [];
}
