/** The graph as rows of a tree, in the order in which a run goes through it. */

import { TRIGGER, edgesOf, isEntry, nodeIds } from "./edits.js";

/**
 * @typedef {{key: string, id: string, level: number, via: {source: string, port: string}|null,
 *   again: boolean, loose: boolean, parent: string|null, children: number, place: number, of: number}} Row
 *   again: the step has a row of its own elsewhere; loose: nothing leads to it
 */

/**
 * What follows by `success`, or by the `done` of a loop, stands below its step on the same level; other ways out, and
 * what runs beside it, are its children. A step to which several lead has one row, others point to it.
 * @returns {Row[]}
 */
export function rowsOf(editor) {
  const walk = new Walk(editor);
  walk.chain(TRIGGER, 1, null, null);
  const ids = nodeIds(editor.document);
  const led = new Set(edgesOf(editor.document).map((edge) => edge.target));
  const starts = ids.filter((id) => !led.has(id));
  for (const id of [...starts, ...ids]) if (!walk.seen.has(id)) walk.chain(id, 1, null, null);
  return numbered(walk.rows);
}

/** The rows that are to be seen while some are folded. */
export function unfolded(rows, folded) {
  const hidden = new Set();
  return rows.filter((row) => {
    const gone = row.parent !== null && (hidden.has(row.parent) || folded.has(row.parent));
    if (gone) hidden.add(row.key);
    return !gone;
  });
}

class Walk {
  constructor(editor) {
    this.#editor = editor;
    for (const edge of edgesOf(editor.document)) {
      this.#following.set(edge.source, [...(this.#following.get(edge.source) || []), edge]);
    }
  }

  rows = [];
  seen = new Set();
  #editor;
  #following = new Map();

  /** A step, all that follows it first, and then of each of these what stands beside. */
  chain(id, level, via, parent) {
    const steps = [];
    for (let edge = { target: id, via }; edge; edge = this.#main(edge.target)) {
      const again = this.seen.has(edge.target);
      steps.push({ id: edge.target, via: edge.via, again });
      this.seen.add(edge.target);
      if (again) break;
    }
    for (const step of steps) this.#row({ ...step, level, parent });
  }

  #row({ id, via, again, level, parent }) {
    const key = JSON.stringify([via?.source ?? null, via?.port ?? null, id]);
    this.rows.push({ key, id, level, via, again, parent, loose: via === null && !isEntry(id) });
    if (again) return;
    const main = this.#main(id);
    for (const edge of this.#edges(id)) {
      if (edge.port === main?.via.port && edge.target === main.target) continue;
      this.chain(edge.target, level + 1, { source: id, port: edge.port }, key);
    }
  }

  #edges(id) {
    const order = this.#editor.portsOf(id).map(({ name }) => name);
    return (this.#following.get(id) || []).toSorted(
      (one, other) => order.indexOf(one.port) - order.indexOf(other.port),
    );
  }

  #main(id) {
    const main = this.#editor.isLoop(id) ? "done" : "success";
    const edge = this.#edges(id).find(({ port }) => port === main);
    return edge && { target: edge.target, via: { source: id, port: edge.port } };
  }
}

function numbered(rows) {
  const siblings = new Map();
  for (const row of rows) siblings.set(row.parent, [...(siblings.get(row.parent) || []), row.key]);
  return rows.map((row) => {
    const group = siblings.get(row.parent);
    const children = siblings.get(row.key)?.length || 0;
    return { ...row, children, place: group.indexOf(row.key) + 1, of: group.length };
  });
}
