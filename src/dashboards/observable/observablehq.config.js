// One page that fetches nothing from other hosts: no web fonts, no libraries
// from a CDN.  (Telemetry of the build: OBSERVABLE_TELEMETRY_DISABLE=true.)
export default {
  root: "src",
  title: "Safety benchmarks and capability",
  head: '<link rel="icon" href="data:,">',
  style: "style.css",
  globalStylesheets: [],
  header: "",
  footer: "",
  sidebar: false,
  toc: false,
  pager: false,
  search: false
};
