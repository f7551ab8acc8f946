// The palette: Ctrl-K opens it, arrows choose, Enter goes there. It only goes somewhere; nothing is done by it.
(() => {
  "use strict";

  const palette = () => document.getElementById("palette");
  const text = () => document.getElementById("palette-text");
  const options = () => Array.from(palette().querySelectorAll("[data-address]"));
  const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");

  // What is listed may be older than what is typed: Enter then waits for its answer.
  let isWaiting = false;
  let goesOnAnswer = false;

  function choose(option) {
    options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
    if (option) text().setAttribute("aria-activedescendant", option.id);
    else text().removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = options();
    if (all.length) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  }

  function go(option) {
    if (!option) return;
    // The address may be a part of this very page.
    palette().close();
    window.location.assign(option.dataset.address);
  }

  function open() {
    text().value = "";
    palette().showModal();
    text().focus();
    text().form.dispatchEvent(new Event("desk:open"));
  }

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    if (!palette() || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "palette-text") return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && isWaiting) goesOnAnswer = true;
    else if (event.key === "Enter") go(chosen());
    else return;
    event.preventDefault();
  });

  document.addEventListener("input", ({ target }) => {
    if (target.id === "palette-text") isWaiting = true;
  });

  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-opens-palette]")) open();
    else go(target.closest("#palette [data-address]"));
  });

  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.id !== "palette-entries") return;
    isWaiting = false;
    choose(chosen());
    if (goesOnAnswer) go(chosen());
    goesOnAnswer = false;
  });
})();
