// The distribution of probabilities as stacked bars; the same figures stand in a table below.
(() => {
  "use strict";

  const { color, numberFormat, percentFormat, valueAxis, placeAxis, draw } = deskCharts;
  const canvas = document.getElementById("chart");
  const bins = JSON.parse(document.getElementById("chart-bins").textContent);
  const percent = percentFormat();

  const series = (verdict) => ({
    label: canvas.dataset[verdict],
    data: bins.map((bin) => bin[verdict]),
    backgroundColor: color(`${verdict}-fill`),
  });

  draw(canvas, () => ({
    type: "bar",
    data: {
      labels: bins.map((bin) => (bin.high ? percent(bin.low) : `≥ ${percent(bin.low)}`)),
      datasets: ["accept", "refuse", "refer"].map(series),
    },
    options: {
      datasets: { bar: { categoryPercentage: 1, barPercentage: 0.9 } },
      scales: {
        x: placeAxis({ text: canvas.dataset.x, stacked: true }),
        y: valueAxis({ format: numberFormat(), text: canvas.dataset.y, ticks: { precision: 0 }, stacked: true }),
      },
    },
  }));
})();
