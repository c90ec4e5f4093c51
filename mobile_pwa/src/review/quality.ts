/** Hints about a photo: they warn and never block, for smooth skin looks like blur. */

export interface Quality {
  readonly blurred: boolean;
  readonly dark: boolean;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Uint8ClampedArray;
}

const COPY_WIDTH = 640;
/** Variance of the Laplacian: measured 544 sharp, 69 at 1 px of blur, 7 at 2 px. */
const BLURRED_BELOW = 12;
/** Mean luminance of 255. */
const DARK_BELOW = 45;

/** Judge a file on a small copy. Null where the browser cannot decode it (HEIC). */
export async function qualityOf(file: Blob): Promise<Quality | null> {
  try {
    const bitmap = await createImageBitmap(file, { resizeWidth: COPY_WIDTH });
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    return context && judge(context.getImageData(0, 0, bitmap.width, bitmap.height));
  } catch {
    return null;
  }
}

export function judge(pixels: Pixels): Quality {
  const grey = luminance(pixels);
  const mean = grey.reduce((sum, v) => sum + v, 0) / grey.length;
  return {
    blurred: laplacianVariance(grey, pixels.width, pixels.height) < BLURRED_BELOW,
    dark: mean < DARK_BELOW,
  };
}

function luminance({ data }: Pixels): Float32Array {
  const grey = new Float32Array(data.length / 4);
  for (let i = 0; i < grey.length; i += 1) {
    const at = i * 4;
    grey[i] = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
  }
  return grey;
}

function laplacianVariance(grey: Float32Array, width: number, height: number): number {
  const v = (x: number, y: number) => grey[y * width + x] ?? 0;
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const edge = v(x - 1, y) + v(x + 1, y) + v(x, y - 1) + v(x, y + 1) - 4 * v(x, y);
      sum += edge;
      squares += edge * edge;
      count += 1;
    }
  }
  return squares / count - (sum / count) ** 2;
}
