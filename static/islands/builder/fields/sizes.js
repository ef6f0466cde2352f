/** A number of bytes, said in KiB and MiB beside its field. */

const UNITS = ["bytes", "KiB", "MiB", "GiB"];

export function attachSizes(_form, part) {
  for (const shown of part.querySelectorAll("[data-size]")) {
    const input = shown.closest("[data-field]").querySelector("[data-value=control]");
    const draw = () => (shown.textContent = sizeOf(Number(input.value || input.placeholder)));
    input.addEventListener("input", draw);
    draw();
  }
}

function sizeOf(count) {
  if (!Number.isFinite(count)) return "";
  let unit = 0;
  let amount = count;
  for (; amount >= 1024 && unit < UNITS.length - 1; unit += 1) amount /= 1024;
  return `= ${Number(amount.toFixed(1))} ${UNITS[unit]}`;
}
