// The case page: keys choose an outcome, the reason appears when it differs from the verdict, a decision is
// confirmed. No key records a decision: each opens the confirmation, or leads to the reason that is missing.
(() => {
  "use strict";

  const FORM = "form[data-decision-form]";

  const chosenOutcome = (form) => form.querySelector("input[name=outcome]:checked")?.value;

  function differsFromVerdict(form) {
    const outcome = chosenOutcome(form);
    return outcome !== undefined && outcome !== form.dataset.verdictRead;
  }

  // The server reports what is missing; there is nothing to confirm before that.
  function lacksReason(form) {
    const { reason_code: code, reason } = form.elements;
    return differsFromVerdict(form) && (!code.value || reason.value.trim().length < Number(reason.dataset.minLength));
  }

  function showOverride(form) {
    const override = form.querySelector("[data-override]");
    override.hidden = !differsFromVerdict(form) && override.querySelector(".errorlist") === null;
    form.querySelector("[data-referral]").hidden = chosenOutcome(form) !== "refer";
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest(FORM);
    if (form) showOverride(form);
  });

  let confirmed = null;

  // The decision form is sent once its dialog is answered, whoever sends it: htmx, or the browser before htmx is ready.
  function waitForConfirmation(event) {
    const form = event.target;
    if (!form.matches(FORM) || form === confirmed || !chosenOutcome(form) || lacksReason(form)) return;
    event.preventDefault();
    event.stopPropagation();
    const dialog = form.querySelector("[data-confirm]");
    dialog.querySelectorAll("[data-outcome]").forEach((paragraph) => {
      paragraph.hidden = paragraph.dataset.outcome !== chosenOutcome(form);
    });
    dialog.querySelector("[data-confirm-yes]").onclick = () => {
      dialog.close();
      confirmed = form;
      form.requestSubmit();
      confirmed = null;
    };
    dialog.querySelector("[data-confirm-no]").onclick = () => dialog.close();
    dialog.showModal();
  }

  document.addEventListener("submit", waitForConfirmation, true);

  // The answer to an act shows the case as it is: whether a page that was fetched ahead still holds matters no more.
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    const check = document.querySelector("[data-opened]");
    if (check && detail.requestConfig.verb !== "get") htmx.trigger(check, "htmx:abort");
  });

  // ---- keys

  const OUTCOMES = { a: "accept", r: "refuse", f: "refer" };

  function choose(form, outcome) {
    const input = form.querySelector(`input[name=outcome][value=${outcome}]`);
    input.checked = true;
    showOverride(form);
    if (lacksReason(form)) form.elements.reason_code.focus();
    else form.requestSubmit();
  }

  function goToDecision() {
    const decision = document.getElementById("decision");
    const first = decision?.querySelector("input:checked, input[type=radio], .decision-next a, textarea") ?? decision;
    first?.focus();
    first?.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if ("withoutKeys" in document.body.dataset) return;
    if (event.target.closest("input:not([type=radio]), textarea, select, [contenteditable]")) return;
    const form = document.querySelector(FORM);
    if (event.key === "d") goToDecision();
    else if (event.key === "y" && form?.querySelector("[data-agree]")) choose(form, form.dataset.verdictRead);
    else if (form && OUTCOMES[event.key]) choose(form, OUTCOMES[event.key]);
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", ({ target }) => {
    const form = target.closest("[data-agree]")?.closest(FORM);
    if (form) choose(form, form.dataset.verdictRead);
  });

  function prepare(root) {
    root.querySelectorAll(FORM).forEach(showOverride);
  }

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    prepare(event.detail.elt);
    event.detail.elt.querySelector("[aria-invalid=true]")?.focus();
  });
})();
