/** The form of one node: controls are read into the document, and follow it when it changes elsewhere. */

import { callHtml } from "../../server.js";
import { holderOf, same, valueAt, withHolder, withValue } from "./places.js";
import { UNREADABLE, keysOf, ownerOf, ownersIn, valueOf } from "./reading.js";
import { placeForm } from "./replacing.js";
import { write } from "./kinds.js";

/** What changes of this origin come from. */
export const ORIGIN = "inspector";

const BURST = 1000;
const LATER = 60;

/** Fires `drawn` when fields were made, and `written` when a control was read or changed. */
export class Form extends EventTarget {
  /**
   * @param {import("../editor.js").Editor} editor
   * @param {HTMLElement} root where the server's form is put
   * @param {(form: Form, part: Element) => void} enliven gives the fields of a part their behaviour
   */
  constructor(editor, root, enliven) {
    super();
    this.editor = editor;
    this.root = root;
    this.node = null;
    /** What was typed in other forms of a field: kept until another node is shown. */
    this.memory = new Map();
    this.#enliven = enliven;
    root.addEventListener("input", (event) => this.#typed(event.target));
    root.addEventListener("keydown", (event) => this.#pressed(event));
    root.addEventListener("focusout", () => (this.#burst += 1));
    editor.addEventListener("change", ({ detail }) => this.#changed(detail.origin));
    editor.addEventListener("renamed", ({ detail }) => this.node === detail.from && (this.node = detail.to));
  }

  #enliven;
  #asked = 0;
  #burst = 0;
  #typedAt = 0;
  #timer = 0;

  /** Shows a node; resolves when its form is there. */
  async show(node) {
    if (node !== this.node) {
      this.memory.clear();
      this.root.replaceChildren();
    }
    this.node = node;
    await this.refresh();
  }

  /** Forgets the node. */
  clear() {
    this.node = null;
    this.#asked += 1;
    this.root.replaceChildren();
  }

  /** Draws the form again as the server has it; fields that stayed the same are left alone. */
  async refresh() {
    const asked = (this.#asked += 1);
    const { editor, node } = this;
    const { document } = editor;
    let html;
    try {
      html = await callHtml("POST", `${editor.address}/inspector`, { document, node });
    } catch (error) {
      if (asked === this.#asked && editor.has(node)) editor.refuse(error.message);
      return;
    }
    if (asked !== this.#asked || node !== this.node) return;
    if (document !== editor.document && this.root.childElementCount) {
      // Somebody typed meanwhile: what came is older than what the fields hold.
      await this.refresh();
      return;
    }
    for (const part of placeForm(this.root, html)) this.#enliven(this, part);
    this.dispatchEvent(new Event("drawn"));
  }

  /** The step or the trigger. */
  get holder() {
    return holderOf(this.editor.document, this.node);
  }

  /** What the document has at the keys of an owner. */
  documentValue(owner) {
    return valueAt(this.holder, keysOf(owner));
  }

  /**
   * Reads the owner of an element into the document.
   * @param {Element} element
   * @param {{apart?: boolean, ordered?: boolean}} [options] apart: a step to undo of its own; ordered: the
   *   order of members counts, too
   */
  readOwner(element, { apart = false, ordered = false } = {}) {
    const owner = ownerOf(element);
    if (!owner) return;
    const value = valueOf(owner);
    this.dispatchEvent(new CustomEvent("written", { detail: { owner } }));
    const before = this.documentValue(owner);
    if (value === UNREADABLE || (ordered ? JSON.stringify(value) === JSON.stringify(before) : same(value, before))) return;
    this.set([{ keys: keysOf(owner), value, prune: Number(owner.dataset.prune) }], titleOf(owner), apart ? {} : { merge: this.#mergeOf(owner) });
  }

  /** Sets values in one step to undo. */
  set(values, title, options = {}) {
    const edit = (document) => {
      const holder = values.reduce((held, { keys, value, prune }) => withValue(held, keys, value, prune), holderOf(document, this.node));
      return withHolder(document, this.node, holder);
    };
    this.editor.change(`Change ${title}`, edit, { ...options, origin: ORIGIN });
  }

  /** Undo and redo are those of the draft, which know every field; those of one input would forget. */
  #pressed(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.editor.redo();
    else this.editor.undo();
  }

  #typed(element) {
    const owner = ownerOf(element);
    if (!owner) return;
    if (owner.matches("select, [type=checkbox], [data-value=checkboxes]")) markPresence(owner);
    this.readOwner(element);
  }

  /** A change from elsewhere: single inputs follow at once, the rest as soon as the server has drawn it. */
  #changed(origin) {
    if (this.node === null || origin === ORIGIN || !this.editor.has(this.node)) return;
    this.#burst += 1;
    for (const owner of ownersIn(this.root)) {
      if (owner.dataset.value === "control") this.#follow(owner);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), LATER);
  }

  #follow(input) {
    const value = this.documentValue(input);
    if (same(valueOf(input), value)) return;
    const text = value === undefined ? "" : write(input.dataset.kind, value);
    if (text === null) return;
    const caret = input.selectionStart;
    input.value = text;
    if (document.activeElement === input) input.setSelectionRange(Math.min(caret, text.length), Math.min(caret, text.length));
    this.dispatchEvent(new CustomEvent("written", { detail: { owner: input } }));
  }

  /** Typing in one field without a pause is one step to undo. */
  #mergeOf(owner) {
    const now = performance.now();
    if (now - this.#typedAt > BURST) this.#burst += 1;
    this.#typedAt = now;
    return `field:${this.node}:${owner.dataset.path}:${this.#burst}`;
  }
}

/** What people call the field of a control. */
export function titleOf(owner) {
  const head = owner.closest("[data-field]")?.querySelector(".field-head :is(label, .label)");
  return head?.textContent.trim() || owner.dataset.path || "field";
}

/** The default, chosen by hand, is left out again; anything else stands in the document. */
function markPresence(owner) {
  const chosen = owner.matches("[data-value=switch]") ? String(owner.checked) : owner.value;
  if (owner.dataset.value !== "checkboxes" && chosen === owner.dataset.default) delete owner.dataset.present;
  else owner.dataset.present = "";
}
