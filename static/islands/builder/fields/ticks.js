/** The next times of a schedule, worked out by the server as somebody types, in its zone and in that of the browser. */

import { callJson } from "../../server.js";
import { TRIGGER } from "../edits.js";
import { element } from "../elements.js";
import { OWN_ZONE } from "./time_zone.js";

const PAUSE = 60;
/** How long after a tick the next times are asked for, and how long a timer of a browser can be. */
const AFTERWARDS = 500;
const LONGEST = 2 ** 31 - 1;

/** @param {import("./form.js").Form} form */
export function followTicks(form) {
  const ticks = new Ticks(form);
  form.editor.addEventListener("change", () => ticks.ask());
  form.editor.addEventListener("automation", () => ticks.ask());
  form.addEventListener("drawn", () => ticks.drawn());
}

class Ticks {
  #form;
  #timer = 0;
  #abort = null;
  #last = null;

  constructor(form) {
    this.#form = form;
  }

  ask(pause = PAUSE) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), Math.min(pause, LONGEST));
  }

  /** Fields were made: what was answered last is theirs, too. */
  drawn() {
    this.#show();
    this.ask();
  }

  async #fetch() {
    const { editor, node } = this.#form;
    this.#abort?.abort();
    if (node !== TRIGGER || !isSchedule(editor)) {
      this.#last = null;
      this.#show();
      return;
    }
    this.#abort = new AbortController();
    try {
      this.#last = await callJson("POST", `${editor.address}/ticks`, { document: editor.document }, { signal: this.#abort.signal });
      this.#show();
      const [next] = this.#last?.ticks ?? [];
      if (next) this.ask(new Date(next.at) - Date.now() + AFTERWARDS);
    } catch (error) {
      if (error.name !== "AbortError") this.#show();
    }
  }

  #show() {
    const part = this.#form.root.querySelector("[data-ticks]");
    if (!part) return;
    const shown = this.#form.node === TRIGGER && this.#last;
    part.hidden = !shown;
    part.replaceChildren(...(shown ? drawn(shown) : []));
  }
}

/** Whether the clock starts the draft. */
export function isSchedule(editor) {
  const kind = editor.document.trigger?.type;
  return editor.catalog.triggers.some(({ name, family }) => name === kind && family === "schedule");
}

function drawn({ words, zone, ticks, fault }) {
  const head = element("h3", {}, "Next times");
  const says = element("p", { class: "hint" }, words);
  if (!ticks.length) return [head, says, element("p", { class: "quiet" }, fault)];
  return [head, says, element("ol", {}, ...ticks.map((tick) => line(tick, zone)))];
}

function line({ at, local }, zone) {
  const made = element("li", {}, element("time", { datetime: at }, local));
  if (zone !== OWN_ZONE) made.append(" ", element("span", { class: "quiet small" }, `${here(at)} here`));
  return made;
}

/** The time here, short: the day stands before it. */
function here(at) {
  const date = new Date(at);
  const seconds = date.getSeconds() ? { second: "2-digit" } : {};
  const options = { weekday: "short", hour: "2-digit", minute: "2-digit", ...seconds, timeZoneName: "short" };
  return new Intl.DateTimeFormat("en-GB", options).format(date);
}
