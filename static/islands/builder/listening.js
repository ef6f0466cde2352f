/** Listens for the next real request, which becomes a sample. */

import { stream } from "../server.js";
import { notify } from "../page.js";
import { isSchedule } from "./fields/ticks.js";

/** @param {import("./editor.js").Editor} editor */
export function startListening(editor, region) {
  const listener = new Listener(editor, region);
  region.querySelector("#listen").addEventListener("click", () => listener.listen());
  region.querySelector("#stop-listening").addEventListener("click", () => listener.stop());
  region.querySelector("#copy-curl").addEventListener("click", () => listener.copy());
  const words = region.querySelector("#listen span");
  const draw = () => (words.textContent = isSchedule(editor) ? "Take the next tick" : "Listen for the next request");
  editor.addEventListener("change", draw);
  draw();
}

class Listener {
  #editor;
  #panel;
  #title;
  #state;
  #abort = null;

  constructor(editor, region) {
    this.#editor = editor;
    this.#panel = region.querySelector("#listening");
    this.#title = region.querySelector("#listening-title");
    this.#state = region.querySelector("#listening-state");
  }

  /** The address at which requests are waited for. */
  get #url() {
    const path = this.#editor.document.trigger?.with?.path ?? "";
    return new URL(this.#editor.automation.hook_base + path, location.href).href;
  }

  async listen() {
    document.getElementById("sample-menu").open = false;
    if (this.#abort) return;
    this.#abort = new AbortController();
    try {
      await this.#editor.saved();
      if (!isSchedule(this.#editor)) this.#draw();
      const events = stream("GET", `${this.#editor.address}/listen`, undefined, { signal: this.#abort.signal });
      for await (const { event, data } of events) this.#take(event, data);
    } catch (error) {
      if (error.name !== "AbortError") notify(error.message, "bad");
    } finally {
      this.#abort = null;
      this.#panel.hidden = true;
    }
  }

  stop() {
    this.#abort?.abort();
  }

  async copy() {
    const method = this.#editor.document.trigger?.with?.methods?.[0] ?? "POST";
    const command = `curl -X ${method} '${this.#url}' -H 'Content-Type: application/json' -d '{"hello": "world"}'`;
    await navigator.clipboard.writeText(command);
    notify("Copied.", "good");
  }

  #draw() {
    this.#panel.querySelector("#listening-url").textContent = this.#url;
    // Of several processes each has to learn of it first; `waiting` says that they have.
    this.#title.textContent = "In a moment:";
    this.#state.textContent = "";
    this.#panel.hidden = false;
  }

  #take(event, data) {
    if (event === "waiting") this.#title.textContent = "Listening.";
    if (event === "refused") this.#state.textContent = `A request came and was refused with ${data.status}: ${data.detail}`;
    if (event === "answered") this.#state.textContent = data.detail;
    if (event === "over") this.stop();
    if (event !== "captured") return;
    this.#editor.ask("samples");
    this.#editor.chooseSample(data.sample);
    notify(isSchedule(this.#editor) ? "The next tick is the sample now." : "A request came in; it is the sample now.", "good");
    this.stop();
  }
}
