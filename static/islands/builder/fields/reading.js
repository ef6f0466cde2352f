/** What the controls of a form hold, as JSON values. An element with `data-value` owns one value. */

import { read } from "./kinds.js";

/** In place of a value that cannot be read: the document keeps what it has. */
export const UNREADABLE = Symbol("unreadable");

const lastRead = new WeakMap();

const READERS = {
  control: readControl,
  rows: readRows,
  list: (owner) => orAbsent(owner, rowsOf(owner).map((row) => controlOf(row).value)),
  branches: (owner) => orAbsent(owner, rowsOf(owner).map((row) => ({ port: nameOf(row).value, when: controlOf(row).value }))),
  chips: (owner) => (isPresent(owner) ? chipsOf(owner) : undefined),
  checkboxes: readCheckboxes,
  choice: (owner) => (isPresent(owner) || owner.value !== owner.dataset.default ? owner.value || undefined : undefined),
  switch: (owner) => (isPresent(owner) || owner.checked !== isOn(owner) ? owner.checked : undefined),
};

/** The value of an owner; undefined where it has none, UNREADABLE where it cannot be told. */
export function valueOf(owner) {
  return READERS[owner.dataset.value](owner);
}

/** The element that owns the value of which this one is a part, or null. */
export function ownerOf(element) {
  let owner = element.closest("[data-value]");
  for (let above = owner; above; above = above.parentElement?.closest("[data-value]")) owner = above;
  return owner;
}

/** Every owner below an element. */
export function ownersIn(element) {
  return [...element.querySelectorAll("[data-value]")].filter((one) => ownerOf(one) === one);
}

/** The keys of an owner from the step, or the trigger, down. */
export function keysOf(owner) {
  const keys = JSON.parse(owner.dataset.keys);
  return owner.closest("[data-root]")?.dataset.root === "step" ? keys : ["with", ...keys];
}

export function rowsOf(owner) {
  return [...owner.children].filter((child) => child.matches("[data-row]"));
}

export function nameOf(row) {
  return row.querySelector("[data-name]");
}

export function controlOf(row) {
  return row.querySelector("[data-value=control]");
}

/** The texts of the chips. */
export function chipsOf(owner) {
  return [...owner.querySelectorAll("[data-chip]")].map((chip) => chip.dataset.chip);
}

/** The texts or mistakes of one input. */
export function readInput(input) {
  return read(input.dataset.kind, input.value, "keep" in input.dataset);
}

function readControl(input) {
  const { value, mistake } = readInput(input);
  if (mistake) return UNREADABLE;
  lastRead.set(input, value);
  return value;
}

function readRows(owner) {
  const found = {};
  for (const row of rowsOf(owner)) {
    const name = nameOf(row).value;
    const value = readControl(controlOf(row));
    if (!name || Object.hasOwn(found, name)) continue;
    const kept = value === UNREADABLE ? lastRead.get(controlOf(row)) : value;
    Object.defineProperty(found, name, { value: kept ?? (value === null ? null : ""), enumerable: true, writable: true });
  }
  return Object.keys(found).length || isPresent(owner) ? { ...found } : undefined;
}

function readCheckboxes(owner) {
  if (!isPresent(owner)) return undefined;
  const chosen = [...owner.querySelectorAll("input:checked")].map((box) => box.value);
  const order = JSON.parse(owner.dataset.order).filter((name) => chosen.includes(name));
  return [...order, ...chosen.filter((name) => !order.includes(name))];
}

function orAbsent(owner, items) {
  return items.length || isPresent(owner) ? items : undefined;
}

function isPresent(owner) {
  return "present" in owner.dataset;
}

function isOn(owner) {
  return owner.dataset.default === "true";
}
