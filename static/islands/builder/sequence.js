/** Moving a step earlier or later: it changes places with its neighbour, edges included. */

import { connect, disconnect, edgesInto, isEntry, moveNodes, nextOf, positionOf } from "./edits.js";
import { capital } from "./trial_end.js";

/**
 * @param {object} document
 * @param {string} id
 * @param {"earlier"|"later"} way
 * @param {(id: string) => string|undefined} portOf by which port a step goes on
 * @param {(id: string) => string} name what people call a step
 * @returns {{document: object, words: string}|{fault: string}}
 */
export function moveInSequence(document, id, way, portOf, name) {
  const [first, second] = way === "earlier" ? [before(document, id), id] : [id, after(document, id, portOf)];
  const entry = [id, first].find((one) => one && isEntry(one));
  if (entry) return { fault: `${capital(name(entry))} comes first, always.` };
  if (!first)
    return {
      fault: `${name(id)} does not follow exactly one step, so it is not clear what earlier means. Connect it by C.`,
    };
  if (!second || edgesInto(document, second).length !== 1) {
    return {
      fault: `${name(id)} is not followed by a single step of its own, so it is not clear what later means. Connect it by C.`,
    };
  }
  const way_out = portOf(second);
  if (!way_out) return { fault: `${name(second)} ends its branch: nothing can follow it.` };
  return {
    document: swapped(document, first, second, way_out),
    words: `${name(second)} now comes before ${name(first)}.`,
  };
}

function before(document, id) {
  const edges = edgesInto(document, id);
  return edges.length === 1 ? edges[0].source : null;
}

function after(document, id, portOf) {
  const targets = nextOf(document, id)[portOf(id)] || [];
  return targets.length === 1 ? targets[0] : null;
}

function swapped(document, first, second, port) {
  const [between] = edgesInto(document, second);
  const behind = nextOf(document, second)[port] || [];
  let changed = disconnect(document, first, between.port, second);
  for (const target of behind) changed = disconnect(changed, second, port, target);
  for (const edge of edgesInto(document, first)) {
    changed = disconnect(changed, edge.source, edge.port, first);
    changed = connect(changed, edge.source, edge.port, second);
  }
  changed = connect(changed, second, port, first);
  for (const target of behind) changed = connect(changed, first, between.port, target);
  return moveNodes(changed, { [first]: positionOf(document, second), [second]: positionOf(document, first) });
}
