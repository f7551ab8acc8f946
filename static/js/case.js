// The case page: the reason appears when the decision differs, a decision is confirmed, a distribution is drawn.
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

  // ---- the distribution of one main feature, with the client's own place in it

  let chart = null;

  function draw(figure) {
    const cells = JSON.parse(figure.dataset.cells);
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--ink").trim();
    const quiet = style.getPropertyValue("--line-strong").trim();
    if (chart) chart.destroy();
    figure.hidden = false;
    chart = new Chart(figure.querySelector("canvas"), {
      type: "bar",
      data: {
        labels: cells.map((cell) => cell.label),
        datasets: [{
          data: cells.map((cell) => cell.share),
          backgroundColor: cells.map((cell) => (cell.client ? ink : `${quiet}55`)),
          barPercentage: 1,
          categoryPercentage: 0.92,
        }],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        plugins: { legend: { display: false }, tooltip: { callbacks: { label: (item) => `${item.formattedValue} %` } } },
        scales: {
          x: { grid: { display: false }, ticks: { maxRotation: 0, autoSkip: true, maxTicksLimit: 6 } },
          y: { border: { display: false }, ticks: { callback: (value) => `${value} %`, maxTicksLimit: 5 } },
        },
      },
    });
    document.querySelectorAll("[data-main]").forEach((link) => {
      link.toggleAttribute("aria-current", link.dataset.main === figure.dataset.feature);
    });
  }

  // ---- after a page or a fragment arrived

  function prepare(root) {
    root.querySelectorAll("form[data-decides]").forEach(showOverride);
    const figure = root.matches?.("[data-cells]") ? root : root.querySelector("[data-cells]");
    if (figure) draw(figure);
  }

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    prepare(event.detail.elt);
    const wrong = event.detail.elt.querySelector("[aria-invalid=true]");
    if (wrong) wrong.focus();
  });
})();
