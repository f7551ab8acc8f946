// Pairs of distributions, and PSI by month, as bars; the same figures stand in tables beside them.
(() => {
  "use strict";

  const { color, numberFormat, percentFormat, valueAxis, placeAxis, draw } = deskCharts;
  const ticks = { maxTicksLimit: 5 };

  function drawPairs(pairs, labels) {
    const shares = () => valueAxis({ format: percentFormat(), ticks, beginAtZero: true });
    document.querySelectorAll("canvas[data-pair]").forEach((canvas) => {
      const pair = pairs[canvas.dataset.pair];
      draw(canvas, () => ({
        type: "bar",
        data: {
          labels: pair.labels,
          datasets: [
            { label: labels.reference, data: pair.reference, backgroundColor: color("line-strong") },
            { label: labels.current, data: pair.current, backgroundColor: color("refer-fill") },
          ],
        },
        options: { scales: { x: placeAxis({ ticks: { maxRotation: 45 } }), y: shares() } },
      }));
    });
  }

  function drawMonths(canvas, months) {
    const limit = Number(canvas.dataset.limit);
    const barColor = (month) => color(month.score > limit ? "refuse-fill" : "accept-fill");
    const limitLine = () => ({
      type: "line",
      label: canvas.dataset.limitLabel,
      data: months.map(() => limit),
      borderColor: color("refuse"),
      borderDash: [4, 4],
      borderWidth: 1,
      pointRadius: 0,
    });
    draw(canvas, () => ({
      data: {
        labels: months.map(({ month }) => month),
        datasets: [
          {
            type: "bar",
            label: canvas.dataset.label,
            data: months.map(({ score }) => score),
            backgroundColor: months.map(barColor),
            maxBarThickness: 48,
          },
          limitLine(),
        ],
      },
      options: {
        scales: {
          x: placeAxis(),
          y: valueAxis({ format: numberFormat({ maximumFractionDigits: 3 }), ticks, beginAtZero: true }),
        },
      },
    }));
  }

  const json = (id) => JSON.parse(document.getElementById(id).textContent);
  const pairs = document.querySelector(".distribution-pairs");
  if (pairs) drawPairs(json("drift-pairs"), pairs.dataset);
  const months = document.getElementById("months");
  if (months) drawMonths(months, json("drift-months"));
})();
