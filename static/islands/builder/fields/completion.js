/** Suggestions while a template is typed: paths that exist, functions, names of secrets (ARIA listbox pattern). */

import { callJson } from "../../server.js";
import { element } from "../elements.js";
import { caretBox } from "./caret.js";
import { excerptAt } from "./excerpts.js";
import { insertText, isExpressionAt } from "./inserting.js";
import { resultsOf } from "./previewing.js";

const PAUSE = 30;
const OPENS = /(<|\{\{\s?)$/;
const IN_REFERENCE = /<[\w$.@:-]+\.$/;
const IN_URL = /\{([\w$.@:-]+\.)?$/;
const GOES_ON = /[\w$@:.<{-]$/;

let popup = null;

/** @param {import("./form.js").Form} form */
export function attachCompletion(form, part) {
  for (const input of part.querySelectorAll("textarea[data-template]")) {
    if (input.readOnly) continue;
    input.setAttribute("aria-autocomplete", "list");
    input.addEventListener("keydown", (event) => pressed(form, input, event));
    input.addEventListener("input", (event) => typed(form, input, event));
    input.addEventListener("blur", () => close());
    input.addEventListener("pointerdown", () => close());
  }
}

function typed(form, input, event) {
  const before = input.value.slice(0, input.selectionStart);
  if (popup?.input === input) {
    if (GOES_ON.test(before)) popup.ask();
    else close();
  } else if (event.isTrusted && event.inputType === "insertText" && opens(input, before)) open(form, input);
}

function opens(input, before) {
  if (OPENS.test(before) || IN_REFERENCE.test(before)) return true;
  if (input.dataset.template === "url" && IN_URL.test(before)) return true;
  return /[\w\])]\.$/.test(before) && isExpressionAt(input);
}

function pressed(form, input, event) {
  if (event.ctrlKey && event.code === "Space") {
    event.preventDefault();
    open(form, input);
    return;
  }
  if (popup?.input !== input || !popup.isOpen || event.isComposing) return;
  const act = { ArrowDown: () => popup.move(1), ArrowUp: () => popup.move(-1), Enter: () => popup.take(), Tab: () => popup.take(), Escape: close }[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function open(form, input) {
  close();
  popup = new Popup(form, input);
  popup.ask();
}

function close() {
  popup?.close();
  popup = null;
}

class Popup {
  #form;
  #list = element("ul", { class: "completion-list", role: "listbox", id: "completion-list", "aria-label": "Suggestions" });
  #about = element("div", { class: "completion-about" });
  #box = element("div", { class: "completion", hidden: "" });
  #items = [];
  #active = 0;
  #excerpt = null;
  #timer = 0;
  #abort = null;

  constructor(form, input) {
    this.#form = form;
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
    this.#timer = setTimeout(() => this.#fetch(), PAUSE);
  }

  move(way) {
    this.#activate((this.#active + way + this.#items.length) % this.#items.length);
  }

  /** Puts the active suggestion in place of what was typed of it. */
  take() {
    const item = this.#items[this.#active];
    const { insert, range } = this.#excerpt.placed(item);
    const input = this.input;
    close();
    insertText(input, insert, range);
  }

  close() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#box.remove();
    this.input.removeAttribute("aria-activedescendant");
    this.input.removeAttribute("aria-controls");
  }

  async #fetch() {
    const { editor, node } = this.#form;
    this.#abort?.abort();
    this.#abort = new AbortController();
    const excerpt = excerptAt(this.input);
    if (!excerpt) return close();
    const question = {
      document: editor.document,
      step: node,
      event: editor.sample?.event ?? null,
      results: resultsOf(editor),
      text: excerpt.text,
      caret: excerpt.caret,
      field: this.input.dataset.path,
    };
    try {
      const { suggestions: items } = await callJson("POST", `${editor.address}/completions`, question, { signal: this.#abort.signal });
      this.#excerpt = excerpt;
      return items.length ? this.#show(items) : close();
    } catch (error) {
      return error.name === "AbortError" ? undefined : close();
    }
  }

  #show(items) {
    this.#items = items;
    this.#list.replaceChildren(...items.map(option));
    this.#box.hidden = false;
    this.input.setAttribute("aria-controls", "completion-list");
    this.#activate(0);
    this.#place();
    this.#form.editor.announce(`${items.length} suggestions.`);
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
    const caret = caretBox(this.input);
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
