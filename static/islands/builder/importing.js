/** Import of a document: from a file that is chosen, or dropped anywhere on the builder. */

import { notify } from "../page.js";

/** @param {import("./editor.js").Editor} editor */
export function start(editor, input) {
  const builder = document.getElementById("builder");
  document.getElementById("import")?.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length) read(editor, input.files[0]);
    input.value = "";
  });
  builder.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  builder.addEventListener("drop", (event) => {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    read(editor, file);
  });
}

async function read(editor, file) {
  const document = parse(await file.text());
  if (!document) {
    notify(`${file.name} is no automation: a JSON object with "format": "penstock/1" is needed.`, "bad");
    return;
  }
  editor.change(`Import ${file.name}`, () => document);
  notify(`${file.name} is the draft now. Ctrl+Z brings back what was there.`, "good");
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return value && value.format === "penstock/1" ? value : null;
  } catch {
    return null;
  }
}
