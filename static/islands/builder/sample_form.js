/** A sample event written by hand: fields of the trigger's schema and the body as JSON, in step. */

import { attempt } from "../page.js";
import { showFields, withField } from "../schema_fields.js";
import { callJson, nodesOf } from "../server.js";

const PARTS = ["query", "headers", "params", "body"];

/** @param {import("./editor.js").Editor} editor */
export function startSampleForm(editor, opener) {
  const dialog = document.getElementById("sample-dialog");
  const form = dialog.querySelector("form");
  opener?.addEventListener("click", () => attempt(() => open(editor, dialog, form)));
  dialog.querySelector("#sample-cancel").addEventListener("click", () => dialog.close());
  dialog.querySelector("#sample-fields").addEventListener("input", ({ target }) => intoBody(form, target));
  form.elements.body.addEventListener("input", () => fromBody(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(editor, dialog, form);
  });
}

async function open(editor, dialog, form) {
  const begin = await callJson("POST", `${editor.address}/sample-form`, { document: editor.document });
  const event = editor.sample?.event ?? begin.event;
  dialog.querySelector("#sample-fields").replaceChildren(...nodesOf(begin.fields));
  form.elements.method.value = event.method || "POST";
  for (const part of PARTS) {
    form.elements[part].value = JSON.stringify(event[part] ?? (part === "body" ? null : {}), null, 2);
  }
  dialog.querySelector("#sample-form-fault").textContent = "";
  fromBody(form);
  dialog.showModal();
}

async function save(editor, dialog, form) {
  const fault = dialog.querySelector("#sample-form-fault");
  fault.textContent = "";
  try {
    const parts = Object.fromEntries(PARTS.map((part) => [part, read(form, part)]));
    const event = { method: form.elements.method.value, path: "", ...parts };
    const saved = await callJson("POST", `${editor.address}/samples`, { name: form.elements.name.value, event });
    editor.ask("samples");
    editor.chooseSample(saved);
    dialog.close();
  } catch (error) {
    fault.textContent = error.message;
  }
}

function read(form, part) {
  const text = form.elements[part].value.trim();
  try {
    return text === "" ? null : JSON.parse(text);
  } catch (error) {
    throw new Error(`${part}: ${error.message}`);
  }
}

/** Puts what a field says into the body; a body that is no JSON now is left as it is. */
function intoBody(form, control) {
  let body;
  try {
    body = read(form, "body");
  } catch {
    return;
  }
  form.elements.body.value = JSON.stringify(withField(body, control), null, 2);
}

/** Shows in the fields what the body says. */
function fromBody(form) {
  let body;
  try {
    body = read(form, "body");
  } catch {
    return;
  }
  showFields(form.querySelector("#sample-fields"), body);
}
