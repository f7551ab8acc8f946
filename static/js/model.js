// The figures of a model: each chart is drawn from the table below it.
(() => {
  "use strict";

  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const language = document.documentElement.lang;
  const forms = {
    percent: new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }),
    number: new Intl.NumberFormat(language, { maximumFractionDigits: 3 }),
  };
  const palette = ["--ink", "--refer-fill", "--accept-fill", "--refuse-fill"].map(colour);
  const number = (cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value));

  const looks = {
    line: (ink) => ({ borderColor: ink, borderWidth: 2, pointRadius: 0 }),
    dashed: (ink) => ({ borderColor: ink, borderWidth: 2, borderDash: [6, 4], pointRadius: 0 }),
    dots: (ink) => ({ borderColor: ink, backgroundColor: ink, showLine: false, pointRadius: 5 }),
    points: (ink) => ({ borderColor: ink, backgroundColor: ink, borderWidth: 1.5, pointRadius: 4 }),
    edge: () => ({ borderColor: colour("--line-strong"), borderWidth: 1, borderDash: [2, 3], pointRadius: 0 }),
    bars: (ink) => ({ backgroundColor: ink, maxBarThickness: 28 }),
  };

  // Vertical lines with a word each, and a range that is tinted.
  const marking = (figure) => ({
    id: "marking",
    beforeDatasetsDraw({ ctx, chartArea, scales }) {
      const [low, high] = (figure.dataset.shade || "").split(" ").map(Number);
      ctx.save();
      if (high) {
        const left = scales.x.getPixelForValue(low);
        ctx.fillStyle = colour("--ink-soft");
        ctx.fillRect(left, chartArea.top, scales.x.getPixelForValue(high) - left, chartArea.height);
      }
      ctx.fillStyle = ctx.strokeStyle = colour("--muted");
      figure.querySelectorAll("data").forEach((mark, place) => {
        const x = scales.x.getPixelForValue(Number(mark.value));
        ctx.setLineDash(place ? [3, 3] : []);
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        ctx.textAlign = place ? "right" : "left";
        ctx.fillText(mark.textContent, place ? x - 4 : x + 4, chartArea.top + 10);
      });
      ctx.restore();
    },
  });

  // From the lowest to the highest, through each dot.
  const whiskers = {
    id: "whiskers",
    beforeDatasetsDraw({ ctx, data, scales }) {
      const [dots, low, high] = data.datasets;
      if (dots.showLine !== false || !high) return;
      ctx.save();
      ctx.strokeStyle = dots.borderColor;
      ctx.lineWidth = 1.5;
      low.data.forEach((value, place) => {
        const x = scales.x.getPixelForValue(place);
        ctx.beginPath();
        ctx.moveTo(x, scales.y.getPixelForValue(value));
        ctx.lineTo(x, scales.y.getPixelForValue(high.data[place]));
        ctx.stroke();
      });
      ctx.restore();
    },
  };

  function seriesOf(figure) {
    const rows = [...figure.querySelectorAll("tbody tr")];
    const isNumeric = "numeric" in figure.dataset;
    const heads = [...figure.querySelectorAll("thead th")].slice(1);
    const drawn = heads.map((head, place) => ({ head, place })).filter(({ head }) => head.dataset.style !== "table");
    const sets = drawn.map(({ head, place }, order) => ({
      label: head.textContent,
      data: rows.map((row) => {
        const value = number(row.cells[place + 1]);
        return isNumeric ? { x: number(row.cells[0]), y: value } : value;
      }),
      ...looks[head.dataset.style](palette[order % palette.length]),
    }));
    if (sets[0].showLine === false) sets.slice(1).forEach((set) => Object.assign(set, { showLine: false }));
    if ("diagonal" in figure.dataset) {
      const top = Math.max(...sets.flatMap((set) => set.data.flatMap((point) => [point.x, point.y])));
      const ideal = { label: figure.dataset.diagonal, data: [{ x: 0, y: 0 }, { x: top, y: top }] };
      sets.push({ ...ideal, ...looks.edge() });
    }
    return { isNumeric, sets, rows, form: forms[drawn[0].head.dataset.form], isBars: drawn[0].head.dataset.style === "bars" };
  }

  // A long name beside a bar takes several lines.
  function wrapped(text) {
    return text.split(" ").reduce((lines, word) => {
      const last = lines[lines.length - 1];
      if (last !== undefined && `${last} ${word}`.length <= 34) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
      return lines;
    }, []);
  }

  function draw(figure) {
    const { isNumeric, sets, rows, form, isBars } = seriesOf(figure);
    const isSideways = "sideways" in figure.dataset;
    const amounts = {
      title: { display: true, text: figure.dataset.y },
      border: { display: false },
      grid: { color: colour("--line") },
      ticks: { callback: (value) => form.format(value) },
      beginAtZero: isBars,
    };
    const places = {
      title: { display: !isSideways, text: figure.dataset.x },
      grid: { display: false },
      offset: !isNumeric,
      ticks: isNumeric ? { callback: (value) => forms.percent.format(value) } : { autoSkip: !isSideways },
      ...(isNumeric && { type: "linear", min: 0, max: Number(figure.dataset.until) || undefined }),
    };
    if (isSideways) figure.querySelector(".chart").classList.add(rows.length > 8 ? "chart-tall" : "chart-wide");
    new Chart(figure.querySelector("canvas"), {
      type: isBars ? "bar" : "line",
      data: { labels: isNumeric ? undefined : rows.map(({ cells: [{ textContent: text }] }) => (isSideways ? wrapped(text) : text)), datasets: sets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        spanGaps: true,
        indexAxis: isSideways ? "y" : "x",
        interaction: { mode: "nearest", intersect: false },
        scales: isSideways ? { x: amounts, y: places } : { x: places, y: amounts },
        plugins: {
          legend: { display: sets.length > 1 && sets[0].showLine !== false, position: "top", align: "end", labels: { boxWidth: 20, boxHeight: 2 } },
          tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${form.format(isSideways ? item.parsed.x : item.parsed.y)}` } },
        },
      },
      plugins: [marking(figure), whiskers],
    });
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = colour("--muted");
  document.querySelectorAll("figure[data-chart]").forEach(draw);
})();
