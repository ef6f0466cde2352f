/** Sample events: choose one, write one by hand, remove one. */

import { attempt, notify } from "../page.js";
import { callJson } from "../server.js";
import { button, element } from "./elements.js";
import { startSampleForm } from "./sample_form.js";

const SOURCES = { captured: "captured", run: "from a run", example: "example", written: "written" };

/** @param {import("./editor.js").Editor} editor */
export async function startSamples(editor, region) {
  const list = region.querySelector("#sample-list");
  const name = region.querySelector("#sample-name");
  editor.addEventListener("sample", () => {
    name.textContent = editor.sample ? `Sample: ${editor.sample.name}` : "No sample event";
    markChosen(list, editor.sample?.id);
  });
  editor.addEventListener("samples", () => refresh(editor, list));
  closeAfterUse(region.querySelector("#sample-menu"));
  startSampleForm(editor, region.querySelector("#write-sample"));
  // Others bring steps, and what they pinned.
  editor.addEventListener("change", ({ detail }) => {
    if (detail.origin === "server") attempt(() => takePins(editor));
  });
  const samples = await refresh(editor, list);
  await takePins(editor);
  if (samples.length && !editor.sample) editor.chooseSample(await whole(editor, samples[0]));
}

/** A menu covers what is done next: it closes when something in it is chosen, and by a press elsewhere or Escape. */
function closeAfterUse(menu) {
  document.addEventListener("click", ({ target }) => {
    if (!menu.contains(target) || target.closest(".menu-items > .entry")) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

async function refresh(editor, list) {
  try {
    const { items } = await callJson("GET", `${editor.address}/samples`);
    list.replaceChildren(...items.map((sample) => row(editor, sample)));
    markChosen(list, editor.sample?.id);
    return items;
  } catch (error) {
    notify(error.message, "bad");
    return [];
  }
}

/** Results that were pinned stay so for whoever opens the automation. */
async function takePins(editor) {
  const { pins } = await callJson("GET", `${editor.address}/pins`);
  for (const [id, result] of Object.entries(pins)) {
    if (editor.has(id)) editor.setResult(id, { ...result, pinned: true });
  }
}

function row(editor, sample) {
  const choose = asking("entry", sample.name, async () => {
    editor.chooseSample(await whole(editor, sample));
    made.closest("details").open = false;
  });
  choose.append(element("span", { class: "quiet" }, SOURCES[sample.source] || ""));
  const made = element("div", { class: "sample-row", "data-sample": sample.id }, choose);
  if (editor.mayBuild) made.append(removal(editor, sample));
  return made;
}

/** A large event does not stand in the list. */
function whole(editor, sample) {
  return sample.event === null ? callJson("GET", `${editor.address}/samples/${sample.id}`) : sample;
}

function removal(editor, sample) {
  const remove = asking("button plain small", "✕", async () => {
    await callJson("DELETE", `${editor.address}/samples/${sample.id}`);
    if (editor.sample?.id === sample.id) editor.chooseSample(null);
    editor.ask("samples");
  });
  remove.setAttribute("aria-label", `Remove the sample ${sample.name}`);
  return remove;
}

/** A button whose act asks the server. */
function asking(kind, words, act) {
  return button(kind, words, () => attempt(act));
}

function markChosen(list, id) {
  for (const one of list.children) one.setAttribute("aria-current", String(one.dataset.sample === id));
}
