/** A list of suggestions at the caret of a field, which keeps the focus (ARIA listbox pattern). */

import { element } from "./elements.js";

const PAUSE_MILLISECONDS = 30;

let shown = null;

/**
 * What a field asks of its list.
 * @typedef {object} Source
 * @property {(signal: AbortSignal) => Promise<{items: object[], take: (item: object) => void} | null>} ask
 *   finds what may stand at the caret (each with `label`, `kind`, `detail`, `documentation`), and how it is put there
 * @property {() => DOMRect} caret the box of the caret on the screen
 * @property {(words: string) => void} announce
 */

/** The field whose suggestions are asked for or shown, or null. */
export function suggestingFor() {
  return shown?.input ?? null;
}

/**
 * Asks for suggestions, and shows them below the caret when there are any.
 * @param {HTMLTextAreaElement} input
 * @param {Source} [source] left out to ask again
 */
export function suggest(input, source) {
  if (source) {
    stopSuggesting();
    shown = new Suggestions(input, source);
  }
  shown?.ask();
}

/** Takes the list away. */
export function stopSuggesting() {
  shown?.close();
  shown = null;
}

/** Ctrl+Space asks; arrows, Enter, Tab and Escape work the list while it is there. */
export function pressedForSuggestions(event, input, source) {
  if (event.ctrlKey && event.code === "Space") {
    event.preventDefault();
    suggest(input, source);
    return;
  }
  if (shown?.input !== input || !shown.isOpen || event.isComposing) return;
  const act = { ArrowDown: () => shown.move(1), ArrowUp: () => shown.move(-1), Enter: () => shown.take(), Tab: () => shown.take(), Escape: stopSuggesting }[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

class Suggestions {
  #source;
  // It is worked from the field; it takes the focus because it scrolls, for who gets there in another way.
  #list = element("ul", { class: "completion-list", role: "listbox", id: "completion-list", tabindex: "0", "aria-label": "Suggestions" });
  #about = element("div", { class: "completion-about" });
  #box = element("div", { class: "completion", hidden: "" });
  #items = [];
  #active = 0;
  #take = null;
  #timer = 0;
  #abort = null;

  constructor(input, source) {
    this.#source = source;
    this.input = input;
    this.#box.append(this.#list, this.#about);
    document.body.append(this.#box);
    // The focus stays in the field.
    this.#box.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => this.#clicked(event));
  }

  get isOpen() {
    return !this.#box.hidden;
  }

  ask() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), PAUSE_MILLISECONDS);
  }

  move(way) {
    this.#activate((this.#active + way + this.#items.length) % this.#items.length);
  }

  /** Puts the active suggestion in place of what was typed of it. */
  take() {
    const item = this.#items[this.#active];
    stopSuggesting();
    this.#take(item);
  }

  close() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#box.remove();
    this.input.removeAttribute("aria-activedescendant");
    this.input.removeAttribute("aria-controls");
  }

  async #fetch() {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    try {
      const found = await this.#source.ask(abort.signal);
      if (abort.signal.aborted) return;
      if (found?.items.length) this.#show(found);
      else stopSuggesting();
    } catch (error) {
      if (error.name !== "AbortError") stopSuggesting();
    }
  }

  #show({ items, take }) {
    this.#items = items;
    this.#take = take;
    this.#list.replaceChildren(...items.map(option));
    this.#box.hidden = false;
    this.input.setAttribute("aria-controls", "completion-list");
    this.#activate(0);
    this.#place();
    this.#source.announce(`${items.length} suggestions.`);
  }

  #activate(index) {
    this.#active = index;
    const options = [...this.#list.children];
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === index)));
    options[index].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[index].id);
    this.#about.textContent = this.#items[index].documentation || "";
    this.#about.hidden = !this.#items[index].documentation;
  }

  #clicked(event) {
    const chosen = event.target.closest("[role=option]");
    if (!chosen) return;
    this.#active = [...this.#list.children].indexOf(chosen);
    this.take();
  }

  /** Below the caret, or above it where there is no room. */
  #place() {
    const caret = this.#source.caret();
    const { offsetWidth: width, offsetHeight: height } = this.#box;
    const below = caret.bottom + 4;
    const top = below + height > innerHeight && caret.top - height - 4 > 0 ? caret.top - height - 4 : below;
    this.#box.style.left = `${Math.max(8, Math.min(caret.left, innerWidth - width - 8))}px`;
    this.#box.style.top = `${top}px`;
  }
}

function option(item, index) {
  const made = element("li", { role: "option", id: `completion-${index}`, class: `kind-${item.kind}` });
  made.append(element("span", { class: "label" }, item.label), element("span", { class: "detail" }, item.detail || ""));
  return made;
}
