/** Lists of status codes as chips: type `5xx` and press Enter. What they mean is the server's to say. */

import { chipsOf } from "./reading.js";

/** @param {import("./form.js").Form} form */
export function attachCodes(form, part) {
  for (const owner of part.querySelectorAll("[data-value=chips]")) {
    const chips = new Chips(form, owner);
    owner.addEventListener("keydown", (event) => chips.pressed(event));
    owner.addEventListener("click", (event) => chips.clicked(event));
    owner.querySelector("[data-chip-input]").addEventListener("blur", () => chips.take());
    chips.reset.addEventListener("click", () => chips.toDefault());
  }
}

class Chips {
  constructor(form, owner) {
    this.form = form;
    this.owner = owner;
    this.input = owner.querySelector("[data-chip-input]");
    this.reset = owner.closest("[data-field]").querySelector("[data-reset]");
  }

  pressed(event) {
    if (event.target !== this.input) return;
    if (event.key === "Enter" || event.key === "," || event.key === " ") {
      event.preventDefault();
      this.take();
    }
    if (event.key === "Backspace" && !this.input.value) this.#removeLast();
  }

  clicked(event) {
    const button = event.target.closest("[data-remove-chip]");
    if (!button) this.input.focus();
    else this.#remove(button.closest("[data-chip]"));
  }

  /** Makes chips of what was typed. */
  take() {
    const wanted = this.input.value.split(/[\s,]+/).filter(Boolean);
    const fresh = wanted.filter((text, at) => !chipsOf(this.owner).includes(text) && wanted.indexOf(text) === at);
    this.input.value = "";
    if (!fresh.length || this.input.readOnly) return;
    for (const text of fresh) this.input.before(chip(text));
    this.#write(true);
  }

  /** Leaves the list out of the document, so that the default holds. */
  async toDefault() {
    this.#write(false);
    await this.form.refresh();
  }

  #removeLast() {
    const last = [...this.owner.querySelectorAll("[data-chip]")].at(-1);
    if (last && !this.input.readOnly) this.#remove(last);
  }

  #remove(one) {
    one.remove();
    this.#write(true);
    this.input.focus();
    this.form.editor.announce(`${one.dataset.chip} is removed.`);
  }

  #write(present) {
    if (present) this.owner.dataset.present = "";
    else delete this.owner.dataset.present;
    this.owner.classList.toggle("by-default", !present);
    this.owner.closest("[data-field]").querySelector("[data-default-note]").hidden = present;
    this.reset.hidden = !present;
    this.form.readOwner(this.owner, { apart: true });
  }
}

function chip(text) {
  const made = document.createElement("span");
  made.className = "chip";
  made.dataset.chip = text;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.dataset.removeChip = "";
  remove.ariaLabel = `Remove ${text}`;
  remove.textContent = "×";
  made.append(text, remove);
  return made;
}
