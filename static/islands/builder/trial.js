/** Trying the draft out: all of it, up to a step, or one step; results appear as they come. */

import { stream } from "../server.js";
import { stepOf } from "./edits.js";
import { nameOf } from "./names.js";
import { startListening } from "./listening.js";
import { startSamples } from "./samples.js";
import { capital, drawEnd, drawRefusal } from "./trial_end.js";

/** @param {import("./editor.js").Editor} editor */
export function start(editor, region) {
  startSamples(editor, region);
  if (!editor.mayBuild) return;
  startListening(editor, region);
  const trial = new Trial(editor, region);
  on(region, "try-all", () => editor.ask("try"));
  on(region, "try-until", () => editor.ask("try", { until: editor.opened }));
  on(region, "try-only", () => editor.ask("try", { only: editor.opened }));
  on(region, "try-stop", () => trial.stop());
  on(region, "trial-clear", () => trial.clear());
  editor.addEventListener("try", ({ detail }) => trial.run(detail));
  for (const event of ["open", "change"]) editor.addEventListener(event, () => trial.drawChoices());
}

function on(region, id, act) {
  region.querySelector(`#${id}`).addEventListener("click", act);
}

class Trial {
  #editor;
  #region;
  #abort = null;

  constructor(editor, region) {
    this.#editor = editor;
    this.#region = region;
  }

  /** Tries what is asked for; results that are pinned, or of steps before `only`, are kept. */
  async run({ until, only, items } = {}) {
    if (this.#abort) return;
    if (!this.#editor.sample) this.#say("No sample event is chosen, so the body is empty.", "");
    const results = this.#kept(only);
    this.#editor.clearResults(Object.keys(results));
    this.#abort = new AbortController();
    this.#drawRunning(true);
    try {
      await this.#follow({ until, only, items, results });
    } catch (error) {
      this.#ended(error);
    } finally {
      this.#abort = null;
      this.#drawRunning(false);
    }
  }

  /** Stops before the next step. */
  stop() {
    this.#abort?.abort();
  }

  /** Forgets every result. */
  clear() {
    this.#editor.clearResults(this.#pinned());
    this.#part("trial-end").hidden = true;
    this.#part("trial-clear").hidden = true;
    this.#say("", "");
  }

  drawChoices() {
    const { opened } = this.#editor;
    const step = opened && stepOf(this.#editor.document, opened) !== undefined;
    const name = step ? nameOf(this.#editor, opened) : "the step";
    for (const [id, words] of [["try-until", "Up to"], ["try-only", "Only"]]) {
      const button = this.#part(id);
      button.disabled = !step;
      button.querySelector("span").textContent = `${words} ${name}`;
    }
  }

  async #follow(asked) {
    const body = {
      document: this.#editor.document,
      event: this.#editor.sample?.event ?? null,
      ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)),
    };
    const events = stream("POST", `${this.#editor.address}/try`, body, { signal: this.#abort.signal });
    for await (const { event, data } of events) this.#take(event, data);
  }

  #take(event, data) {
    if (event === "started") this.#say("Trying…", "");
    if (event === "step") this.#editor.setResult(data.id, data);
    if (event === "step" && data.status === "running") this.#say(`Trying ${nameOf(this.#editor, data.id)}…`, "");
    if (event === "refused") {
      this.#say("It cannot be tried yet.", "bad");
      drawRefusal(this.#editor, this.#part("trial-end"), data.faults);
    }
    if (event === "ended") {
      const error = data.error && this.#withName(data.error);
      const words = [drawEnd(this.#part("trial-end"), { ...data, error }), ...this.#mended(data)].join(" ");
      this.#say(words, data.status === "succeeded" ? "good" : "bad");
      this.#editor.announce(words);
    }
  }

  /** Steps that failed while the trial went on by their error port. */
  #mended({ status }) {
    if (status !== "succeeded") return [];
    const failed = [...this.#editor.results].filter(([id, one]) => one.status === "failed" && this.#editor.has(id));
    return failed.map(([id]) => `${capital(nameOf(this.#editor, id))} failed and left by its error port.`);
  }

  /** An error of a run begins with the id of its step; people know the step by its name. */
  #withName(error) {
    const [id] = error.split(":", 1);
    return stepOf(this.#editor.document, id) ? nameOf(this.#editor, id) + error.slice(id.length) : error;
  }

  #ended(error) {
    for (const [id, result] of this.#editor.results) {
      if (result.status === "running") this.#editor.setResult(id, { ...result, status: "cancelled" });
    }
    this.#say(error.name === "AbortError" ? "Stopped." : error.message, error.name === "AbortError" ? "" : "bad");
  }

  /** What is not to be executed: pinned results, and for one step alone those of all others. */
  #kept(only) {
    const ids = only ? [...this.#editor.results.keys()].filter((id) => id !== only) : this.#pinned();
    const all = this.#editor.resultsForServer();
    return Object.fromEntries(ids.map((id) => [id, all[id]]));
  }

  #pinned() {
    return [...this.#editor.results].filter(([, result]) => result.pinned).map(([id]) => id);
  }

  #drawRunning(running) {
    for (const id of ["try-all", "try-until", "try-only"]) this.#part(id).hidden = running;
    this.#part("try-stop").hidden = !running;
    this.#part("trial-clear").hidden = running || this.#editor.results.size === 0;
    if (running) this.#part("trial-end").hidden = true;
  }

  #say(words, kind) {
    const state = this.#part("trial-state");
    state.textContent = words;
    state.className = `trial-state ${kind}`;
  }

  #part(id) {
    return this.#region.querySelector(`#${id}`);
  }
}
