/** Fields of which an object has one of several. What was filled in for another one comes back with it. */

import { titleOf } from "./form.js";
import { momentOf } from "./moment.js";
import { valueAt } from "./places.js";
import { keysOf } from "./reading.js";

const MOMENT = /^\d{4}-\d\d-\d\dT/;
const HOUR = 3_600_000;

/** @param {import("./form.js").Form} form */
export function attachAlternatives(form, part) {
  for (const select of part.querySelectorAll("[data-alternatives]")) {
    select.addEventListener("input", () => choose(form, select));
  }
}

async function choose(form, select) {
  const takes = JSON.parse(select.dataset.alternatives);
  const chosen = select.value;
  const keys = keysOf(select);
  const place = `alternatives ${keys}`;
  const typed = { ...form.memory.get(place), ...valueAt(form.holder, keys) };
  form.memory.set(place, typed);
  const known = Object.entries(takes).flat(2);
  const taken = [chosen, ...takes[chosen]];
  const kept = Object.entries(typed).filter(([name]) => !known.includes(name) || taken.includes(name));
  const start = startOf(JSON.parse(select.dataset.starts)[chosen]);
  form.set([{ keys, value: { [chosen]: start, ...Object.fromEntries(kept) } }], titleOf(select));
  await form.refresh();
  form.root.querySelector("[data-alternatives]")?.focus();
}

/** An example to begin with; in place of a moment, which goes by, the next full hour here. */
function startOf(example) {
  if (!MOMENT.test(example)) return example;
  return momentOf(new Date(Math.ceil(Date.now() / HOUR) * HOUR));
}
