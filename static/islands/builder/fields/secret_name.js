/** Tells when no secret has a name that is typed; the names come from the field's list. */

export function attachSecretNames(_form, part) {
  for (const note of part.querySelectorAll("[data-unknown-secret]")) {
    const field = note.closest("[data-field]");
    const names = [...field.querySelectorAll("datalist option")].map((option) => option.value);
    const tell = () => (note.hidden = typedIn(field).every((name) => !name || names.includes(name)));
    field.addEventListener("input", tell);
    field.addEventListener("click", tell);
  }
}

function typedIn(field) {
  return [...field.querySelectorAll("[data-value=control]")].map((input) => input.value);
}
