/** A list to choose from by typing: the combobox pattern of the ARIA Authoring Practices, in a dialog. */

import { element } from "./elements.js";
import { icon } from "./svg.js";

const MOST_SHOWN = 80;
let count = 0;

/**
 * @typedef {{value: any, title: string, description?: string, icon?: string, group?: string,
 *   keys?: string, words?: string}} Option
 */

/**
 * Asks for one of the options.
 * @param {{title: string, hint: string, options: Option[], at?: {x: number, y: number}, extra?: HTMLElement}} question
 *   `at`: the point of the window to open at, else the middle; `extra` stands above the list
 * @returns {Promise<any>} the value, or null
 */
export function choose(question) {
  return new Promise((resolve) => new Chooser(question, resolve).show(question.at));
}

class Chooser {
  constructor({ title, hint, options, extra }, resolve) {
    this.#options = options;
    this.#resolve = resolve;
    this.#name = `chooser-${(count += 1)}`;
    this.#dialog = element("dialog", { class: "chooser", "aria-label": title });
    this.#input = element("input", {
      type: "text",
      role: "combobox",
      "aria-label": title,
      "aria-expanded": "true",
      "aria-autocomplete": "list",
      "aria-controls": `${this.#name}-list`,
      placeholder: hint,
      autocomplete: "off",
      spellcheck: "false",
    });
    this.#list = element("div", {
      role: "listbox",
      id: `${this.#name}-list`,
      class: "chooser-list",
      "aria-label": title,
    });
    this.#empty = element("p", { class: "chooser-empty quiet" }, "Nothing of that name.");
    const search = element("div", { class: "chooser-search" }, icon("search"), this.#input);
    this.#dialog.append(search, ...(extra ? [extra] : []), this.#list, this.#empty);
    this.#listen();
    this.#draw();
  }

  #options;
  #resolve;
  #name;
  #dialog;
  #input;
  #list;
  #empty;
  #shown = [];
  #active = 0;

  show(at) {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    if (at) this.#place(at);
    this.#input.focus();
  }

  #place({ x, y }) {
    const { width, height } = this.#dialog.getBoundingClientRect();
    this.#dialog.classList.add("placed");
    this.#dialog.style.left = `${Math.max(8, Math.min(x, window.innerWidth - width - 8))}px`;
    this.#dialog.style.top = `${Math.max(8, Math.min(y, window.innerHeight - height - 8))}px`;
  }

  #listen() {
    this.#input.addEventListener("input", () => this.#draw());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.#take(Number(row.dataset.index));
    });
    this.#dialog.addEventListener("mousedown", (event) => event.target === this.#dialog && this.#end(null));
    this.#dialog.addEventListener("close", () => this.#end(null));
  }

  /** Ends at once: the next key belongs to the page again, and not to a dialog that is closing. */
  #end(value) {
    if (!this.#dialog.isConnected) return;
    this.#dialog.close();
    this.#dialog.remove();
    this.#resolve(value);
  }

  #key(event) {
    const last = this.#shown.length - 1;
    const moves = {
      ArrowDown: this.#active === last ? 0 : this.#active + 1,
      ArrowUp: this.#active === 0 ? last : this.#active - 1,
      PageDown: Math.min(last, this.#active + 8),
      PageUp: Math.max(0, this.#active - 8),
    };
    if (event.key in moves) {
      event.preventDefault();
      this.#activate(moves[event.key]);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (last >= 0) this.#take(this.#active);
    }
  }

  #take(index) {
    this.#end(this.#shown[index].value);
  }

  #draw() {
    this.#shown = found(this.#options, this.#input.value).slice(0, MOST_SHOWN);
    const groups = new Map();
    this.#shown.forEach((option, index) => {
      const name = option.group || "";
      if (!groups.has(name)) groups.set(name, this.#group(name));
      groups.get(name).append(this.#row(option, index));
    });
    this.#list.replaceChildren(...groups.values());
    this.#empty.hidden = this.#shown.length > 0;
    this.#activate(0);
  }

  #group(name) {
    const group = element("div", { role: "group", "aria-label": name || "Choices" });
    if (name)
      group.append(
        element("div", { class: "chooser-group", role: "presentation", "aria-hidden": "true" }, name),
      );
    return group;
  }

  #row(option, index) {
    const words = element(
      "span",
      { class: "chooser-words" },
      element("span", { class: "chooser-title" }, option.title),
    );
    if (option.description)
      words.append(element("span", { class: "chooser-description" }, option.description));
    const row = element("div", {
      role: "option",
      id: `${this.#name}-${index}`,
      class: "chooser-row",
      "data-index": index,
    });
    row.append(icon(option.icon || "chevron-right"), words);
    if (option.keys) row.append(element("kbd", {}, option.keys));
    return row;
  }

  #activate(index) {
    this.#active = index;
    for (const row of this.#list.querySelectorAll("[role=option]")) {
      const active = Number(row.dataset.index) === index;
      row.setAttribute("aria-selected", String(active));
      if (active) row.scrollIntoView({ block: "nearest" });
    }
    if (this.#shown.length) this.#input.setAttribute("aria-activedescendant", `${this.#name}-${index}`);
    else this.#input.removeAttribute("aria-activedescendant");
  }
}

/** The options in which every word that was typed occurs; those whose title begins so come first. */
function found(options, typed) {
  const wanted = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return options;
  const text = ({ title, description = "", words = "" }) => `${title} ${description} ${words}`.toLowerCase();
  const rank = ({ title }) => {
    const at = title.toLowerCase().indexOf(wanted[0]);
    return at < 0 ? 2 : at === 0 ? 0 : 1;
  };
  return options
    .filter((option) => wanted.every((word) => text(option).includes(word)))
    .sort((one, other) => rank(one) - rank(other));
}
