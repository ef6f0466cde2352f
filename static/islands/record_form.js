/** The form of a record: fields of its schema and all of it as JSON, in step. */

import { showFields, withField } from "./schema_fields.js";

for (const form of document.querySelectorAll("[data-record-form]")) start(form);

function start(form) {
  const fields = form.querySelector("[data-fields]");
  const text = form.querySelector("textarea");
  if (!fields) return;
  fields.hidden = false;
  show(fields, text);
  text.addEventListener("input", () => show(fields, text));
  fields.addEventListener("input", ({ target }) => {
    const value = read(text);
    if (value !== undefined) text.value = JSON.stringify(withField(value, target), null, 2);
  });
}

/** While the JSON is none, the fields stay as they are and can change nothing. */
function show(fields, text) {
  const value = read(text);
  text.setAttribute("aria-invalid", String(value === undefined));
  for (const control of fields.querySelectorAll("[data-path]")) control.disabled = value === undefined;
  if (value !== undefined) showFields(fields, value);
}

function read(text) {
  try {
    return JSON.parse(text.value || "{}");
  } catch {
    return undefined;
  }
}
