/** Ids of steps: free ones for new steps, and references that follow a new id. */

import { stepsOf } from "./graph.js";

const LONGEST = 64;

/** An id for a new step of an action: `send`, then `send_2`, …; it fits `[a-z][a-z0-9_]*`. */
export function freeId(document, wish) {
  const taken = new Set(stepsOf(document).map((step) => step.id));
  const base = asId(wish);
  if (!taken.has(base)) return base;
  for (let number = 2; ; number += 1) {
    const id = `${base.slice(0, LONGEST - 6)}_${number}`;
    if (!taken.has(id)) return id;
  }
}

/** A text as an id. */
export function asId(text) {
  const id = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  return (id || "step").slice(0, LONGEST);
}

/** A step in which every template refers to `newId` where it referred to `oldId`. */
export function renameReferences(step, oldId, newId) {
  if (step.with === undefined) return step;
  const reference = new RegExp(`(?<![\\w.])steps\\.${oldId}(?!\\w)`, "g");
  return { ...step, with: inTexts(step.with, (text) => text.replace(reference, `steps.${newId}`)) };
}

function inTexts(value, change) {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => inTexts(item, change));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inTexts(item, change)]));
  }
  return value;
}
