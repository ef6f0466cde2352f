/** A link to a step unfolds it, wherever the link stands. */

function unfold() {
  const step = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(step instanceof HTMLDetailsElement)) return;
  step.open = true;
  step.scrollIntoView({ block: "start" });
  step.querySelector("summary").focus({ preventScroll: true });
}

addEventListener("hashchange", unfold);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  // A link to where one already is changes no address, and is meant all the same.
  if (link && link.getAttribute("href") === location.hash) unfold();
});
unfold();
