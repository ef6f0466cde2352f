/** Says of a choice what the chosen value means. */

export function attachMeanings(_form, part) {
  for (const select of part.querySelectorAll("select[data-value=choice]")) {
    const meanings = select.closest("[data-field]").querySelectorAll(":scope > [data-meaning-of]");
    select.addEventListener("input", () => meanings.forEach((one) => (one.hidden = one.dataset.meaningOf !== select.value)));
  }
}
