/** The `?` beside a title opens the rest of what there is to say about a field. */

export function attachExplanations(_form, part) {
  for (const button of part.querySelectorAll("[data-explain]")) {
    button.addEventListener("click", () => {
      const more = part.querySelector(`#${CSS.escape(button.getAttribute("aria-controls"))}`);
      more.hidden = !more.hidden;
      button.setAttribute("aria-expanded", String(!more.hidden));
    });
  }
}
