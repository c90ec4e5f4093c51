import { describe, expect, it } from "vitest";
import { judge, type Pixels } from "../../src/review/quality.ts";

function draw(grey: (x: number, y: number) => number): Pixels {
  const [width, height] = [64, 48];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i += 1) {
    data.fill(grey(i % width, Math.floor(i / width)), i * 4, i * 4 + 3);
  }
  return { width, height, data };
}

describe("judge", () => {
  it("says nothing of a sharp, bright picture", () => {
    const stripes = draw((x) => (x % 8 < 4 ? 90 : 200));

    expect(judge(stripes)).toEqual({ blurred: false, dark: false });
  });

  it("hints at blur where no edge is left", () => {
    expect(judge(draw((x) => 100 + x)).blurred).toBe(true);
  });

  it("hints at darkness", () => {
    expect(judge(draw((x) => (x % 8 < 4 ? 0 : 60))).dark).toBe(true);
  });
});
