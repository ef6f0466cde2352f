/** The bar above: name, undo and redo, what is folded out, the state of what is live. */

import { SETTINGS } from "./graph.js";

const WIDE = matchMedia("(min-width: 861px)");

/** @param {import("./editor.js").Editor} editor */
export function start(editor, bar) {
  startName(editor, bar.querySelector("#automation-name"));
  startHistory(editor, bar);
  startFolds();
  editor.addEventListener("automation", () => drawState(editor, bar));
  drawState(editor, bar);
  bar.querySelector("#try")?.addEventListener("click", () => editor.ask("try"));
  bar.querySelector("#show-settings").addEventListener("click", () => editor.open(SETTINGS));
  closeMenuAfterUse(bar.querySelector("#builder-menu"));
}

function startName(editor, input) {
  const draw = () => {
    const name = typeof editor.document.name === "string" ? editor.document.name : "";
    if (input.value !== name) input.value = name;
    input.title = name;
    document.title = `${name || editor.automation.id} · Penstock`;
  };
  input.addEventListener("input", () => {
    editor.change("Rename", (draft) => ({ ...draft, name: input.value }), { merge: "name" });
  });
  editor.addEventListener("change", draw);
  draw();
}

function startHistory(editor, bar) {
  const buttons = { undo: bar.querySelector("#undo"), redo: bar.querySelector("#redo") };
  if (!buttons.undo) return;
  const draw = () => {
    for (const [name, button] of Object.entries(buttons)) {
      const label = editor[`${name}Label`];
      button.setAttribute("aria-disabled", String(label === null));
      button.title = label === null ? `Nothing to ${name}` : `${name === "undo" ? "Undo" : "Redo"}: ${label}`;
    }
  };
  for (const [name, button] of Object.entries(buttons)) button.addEventListener("click", () => editor[name]());
  editor.addEventListener("change", draw);
  draw();
}

/** The outline and the JSON view, folded out by their buttons and kept so for the next visit. */
function startFolds() {
  const builder = document.getElementById("builder");
  const outline = document.getElementById("show-outline");
  const setOutline = (shown) => {
    builder.classList.toggle("with-outline", shown);
    outline.setAttribute("aria-pressed", String(shown));
  };
  const kept = localStorage.getItem("penstock.outline");
  setOutline(kept === null ? !WIDE.matches : kept === "true");
  outline.addEventListener("click", () => {
    const shown = outline.getAttribute("aria-pressed") !== "true";
    setOutline(shown);
    localStorage.setItem("penstock.outline", String(shown));
    if (shown) document.getElementById("outline").focus();
  });
}

function drawState(editor, bar) {
  const { enabled, published, has_draft: hasDraft } = editor.automation;
  const badge = bar.querySelector("#live-state");
  const [words, kind] = published === null ? ["draft, never published", ""]
    : enabled ? [`version ${published} is live`, "good"] : [`version ${published}, disabled`, "warn"];
  badge.textContent = hasDraft && published !== null ? `${words}, draft differs` : words;
  badge.className = `badge ${kind}`;
  const toggle = bar.querySelector("#toggle-enabled span");
  if (toggle) toggle.textContent = enabled ? "Disable" : "Enable";
}

function closeMenuAfterUse(menu) {
  menu.addEventListener("click", (event) => {
    if (event.target.closest(".entry")) menu.open = false;
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
