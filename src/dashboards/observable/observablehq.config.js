// One page that fetches nothing from other hosts: no web fonts, no libraries
// from a CDN.  (Telemetry of the build: OBSERVABLE_TELEMETRY_DISABLE=true.)
import {readdir} from "node:fs/promises";

export default {
  root: "src",
  title: "Safety benchmarks and capability",
  head: '<meta name="description" content="Which safety benchmarks measure safety, and which general capability under another name"><link rel="icon" href="data:,"><script>document.documentElement.lang = "en";</script>',
  style: "style.css",
  globalStylesheets: [],
  header: "",
  footer: "",
  sidebar: false,
  toc: false,
  pager: false,
  search: false,
  // what read.js wrote: files are fetched by name, when they are looked at
  async *dynamicPaths() {
    for (const file of await readdir("src/data", {recursive: true})) if (file.endsWith(".json")) yield `/data/${file}`;
  }
};
