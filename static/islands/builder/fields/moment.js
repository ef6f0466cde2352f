/** A date and time picked from the browser's calendar, written with the offset it has here. */

import { insertText } from "./inserting.js";

export function attachMoments(_form, part) {
  for (const picker of part.querySelectorAll("[data-pick]")) {
    const input = picker.closest("[data-field]").querySelector("[data-value=control]");
    const show = () => (picker.value = pickable(input.value));
    picker.addEventListener("input", (event) => {
      event.stopPropagation();
      const date = new Date(picker.value);
      if (!Number.isNaN(date.getTime())) insertText(input, momentOf(date), [0, input.value.length]);
    });
    input.addEventListener("input", show);
    show();
  }
}

/** The moment a text names, as the picker has it: the time here. Empty for any other text. */
function pickable(text) {
  const date = new Date(text);
  return text && !Number.isNaN(date.getTime()) ? momentOf(date).slice(0, 16) : "";
}

/** A date and time with its offset from UTC here, as RFC 3339 has it. */
export function momentOf(date) {
  const minutes = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${local}${minutes < 0 ? "-" : "+"}${two(hours)}:${two(rest)}`;
}

function two(number) {
  return String(number).padStart(2, "0");
}
