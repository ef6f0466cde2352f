/** Puts a form that the server drew in place of the one that is there, without disturbing what stayed the same. */

import { UNREADABLE, keysOf, ownersIn, valueOf } from "./reading.js";

/** What beside its values decides on how a field is drawn. */
const MARKS = "[data-alternatives], [data-variants], [data-make], [data-drop], [data-body-kind], [data-step-id], [data-chip]";

/**
 * @param {HTMLElement} root
 * @param {string} html the whole form
 * @returns {Element[]} the parts that are new
 */
export function placeForm(root, html) {
  const made = new DOMParser().parseFromString(html, "text/html").body;
  document.adoptNode(made);
  const focus = focusWithin(root);
  const open = openParts(root);
  const kept = new Set();
  const old = new Map([...fieldsOf(root)].map((field) => [placeOf(field), field]));
  for (const field of fieldsOf(made)) {
    const before = old.get(placeOf(field));
    if (before && isSame(before, field)) {
      field.replaceWith(before);
      kept.add(before);
    }
  }
  for (const part of made.querySelectorAll("details[data-fold]")) {
    if (open.has(part.dataset.fold)) part.open = open.get(part.dataset.fold);
  }
  root.replaceChildren(...made.childNodes);
  restore(root, focus);
  const fresh = [...fieldsOf(root)].filter((field) => !kept.has(field));
  return [...fresh, ...root.querySelectorAll("[data-node], .next")];
}

/** The outermost fields. */
function fieldsOf(root) {
  return [...root.querySelectorAll("[data-field]")].filter((field) => !field.parentElement.closest("[data-field]"));
}

function placeOf(field) {
  return `${field.closest("[data-root]")?.dataset.root} ${field.dataset.field}`;
}

/** Whether a field has the shape and the values of another; what cannot be read yet is not thrown away. */
function isSame(field, other) {
  if (shapeOf(field) !== shapeOf(other)) return false;
  const owners = ownersIn(field);
  return owners.some((owner) => valueOf(owner) === UNREADABLE) || valuesOf(owners) === valuesOf(ownersIn(other));
}

function shapeOf(field) {
  const owners = ownersIn(field).map((owner) => [owner.dataset.keys, owner.dataset.value]);
  const marks = [...field.querySelectorAll(MARKS)].map(markOf);
  return JSON.stringify([field.dataset.widget, owners, marks, field.querySelectorAll("[data-field]").length]);
}

function valuesOf(owners) {
  return JSON.stringify(owners.map((owner) => ({ value: valueOf(owner) })));
}

function markOf(element) {
  return element.value || element.dataset.chip || element.dataset.bodyKind || Object.keys(element.dataset).join(" ");
}

function focusWithin(root) {
  const element = document.activeElement;
  if (!root.contains(element)) return null;
  const keys = element.dataset.keys;
  const name = element.matches("[data-name]") ? element.value : null;
  const owner = element.closest("[data-value]");
  return {
    element,
    id: element.id,
    path: keys && owner ? keysOf(owner).join(" ") : null,
    name,
    start: element.selectionStart,
    end: element.selectionEnd,
  };
}

function restore(root, focus) {
  if (!focus) return;
  const element = focus.element.isConnected ? focus.element : successor(root, focus);
  if (!element || document.activeElement === element) return;
  element.focus({ preventScroll: true });
  if (typeof focus.start === "number" && element.setSelectionRange) element.setSelectionRange(focus.start, focus.end);
}

function successor(root, focus) {
  if (focus.id) return root.querySelector(`#${CSS.escape(focus.id)}`);
  if (focus.name !== null) return [...root.querySelectorAll("[data-name]")].find((one) => one.value === focus.name);
  if (!focus.path) return null;
  return [...root.querySelectorAll("[data-keys]")].find((one) => one.matches("input, textarea, select") && keysOf(one).join(" ") === focus.path);
}

function openParts(root) {
  return new Map([...root.querySelectorAll("details[data-fold]")].map((part) => [part.dataset.fold, part.open]));
}
