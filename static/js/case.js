// The case page: the reason appears when the decision differs from the verdict; a decision is confirmed.
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
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest(FORM);
    if (form) showOverride(form);
  });

  // Every request of the decision form waits for the dialog; other requests pass.
  document.addEventListener("htmx:confirm", (event) => {
    const { elt: form, issueRequest } = event.detail;
    if (!form.matches(FORM) || !chosenOutcome(form) || lacksReason(form)) return;
    event.preventDefault();
    const dialog = form.querySelector("[data-confirm]");
    dialog.querySelectorAll("[data-outcome]").forEach((paragraph) => {
      paragraph.hidden = paragraph.dataset.outcome !== chosenOutcome(form);
    });
    dialog.querySelector("[data-confirm-yes]").onclick = () => {
      dialog.close();
      issueRequest(true);
    };
    dialog.querySelector("[data-confirm-no]").onclick = () => dialog.close();
    dialog.showModal();
  });

  const prepare = (root) => root.querySelectorAll(FORM).forEach(showOverride);

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    prepare(event.detail.elt);
    event.detail.elt.querySelector("[aria-invalid=true]")?.focus();
  });
})();
