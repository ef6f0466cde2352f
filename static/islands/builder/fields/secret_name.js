/** Tells when no secret has the name that is typed; the names come from the field's list. */

export function attachSecretNames(_form, part) {
  for (const note of part.querySelectorAll("[data-unknown-secret]")) {
    const field = note.closest("[data-field]");
    const input = field.querySelector("[data-value=control]");
    const names = [...field.querySelectorAll("datalist option")].map((option) => option.value);
    input.addEventListener("input", () => (note.hidden = !input.value || names.includes(input.value)));
  }
}
