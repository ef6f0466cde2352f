/** Values within a step or the trigger: found and replaced by their keys; nothing given is changed. */

import { SETTINGS, TRIGGER, setSettings, setStep, setTrigger, stepOf } from "../edits.js";

/** The step of an id, the trigger or the settings. */
export function holderOf(document, node) {
  if (node === SETTINGS) return document.settings || {};
  return node === TRIGGER ? document.trigger || {} : stepOf(document, node);
}

/** The document with another step, trigger or settings in place of one. */
export function withHolder(document, node, holder) {
  if (node === SETTINGS) return setSettings(document, holder);
  return node === TRIGGER ? setTrigger(document, holder) : setStep(document, node, holder);
}

/** What lies there, or undefined. */
export function valueAt(holder, keys) {
  return keys.reduce((value, key) => (isContainer(value) ? value[key] : undefined), holder);
}

/**
 * The holder with a value at a place; undefined takes it away.
 * @param {number} prune how many objects above vanish when nothing is left in them
 */
export function withValue(holder, keys, value, prune = 0) {
  const [key, ...rest] = keys;
  const whole = isContainer(holder) ? holder : {};
  let inner = rest.length ? withValue(whole[key], rest, value, prune) : value;
  if (rest.length && rest.length <= prune && isEmpty(inner)) inner = undefined;
  if (inner !== undefined) return { ...whole, [key]: inner };
  const { [key]: _gone, ...left } = whole;
  return left;
}

/** Whether two JSON values are the same, the order of members aside. */
export function same(one, other) {
  if (one === other) return true;
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => name in other && same(one[name], other[name]));
}

/** A path as the server writes it: `headers['X-Order']`, `branches[0].when`. */
export function pathOf(keys) {
  const parts = keys.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(key) ? `.${key}` : `['${key}']`;
  });
  return parts.join("").replace(/^\./, "");
}

function isContainer(value) {
  return typeof value === "object" && value !== null;
}

function isEmpty(value) {
  return isContainer(value) && Object.keys(value).length === 0;
}
