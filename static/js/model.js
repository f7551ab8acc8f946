// The figures of a model: each chart is drawn from the table below it.
(() => {
  "use strict";

  const { color, numberFormat, percentFormat, valueAxis, placeAxis, draw } = deskCharts;
  const FORMATS = { percent: percentFormat(1), number: numberFormat({ maximumFractionDigits: 4 }) };
  const PALETTE = ["primary", "refer-fill", "accept-fill", "refuse-fill"];
  const MAX_LABEL_LENGTH = 40;
  // Pixels of a chart for each character of a label beside a bar: labels take half of its width at most.
  const LABEL_PIXELS = 17;
  // Upright beside the lowest charts.
  const MAX_AXIS_LENGTH = 20;
  const MAX_TURNED_LABELS = 10;
  // In one line, a longer label below a place would take the height of the chart: it is broken into short ones.
  const MAX_PLACE_LENGTH = 24;
  const MAX_PLACE_LINE = 14;
  // Lines of labels that stand beside a chart of the usual height.
  const MAX_LOW_LINES = 7;
  const LABEL_PADDING = 4;
  const LABEL_HEIGHT = 22;

  // How the series of each style of column are drawn.
  const STYLES = {
    line: (ink) => ({ borderColor: ink, borderWidth: 2, pointRadius: 0 }),
    dashed: (ink) => ({ borderColor: ink, borderWidth: 2, borderDash: [6, 4], pointRadius: 0 }),
    points: (ink) => ({ borderColor: ink, backgroundColor: ink, borderWidth: 1.5, pointRadius: 4 }),
    dots: (ink) => ({ borderColor: ink, backgroundColor: ink, showLine: false, pointRadius: 5 }),
    edge: () => ({ borderColor: color("line-strong"), borderWidth: 1, borderDash: [2, 3], pointRadius: 0 }),
    bars: (ink) => ({ backgroundColor: ink, maxBarThickness: 28 }),
  };

  // ---- from the table to series

  const cellValue = (cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value));

  function readTable(figure) {
    const rows = [...figure.querySelectorAll("tbody tr")];
    const headers = [...figure.querySelectorAll("thead th")].slice(1);
    return {
      labels: rows.map((row) => row.cells[0].textContent),
      positions: rows.map((row) => cellValue(row.cells[0])),
      columns: headers
        .map((header, index) => ({
          label: header.textContent,
          style: header.dataset.style,
          format: FORMATS[header.dataset.form],
          values: rows.map((row) => cellValue(row.cells[index + 1])),
        }))
        .filter((column) => column.style !== "table"),
    };
  }

  // Dots followed by a lower and an upper edge become one series with error bars.
  function errorBarSeries([estimate, low, high], isSideways) {
    const ink = color(PALETTE[0]);
    const [value, least, most] = isSideways ? ["x", "xMin", "xMax"] : ["y", "yMin", "yMax"];
    return {
      type: "lineWithErrorBars",
      label: estimate.label,
      data: estimate.values.map((each, index) => (
        { [value]: each, [least]: low.values[index], [most]: high.values[index] }
      )),
      errorBarColor: ink,
      errorBarLineWidth: 1.5,
      errorBarWhiskerSize: 0,
      ...STYLES.dots(ink),
      radius: 5,
    };
  }

  function seriesOf({ columns, positions }, figure) {
    if (columns[0].style === "dots" && columns.length === 3) {
      return [errorBarSeries(columns, "sideways" in figure.dataset)];
    }
    const isNumeric = "numeric" in figure.dataset;
    const palette = figure.dataset.palette?.split(" ") ?? PALETTE;
    const series = columns.map((column, order) => ({
      label: column.label,
      data: isNumeric ? column.values.map((y, index) => ({ x: positions[index], y })) : column.values,
      ...STYLES[column.style](color(palette[order % palette.length])),
    }));
    return "diagonal" in figure.dataset ? [...series, diagonalOf(series, figure.dataset.diagonal)] : series;
  }

  function diagonalOf(series, label) {
    const end = Math.max(...series.flatMap(({ data }) => data.flatMap(({ x, y }) => [x, y])));
    return { label, data: [{ x: 0, y: 0 }, { x: end, y: end }], ...STYLES.edge() };
  }

  // ---- annotations: vertical lines with a label each, and a shaded range

  // Each label has a line of its own, so that none crosses another: the leftmost stands to the left of its mark
  // where it has room, the others to the right of theirs.
  function labelOffset(chart, text, value, isLeftmost) {
    chart.ctx.font = `${Chart.defaults.font.size}px ${Chart.defaults.font.family}`;
    const half = chart.ctx.measureText(text).width / 2 + LABEL_PADDING;
    const hasRoom = chart.scales.x.getPixelForValue(value) - 2 * half > chart.chartArea.left;
    return isLeftmost && hasRoom ? -half : half;
  }

  // Whether a line of the chart passes through a label that begins at this height beside its mark.
  function isCrossed(chart, text, value, top) {
    const { x, y } = chart.scales;
    const left = x.getPixelForValue(value);
    const right = left + chart.ctx.measureText(text).width + 3 * LABEL_PADDING;
    const isWithin = (at, from, to) => at >= from && at <= to;
    const points = chart.data.datasets.flatMap(({ data }) => data);
    return points.some((point) => isWithin(x.getPixelForValue(point.x), left, right)
      && isWithin(y.getPixelForValue(point.y), top, top + LABEL_HEIGHT));
  }

  // A single mark has its label at the top of the chart, or at its foot where a line would cross it.
  function labelEnd(chart, text, value) {
    const { top, bottom } = chart.chartArea;
    const hasBetterFoot = isCrossed(chart, text, value, top) && !isCrossed(chart, text, value, bottom - LABEL_HEIGHT);
    return hasBetterFoot ? "start" : "end";
  }

  const verticalLine = (mark, index, all) => {
    const value = Number(mark.value);
    const order = [...all].sort((a, b) => Number(a.value) - Number(b.value)).indexOf(mark);
    return {
      type: "line",
      drawTime: "beforeDatasetsDraw",
      xMin: value,
      xMax: value,
      borderColor: color("muted"),
      borderWidth: 1,
      borderDash: index ? [3, 3] : [],
      label: {
        display: true,
        content: mark.textContent,
        position: all.length > 1 ? "end" : ({ chart }) => labelEnd(chart, mark.textContent, value),
        xAdjust: ({ chart }) => labelOffset(chart, mark.textContent, value, order === 0 && all.length > 1),
        yAdjust: order * LABEL_HEIGHT,
        backgroundColor: color("surface"),
        color: color("muted"),
        font: { weight: "normal" },
        padding: LABEL_PADDING,
      },
    };
  };

  function annotationsOf(figure) {
    const annotations = [...figure.querySelectorAll("data")].map(verticalLine);
    if (!figure.dataset.shade) return annotations;
    const [xMin, xMax] = figure.dataset.shade.split(" ").map(Number);
    const box = { type: "box", drawTime: "beforeDatasetsDraw", backgroundColor: color("primary-soft"), borderWidth: 0 };
    return [{ ...box, xMin, xMax }, ...annotations];
  }

  // ---- the chart

  // Break a long label of a bar, or a long name of an axis, into lines.
  function wrapped(text, length) {
    return text.split(" ").reduce((lines, word) => {
      const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
      return longer.length <= length && lines.length
        ? [...lines.slice(0, -1), longer]
        : [...lines, word];
    }, []);
  }

  function numericAxis(figure) {
    const max = Number(figure.dataset.until) || undefined;
    const callback = FORMATS[figure.dataset.xForm];
    return placeAxis({ text: figure.dataset.x, type: "linear", min: 0, max, ticks: { callback } });
  }

  // Many places are steps of a scale, of which a few labels are enough: turned, all of them would take the height.
  function categoryAxis(figure, isSideways, places) {
    const isScale = places > MAX_TURNED_LABELS;
    const ticks = { autoSkip: isScale && !isSideways, maxRotation: isScale ? 0 : 70 };
    return placeAxis({ text: isSideways ? "" : figure.dataset.x, offset: true, ticks });
  }

  function placeLabels({ labels }, figure) {
    if ("sideways" in figure.dataset) {
      const length = Math.min(MAX_LABEL_LENGTH, Math.floor(figure.clientWidth / LABEL_PIXELS));
      return labels.map((label) => wrapped(label, length));
    }
    const isLong = labels.some((label) => label.length > MAX_PLACE_LENGTH);
    return isLong && labels.length <= MAX_TURNED_LABELS
      ? labels.map((label) => wrapped(label, MAX_PLACE_LINE))
      : labels;
  }

  function tooltipLabel(format, isSideways) {
    return ({ dataset, parsed, raw }) => {
      const value = `${dataset.label}: ${format(isSideways ? parsed.x : parsed.y)}`;
      const [low, high] = isSideways ? [raw?.xMin, raw?.xMax] : [raw?.yMin, raw?.yMax];
      return low === undefined ? value : `${value} (${format(low)} – ${format(high)})`;
    };
  }

  function configuration(figure, table) {
    const isSideways = "sideways" in figure.dataset;
    const isNumeric = "numeric" in figure.dataset;
    const [{ style, format }] = table.columns;
    const series = seriesOf(table, figure);
    const name = figure.dataset.y && wrapped(figure.dataset.y, MAX_AXIS_LENGTH);
    const values = valueAxis({ format, text: name, beginAtZero: style === "bars" });
    const isStacked = "stacked" in figure.dataset;
    const places = isNumeric ? numericAxis(figure) : categoryAxis(figure, isSideways, table.labels.length);
    return {
      type: style === "bars" ? "bar" : "line",
      data: { labels: isNumeric ? undefined : placeLabels(table, figure), datasets: series },
      options: {
        spanGaps: true,
        indexAxis: isSideways ? "y" : "x",
        interaction: { mode: "nearest", intersect: false },
        scales: isSideways
          ? { x: values, y: places }
          : { x: { ...places, stacked: isStacked }, y: { ...values, stacked: isStacked } },
        plugins: {
          annotation: { annotations: annotationsOf(figure) },
          legend: { display: series.length > 1, labels: { boxWidth: 20, boxHeight: 2 } },
          tooltip: { callbacks: { label: tooltipLabel(format, isSideways) } },
        },
      },
    };
  }

  document.querySelectorAll("figure[data-chart]").forEach((figure) => {
    const table = readTable(figure);
    const setHeight = () => {
      const isTall = "sideways" in figure.dataset && placeLabels(table, figure).flat().length > MAX_LOW_LINES;
      figure.querySelector(".chart").classList.toggle("chart-tall", isTall);
    };
    setHeight();
    // A phone that is turned has room for its labels in fewer lines.
    addEventListener("resize", setHeight);
    draw(figure.querySelector("canvas"), () => configuration(figure, table));
  });
})();
