// node serve.mjs FOLDER [PORT]
//
// Serves a folder on localhost and prints its address; port 0, the default, is
// any that is free.  Ends with SIGINT or SIGTERM.
import {createReadStream} from "node:fs";
import {stat} from "node:fs/promises";
import {createServer} from "node:http";
import {extname, join, normalize, resolve, sep} from "node:path";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png"
};

const root = resolve(process.argv[2] ?? ".");

const server = createServer(async (request, response) => {
  try {
    let path = join(root, normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname)));
    if (path !== root && !path.startsWith(root + sep)) throw new Error("outside");
    if ((await stat(path)).isDirectory()) path = join(path, "index.html");
    await stat(path);
    response.writeHead(200, {"Content-Type": types[extname(path)] ?? "application/octet-stream", "Cache-Control": "no-store"});
    createReadStream(path).pipe(response);
  } catch {
    response.writeHead(404, {"Content-Type": "text/plain"}).end("not found\n");
  }
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(0));

server.listen(Number(process.argv[3] ?? 0), "127.0.0.1", () => {
  console.log(`http://localhost:${server.address().port}/`);
});
