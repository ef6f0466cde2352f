/** The context of a step as a tree: an entry is inserted into the field that was edited last, or dragged. */

import { callHtml } from "../../server.js";
import { SETTINGS } from "../edits.js";
import { insertText, spellingAt } from "../fields/inserting.js";
import { resultsOf } from "../fields/previewing.js";

const PAUSE = 150;

/**
 * @param {import("../fields/form.js").Form} form
 * @param {HTMLElement} root
 * @param {import("./frame.js").Frame} frame
 */
export function startInput(form, root, frame) {
  const view = new InputView(form, root, frame);
  for (const event of ["open", "sample", "results", "change"]) form.editor.addEventListener(event, () => view.ask());
  frame.region.addEventListener("view", () => view.ask());
  form.root.addEventListener("focusin", ({ target }) => {
    if (target.matches("textarea[data-template]")) view.target = target;
  });
}

class InputView {
  #form;
  #root;
  #frame;
  #timer = 0;
  #abort = null;
  #asked = null;

  constructor(form, root, frame) {
    this.#form = form;
    this.#root = root;
    this.#frame = frame;
    /** The field into which entries are put. */
    this.target = null;
    root.addEventListener("click", ({ target }) => this.#clicked(target.closest("[data-expression]")));
    root.addEventListener("dragstart", (event) => startDrag(event));
    root.addEventListener("input", ({ target }) => target.matches("[data-search]") && this.#search(target.value));
  }

  /** Draws anew, unless nothing that it shows has changed. */
  ask() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), PAUSE);
  }

  async #fetch() {
    const { editor } = this.#form;
    const node = editor.opened;
    if (node === null || node === SETTINGS || !this.#frame.isShown("input")) return;
    const question = { document: withoutDrawing(editor.document), node, event: editor.sample?.event ?? null, results: resultsOf(editor) };
    const asked = JSON.stringify(question);
    if (asked === this.#asked) return;
    this.#abort?.abort();
    this.#abort = new AbortController();
    try {
      const html = await callHtml("POST", `${editor.address}/input`, question, { signal: this.#abort.signal });
      this.#asked = asked;
      this.#place(html);
    } catch (error) {
      if (error.name !== "AbortError") this.#root.textContent = error.message;
    }
  }

  #place(html) {
    const open = new Map([...this.#root.querySelectorAll("details")].map((one) => [entryOf(one), one.open]));
    const search = this.#root.querySelector("[data-search]");
    const [words, hadFocus] = [search?.value || "", search === document.activeElement];
    const made = new DOMParser().parseFromString(html, "text/html").body;
    for (const part of made.querySelectorAll("details")) {
      if (open.has(entryOf(part))) part.open = open.get(entryOf(part));
    }
    this.#root.replaceChildren(...made.childNodes);
    const fresh = this.#root.querySelector("[data-search]");
    fresh.value = words;
    if (hadFocus) fresh.focus();
    if (words) this.#search(words);
  }

  #clicked(entry) {
    if (!entry) return;
    const { editor, root } = this.#form;
    const target = this.target?.isConnected ? this.target : root.querySelector("textarea[data-template]:not([readonly])");
    if (!target || target.readOnly) return editor.refuse("There is no field that takes it.");
    this.#frame.choose(this.#frame.isWide ? "input" : "configure");
    target.closest("details:not([open])")?.setAttribute("open", "");
    const text = spellingAt(target, entry.dataset);
    target.focus();
    insertText(target, text);
    editor.announce(`${text} is inserted.`);
  }

  #search(words) {
    const wanted = words.trim().toLowerCase();
    const entries = [...this.#root.querySelectorAll("[data-entry]")];
    const matches = entries.filter((entry) => entry.dataset.entry.includes(wanted));
    const shown = new Set(matches.flatMap((entry) => [entry, ...ancestorsOf(entry)]));
    for (const entry of entries) {
      entry.hidden = wanted !== "" && !shown.has(entry);
      const details = entry.querySelector(":scope > details");
      if (details && wanted && shown.has(entry)) details.open = true;
    }
    this.#root.querySelector("[data-none]").hidden = wanted === "" || matches.length > 0;
  }
}

/** What a step sees does not depend on where steps are drawn. */
function withoutDrawing({ canvas: _canvas, notes: _notes, ...document }) {
  return document;
}

function startDrag(event) {
  const { reference, expression } = event.target.closest("[data-expression]").dataset;
  event.dataTransfer.setData("application/x-penstock-reference", JSON.stringify({ reference, expression }));
  event.dataTransfer.setData("text/plain", reference ? `<${reference}>` : `{{ ${expression} }}`);
  event.dataTransfer.effectAllowed = "copy";
}

function entryOf(details) {
  return details.closest("[data-entry]").dataset.entry;
}

function ancestorsOf(entry) {
  const above = entry.parentElement.closest("[data-entry]");
  return above ? [above, ...ancestorsOf(above)] : [];
}
