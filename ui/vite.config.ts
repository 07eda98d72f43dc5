import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  // The window loads the files from its own origin, whatever that is called on each system.
  base: "./",
  // The address that the desktop shell opens while developing.
  server: { host: "localhost", port: 5173, strictPort: true },
  build: {
    // The same window over a bridge to the engine, for tests in a browser, lies apart: the app never has it.
    ...(mode === "browser"
      ? { outDir: "dist-browser", rolldownOptions: { input: "browser.html" } }
      : { outDir: "dist" }),
    emptyOutDir: true,
    // What WebKitGTK of the oldest supported systems understands.
    target: ["safari15", "chrome105"],
    cssTarget: ["safari15", "chrome105"],
    // Fonts and images stay files: the content security policy allows no data: addresses for them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Runes behave as in the window only with Svelte's browser build.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  test: { include: ["src/**/*.test.ts"], environment: "node", setupFiles: ["src/testing.setup.ts"] },
}));
