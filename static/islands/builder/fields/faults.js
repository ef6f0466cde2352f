/** Shows the faults that the server found at the fields where they lie. */

import { element } from "../elements.js";

/** @param {import("./form.js").Form} form */
export function followFaults(form) {
  const draw = () => form.node !== null && place(form);
  form.editor.addEventListener("sketch", draw);
  form.addEventListener("drawn", draw);
}

function place(form) {
  clear(form.root);
  const loose = [];
  for (const fault of form.editor.faultsOf(form.node)) {
    const spot = spotOf(form.root, fault);
    if (spot) show(spot, fault.message, isHint(form, spot));
    else loose.push(fault);
  }
  const list = form.root.querySelector("[data-loose-faults]");
  if (!list) return;
  list.replaceChildren(...loose.map((fault) => element("li", {}, `${localPath(fault)} ${fault.message}`.trim())));
  list.hidden = loose.length === 0;
  list.classList.toggle("calm", form.editor.newcomers.has(form.node));
}

function clear(root) {
  for (const part of root.querySelectorAll("[data-faults]")) part.replaceChildren();
  for (const input of root.querySelectorAll("[data-invalid]")) {
    input.removeAttribute("data-invalid");
    input.removeAttribute("aria-invalid");
  }
  for (const summary of root.querySelectorAll("summary[data-fold-faults]")) delete summary.dataset.foldFaults;
}

/** The element with the longest path that is the fault's or leads to it. */
function spotOf(root, fault) {
  const path = localPath(fault);
  const wanted = fault.field === null ? "step" : "with";
  let best = null;
  for (const one of root.querySelectorAll("[data-path], [data-field]")) {
    const own = one.dataset.path ?? one.dataset.field;
    const ownRoot = one.closest("[data-root]")?.dataset.root;
    if (!own || ownRoot !== wanted || !leadsTo(own, path)) continue;
    if (!best || own.length >= (best.dataset.path ?? best.dataset.field).length) best = one;
  }
  return best;
}

function localPath(fault) {
  if (fault.field !== null) return fault.field;
  return fault.path.replace(/^\$\.?(steps\[\d+\]|trigger|settings)?\.?/, "");
}

function leadsTo(own, path) {
  return path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`);
}

/** What a step that was just added lacks is told in passing. */
function isHint({ editor, node }, spot) {
  const input = inputOf(spot);
  return editor.newcomers.has(node) && (!input || input.value === "");
}

function inputOf(spot) {
  return spot.matches("input, textarea, select") ? spot : spot.querySelector("input, textarea, select");
}

function show(spot, words, hint) {
  const holder = spot.closest("[data-row]")?.querySelector("[data-faults]") || faultsOf(spot.closest("[data-field]"));
  holder.append(element("p", { class: hint ? "hint" : "fault" }, words));
  if (hint) return;
  const input = inputOf(spot);
  if (input && !(input.matches("[data-value=control]") && spot.dataset.value === "rows")) {
    input.setAttribute("aria-invalid", "true");
    input.dataset.invalid = "";
    input.setAttribute("aria-describedby", idOf(holder));
  }
  const fold = spot.closest("details[data-fold]")?.querySelector(":scope > summary");
  if (fold) fold.dataset.foldFaults = "has a fault";
}

/** The part of a field for its own faults, not of those inside it. */
function faultsOf(field) {
  return [...field.querySelectorAll("[data-faults]")].findLast((one) => one.closest("[data-field]") === field && !one.closest("[data-row]"));
}

let numbered = 0;

function idOf(holder) {
  if (!holder.id) holder.id = `faults-${(numbered += 1)}`;
  return holder.id;
}
