/** Saves the draft by itself soon after each change, and never over what somebody else saved. */

import { ServerError, callJson } from "../server.js";
import { drawConflict } from "./conflict.js";

const PAUSE_MILLISECONDS = 350;
const RETRY_MILLISECONDS = 3000;
const LOOK_MILLISECONDS = 8000;

/** @param {import("./editor.js").Editor} editor */
export function start(editor, status) {
  const saver = new Saver(editor, status);
  editor.saved = () => saver.saved();
  editor.addEventListener("change", ({ detail }) => {
    if (detail.origin === "server") saver.rebase();
    else saver.soon();
  });
  editor.addEventListener("save", () => saver.now());
  setInterval(() => document.hidden || saver.look(), LOOK_MILLISECONDS);
  addEventListener("focus", () => saver.look());
  addEventListener("beforeunload", (event) => saver.isDirty && event.preventDefault());
}

class Saver {
  #editor;
  #status;
  #timer;
  #under = null;
  /** What the server has, as far as this window knows: the base of a comparison. */
  #base;
  #conflict = false;

  constructor(editor, status) {
    this.#editor = editor;
    this.#status = status;
    this.#base = editor.document;
  }

  /** Whether something is not on the server yet. */
  get isDirty() {
    return this.#editor.document !== this.#base;
  }

  /** Saves after a short pause in typing. */
  soon() {
    this.#say("");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), PAUSE_MILLISECONDS);
  }

  /** What the editor shows is what the server has. */
  rebase() {
    this.#base = this.#editor.document;
    this.#say("");
  }

  /** Settled when the draft as it is now is on the server, or cannot get there. */
  async saved() {
    clearTimeout(this.#timer);
    await this.now();
    if (this.isDirty) throw new Error("The draft could not be saved; see the message above.");
  }

  /** Saves what is not saved; one call at a time. */
  async now() {
    clearTimeout(this.#timer);
    while (this.#under) await this.#under;
    if (!this.isDirty || this.#conflict || !this.#editor.mayBuild) return;
    this.#under = this.#save(this.#editor.document).finally(() => (this.#under = null));
    await this.#under;
  }

  async #save(document) {
    this.#say("Saving…");
    const { revision } = this.#editor.automation;
    try {
      const body = { document, revision, base: this.#base };
      const answer = await callJson("POST", `${this.#editor.address}/draft`, body);
      this.#base = document;
      this.#take(answer);
      if (document === this.#editor.document) this.#say("Saved");
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error) {
    if (!(error instanceof ServerError)) throw error;
    if (error.status === 412) return this.#collide(error.problem);
    this.#say(`Not saved: ${error.message}`);
    if (error.status === 0 || error.status >= 500) {
      this.#timer = setTimeout(() => this.now(), RETRY_MILLISECONDS);
    }
    return undefined;
  }

  #collide(theirs) {
    this.#conflict = true;
    this.#say("Not saved");
    this.#editor.setSketch(theirs.sketch);
    drawConflict(theirs, {
      takeTheirs: () => {
        this.#settle(theirs);
        this.#editor.replace(theirs.document);
      },
      keepMine: () => {
        this.#settle(theirs);
        this.now();
      },
    });
  }

  #settle(theirs) {
    this.#conflict = false;
    this.#base = theirs.document;
    this.#editor.setAutomation(theirs.automation);
  }

  /** Looks whether somebody else saved, so that nobody builds on what is old. */
  async look() {
    if (this.#under || this.#conflict || this.isDirty) return;
    try {
      const found = await callJson("GET", `${this.#editor.address}/revision?known=${this.#editor.automation.revision}`);
      if (this.#under || this.isDirty) return;
      if (found.automation.revision <= this.#editor.automation.revision) {
        this.#tickOn(found.automation);
        return;
      }
      this.#take(found);
      this.#editor.replace(found.document);
      this.#editor.refuse(`${found.by} changed this automation ${found.when}; you see it as it is now.`);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
    }
  }

  /** The clock goes on, whoever changes what. */
  #tickOn({ next_tick_at: next }) {
    if (next !== this.#editor.automation.next_tick_at) this.#editor.setAutomation({ next_tick_at: next });
  }

  #take(answer) {
    this.#editor.setAutomation(answer.automation);
    this.#editor.setSketch(answer.sketch);
  }

  #say(words) {
    this.#status.textContent = words;
  }
}
