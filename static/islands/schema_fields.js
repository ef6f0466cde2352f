/** Fields that the server made of a JSON Schema, in step with the JSON of the whole value. */

/**
 * The value with what a field says. An emptied field that may go takes its key along.
 * @param {unknown} value
 * @param {HTMLInputElement | HTMLSelectElement} control has `data-path` (JSON), `data-kind`, `data-omit`
 */
export function withField(value, control) {
  const path = JSON.parse(control.dataset.path);
  if (control.dataset.omit !== undefined && control.type !== "checkbox" && control.value === "")
    return without(value, path);
  return withValue(value, path, valueOf(control));
}

/** Shows in the fields below an element what the value says. */
export function showFields(root, value) {
  for (const control of root.querySelectorAll("[data-path]")) {
    const found = JSON.parse(control.dataset.path).reduce((inner, name) => inner?.[name], value);
    if (control.type === "checkbox") control.checked = found === true;
    else control.value = textOf(control, found);
  }
}

function textOf(control, value) {
  if (value === undefined || value === null) return "";
  if (control.dataset.kind === "json") return JSON.stringify(value);
  return value;
}

function valueOf(control) {
  if (control.type === "checkbox") return control.checked;
  if (control.dataset.kind === "string" || control.value === "") return control.value;
  return control.dataset.kind === "json" ? JSON.parse(control.value) : Number(control.value);
}

function withValue(value, [name, ...rest], inner) {
  const object = objectOf(value);
  return { ...object, [name]: rest.length ? withValue(object[name], rest, inner) : inner };
}

/** The value without what stands at a path; an object that is empty then goes with it. */
function without(value, [name, ...rest]) {
  const { [name]: inner, ...others } = objectOf(value);
  const left = rest.length ? without(inner, rest) : {};
  return Object.keys(left).length ? { ...others, [name]: left } : others;
}

function objectOf(value) {
  return value && typeof value === "object" && !Array.isArray(value) ? value : {};
}
