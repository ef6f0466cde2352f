/** The whole document as text beside the canvas, in step with it both ways. */

import { ServerError } from "../server.js";
import { element } from "./elements.js";
import { SETTINGS, TRIGGER } from "./graph.js";
import { attachJsonCompletion, memberAt } from "./json_completion.js";
import { MISTAKE, faultLines, parseDraft } from "./json_text.js";

const PAUSE_MILLISECONDS = 400;
const REST_MILLISECONDS = 200;
const BY_NAME = { [TRIGGER]: '"trigger"', [SETTINGS]: '"settings"' };

/** @param {import("./editor.js").Editor} editor */
export function start(editor, region) {
  const button = document.getElementById("show-json");
  let view = null;
  button.addEventListener("click", () => {
    const shown = region.hidden;
    region.hidden = !shown;
    button.setAttribute("aria-pressed", String(shown));
    view ??= new JsonView(editor, region);
    if (shown) view.open();
  });
}

class JsonView {
  #editor;
  #text;
  #message;
  #gutter;
  #timer;
  #rest;
  #asked = null;
  #mistake = "";
  #member = null;

  constructor(editor, region) {
    this.#editor = editor;
    this.#build(region);
    if (editor.mayBuild) attachJsonCompletion(editor, this.#text);
    this.#text.addEventListener("input", () => this.#soon());
    this.#text.addEventListener("scroll", () => (this.#gutter.scrollTop = this.#text.scrollTop));
    this.#text.addEventListener("keydown", (event) => indentWithTab(event, this.#text));
    document.addEventListener("selectionchange", () => document.activeElement === this.#text && this.#rested());
    editor.addEventListener("change", ({ detail }) => detail.origin === "json" || region.hidden || this.#draw());
    editor.addEventListener("sketch", () => this.#drawFaults());
    editor.addEventListener("open", () => region.hidden || this.#reveal(editor.opened));
  }

  /** Shows the document as it is now. */
  open() {
    this.#draw();
    this.#text.focus();
  }

  #build(region) {
    const label = element("label", { for: "json-text", class: "json-label" }, "Document (penstock/1)");
    this.#text = element("textarea", { id: "json-text", class: "mono", spellcheck: "false" });
    this.#text.readOnly = !this.#editor.mayBuild;
    this.#gutter = element("pre", { class: "json-gutter", "aria-hidden": "true" });
    this.#message = element("div", { class: "json-message small", role: "status" });
    const frame = element("div", { class: "json-frame" }, this.#gutter, this.#text);
    region.append(label, frame, this.#message);
  }

  #draw() {
    const text = JSON.stringify(this.#editor.document, null, 2);
    if (text !== this.#text.value) {
      const { selectionStart, selectionEnd, scrollTop } = this.#text;
      this.#text.value = text;
      this.#text.setSelectionRange(selectionStart, selectionEnd);
      this.#text.scrollTop = scrollTop;
    }
    this.#mistake = "";
    this.#text.setAttribute("aria-invalid", "false");
    this.#drawFaults();
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#take(), PAUSE_MILLISECONDS);
  }

  /** Makes what was written the draft; text that is no document stays text until it is one. */
  #take() {
    const read = parseDraft(this.#text.value);
    this.#mistake = read.kind === MISTAKE ? read.words : "";
    this.#text.setAttribute("aria-invalid", String(read.kind === MISTAKE));
    if (this.#mistake) {
      this.#drawMessage();
      return;
    }
    this.#editor.change("Edit JSON", () => read.document, { merge: "json", origin: "json" });
    this.#drawFaults();
  }

  #drawFaults() {
    const { faults } = this.#editor.sketch;
    const lines = faultLines(this.#text.value, faults);
    const count = this.#text.value.split("\n").length;
    this.#gutter.replaceChildren(
      ...Array.from({ length: count }, (_, index) => gutterLine(index + 1, lines.get(index + 1))),
    );
    this.#drawMessage();
  }

  /** Soon after the caret came to rest, asks what it stands in. */
  #rested() {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#learn(), REST_MILLISECONDS);
  }

  async #learn() {
    this.#asked?.abort();
    this.#asked = new AbortController();
    try {
      this.#member = await memberAt(this.#editor, this.#text, this.#asked.signal);
      this.#drawMessage();
    } catch (error) {
      if (!(error instanceof ServerError) && error.name !== "AbortError") throw error;
    }
  }

  /** What is wrong; else what the member at the caret is for. */
  #drawMessage() {
    const words = this.#mistake || faultWords(this.#editor.sketch.faults) || memberWords(this.#member);
    if (words !== this.#message.textContent) this.#message.textContent = words;
  }

  /** Moves to where a node stands. */
  #reveal(id) {
    const at = id ? this.#text.value.indexOf(BY_NAME[id] ?? `"id": ${JSON.stringify(id)}`) : -1;
    if (at < 0) return;
    const line = this.#text.value.slice(0, at).split("\n").length;
    this.#text.scrollTop = (line - 3) * parseFloat(getComputedStyle(this.#text).lineHeight);
  }
}

function faultWords(faults) {
  return faults.slice(0, 5).map((fault) => `${fault.path}: ${fault.message}`).join("\n");
}

function memberWords(member) {
  if (!member) return "No faults.";
  const { path, detail, documentation } = member;
  return `${path}${detail ? ` (${detail})` : ""}\n${documentation}`;
}

function gutterLine(number, faults) {
  return element("span", faults ? { class: "fault", title: faults.join("\n") } : {}, `${number}\n`);
}

/** Tab indents while Escape was not pressed before it, so that the keyboard can leave the field. */
function indentWithTab(event, text) {
  if (event.defaultPrevented) return;
  if (event.key === "Escape") text.dataset.leaving = "true";
  else if (event.key === "Tab" && !event.shiftKey && !text.dataset.leaving && !text.readOnly) {
    event.preventDefault();
    text.setRangeText("  ", text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
  } else if (event.key !== "Shift") delete text.dataset.leaving;
}
