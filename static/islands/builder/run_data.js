/** A run opened in the builder: its event is the sample, what its steps came to are the results. */

import { attempt } from "../page.js";
import { callJson } from "../server.js";

/**
 * @param {import("./editor.js").Editor} editor
 * @param {string} runId
 */
export function openRun(editor, runId) {
  return attempt(async () => {
    const run = await callJson("GET", `${editor.address}/runs/${encodeURIComponent(runId)}`);
    editor.chooseSample(run.sample);
    for (const [id, result] of Object.entries(run.results)) editor.setResult(id, result);
  });
}
