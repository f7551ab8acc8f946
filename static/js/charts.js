// Chart.js with the defaults of the desk: colours of the design tokens, numbers in the page's language.
"use strict";

const deskCharts = (() => {
  const language = document.documentElement.lang;
  const redraws = [];

  // A colour by the name of its design token, in the scheme that is shown.
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--color-${name}`).trim();

  const numberFormat = (options) => new Intl.NumberFormat(language, options).format;
  const percentFormat = (maximumFractionDigits = 0) => numberFormat({ style: "percent", maximumFractionDigits });

  const title = (text) => ({ display: Boolean(text), text });

  // An axis of values: pale grid lines and no border.
  const valueAxis = ({ format, text, ticks, ...options }) => ({
    title: title(text),
    border: { display: false },
    grid: { color: color("line") },
    ticks: { callback: (value) => format(value), ...ticks },
    ...options,
  });

  // An axis of places: a border and no grid lines.
  const placeAxis = ({ text, ...options } = {}) => ({ title: title(text), grid: { display: false }, ...options });

  function setDefaults() {
    const { defaults } = Chart;
    defaults.font.family = getComputedStyle(document.body).fontFamily;
    defaults.color = color("muted");
    defaults.borderColor = color("line");
    defaults.animation = false;
    defaults.maintainAspectRatio = false;
    Object.assign(defaults.plugins.legend, { position: "top", align: "end" });
    Object.assign(defaults.plugins.legend.labels, { boxWidth: 12, boxHeight: 12 });
  }

  // Draw a chart now, and again in another colour scheme: a canvas keeps the colours it was drawn with.
  function draw(canvas, configure) {
    let chart = new Chart(canvas, configure());
    redraws.push(() => {
      chart.destroy();
      chart = new Chart(canvas, configure());
    });
  }

  function redrawAll() {
    setDefaults();
    redraws.forEach((redraw) => redraw());
  }

  // Paper is white: charts are printed in the colours of the light scheme.
  function setPrinting(isPrinting) {
    document.documentElement.toggleAttribute("data-printing", isPrinting);
    if (darkScheme.matches) redrawAll();
  }

  const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");
  setDefaults();
  darkScheme.addEventListener("change", redrawAll);
  window.addEventListener("beforeprint", () => setPrinting(true));
  window.addEventListener("afterprint", () => setPrinting(false));

  return { color, numberFormat, percentFormat, valueAxis, placeAxis, draw };
})();
