/** Starts the builder: the editor over the page's data, and every part of the page over the editor. */

import * as bar from "./bar.js";
import * as canvas from "./canvas.js";
import * as clipboard from "./clipboard.js";
import * as commandPalette from "./command_palette.js";
import { Editor } from "./editor.js";
import * as importing from "./importing.js";
import * as inspector from "./inspector.js";
import * as jsonView from "./json_view.js";
import * as newcomers from "./newcomers.js";
import * as outline from "./outline.js";
import * as palette from "./palette.js";
import * as publishing from "./publishing.js";
import * as renaming from "./renaming.js";
import { openRun } from "./run_data.js";
import * as saving from "./saving.js";
import * as shortcuts from "./shortcuts.js";
import * as trial from "./trial.js";

const data = JSON.parse(document.getElementById("builder-data").textContent);
const editor = new Editor(data);

const PARTS = [
  [renaming, "builder"],
  [newcomers, "builder"],
  [canvas, "canvas"],
  [palette, "palette"],
  [outline, "outline"],
  [inspector, "inspector"],
  [jsonView, "json-view"],
  [bar, "builder-bar"],
  [saving, "saving"],
  [publishing, "publish-dialog"],
  [trial, "trial"],
  [importing, "import-file"],
  [clipboard, "builder"],
  [shortcuts, "builder"],
  [commandPalette, "builder"],
];
for (const [part, region] of PARTS) part.start(editor, document.getElementById(region));

if (data.run) openRun(editor, data.run);
if (data.step) editor.open(data.step);
document.getElementById("builder").dataset.ready = "true";
performance.mark("ready");
