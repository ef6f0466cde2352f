/** Durations are stepped through by buttons or arrow keys, in steps people use. */

import { insertText } from "./inserting.js";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const STEPS = ["100ms", "200ms", "500ms", "1s", "2s", "3s", "5s", "10s", "15s", "20s", "30s", "45s", "1m", "2m", "3m", "5m", "10m", "15m", "30m", "1h", "2h", "6h", "12h", "24h", "2d", "7d", "30d"];

export function attachDurations(_form, part) {
  for (const button of part.querySelectorAll("[data-step]")) {
    const input = button.closest("[data-field]").querySelector("[data-value=control]");
    button.addEventListener("click", () => step(input, Number(button.dataset.step)));
    if (button.dataset.step !== "1") continue;
    input.addEventListener("keydown", (event) => {
      const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!way || event.altKey) return;
      event.preventDefault();
      step(input, way);
    });
  }
}

function step(input, way) {
  if (input.readOnly) return;
  const now = millisecondsOf(input.value || input.placeholder);
  if (now === null) return;
  const steps = way > 0 ? STEPS : [...STEPS].reverse();
  const next = steps.find((one) => (millisecondsOf(one) - now) * way > 0);
  if (next) insertText(input, next, [0, input.value.length]);
}

/** How long a text such as `1m30s` is, only to find the next step; null where it is none. */
function millisecondsOf(text) {
  if (!/^(\d+(ms|[dhms]))+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)(ms|[dhms])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit], 0);
}
