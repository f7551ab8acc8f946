// The case page: the reason appears when the decision differs, a decision is confirmed.
(() => {
  "use strict";

  // ---- the decision

  const decisionForm = (element) => element.closest("form[data-decides]");
  const chosen = (form) => form.querySelector("input[name=outcome]:checked")?.value;

  const differing = (form) => chosen(form) !== undefined && chosen(form) !== form.dataset.verdictRead;

  // The server says what is missing; there is nothing to confirm before that.
  function lacksReason(form) {
    const { reason_code: code, reason } = form.elements;
    return differing(form) && (!code.value || reason.value.trim().length < Number(reason.dataset.least));
  }

  function showOverride(form) {
    const hasErrors = form.querySelector("[data-override] .errorlist") !== null;
    form.querySelector("[data-override]").hidden = !differing(form) && !hasErrors;
  }

  document.addEventListener("change", (event) => {
    const form = decisionForm(event.target);
    if (form) showOverride(form);
  });

  // Every request of the decision form waits for the dialog; other requests pass.
  document.addEventListener("htmx:confirm", (event) => {
    const form = event.detail.elt;
    if (!form.matches("form[data-decides]") || !chosen(form) || lacksReason(form)) return;
    event.preventDefault();
    const dialog = form.querySelector("[data-confirm]");
    dialog.querySelectorAll("[data-if]").forEach((words) => {
      words.hidden = words.dataset.if !== chosen(form);
    });
    dialog.querySelector("[data-yes]").onclick = () => {
      dialog.close();
      event.detail.issueRequest(true);
    };
    dialog.querySelector("[data-no]").onclick = () => dialog.close();
    dialog.showModal();
  });

  // ---- after a page or a fragment arrived

  function prepare(root) {
    root.querySelectorAll("form[data-decides]").forEach(showOverride);
  }

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    prepare(event.detail.elt);
    const wrong = event.detail.elt.querySelector("[aria-invalid=true]");
    if (wrong) wrong.focus();
  });
})();
