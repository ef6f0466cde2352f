/**
 * Asks for a part of the page anew every few seconds (`data-refresh`), not while nobody looks.
 * What was unfolded in it stays so.
 */

const TICK_MILLISECONDS = 1000;
const waited = new WeakMap();

function tick() {
  if (document.hidden) return;
  for (const part of document.querySelectorAll("[data-refresh]")) {
    const seconds = (waited.get(part) || 0) + 1;
    if (seconds >= Number(part.dataset.refresh)) ask(part);
    else waited.set(part, seconds);
  }
}

function ask(part) {
  waited.set(part, 0);
  window.htmx?.trigger(part, "refresh");
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.querySelectorAll("[data-refresh]").forEach(ask);
});

let unfolded = [];

document.addEventListener("htmx:beforeSwap", (event) => {
  const open = event.detail.target.querySelectorAll("details[id][open]");
  unfolded = Array.from(open, (details) => details.id);
});

document.addEventListener("htmx:afterSettle", () => {
  for (const id of unfolded) {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }
  unfolded = [];
});

setInterval(tick, TICK_MILLISECONDS);
