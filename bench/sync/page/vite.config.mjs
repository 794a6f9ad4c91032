/** The bare page of the comparisons, built with what the product's page is built with. */
import { fileURLToPath } from "node:url";

const web = (path) => fileURLToPath(new URL(`../../../web/${path}`, import.meta.url));

export default {
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  logLevel: "warn",
  resolve: {
    alias: {
      "@": web("src"),
      timingsrc: web("node_modules/timingsrc"),
      "timing-object": web("node_modules/timing-object"),
    },
  },
  build: {
    target: "es2022",
    rolldownOptions: { input: fileURLToPath(new URL("contender.html", import.meta.url)) },
  },
};
