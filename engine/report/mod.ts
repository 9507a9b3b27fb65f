/** Charts and reports: what people look at. */

export { type Bar, type BarChart, barChart } from "./bar_chart.ts";
export { type LineChart, lineChart, type Reference, type Series } from "./chart.ts";
export { type Colour, COLOURS, type Dash } from "./colours.ts";
export {
  type Comparison,
  type ComparisonRow,
  comparisonRow,
  type EpisodeTrace,
  episodeTrace,
  type LearningCurve,
  type NodeTrace,
  type ReportData,
} from "./data.ts";
export type { Axis } from "./frame.ts";
export { Markup } from "./markup.ts";
export { reportHtml } from "./report.ts";
export { type RunReport, runReport } from "./run_report.ts";
export { type Picture, type Rows, show } from "./show/mod.ts";
export { heedStopButton } from "./show/stop_button.ts";
