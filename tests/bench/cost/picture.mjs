// The picture for the documentation: a bar per row, Adobe's collector being the whole width. Its colours follow the
// reader's light or dark scheme, also where it is shown as an image.
const [WIDTH, LEFT, RIGHT, TOP, STEP, BAR] = [760, 330, 80, 46, 30, 14];
const STYLE = `text { font: 13px system-ui, sans-serif; fill: #24292f }
.whole { fill: #8c959f33 } .met { fill: #1a7f64 } .missed { fill: #bf5b04 } .most { stroke: #24292f; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .met { fill: #3fb68b } .missed { fill: #e08a3c } .most { stroke: #e6edf3 } }`;
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** @param {{ name: string, ratio: number, at: number, met: boolean }[]} rows shares of Adobe's collector */
export const picture = (rows) => {
  const room = WIDTH - LEFT - RIGHT;
  const height = TOP + STEP * rows.length + 8;
  const bars = rows.map(({ name, ratio, at, met }, index) => {
    const y = TOP + STEP * index;
    const [middle, most] = [y + BAR - 3, LEFT + room * at];
    return `<text x="${LEFT - 12}" y="${middle}" text-anchor="end">${escaped(name)}</text>
<rect class="whole" x="${LEFT}" y="${y}" width="${room}" height="${BAR}"/>
<rect class="${met ? "met" : "missed"}" x="${LEFT}" y="${y}" width="${(room * Math.min(ratio, 1)).toFixed(1)}" height="${BAR}"/>
<line class="most" x1="${most.toFixed(1)}" x2="${most.toFixed(1)}" y1="${y - 3}" y2="${y + BAR + 3}"/>
<text x="${WIDTH - RIGHT + 10}" y="${middle}">${ratio.toFixed(2)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Cost of storefront-collector as a share of Adobe's collector">
<style>${STYLE}</style>
<text x="${LEFT}" y="22">ours, as a share of Adobe's collector; the mark is what is allowed</text>
${bars.join("\n")}
</svg>
`;
};
