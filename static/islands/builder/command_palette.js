/** Ctrl+K: go to a step, add an action, run a command, all by typing its name. */

import { actionOptions, addAction, freePort, usualPlace } from "./adding.js";
import { wordsOf } from "./cards.js";
import { choose } from "./chooser.js";
import { commandsOf } from "./commands.js";
import { TRIGGER, nodeIds } from "./edits.js";
import { nameOf } from "./names.js";

/** @param {import("./editor.js").Editor} editor */
export function start(editor) {
  let open = false;
  editor.addEventListener("commands", async () => {
    if (open || document.querySelector("dialog[open]")) return;
    open = true;
    const run = await choose({
      title: "Commands, steps and actions",
      hint: "Type a step, an action or a command",
      options: [...steps(editor), ...actions(editor), ...commands(editor)],
    });
    open = false;
    run?.();
  });
}

function steps(editor) {
  return nodeIds(editor.document).map((id) => {
    const { title, icon, kind, summary } = wordsOf(editor, id);
    const goTo = () => {
      editor.select([id], { reveal: true });
      editor.open(id);
    };
    return {
      value: goTo,
      title: id === TRIGGER ? title : nameOf(editor, id),
      description: summary || kind,
      icon,
      group: "Go to a step",
      words: `${id} ${kind}`,
    };
  });
}

function actions(editor) {
  if (!editor.mayBuild) return [];
  return actionOptions(editor).map((option) => {
    const add = () => {
      const place = usualPlace(editor);
      const from = place.from && { ...place.from, port: freePort(editor, place.from) };
      addAction(editor, { name: option.value }, { ...place, from });
    };
    return { ...option, value: add, title: `Add ${option.title}`, group: "Add a step" };
  });
}

function commands(editor) {
  return commandsOf(editor)
    .filter(({ id, group, possible }) => id !== "commands" && group !== "Move the selection" && possible())
    .map(({ run, title, icon, keys }) => ({ value: run, title, icon, keys: keys[0], group: "Commands" }));
}
