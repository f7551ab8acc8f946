// Keys, menus and messages shared by every page. No key here decides anything: keys only move and open.
(() => {
  "use strict";

  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const rows = () => Array.from(document.querySelectorAll("[data-row]"));

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const here = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  const keys = {
    "/": () => {
      const search = document.querySelector("[data-search]");
      if (!search) return false;
      search.focus();
      search.select();
      return true;
    },
    "?": () => {
      document.getElementById("keys").showModal();
      return true;
    },
    j: () => (move(1), true),
    k: () => (move(-1), true),
    n: () => {
      const next = document.querySelector("[data-next-case]");
      if (next) next.click();
      return Boolean(next);
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const act = keys[event.key];
    if (act && act()) event.preventDefault();
  });

  // From the search straight into what it found.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !event.target.matches("[data-search]") || !rows().length) return;
    event.preventDefault();
    rows()[0].querySelector("a").focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  const connection = () => document.getElementById("connection");
  const tell = (shown) => () => {
    if (connection()) connection().hidden = !shown;
  };
  document.addEventListener("htmx:sendError", tell(true));
  document.addEventListener("htmx:responseError", tell(true));
  document.addEventListener("htmx:afterOnLoad", tell(false));
})();
