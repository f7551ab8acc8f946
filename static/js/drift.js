// Pairs of distributions and PSI by month as bars; the same figures stand in tables beside them.
(() => {
  "use strict";

  const told = document.getElementById("drift-pairs");
  if (!told) return;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 3 });

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = colour("--muted");
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;

  const values = (format) => ({
    beginAtZero: true,
    border: { display: false },
    grid: { color: colour("--line") },
    ticks: { callback: (value) => format.format(value), maxTicksLimit: 5 },
  });

  const pairs = JSON.parse(told.textContent);
  const { dataset } = document.querySelector(".pairs");
  document.querySelectorAll("canvas[data-pair]").forEach((canvas) => {
    const pair = pairs[canvas.dataset.pair];
    new Chart(canvas, {
      type: "bar",
      data: {
        labels: pair.labels,
        datasets: [
          { label: dataset.reference, data: pair.reference, backgroundColor: colour("--line-strong") },
          { label: dataset.current, data: pair.current, backgroundColor: colour("--refer-fill") },
        ],
      },
      options: {
        scales: { x: { grid: { display: false }, ticks: { maxRotation: 45 } }, y: values(percent) },
        plugins: { legend: { align: "end", labels: { boxWidth: 12, boxHeight: 12 } } },
      },
    });
  });

  const canvas = document.getElementById("months");
  if (!canvas) return;
  const months = JSON.parse(document.getElementById("drift-months").textContent);
  const limit = Number(canvas.dataset.limit);
  new Chart(canvas, {
    data: {
      labels: months.map((month) => month.month),
      datasets: [
        {
          type: "bar",
          label: canvas.dataset.label,
          data: months.map((month) => month.score),
          backgroundColor: months.map((month) => colour(month.score > limit ? "--refuse-fill" : "--accept-fill")),
          maxBarThickness: 48,
        },
        {
          type: "line",
          label: canvas.dataset.limitLabel,
          data: months.map(() => limit),
          borderColor: colour("--refuse"),
          borderDash: [4, 4],
          borderWidth: 1,
          pointRadius: 0,
        },
      ],
    },
    options: {
      scales: { x: { grid: { display: false } }, y: values(number) },
      plugins: { legend: { align: "end", labels: { boxWidth: 12, boxHeight: 12 } } },
    },
  });
})();
