// The case list: one box that ticks every case of the page, and a place for the focus after a swap.
(() => {
  "use strict";

  const boxes = () => document.querySelectorAll("[data-choose]");

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-choose-all]")) boxes().forEach((box) => (box.checked = target.checked));
    else if (target.matches("[data-choose]")) prepare();
  });

  // Without scripts there is nothing behind this box.
  function prepare() {
    const every = document.querySelector("[data-choose-all]");
    if (!every) return;
    every.hidden = false;
    every.checked = Array.from(boxes()).every((box) => box.checked);
  }

  // htmx gives the focus back to an element of the same id: the last page has no button to the next.
  let hadFocus = false;

  document.addEventListener("htmx:beforeSwap", ({ target }) => {
    hadFocus = target.id === "results" && target.contains(document.activeElement);
  });

  function keepFocus() {
    if (!hadFocus || document.activeElement !== document.body) return;
    hadFocus = false;
    (document.getElementById("page-range") ?? document.getElementById("count")).focus();
  }

  document.addEventListener("DOMContentLoaded", prepare);
  document.addEventListener("htmx:afterSettle", () => {
    prepare();
    keepFocus();
  });
})();
