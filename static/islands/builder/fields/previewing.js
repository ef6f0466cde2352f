/** What each field comes to, worked out by the server's engine as somebody types. */

import { callJson } from "../../server.js";
import { isEntry } from "../edits.js";

const PAUSE = 60;
const SPEAK_AFTER = 900;

/**
 * Asks for a preview of the form's node whenever something it depends on changes; the latest answer wins.
 * The form fires `previewed` {detail: the preview}.
 * @param {import("./form.js").Form} form
 */
export function followPreviews(form) {
  const previews = new Previews(form);
  const { editor } = form;
  for (const event of ["change", "sample", "results"]) editor.addEventListener(event, () => previews.ask());
  form.addEventListener("drawn", () => previews.drawn());
}

class Previews {
  #form;
  #timer = 0;
  #speaking = 0;
  #abort = null;
  #last = null;

  constructor(form) {
    this.#form = form;
  }

  ask() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), PAUSE);
  }

  /** Fields were made: the last answer is theirs, too, if it is of this node. */
  drawn() {
    if (this.#last?.node === this.#form.node) this.#show(this.#last.preview);
    this.ask();
  }

  async #fetch() {
    const { editor, node } = this.#form;
    this.#abort?.abort();
    if (node === null || isEntry(node) || !editor.has(node)) return;
    this.#abort = new AbortController();
    const question = { document: editor.document, step: node, event: editor.sample?.event ?? null, results: resultsOf(editor) };
    try {
      const preview = await callJson("POST", `${editor.address}/preview`, question, { signal: this.#abort.signal });
      if (node !== this.#form.node) return;
      this.#last = { node, preview };
      this.#show(preview);
      this.#form.dispatchEvent(new CustomEvent("previewed", { detail: preview }));
    } catch (error) {
      if (error.name !== "AbortError") this.#show({ fields: {} });
    }
  }

  #show({ fields }) {
    const sampled = this.#form.editor.sample !== null;
    for (const part of this.#form.root.querySelectorAll("[data-preview]")) draw(part, fields[part.dataset.preview], sampled);
    this.#speak(fields);
  }

  /** Speaks what the field with the focus comes to, once the typing has paused. */
  #speak(fields) {
    clearTimeout(this.#speaking);
    const path = this.#form.root.contains(document.activeElement) && document.activeElement.dataset.path;
    const shown = path && fields[path];
    if (!shown) return;
    this.#speaking = setTimeout(() => this.#form.editor.announce(shown.error || shown.text), SPEAK_AFTER);
  }
}

/** Results that the engine can take: those of steps that came to an end. */
export function resultsOf(editor) {
  const ended = Object.entries(editor.resultsForServer()).filter(([, { status }]) => status === "succeeded" || status === "failed");
  return Object.fromEntries(ended.map(([id, { status, port, output, error }]) => [id, { status, port: port ?? null, output: output ?? null, error: error ?? null }]));
}

/** Nothing is known to be wrong without a sample, or before the steps it reads were tried: it may be there then. */
function draw(part, shown, sampled) {
  const wrong = Boolean(shown?.error) && sampled && !shown.waiting;
  part.classList.toggle("wrong", wrong);
  part.classList.toggle("unknown", Boolean(shown?.error) && !wrong);
  part.textContent = !shown ? "" : shown.error || shown.text;
  part.title = shown?.text || "";
}
