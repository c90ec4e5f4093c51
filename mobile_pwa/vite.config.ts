import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Files of public/ that the shell needs when the network is away. */
const PUBLIC_SHELL = ["manifest.webmanifest", "icons/icon-192.png", "icons/favicon.svg"];

/** Writes the list of the shell's files, and a digest of them, into the service worker. */
function shellList(): Plugin {
  return {
    name: "shell-list",
    enforce: "post",
    generateBundle(_options, bundle) {
      const sw = bundle["sw.js"];
      if (sw?.type !== "chunk") throw new Error("the build has no sw.js");
      const built = Object.keys(bundle).filter(
        (name) => /\.(js|css|html)$/.test(name) || /inter-latin(-ext)?-wght-normal/.test(name),
      );
      const files = ["./", ...built, ...PUBLIC_SHELL].filter(
        (name) => name !== "sw.js" && name !== "index.html",
      );
      const digest = createHash("sha256");
      for (const name of Object.keys(bundle).sort()) {
        const part = bundle[name];
        if (name !== "sw.js" && part)
          digest.update(part.type === "asset" ? part.source : part.code);
      }
      const version = digest.digest("hex").slice(0, 16);
      const written = sw.code
        .replace("SHELL_FILES", JSON.stringify(files.sort()))
        .replace("SHELL_VERSION", JSON.stringify(version));
      if (!written.includes(version) || written.includes("SHELL_FILES")) {
        throw new Error("the service worker does not name its list and version once each");
      }
      sw.code = written;
    },
  };
}

/** Ships the licence texts of what the build contains. */
function licences(): Plugin {
  const shipped = ["preact", "lucide-static", "@fontsource-variable/inter"];
  return {
    name: "licences",
    generateBundle() {
      const texts = shipped.map((name) => {
        const text = readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), "utf8");
        return `${name}\n${"=".repeat(name.length)}\n\n${text.trim()}\n`;
      });
      this.emitFile({ type: "asset", fileName: "licences.txt", source: texts.join("\n\n") });
    },
  };
}

export default defineConfig({
  base: "/m/",
  plugins: [licences(), shellList()],
  build: {
    outDir: "../web/pwa",
    emptyOutDir: true,
    target: "es2022",
    // The Content-Security-Policy has no data: for fonts, and no inline script.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: { index: "index.html", sw: "src/sw.ts" },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  // A zone with an offset, so that a test sees a lost one.
  test: { include: ["test/**/*.test.ts"], env: { TZ: "Europe/Oslo" } },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/login": "http://127.0.0.1:8000" } },
});
