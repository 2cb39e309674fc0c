// node serve.mjs FOLDER [PORT]
//
// Serves a folder on localhost and prints its address; port 0, the default, is
// any that is free.  Ends with SIGINT or SIGTERM.
import {constants} from "node:fs";
import {open, realpath} from "node:fs/promises";
import {createServer} from "node:http";
import {extname, join, sep} from "node:path";
import {pipeline} from "node:stream/promises";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png"
};

const root = await realpath(process.argv[2] ?? ".").catch(() => {
  console.error(`serve.mjs: there is no folder ${process.argv[2]}`);
  process.exit(2);
});

// A page of another host whose name leads here for a moment could read the scores.
const here = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** The file that a path names, with the links in it followed. */
async function fileOf(path) {
  let name = await realpath(join(root, decodeURIComponent(path)));
  if (path.endsWith("/")) name = await realpath(join(name, "index.html"));
  if (!name.startsWith(root + sep)) throw new Error("outside");
  return name;
}

async function answer(request, response) {
  const say = (status, text, more = {}) => response.writeHead(status, {"Content-Type": "text/plain", ...more}).end(`${text}\n`);
  if (!here.test(request.headers.host ?? "")) return say(403, "this is served to localhost alone");
  if (!["GET", "HEAD"].includes(request.method)) return say(405, "only GET and HEAD", {Allow: "GET, HEAD"});
  let file;
  try {
    const name = await fileOf(new URL(request.url, "http://localhost").pathname);
    file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe would wait
    const found = await file.stat();
    if (!found.isFile()) throw new Error("no file");
    response.writeHead(200, {
      "Content-Type": types[extname(name)] ?? "application/octet-stream", "Content-Length": found.size,
      "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"
    });
    if (request.method === "HEAD") response.end();
    else await pipeline(file.createReadStream({autoClose: false}), response);
  } catch {
    if (response.headersSent) response.destroy();
    else say(404, "not found");
  } finally {
    await file?.close();
  }
  return null;
}

const server = createServer(answer);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(0));

const port = process.argv[3] || "0";
if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
  console.error(`serve.mjs: ${port} is no port`);
  process.exit(2);
}
server.on("error", (error) => {
  console.error(`serve.mjs: ${error.code === "EADDRINUSE" ? `port ${port} is taken: choose another by PORT=` : error.message}`);
  process.exit(1);
});
server.listen(Number(port), "127.0.0.1", () => {
  console.log(`http://localhost:${server.address().port}/`);
});
