// The distribution as a chart; the same figures stand in a table below it.
(() => {
  "use strict";

  const canvas = document.getElementById("chart");
  const bins = JSON.parse(document.getElementById("chart-bins").textContent);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const language = document.documentElement.lang;
  const percent = new Intl.NumberFormat(language, { style: "percent" });
  const whole = new Intl.NumberFormat(language);

  const series = (verdict) => ({
    label: canvas.dataset[verdict],
    data: bins.map((bin) => bin[verdict]),
    backgroundColor: colour(`--${verdict}-fill`),
  });

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = colour("--muted");
  new Chart(canvas, {
    type: "bar",
    data: {
      labels: bins.map((bin) => (bin.high ? percent.format(bin.low) : `≥ ${percent.format(bin.low)}`)),
      datasets: ["accept", "refuse", "refer"].map(series),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      datasets: { bar: { categoryPercentage: 1, barPercentage: 0.9 } },
      scales: {
        x: { stacked: true, grid: { display: false }, title: { display: true, text: canvas.dataset.x } },
        y: {
          stacked: true,
          border: { display: false },
          grid: { color: colour("--line") },
          ticks: { callback: (count) => whole.format(count), precision: 0 },
          title: { display: true, text: canvas.dataset.y },
        },
      },
      plugins: { legend: { position: "top", align: "end", labels: { boxWidth: 12, boxHeight: 12 } } },
    },
  });
})();
