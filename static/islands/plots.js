/** Draws the plots of a page (`data-plot` names the element that holds the numbers) with uPlot. */

const HEIGHT = 220;
const drawn = new Map();

/** A colour of the theme as it is now. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function drawAll() {
  for (const place of document.querySelectorAll("[data-plot]")) {
    if (!drawn.has(place)) draw(place);
  }
  for (const [place, plot] of drawn) {
    if (!place.isConnected) forget(place, plot);
  }
}

function forget(place, plot) {
  plot.destroy();
  drawn.delete(place);
}

function redrawAll() {
  for (const [place, plot] of drawn) forget(place, plot);
  drawAll();
}

function draw(place) {
  const numbers = JSON.parse(document.getElementById(place.dataset.plot).textContent);
  const duration = numbers.unit === "ms";
  const step = numbers.times[1] - numbers.times[0];
  const options = {
    width: place.clientWidth,
    height: HEIGHT,
    cursor: { y: false },
    tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    scales: { x: { range: (_plot, least, most) => [least, most + step] }, y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 1)] } },
    axes: [{ ...axis(), values: times }, { ...axis(), size: 62, values: (_plot, ticks) => ticks.map((tick) => written(tick, duration)) }],
    series: [{ value: (_plot, seconds) => (seconds === null ? "–" : moment(seconds)) }, ...numbers.series.map((one) => (duration ? line(one) : bars(one)))],
  };
  const columns = duration ? numbers.series.map(withGaps) : stacked(numbers.series);
  drawn.set(place, new window.uPlot(options, [numbers.times, ...columns], place));
}

/** Nothing ended: there is no duration to draw. */
function withGaps(series) {
  return series.values.map((value) => value || null);
}

/** Each series stands on those after it. */
function stacked(all) {
  return all.map((series, place) =>
    series.values.map((_, row) => all.slice(place).reduce((sum, one) => sum + one.values[row], 0)),
  );
}

function axis() {
  const grid = { stroke: colour("line"), width: 1 };
  return { stroke: colour("quiet"), grid, ticks: grid, font: "12px system-ui, sans-serif" };
}

function line(series) {
  const shade = colour(series.shade);
  return {
    label: series.label,
    stroke: shade,
    width: 2,
    points: { show: true, size: 5, fill: shade, filter: lonely },
    value: (_plot, value) => (value ? written(value, true) : "–"),
  };
}

function bars(series) {
  return {
    label: series.label,
    fill: colour(series.shade),
    stroke: colour(series.shade),
    width: 0,
    paths: window.uPlot.paths.bars({ size: [0.8, 40, 1], align: 1 }),
    points: { show: false },
    value: (_plot, _value, _series, row) => (row === null ? "–" : written(series.values[row], false)),
  };
}

/** The places of values without a neighbour, to which no line leads. */
function lonely(plot, series) {
  const values = plot.data[series];
  const alone = (value, at) => value !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;
  return values.flatMap((value, at) => (alone(value, at) ? [at] : []));
}

/** A moment in UTC: 2026-11-21 03:45. */
function moment(seconds) {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The words below the plot: days, or hours with the day where one begins. */
function times(_plot, ticks, _axis, _space, apart) {
  return ticks.map((tick, at) => {
    const [day, hour] = [moment(tick).slice(5, 10), moment(tick).slice(11, 16)];
    if (apart >= 86400) return day;
    return at === 0 || hour === "00:00" ? `${hour}\n${day}` : hour;
  });
}

function written(value, duration) {
  if (!duration) return Number.isInteger(value) ? value.toLocaleString("en") : "";
  if (value < 1000) return `${Math.round(value)} ms`;
  const seconds = value / 1000;
  if (seconds < 120) return `${Number(seconds.toPrecision(3))} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

addEventListener("load", drawAll);
document.addEventListener("htmx:afterSettle", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
new MutationObserver(redrawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });

let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== width) redrawAll();
  width = innerWidth;
});
if (document.readyState === "complete") drawAll();
