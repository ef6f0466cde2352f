/** Steps that were just added: what they lack is no mistake yet, until somebody has left them or wants to run them. */

/** @param {import("./editor.js").Editor} editor */
export function start(editor) {
  let opened = editor.opened;
  editor.addEventListener("open", () => {
    if (opened !== null && opened !== editor.opened) settle(editor, [opened]);
    opened = editor.opened;
  });
  for (const event of ["try", "review"]) editor.addEventListener(event, () => settle(editor, [...editor.newcomers]));
}

/** From now on their faults are shown as faults. */
function settle(editor, ids) {
  const known = ids.filter((id) => editor.newcomers.delete(id));
  if (known.length) editor.setSketch(editor.sketch);
}
