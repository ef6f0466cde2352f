/** The whole address under which callers reach the trigger, ready to be copied. */

/** @param {import("./form.js").Form} form */
export function attachHookPath(form, part) {
  for (const shown of part.querySelectorAll("[data-hook-address]")) {
    const field = shown.closest("[data-field]");
    const input = field.querySelector("[data-value=control]");
    const base = form.editor.automation.hook_base;
    field.querySelector("[data-hook-base]").textContent = base;
    const draw = () => {
      const address = new URL(base, location.href).href + input.value;
      shown.hidden = !input.value;
      shown.querySelector("code").textContent = address;
      shown.querySelector("[data-copy]").dataset.copy = address;
    };
    input.addEventListener("input", draw);
    draw();
  }
}
