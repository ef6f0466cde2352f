/** What every page does: the menu of narrow screens, light and dark, CSRF for htmx, messages. */

const csrf = document.querySelector('meta[name="csrf"]').content;

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = csrf;
});

document.addEventListener("htmx:responseError", async (event) => {
  const title = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  notify(title.body.textContent.trim() || "The server did not do it. Try again.", "bad");
});

document.addEventListener("htmx:sendError", () => {
  notify("The server cannot be reached. What you see may be old.", "bad");
});

document.addEventListener("click", (event) => {
  const menu = event.target.closest("[data-navigation-toggle]");
  if (menu) {
    const open = document.getElementById("navigation").classList.toggle("open");
    menu.setAttribute("aria-expanded", String(open));
  }
  if (event.target.closest("[data-theme-toggle]")) changeTheme();
  const copied = event.target.closest("[data-copy]");
  if (copied) copy(copied.dataset.copy);
  const owner = event.target.closest("[data-copy-of]");
  if (owner) copy(document.getElementById(owner.dataset.copyOf).textContent);
});

/** Between light and dark; kept in a cookie, so that the server draws the page right at once. */
function changeTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
}

async function copy(text) {
  await navigator.clipboard.writeText(text);
  notify("Copied.", "good");
}

/** Does something; when it fails, its words are shown. */
export async function attempt(act) {
  try {
    await act();
  } catch (error) {
    notify(error.message, "bad");
  }
}

/**
 * Shows a message for a while; screen readers speak it.
 * @param {string} words
 * @param {"good"|"bad"|"warn"|""} kind
 */
export function notify(words, kind = "") {
  const notice = document.createElement("div");
  notice.className = `notice ${kind}`;
  notice.append(words);
  document.getElementById("toasts").append(notice);
  setTimeout(() => notice.remove(), kind === "bad" ? 10000 : 4000);
}
