// The case page: the reason appears when the decision differs, a decision is confirmed, a distribution is drawn.
(() => {
  "use strict";

  // ---- the decision

  const decisionForm = (element) => element.closest("form[data-decides]");
  const chosen = (form) => form.querySelector("input[name=outcome]:checked")?.value;

  function showOverride(form) {
    const outcome = chosen(form);
    const differs = outcome !== undefined && outcome !== form.dataset.verdictRead;
    const hasErrors = form.querySelector("[data-override] .errorlist") !== null;
    form.querySelector("[data-override]").hidden = !differs && !hasErrors;
  }

  document.addEventListener("change", (event) => {
    const form = decisionForm(event.target);
    if (form) showOverride(form);
  });

  // Every request of the decision form waits for the dialog; other requests pass.
  document.addEventListener("htmx:confirm", (event) => {
    const form = event.detail.elt;
    if (!form.matches("form[data-decides]") || !chosen(form)) return;
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
  const histograms = () => JSON.parse(document.getElementById("histograms").textContent);

  function draw(feature) {
    const figure = document.getElementById("distribution");
    const one = histograms().find((histogram) => histogram.feature === feature);
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--ink").trim();
    const quiet = style.getPropertyValue("--line-strong").trim();
    if (chart) chart.destroy();
    figure.hidden = false;
    figure.querySelector("figcaption").textContent = `${one.label}: ${one.client}`;
    chart = new Chart(figure.querySelector("canvas"), {
      type: "bar",
      data: {
        labels: one.cells.map((cell) => cell.label),
        datasets: [{
          data: one.cells.map((cell) => cell.share),
          backgroundColor: one.cells.map((cell) => (cell.client ? ink : `${quiet}55`)),
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
    document.querySelectorAll("[data-histogram]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.histogram === feature));
    });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-histogram]");
    if (button) draw(button.dataset.histogram);
  });

  // ---- after a page or a fragment arrived

  function prepare(root) {
    root.querySelectorAll("form[data-decides]").forEach(showOverride);
    if (!root.querySelector("[data-histogram]")) return;
    const all = histograms();
    const known = all.find((one) => one.cells.some((cell) => cell.client));
    draw((known || all[0]).feature);
  }

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    prepare(event.detail.elt);
    const wrong = event.detail.elt.querySelector("[aria-invalid=true]");
    if (wrong) wrong.focus();
  });
})();
