/** Rows of a field: added, removed, moved by keys or by dragging; names lead the paths of values. */

import { pathOf } from "./places.js";
import { controlOf, nameOf, rowsOf } from "./reading.js";

/**
 * Gives the rows of a part their buttons.
 * @param {import("./form.js").Form} form
 * @param {Element} part
 * @param {(row: Element) => void} enliven gives a new row's inputs their behaviour
 */
export function attachRows(form, part, enliven) {
  for (const owner of part.querySelectorAll("[data-value=rows], [data-value=list], [data-value=branches]")) {
    const rows = new Rows(form, owner, enliven);
    const field = owner.closest("[data-field]");
    field.querySelector(":scope > [data-add]")?.addEventListener("click", () => rows.add());
    owner.addEventListener("click", (event) => rows.clicked(event));
    owner.addEventListener("keydown", (event) => rows.pressed(event));
    owner.addEventListener("pointerdown", (event) => rows.grabbed(event));
    owner.addEventListener("input", () => rows.number());
    rows.number();
  }
}

class Rows {
  #form;
  #owner;
  #enliven;

  constructor(form, owner, enliven) {
    this.#form = form;
    this.#owner = owner;
    this.#enliven = enliven;
  }

  add() {
    const blank = this.#owner.closest("[data-field]").querySelector(":scope > [data-blank]");
    const row = blank.content.firstElementChild.cloneNode(true);
    this.#owner.append(row);
    this.#enliven(row);
    this.number();
    this.#begin(row);
    if (this.#owner.dataset.value !== "rows") this.#write();
  }

  /** A branch is begun with a name, for its way out has one; typing replaces it. */
  #begin(row) {
    const name = nameOf(row);
    const isBranch = this.#owner.dataset.value === "branches";
    if (isBranch) name.value = freeName(rowsOf(this.#owner).map((one) => nameOf(one).value));
    (name || controlOf(row)).focus();
    if (isBranch) name.select();
  }

  clicked(event) {
    const row = event.target.closest("[data-remove]")?.closest("[data-row]");
    if (row) this.#remove(row);
  }

  pressed(event) {
    const row = event.target.closest("[data-row]");
    const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!row || !way || !(event.altKey || event.target.closest("[data-grip]"))) return;
    event.preventDefault();
    this.#move(row, rowsOf(this.#owner).indexOf(row) + way, event.target);
  }

  /** Drags a row by its grip. */
  grabbed(event) {
    const grip = event.target.closest("[data-grip]");
    if (!grip || grip.disabled || event.button !== 0) return;
    const row = grip.closest("[data-row]");
    const start = rowsOf(this.#owner).indexOf(row);
    grip.setPointerCapture(event.pointerId);
    const follow = (moved) => {
      const under = document.elementFromPoint(moved.clientX, moved.clientY)?.closest("[data-row]");
      if (!under || under === row || under.parentElement !== this.#owner) return;
      const rows = rowsOf(this.#owner);
      if (rows.indexOf(under) > rows.indexOf(row)) under.after(row);
      else under.before(row);
    };
    grip.addEventListener("pointermove", follow);
    grip.addEventListener("lostpointercapture", () => {
      grip.removeEventListener("pointermove", follow);
      if (rowsOf(this.#owner).indexOf(row) !== start) this.#moved(row, grip);
    }, { once: true });
  }

  /** Gives each value the path at which the document has it, and marks names that stand twice. */
  number() {
    const keys = JSON.parse(this.#owner.dataset.keys);
    const seen = new Set();
    rowsOf(this.#owner).forEach((row, index) => {
      const name = nameOf(row);
      const own = { rows: [name?.value], list: [index], branches: [index, "when"] }[this.#owner.dataset.value];
      const path = pathOf([...keys, ...own]);
      controlOf(row).dataset.path = path;
      row.querySelector("[data-preview]").dataset.preview = path;
      if (this.#owner.dataset.value === "branches") name.dataset.path = pathOf([...keys, index, "port"]);
      const twice = this.#owner.dataset.value === "rows" && name.value !== "" && seen.has(name.value);
      name?.toggleAttribute("data-twice", twice);
      name?.setCustomValidity(twice ? "This name stands above already; only the first counts." : "");
      if (name) name.title = name.validationMessage;
      seen.add(name?.value);
    });
  }

  #remove(row) {
    const rows = rowsOf(this.#owner);
    const next = rows[rows.indexOf(row) + 1] || rows[rows.indexOf(row) - 1];
    const words = nameOf(row)?.value || controlOf(row).value || "The row";
    row.remove();
    if (rows.length === 1) delete this.#owner.dataset.present;
    this.number();
    this.#write();
    const add = this.#owner.closest("[data-field]").querySelector(":scope > [data-add]");
    (next?.querySelector("[data-remove]") || add).focus();
    this.#form.editor.announce(`${words} is removed.`);
  }

  #move(row, place, focused) {
    const rows = rowsOf(this.#owner);
    if (place < 0 || place >= rows.length) return;
    if (place > rows.indexOf(row)) rows[place].after(row);
    else rows[place].before(row);
    this.#moved(row, focused);
  }

  #moved(row, focused) {
    this.number();
    this.#write({ ordered: true });
    focused.focus();
    this.#form.editor.announce(`Place ${rowsOf(this.#owner).indexOf(row) + 1} of ${rowsOf(this.#owner).length}.`);
  }

  #write({ ordered = false } = {}) {
    this.#form.readOwner(this.#owner, { apart: true, ordered });
  }
}

function freeName(taken) {
  let number = taken.length;
  while (taken.includes(`branch_${number}`)) number += 1;
  return `branch_${number}`;
}
