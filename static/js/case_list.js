// The case list: one box that ticks every case of the page.
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

  document.addEventListener("DOMContentLoaded", prepare);
  document.addEventListener("htmx:afterSettle", prepare);
})();
