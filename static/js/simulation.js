// Sliders and numbers in step. Without scripts the numbers alone are sent, and no slider is seen.
(() => {
  "use strict";

  const FORM = "form[data-simulation-form]";
  const language = document.documentElement.lang;
  const formatted = new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format;

  // "202 500,50" in French, "202,500.50" in English; NaN where it is no number.
  function parsed(text) {
    const compact = text.replace(/\s/g, "");
    return Number(language.startsWith("fr") ? compact.replace(",", ".") : compact.replace(/,/g, ""));
  }

  const sliderOf = (input) => document.querySelector(`[data-slider-for="${input.id}"]`);
  const inputOf = (slider) => document.getElementById(slider.dataset.sliderFor);

  function updateSlider(input) {
    const slider = sliderOf(input);
    const value = parsed(input.value);
    if (!slider || !input.value.trim() || !Number.isFinite(value)) return;
    slider.value = value;
    slider.setAttribute("aria-valuetext", input.value);
  }

  // The duration sets the instalment, the instalment the duration: whichever is touched last counts. With neither,
  // the instalment follows the credit. What follows from others is shown in its field, marked, and never sent.
  const ALTERNATIVES = { id_DURATION: "id_AMT_ANNUITY", id_AMT_ANNUITY: "id_DURATION" };

  function mark(input, state) {
    input.toggleAttribute("data-entered", state === "entered");
    input.toggleAttribute("data-derived", state === "derived");
    const note = document.getElementById(`${input.name}-derived`);
    if (note) note.hidden = state !== "derived";
  }

  function show(input, value, state) {
    input.value = value;
    mark(input, state);
    updateSlider(input);
  }

  const restore = (input) => show(input, input.dataset.onFile, "");

  function enter(input) {
    mark(input, "entered");
    const alternative = document.getElementById(ALTERNATIVES[input.id] ?? "");
    if (alternative) restore(alternative);
  }

  // The answer names the fields that follow; those that did before and no longer do go back to what is on file.
  function showDerived() {
    if (!document.querySelector("#simulation-result [data-simulation]")) return;
    const derived = new Map(
      [...document.querySelectorAll("#simulation-result [data-derived-field]")].map((field) => [
        field.dataset.derivedField,
        field.getAttribute("value"),
      ]),
    );
    document.querySelectorAll(`${FORM} [data-on-file]`).forEach((input) => {
      if (derived.has(input.name)) show(input, derived.get(input.name), "derived");
      else if (input.hasAttribute("data-derived")) restore(input);
    });
  }

  // A button that acts on the figures waits until they are those of the values in the fields.
  let typed = 0;
  let requested = 0;

  function holdBack(isHeld) {
    document.querySelectorAll("[data-waits-for-figures]").forEach((button) => {
      button.disabled = isHeld;
    });
  }

  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt.closest(FORM);
    if (!form) return;
    requested = typed;
    const { parameters } = event.detail;
    form.querySelectorAll("[data-on-file]").forEach((input) => {
      const isOfPair = input.id in ALTERNATIVES && !input.hasAttribute("data-entered");
      if (isOfPair || input.hasAttribute("data-derived")) delete parameters[input.name];
      delete parameters[`derived_${input.name}`];
    });
  });

  document.addEventListener("input", ({ target }) => {
    if (!target.closest(FORM)) return;
    typed += 1;
    holdBack(true);
    if (target.dataset.sliderFor) {
      const input = inputOf(target);
      input.value = formatted(Number(target.value));
      target.setAttribute("aria-valuetext", input.value);
      enter(input);
    } else if (sliderOf(target)) {
      updateSlider(target);
      enter(target);
    }
  });

  // The name of a scenario is no value: typing it requests nothing.
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, triggeringEvent: trigger } = event.detail;
    if (!elt.matches(FORM) || !trigger) return;
    if (trigger.type === "input" && trigger.target.name === "scenario_name") event.preventDefault();
    if (trigger.submitter?.matches("[data-save-scenario]")) event.preventDefault();
  });

  document.addEventListener("reset", (event) => {
    const form = event.target.closest(FORM);
    if (!form) return;
    event.preventDefault();
    form.querySelectorAll("[data-on-file]").forEach(restore);
    form.querySelectorAll("select").forEach((select) => {
      select.value = select.querySelector("[selected]")?.value ?? "";
    });
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  function prepare(root) {
    root.querySelectorAll("[data-slider-for]").forEach((slider) => {
      updateSlider(inputOf(slider));
    });
    root.querySelectorAll("[data-reset]").forEach((button) => {
      button.hidden = false;
    });
  }

  // The messages arrive beside the form, out of band: mark the fields they belong to.
  function markInvalidFields() {
    document.querySelectorAll(`${FORM} .field-error`).forEach((error) => {
      const field = document.querySelector(`[aria-describedby~="${error.id}"]`);
      if (error.textContent.trim()) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
    });
  }

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    prepare(event.detail.elt);
    markInvalidFields();
    if (event.detail.elt.id === "simulation-result") showDerived();
    if (event.detail.elt.id === "figures" && requested === typed) holdBack(false);
  });
})();
