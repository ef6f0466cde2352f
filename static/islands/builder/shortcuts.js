/** Keys of the builder; the list of them is where they are explained and can be turned off. */

import { commandsOf } from "./commands.js";
import { showShortcuts, singleKeysWanted } from "./shortcut_list.js";

const TYPING = "input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=combobox]";
const PRESSED_BY_KEYS = 'button, a, summary, [role=tree], [tabindex="0"]:not(.surface)';

/** @param {import("./editor.js").Editor} editor */
export function start(editor) {
  const byKeys = new Map();
  for (const command of commandsOf(editor)) for (const keys of command.keys) byKeys.set(keys, command);
  document.addEventListener("keydown", (event) => {
    const keys = keysOf(event);
    const command = byKeys.get(keys);
    if (!command || command.native || event.defaultPrevented || event.isComposing) return;
    if (!meant(command, keys, event.target)) return;
    event.preventDefault();
    if (command.possible()) command.run();
  });
  editor.addEventListener("shortcuts", () => showShortcuts(editor));
  document.getElementById("show-shortcuts")?.addEventListener("click", () => showShortcuts(editor));
}

/** The keys of an event as they are written in the list: "Ctrl+Shift+Z", "ArrowLeft", "?". */
export function keysOf(event) {
  const letter = /^Key([A-Z])$/.exec(event.code);
  // The key's place where the layout writes no Latin letters.
  let key = letter && !/^[a-z]$/i.test(event.key) ? letter[1] : event.key;
  if (/^[a-z]$/.test(key)) key = key.toUpperCase();
  const names = /^[A-Z]$|^[A-Z][a-z]/.test(key);
  const held = [
    (event.ctrlKey || event.metaKey) && "Ctrl",
    event.altKey && "Alt",
    // A sign such as "?" needs Shift on some keyboards and not on others.
    event.shiftKey && names && "Shift",
  ];
  return [...held.filter(Boolean), key].join("+");
}

function meant({ scope }, keys, target) {
  if (scope === "everywhere") return true;
  if (target.closest(TYPING) || document.querySelector("dialog[open]")) return false;
  if (keys.length === 1 && !singleKeysWanted()) return false;
  return scope !== "canvas" || !target.closest(PRESSED_BY_KEYS);
}
