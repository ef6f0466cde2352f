/** The state of the builder: the draft with its history, what is selected, open, chosen, found out. */

import { History } from "./history.js";
import { FAILURE, SETTINGS, TRIGGER, hasFailure, isEntry, nodeIds, notesOf, stepOf } from "./edits.js";
import { notify } from "../page.js";

/**
 * Fires `change` {label, origin}, `automation`, `selection`, `open`, `sketch`, `sample`, `results` {id}, and for
 * what one part asks of another: `try` {until?, only?}, `save`, `review`, `add` {from?}, `reveal` {id}, `renamed` {from, to}.
 */
export class Editor extends EventTarget {
  /** @param {object} data the page's builder-data */
  constructor(data) {
    super();
    this.automation = data.automation;
    this.catalog = data.catalog;
    this.mayBuild = data.may_build;
    this.sketch = data.sketch;
    this.selection = [];
    this.opened = null;
    /** Ids of steps that were added and not left yet: what they lack is no fault yet. */
    this.newcomers = new Set();
    this.sample = null;
    this.results = new Map();
    this.#history = new History(data.document);
  }

  #history;

  /** The draft. Never changed in place: `change` makes a new one. */
  get document() {
    return this.#history.present;
  }

  /** The path below which this automation's endpoints are. */
  get address() {
    return `/automations/${encodeURIComponent(this.automation.id)}`;
  }

  /**
   * Makes an edit, one step to undo.
   * @param {string} label what was done, in words: "Add step"
   * @param {(document: object) => object} edit
   * @param {{merge?: string, origin?: string}} [options] edits of the same `merge` in a row are one
   */
  change(label, edit, { merge, origin } = {}) {
    if (!this.mayBuild) return this.refuse("You can look at this automation, and not change it.");
    const changed = edit(this.document);
    if (changed === this.document) return undefined;
    this.#history.add(label, changed, merge);
    return this.#changed(label, origin);
  }

  /** Takes a document over that is not to be undone: what the server has. */
  replace(document) {
    this.#history = new History(document);
    this.#changed("Load", "server");
  }

  /** Takes over what the server knows of the automation: revision, what is live. */
  setAutomation(automation) {
    this.automation = { ...this.automation, ...automation };
    this.#fire("automation");
  }

  undo() {
    const label = this.#history.undo();
    if (label) this.#changed(`Undo: ${label}`, "history");
  }

  redo() {
    const label = this.#history.redo();
    if (label) this.#changed(`Redo: ${label}`, "history");
  }

  /** What `undo` would take back, or null. */
  get undoLabel() {
    return this.#history.undoLabel;
  }

  /** What `redo` would bring again, or null. */
  get redoLabel() {
    return this.#history.redoLabel;
  }

  get canUndo() {
    return this.undoLabel !== null;
  }

  get canRedo() {
    return this.redoLabel !== null;
  }

  /** Selects nodes; with `reveal` the canvas moves so that they are seen. */
  select(ids, { reveal = false } = {}) {
    this.selection = [...ids];
    this.#fire("selection");
    if (reveal && ids.length) this.#fire("reveal", { id: ids[0] });
  }

  /** Opens a node in the inspector. */
  open(id) {
    if (!this.has(id)) return;
    this.opened = id;
    this.selection = id === SETTINGS ? [] : [id];
    this.#fire("selection");
    this.#fire("open");
  }

  /** Closes the inspector. */
  close() {
    this.opened = null;
    this.#fire("open");
  }

  /** Whether there is such a node, or what can be opened like one. */
  has(id) {
    if (id === SETTINGS) return true;
    if (isEntry(id)) return id === TRIGGER || hasFailure(this.document);
    return stepOf(this.document, id) !== undefined;
  }

  /** Takes in what the server made of the draft. */
  setSketch(sketch) {
    this.sketch = sketch;
    this.#fire("sketch");
  }

  /** The faults of a node. */
  faultsOf(id) {
    if (id === SETTINGS) return settingsFaults(this.sketch.faults);
    const step = { [TRIGGER]: "trigger", [FAILURE]: "on_failure" }[id] || id;
    return this.sketch.faults.filter((fault) => fault.step === step);
  }

  /** The ports of a node, in the order in which they are drawn. */
  portsOf(id) {
    if (id === TRIGGER) return this.sketch.trigger?.ports || [{ name: "success", title: "success" }];
    if (id === FAILURE) return [{ name: "success", title: "success" }];
    const drawn = this.sketch.steps[id];
    const step = stepOf(this.document, id);
    if (drawn && drawn.action === step?.action) return drawn.ports;
    return this.actionOf(id)?.ports || [];
  }

  /** Whether steps behind its port `each` are executed for every item of a list. */
  isLoop(id) {
    return Boolean(this.actionOf(id)?.loops);
  }

  /** The port by which it goes on when all is well. */
  mainPortOf(id) {
    return this.isLoop(id) ? "done" : this.portsOf(id)[0]?.name;
  }

  /** What the catalog says of a step's action. */
  actionOf(id) {
    const action = stepOf(this.document, id)?.action;
    return this.catalog.actions.find((one) => one.name === action);
  }

  /** Chooses the event that previews and trials use. */
  chooseSample(sample) {
    this.sample = sample;
    this.#fire("sample");
  }

  /** Notes what a step came to. */
  setResult(id, result) {
    this.results.set(id, result);
    this.#fire("results", { id });
  }

  /** Forgets what steps came to, but for those of these ids. */
  clearResults(kept = []) {
    this.results = new Map([...this.results].filter(([id]) => kept.includes(id)));
    this.#fire("results", { id: null });
  }

  /** What steps came to, as the server takes it. */
  resultsForServer() {
    return Object.fromEntries(
      [...this.results].map(([id, { status, port, output, error }]) => [id, { status, port, output, error }]),
    );
  }

  /** Asks another part: `try`, `save`, `add`. */
  ask(what, detail = {}) {
    this.#fire(what, detail);
  }

  /** Speaks to screen readers. */
  announce(words) {
    document.getElementById("announcer").textContent = words;
  }

  /** Says why something is not done. */
  refuse(words) {
    notify(words, "warn");
    this.announce(words);
  }

  #changed(label, origin = "") {
    const left = new Set([...nodeIds(this.document), ...notesOf(this.document).map((_, index) => `note:${index}`)]);
    this.selection = this.selection.filter((id) => left.has(id));
    this.#fire("change", { label, origin });
    if (this.opened && !this.has(this.opened)) this.close();
  }

  #fire(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The faults of the settings, as those of a node: by the fields they are about. */
function settingsFaults(faults) {
  const ours = faults.filter(({ path }) => /^\$\.settings(?![\w])/.test(path));
  return ours.map((fault) => ({ ...fault, field: fault.path.replace(/^\$\.settings\.?/, "") }));
}
