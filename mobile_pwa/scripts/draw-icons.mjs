// Draws the home-screen icons as PNG: the mark of web/static/mark.svg, white on the accent.
// `npm run icons` writes public/icons/*.png; the results are committed.
import { writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

const ACCENT = [0x0a, 0x5a, 0x72];
const SAMPLES = 4;

/** Distance from p to the segment a-b. */
function toSegment([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

const BRACKETS = [
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
].flatMap(([sx, sy]) => [
  [
    [sx * 18, sy * 18],
    [sx * 18, sy * 8],
  ],
  [
    [sx * 18, sy * 18],
    [sx * 8, sy * 18],
  ],
]);

const CROSS = [
  [
    [-8, 0],
    [8, 0],
  ],
  [
    [0, -8],
    [0, 8],
  ],
];
const STROKES = [...BRACKETS, ...CROSS];

/** Whether a point is white; the drawing is 64 units wide with its origin in the middle. */
function isInk(x, y) {
  return STROKES.some(([a, b]) => toSegment([x, y], a, b) <= 2.4);
}

/** Whether a point lies inside a square of half-width 32 with corners of radius 14. */
function isTile(x, y) {
  const [dx, dy] = [Math.max(0, Math.abs(x) - 18), Math.max(0, Math.abs(y) - 18)];
  return Math.hypot(dx, dy) <= 14;
}

/** The RGBA of a pixel, averaged over a grid of samples. */
function pixel(column, row, size, { scale, full }) {
  let [ink, tile] = [0, 0];
  for (let i = 0; i < SAMPLES * SAMPLES; i += 1) {
    const unit = 64 / size;
    const x = (column + ((i % SAMPLES) + 0.5) / SAMPLES) * unit - 32;
    const y = (row + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) * unit - 32;
    if (full || isTile(x, y)) tile += 1;
    if (isInk(x / scale, y / scale)) ink += 1;
  }
  const white = ink / SAMPLES ** 2;
  const colour = ACCENT.map((c) => Math.round(c + (255 - c) * white));
  return [...colour, Math.round((255 * tile) / SAMPLES ** 2)];
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function png(size, options) {
  const rows = [];
  for (let row = 0; row < size; row += 1) {
    rows.push(0); // filter type None
    for (let column = 0; column < size; column += 1)
      rows.push(...pixel(column, row, size, options));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bit, RGBA
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const folder = new URL("../public/icons/", import.meta.url);
writeFileSync(new URL("icon-192.png", folder), png(192, { scale: 1, full: false }));
writeFileSync(new URL("icon-512.png", folder), png(512, { scale: 1, full: false }));
// A maskable icon may be cut to a circle of 80 % of its width (W3C Web App Manifest).
writeFileSync(new URL("icon-maskable-512.png", folder), png(512, { scale: 0.85, full: true }));
