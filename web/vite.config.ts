import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Browsers of a ten-year-old PC: the last Chrome for Windows 7 and 8, and Firefox's long-kept version.
const OLDEST = ["chrome109", "edge109", "firefox115", "safari15.6"];
const BASES: Record<string, string> = { desk: "/", console: "/console/" };
const BACKENDS: Record<string, string> = { desk: "http://127.0.0.1:8000", console: "http://127.0.0.1:8080" };

/** One page a build: `--mode desk` or `--mode console`. */
export default defineConfig(({ mode }) => ({
  root: resolve(import.meta.dirname, mode),
  base: BASES[mode] ?? "/",
  publicDir: false,
  plugins: [react()],
  // The backend puts a fresh nonce in place of this one into each answer (shared/web_pages.py).
  html: { cspNonce: "CSP-NONCE" },
  build: {
    outDir: resolve(import.meta.dirname, "dist", mode),
    emptyOutDir: true,
    target: OLDEST,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: { "/api": BACKENDS[mode] ?? "", "/ws": { target: BACKENDS[mode] ?? "", ws: true } },
  },
}));
