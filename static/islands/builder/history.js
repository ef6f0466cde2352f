/** Versions of a document for undo and redo. Documents are never changed, so each is kept whole. */

const MOST = 500;

export class History {
  constructor(document) {
    this.present = document;
    this.#past = [];
    this.#future = [];
  }

  #past;
  #future;

  /** Adds a version; one of the same `merge` as the one before takes its place. */
  add(label, document, merge) {
    const last = this.#past.at(-1);
    const joined = merge !== undefined && last?.merge === merge && this.#future.length === 0;
    if (!joined) this.#past.push({ label, merge, document: this.present });
    if (this.#past.length > MOST) this.#past.shift();
    this.#future = [];
    this.present = document;
  }

  /** Goes back; the label of what was undone, or null. */
  undo() {
    return this.#step(this.#past, this.#future);
  }

  /** Goes forward again; the label of what was redone, or null. */
  redo() {
    return this.#step(this.#future, this.#past);
  }

  get undoLabel() {
    return this.#past.at(-1)?.label ?? null;
  }

  get redoLabel() {
    return this.#future.at(-1)?.label ?? null;
  }

  #step(from, to) {
    const entry = from.pop();
    if (!entry) return null;
    to.push({ label: entry.label, document: this.present });
    this.present = entry.document;
    return entry.label;
  }
}
