/** The frame of the inspector: its width, its views side by side or as tabs, closing it. */

const KEPT = "penstock.inspector-width";
const LEAST = 320;
const WIDE = 860;
const STEP = 40;
const STACKED = matchMedia("(max-width: 860px)");
const CANVAS = 120;
const NEIGHBOURS = ["palette", "outline", "json-view"];

export class Frame {
  /**
   * @param {HTMLElement} region
   * @param {() => void} close what happens when it is to be closed
   */
  constructor(region, close) {
    this.region = region;
    this.#title = region.querySelector("[data-inspector-title]");
    this.#tabs = [...region.querySelectorAll("[data-tab]")];
    this.#edge = region.querySelector("[data-edge]");
    this.#wanted = Number(localStorage.getItem(KEPT)) || Math.round(Math.min(480, innerWidth * 0.34));
    region.querySelector("[data-inspector-close]").addEventListener("click", close);
    region.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      event.preventDefault();
      close();
    });
    this.#startTabs();
    this.#startEdge();
    const observer = new ResizeObserver(() => this.#arrange());
    for (const part of [region, ...this.#neighbours]) observer.observe(part);
    addEventListener("resize", () => this.#arrange());
    this.choose("configure");
  }

  #title;
  #tabs;
  #edge;
  #chosen = "configure";
  #before = null;
  #wanted = LEAST;

  set title(words) {
    this.#title.textContent = words;
    this.#title.title = words;
  }

  /** Whether all views are to be seen at once. */
  get isWide() {
    return this.region.classList.contains("wide");
  }

  /** Whether what is configured is all there is to see: no input, no output. */
  set alone(is) {
    this.region.classList.toggle("alone", is);
    if (is) this.#chosen = "configure";
    this.#arrange();
  }

  /** Whether a view is to be seen. */
  isShown(view) {
    return !this.region.hidden && (this.isWide || this.#chosen === view);
  }

  show({ focus }) {
    if (this.region.hidden) this.#before = document.activeElement;
    this.region.hidden = false;
    this.#arrange();
    if (focus && !document.activeElement?.matches("input, textarea, select")) this.#title.focus({ preventScroll: true });
  }

  hide() {
    const hadFocus = this.region.contains(document.activeElement);
    this.region.hidden = true;
    if (hadFocus && this.#before?.isConnected) this.#before.focus({ preventScroll: true });
  }

  /** Shows the beginning; where the parts stand one below the other, it may be far from where it was opened. */
  scrollToTop() {
    if (STACKED.matches) this.region.scrollIntoView({ block: "start" });
    for (const view of this.region.querySelectorAll("[data-view]")) view.scrollTop = 0;
  }

  /** Shows a view where only one is to be seen. The region fires `view` when others come to be seen. */
  choose(view) {
    this.#chosen = view;
    this.#arrange();
    this.region.dispatchEvent(new CustomEvent("view", { detail: view }));
  }

  #arrange() {
    this.region.style.setProperty("--inspector-width", `${Math.max(LEAST, Math.min(this.#wanted, this.#most))}px`);
    const width = this.region.clientWidth;
    const before = this.isWide;
    this.region.classList.toggle("wide", width >= WIDE && !this.region.classList.contains("alone"));
    for (const tab of this.#tabs) {
      const chosen = tab.dataset.tab === this.#chosen;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const view of this.region.querySelectorAll("[data-view]")) {
      view.hidden = !this.isWide && view.dataset.view !== this.#chosen;
      if (this.isWide) view.setAttribute("role", "region");
      else view.setAttribute("role", "tabpanel");
      view.tabIndex = this.isWide ? -1 : 0;
    }
    this.#edge.setAttribute("aria-valuenow", String(Math.round(width)));
    this.#edge.setAttribute("aria-valuemax", String(this.#most));
    if (before !== this.isWide) this.region.dispatchEvent(new CustomEvent("view", { detail: this.#chosen }));
  }

  #startTabs() {
    for (const [index, tab] of this.#tabs.entries()) {
      tab.addEventListener("click", () => this.choose(tab.dataset.tab));
      tab.addEventListener("keydown", (event) => {
        const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (!way) return;
        event.preventDefault();
        const next = this.#tabs[(index + way + this.#tabs.length) % this.#tabs.length];
        this.choose(next.dataset.tab);
        next.focus();
      });
    }
  }

  #startEdge() {
    const edge = this.#edge;
    edge.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      edge.setPointerCapture(event.pointerId);
      const right = this.region.getBoundingClientRect().right;
      const follow = (moved) => this.#resize(right - moved.clientX);
      edge.addEventListener("pointermove", follow);
      edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", follow), { once: true });
    });
    edge.addEventListener("dblclick", () => this.#resize(this.isWide ? 420 : this.#most));
    edge.addEventListener("keydown", (event) => {
      const width = this.region.clientWidth;
      const wanted = { ArrowLeft: width + STEP, ArrowRight: width - STEP, Home: LEAST, End: this.#most }[event.key];
      if (wanted === undefined) return;
      event.preventDefault();
      this.#resize(wanted);
    });
  }

  get #neighbours() {
    return NEIGHBOURS.map((id) => document.getElementById(id)).filter(Boolean);
  }

  /** So much that nothing beside it is pushed out, and a strip of the canvas stays. */
  get #most() {
    const taken = this.#neighbours.reduce((sum, part) => sum + part.offsetWidth, CANVAS);
    return Math.max(LEAST, innerWidth - taken);
  }

  #resize(wanted) {
    this.#wanted = Math.round(Math.min(Math.max(wanted, LEAST), this.#most));
    localStorage.setItem(KEPT, String(this.#wanted));
    this.#arrange();
  }
}
