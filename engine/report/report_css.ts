/** The look of the report: light and dark as the reader's system has it, on a telephone and on paper too. */

import { COLOURS, SHADES } from "./colours.ts";

function shades(which: 0 | 1): string {
  return COLOURS.map((colour) => `--chart-${colour}:${SHADES[colour][which]}`).join(";");
}

export const REPORT_CSS = `
:root{color-scheme:light dark;--page:#f6f7f9;--chart-surface:#fff;--text:#1b2430;--muted:#5b6675;
--line:#dfe3e8;--strong:#eef3fb;${shades(0)}}
@media (prefers-color-scheme:dark){
:root{--page:#10151c;--chart-surface:#18202a;--text:#e6ebf1;--muted:#9aa7b6;
--line:#2c3744;--strong:#1e2d42;${shades(1)}}
}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1080px;margin:0 auto;padding:28px 20px 48px}
header{margin-bottom:20px}
h1{font-size:27px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:19px;line-height:1.3;margin:0 0 4px}
h3{font-size:14px;margin:0 0 8px;overflow-wrap:anywhere}
p{margin:0 0 12px;max-width:76ch}
.muted{color:var(--muted);font-size:13.5px}
section{background:var(--chart-surface);border:1px solid var(--line);border-radius:10px;
padding:20px 22px 22px;margin:0 0 18px}
section>.muted{margin-bottom:16px}
pre{margin:0;padding:11px 13px;background:var(--page);border:1px solid var(--line);border-radius:7px;
overflow-x:auto;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;
white-space:pre-wrap;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 18px}
.tile{background:var(--chart-surface);border:1px solid var(--line);border-radius:10px;padding:13px 16px}
.tile b{display:block;font-size:22px;line-height:1.3;font-weight:650;white-space:nowrap;
font-variant-numeric:tabular-nums}
.tile small{font-size:14px;font-weight:400;color:var(--muted)}
.tile span{display:block;color:var(--muted);font-size:13px;line-height:1.4}
.scroll{overflow-x:auto;margin:0 -22px;padding:0 22px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:7px 12px 7px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-weight:600;font-size:13px;line-height:1.35;vertical-align:bottom}
tbody th{font-weight:500}
tbody tr:last-child>*{border-bottom:0}
.number{text-align:right;white-space:nowrap}
thead .number{white-space:normal;min-width:72px}
.error{display:block;color:var(--muted);font-size:12.5px;font-weight:400}
.best{font-weight:700}
.scroll th:first-child{position:sticky;left:0;background:var(--chart-surface);min-width:120px}
.scroll tr.learned>*{background:var(--strong)}
tr.learned>:first-child{box-shadow:-10px 0 var(--strong)}
tr.learned>:last-child{box-shadow:10px 0 var(--strong)}
.groups{columns:2 300px;column-gap:36px;margin-top:14px}
.group{break-inside:avoid;margin-bottom:16px}
.group h3{color:var(--muted);font-size:13px;margin-bottom:2px}
.group td,.group th{padding-top:4px;padding-bottom:4px}
.group td{text-align:right;overflow-wrap:anywhere}
.group th{font-weight:400;overflow-wrap:anywhere;min-width:120px}
.small{display:grid;gap:22px 30px;margin-top:18px;
grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr))}
.small .chart+.chart{margin-top:10px}
.chart{margin-top:14px}
details{margin-top:16px}
details>summary{cursor:pointer;font-weight:600;font-size:14px}
footer{color:var(--muted);font-size:13px}
@media (max-width:560px){
main{padding:18px 12px 32px}
section{padding:16px 14px 18px}
.scroll{margin:0 -14px;padding:0 14px}
h1{font-size:23px}
.tiles{grid-template-columns:1fr 1fr}
.tile{padding:11px 12px}.tile b{font-size:18px}
}
@media print{
body{background:#fff}
section,.tile{break-inside:avoid;border-color:#bbb}
.scroll{overflow:visible}
}
`;
