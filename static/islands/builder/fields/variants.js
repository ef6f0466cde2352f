/** Objects that are added and removed as a whole, and objects of several kinds. What was filled in comes back. */

import { valueAt } from "./places.js";
import { keysOf } from "./reading.js";

/** @param {import("./form.js").Form} form */
export function attachVariants(form, part) {
  for (const select of part.querySelectorAll("[data-variants]")) {
    select.addEventListener("input", () => choose(form, select));
  }
  for (const button of part.querySelectorAll("[data-make], [data-drop]")) {
    button.addEventListener("click", () => toggle(form, button));
  }
  for (const button of part.querySelectorAll("[data-discard]")) {
    const input = button.closest("[data-field]").querySelector("[data-value]");
    button.addEventListener("click", () => replace(form, keysOf(input), undefined));
  }
}

/** Of what is known of all kinds, the document gets what the chosen one takes. */
function choose(form, select) {
  const keys = keysOf(select);
  const takes = JSON.parse(select.dataset.variants);
  const known = Object.values(takes).flat();
  const before = valueAt(form.holder, keys) || {};
  const typed = { ...form.memory.get(`kinds ${keys}`), ...before };
  form.memory.set(`kinds ${keys}`, typed);
  const kept = Object.entries(typed).filter(([name]) => !known.includes(name) || takes[select.value].includes(name));
  replace(form, keys, { ...Object.fromEntries(kept), type: select.value });
}

function toggle(form, button) {
  const keys = keysOf(button.closest("[data-keys]"));
  const place = `object ${keys}`;
  if ("make" in button.dataset) return replace(form, keys, form.memory.get(place) || {});
  form.memory.set(place, valueAt(form.holder, keys));
  return replace(form, keys, undefined);
}

async function replace(form, keys, value) {
  form.set([{ keys, value }], keys.at(-1));
  await form.refresh();
  const field = [...form.root.querySelectorAll("[data-keys]")].find((one) => keysOf(one).join(" ") === keys.join(" "));
  const next = field?.matches("select") ? field : field?.querySelector("input, textarea, select, button");
  next?.focus();
}
