/** The outline: the graph as a tree of rows, in which everything can be done by keyboard. */

import { element } from "./elements.js";
import { actionsOfRow, runKey } from "./outline_actions.js";
import { drawRow, signatureOf } from "./outline_row.js";
import { rowsOf, unfolded } from "./outline_rows.js";
import { TypeAhead } from "./type_ahead.js";

/** @param {import("./editor.js").Editor} editor */
export function start(editor, region) {
  const hint = element("p", { class: "outline-hint quiet small" });
  hint.append(
    ...(editor.mayBuild
      ? [
          key("N"),
          " add after, ",
          key("C"),
          " connect, ",
          key("Enter"),
          " open, ",
          key("Shift+F10"),
          " all actions",
        ]
      : []),
  );
  const outline = new Outline(editor);
  region.append(element("h2", { class: "outline-title" }, "Outline"), outline.tree, hint);
  new ResizeObserver(() => outline.draw()).observe(region);
  // Folded out by a key, it has the focus before it has a size.
  region.addEventListener("focus", () => outline.takeFocus());
}

function key(words) {
  return element("kbd", {}, words);
}

class Outline {
  constructor(editor) {
    this.#editor = editor;
    this.tree = element("ul", {
      role: "tree",
      class: "outline-tree",
      "aria-label": "Steps of the automation",
      "aria-multiselectable": "true",
    });
    this.tree.addEventListener("keydown", (event) => this.#key(event));
    this.tree.addEventListener("click", (event) => this.#click(event));
    this.tree.addEventListener("focusin", (event) => this.#focused(event.target.closest("[role=treeitem]")));
    for (const name of ["change", "selection", "sketch", "results"])
      editor.addEventListener(name, () => this.#ask());
    editor.addEventListener("open", () => this.#opened());
  }

  #editor;
  #rows = [];
  #items = new Map();
  #folded = new Set();
  #active = null;
  #asked = false;
  #opener = false;
  #typing = new TypeAhead();

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      this.draw();
    });
  }

  /** Draws what differs; nothing while it is folded away. */
  draw() {
    if (!this.tree.offsetParent) return;
    const held = this.tree.contains(document.activeElement);
    const before = this.#rows.findIndex((row) => row.key === this.#active);
    this.#rows = unfolded(rowsOf(this.#editor), this.#folded);
    const items = new Map();
    for (const row of this.#rows) items.set(row.key, this.#itemOf(row));
    this.#items = items;
    const wanted = [...items.values()].map(({ item }) => item);
    if (
      wanted.length !== this.tree.children.length ||
      wanted.some((item, at) => this.tree.children[at] !== item)
    ) {
      this.tree.replaceChildren(...wanted);
    }
    this.#activate(this.#nowActive(before), held);
  }

  /** The focus goes to the row where it was last, else to the first. */
  takeFocus() {
    this.draw();
    this.#items.get(this.#active)?.item.focus();
  }

  #itemOf(row) {
    const folded = this.#folded.has(row.key);
    const signature = signatureOf(this.#editor, row, folded);
    const drawn = this.#items.get(row.key);
    if (drawn?.signature === signature) return drawn;
    const item = drawn?.item || element("li", { role: "treeitem", "data-key": row.key });
    drawRow(this.#editor, row, folded, item);
    return { item, signature };
  }

  /** Where the focus is after a change: at the one selected step, where it was, or next to it. */
  #nowActive(before) {
    const { selection } = this.#editor;
    const own = (id) => this.#rows.find((row) => row.id === id && !row.again)?.key;
    const active = this.#rows.find((row) => row.key === this.#active);
    if (selection.length === 1 && active?.id !== selection[0] && own(selection[0])) return own(selection[0]);
    if (active) return active.key;
    return (this.#rows[Math.min(Math.max(before, 0), this.#rows.length - 1)] || this.#rows[0]).key;
  }

  #activate(active, focus) {
    this.#active = active;
    for (const [name, { item }] of this.#items) item.tabIndex = name === active ? 0 : -1;
    const item = this.#items.get(active).item;
    if (focus && !item.contains(document.activeElement)) item.focus();
  }

  /** Where the focus is, there is the selection, so that the canvas shows it. */
  #focused(item) {
    if (!item || item.dataset.key === this.#active) return;
    this.#active = item.dataset.key;
    for (const [name, one] of this.#items) one.item.tabIndex = name === this.#active ? 0 : -1;
  }

  #goTo(index, extend = false) {
    const row = this.#rows[Math.max(0, Math.min(index, this.#rows.length - 1))];
    this.#activate(row.key, true);
    const ids = extend ? [...new Set([...this.#editor.selection, row.id])] : [row.id];
    this.#editor.select(ids, { reveal: !extend });
  }

  #click(event) {
    const item = event.target.closest("[role=treeitem]");
    if (!item) return;
    const index = this.#rows.findIndex((row) => row.key === item.dataset.key);
    const row = this.#rows[index];
    if (event.target.closest(".outline-fold")) this.#fold(row, !this.#folded.has(row.key));
    else if (event.target.closest(".outline-actions")) this.#actions(row, event.target);
    else {
      this.#goTo(index, event.shiftKey || event.ctrlKey || event.metaKey);
      if (event.detail > 1 || this.#editor.opened) this.#editor.open(row.id);
    }
  }

  #key(event) {
    const index = this.#rows.findIndex((row) => row.key === this.#active);
    const row = this.#rows[index];
    if (event.target.closest("button") && ["Enter", " "].includes(event.key)) return;
    const moves = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: this.#rows.length - 1 };
    if (event.key in moves && !event.altKey && !event.ctrlKey)
      this.#goTo(moves[event.key], event.shiftKey && event.key.startsWith("Arrow"));
    else if (event.key === "ArrowRight" && !event.altKey) this.#inwards(row, index);
    else if (event.key === "ArrowLeft" && !event.altKey) this.#outwards(row);
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) this.#actions(row);
    else if (!this.#run(row, event) && !this.#typeAhead(event, index)) return;
    event.preventDefault();
  }

  #run(row, event) {
    const done = runKey(this.#editor, row, event);
    if (done) Promise.resolve(done).then(() => this.#regain());
    return Boolean(done);
  }

  /** Who went from here into the inspector comes back here. */
  #opened() {
    if (this.#editor.opened !== null) this.#opener ||= this.tree.contains(document.activeElement);
    else if (this.#opener) {
      this.#opener = false;
      queueMicrotask(() => this.#regain());
    }
  }

  /** Takes the focus back when what had it is gone: a dialog, the row of a step that was deleted. */
  #regain() {
    if (document.activeElement === document.body) this.#items.get(this.#active)?.item.focus();
  }

  #inwards(row, index) {
    if (!row.children) return;
    if (this.#folded.has(row.key)) this.#fold(row, false);
    else this.#goTo(index + 1);
  }

  #outwards(row) {
    if (row.children && !this.#folded.has(row.key)) this.#fold(row, true);
    else if (row.parent) this.#goTo(this.#rows.findIndex((one) => one.key === row.parent));
  }

  #fold(row, folded) {
    if (folded) this.#folded.add(row.key);
    else this.#folded.delete(row.key);
    this.draw();
  }

  async #actions(row, button) {
    const item = this.#items.get(row.key).item;
    const box = (button || item).getBoundingClientRect();
    await actionsOfRow(this.#editor, row, { x: box.left, y: box.bottom });
    this.#regain();
  }

  #typeAhead(event, index) {
    const found = this.#typing.find(event, this.#rows.length, index, (at) => this.#titleAt(at));
    if (found !== null) this.#goTo(found);
    return found !== null;
  }

  #titleAt(index) {
    return this.#items.get(this.#rows[index].key).item.querySelector(".outline-name").textContent;
  }
}
