/** What people call a node: its name, else the title of its action, with the id where two are called alike. */

import { FAILURE, TRIGGER, stepsOf } from "./graph.js";

/** Documents are never changed in place, so that the names of one stay. */
const known = new WeakMap();

/**
 * @param {import("./editor.js").Editor} editor
 * @param {string} id
 */
export function nameOf(editor, id) {
  if (id === TRIGGER) return "the trigger";
  if (id === FAILURE) return "a failure";
  const { document } = editor;
  if (!known.has(document)) known.set(document, namesOf(document, editor.catalog.actions));
  return known.get(document).get(id) ?? id;
}

function namesOf(document, actions) {
  const titles = new Map(actions.map(({ name, title }) => [name, title]));
  const called = stepsOf(document).map((step) => [step.id, step.name || titles.get(step.action) || step.id]);
  const uses = new Map();
  for (const [, title] of called) uses.set(title, (uses.get(title) || 0) + 1);
  const distinct = (id, title) => (uses.get(title) > 1 ? `${title} (${id})` : title);
  return new Map(called.map(([id, title]) => [id, distinct(id, title)]));
}
