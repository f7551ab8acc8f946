// Sliders and numbers in step. Without this script the numbers alone are sent, and the sliders stay hidden.
(() => {
  "use strict";

  const french = () => document.documentElement.lang.startsWith("fr");

  // "202 500,50" in French, "202,500.50" in English; NaN where it is no number, and the slider then stays.
  function parsed(text) {
    const compact = text.replace(/\s/g, "");
    return Number(french() ? compact.replace(",", ".") : compact.replace(/,/g, ""));
  }

  const sliderOf = (number) => document.querySelector(`[data-slides="${number.id}"]`);
  const numberOf = (slider) => document.getElementById(slider.dataset.slides);
  const written = (value) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(value);

  function follow(number) {
    const slider = sliderOf(number);
    const value = parsed(number.value);
    if (!slider || !number.value.trim() || !Number.isFinite(value)) return;
    slider.value = value;
    slider.setAttribute("aria-valuetext", number.value);
  }

  // The duration sets the instalment: whichever is touched last counts, the other goes back to what is on file.
  const INSTEAD = { id_DURATION: "id_AMT_ANNUITY", id_AMT_ANNUITY: "id_DURATION" };

  function giveBack(number) {
    const other = document.getElementById(INSTEAD[number.id] ?? "");
    if (!other) return;
    other.value = other.dataset.onFile;
    follow(other);
  }

  document.addEventListener("input", (event) => {
    const here = event.target;
    if (!here.closest("form[data-whatif]")) return;
    if (here.dataset.slides) {
      numberOf(here).value = written(Number(here.value));
      here.setAttribute("aria-valuetext", numberOf(here).value);
      giveBack(numberOf(here));
    } else if (sliderOf(here)) {
      follow(here);
      giveBack(here);
    }
  });

  // The name of a scenario is no value: typing it asks for nothing.
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, triggeringEvent: by } = event.detail;
    if (!elt.matches("form[data-whatif]") || !by) return;
    if (by.type === "input" && by.target.name === "scenario_name") event.preventDefault();
    if (by.submitter?.matches("[data-keeps]")) event.preventDefault();
  });

  document.addEventListener("reset", (event) => {
    const form = event.target.closest("form[data-whatif]");
    if (!form) return;
    event.preventDefault();
    form.querySelectorAll("[data-on-file]").forEach((number) => {
      number.value = number.dataset.onFile;
      follow(number);
    });
    form.querySelectorAll("select").forEach((choice) => {
      choice.value = choice.querySelector("[selected]")?.value ?? "";
    });
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  function prepare(root) {
    root.querySelectorAll("[data-slides]").forEach((slider) => {
      slider.hidden = false;
      follow(numberOf(slider));
    });
    root.querySelectorAll("[data-reset]").forEach((button) => {
      button.hidden = false;
    });
  }

  function tellErrors() {
    document.querySelectorAll("form[data-whatif] .field-error").forEach((error) => {
      const field = document.querySelector(`[aria-describedby~="${error.id}"]`);
      if (field) field.toggleAttribute("aria-invalid", error.textContent.trim() !== "");
      if (field?.hasAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
    });
  }

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id === "whatif-panel") {
      prepare(event.detail.elt);
      event.detail.elt.querySelector("input[name]:not([type=hidden])")?.focus({ preventScroll: true });
    }
    tellErrors();
  });
})();
