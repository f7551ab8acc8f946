// Keys, menus, dialogs and messages of every page. No key decides anything: keys only move and open.
(() => {
  "use strict";

  const rows = () => Array.from(document.querySelectorAll("[data-row]"));

  // ---- keys

  function moveFocus(step) {
    const all = rows();
    if (!all.length) return false;
    const current = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(current + step, 0), all.length - 1)];
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function focusSearch() {
    const search = document.querySelector("[data-search]");
    search?.focus();
    search?.select();
    return Boolean(search);
  }

  function follow(selector) {
    const link = document.querySelector(selector);
    link?.click();
    return Boolean(link);
  }

  function openKeyboardHelp() {
    document.getElementById("keyboard-help").showModal();
    return true;
  }

  // Each returns whether it did something: otherwise the browser has the key.
  const KEYS = {
    "/": focusSearch,
    "?": openKeyboardHelp,
    j: () => moveFocus(1),
    k: () => moveFocus(-1),
    n: () => follow("[data-next-case]"),
    p: () => follow("[data-previous-case]"),
  };

  // A letter does nothing to a choice that has the focus.
  const isTyping = (target) => target.closest("input:not([type=radio]), textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if ("withoutKeys" in document.body.dataset) return;
    if (document.querySelector("dialog[open]")) return;
    if (KEYS[event.key]?.()) event.preventDefault();
  });

  // From the search straight into its results.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !event.target.matches("[data-search]") || !rows().length) return;
    event.preventDefault();
    rows()[0].querySelector("a").focus();
  });

  // ---- menus and dialogs

  const openMenus = () => document.querySelectorAll("details[data-menu][open]");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("click", ({ target }) => {
    const opener = target.closest("[data-opens-dialog]");
    if (opener) document.getElementById(opener.dataset.opensDialog).showModal();
    openMenus().forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
  });

  // ---- files that are too large: the desk ends the connection while they are sent, and the browser shows no page

  const largeFiles = (form) =>
    Array.from(form.querySelectorAll("[data-largest]")).filter((input) => input.files[0]?.size > input.dataset.largest);

  function refuseLargeFiles(event) {
    const [input] = largeFiles(event.target);
    if (!input) return;
    event.preventDefault();
    event.stopPropagation();
    input.setCustomValidity(input.dataset.tooLarge);
    input.reportValidity();
  }

  function forgetRefusal({ target }) {
    const inputs = target.closest?.("form")?.querySelectorAll("[data-largest]") ?? [];
    inputs.forEach((input) => input.setCustomValidity(""));
  }

  document.addEventListener("submit", refuseLargeFiles, true);
  document.addEventListener("change", forgetRefusal, true);
  document.addEventListener("drop", forgetRefusal, true);

  // ---- a request without an answer

  const showConnectionError = (isShown) => ({ target }) => {
    // What nobody asked for reports nothing.
    if (target.id === "notifications") return;
    const message = document.getElementById("connection");
    if (message) message.hidden = !isShown;
  };
  document.addEventListener("htmx:sendError", showConnectionError(true));
  document.addEventListener("htmx:responseError", showConnectionError(true));
  document.addEventListener("htmx:afterOnLoad", showConnectionError(false));
})();
