// The page server of one worker: https://shop.test. Pages are handed in as text; packages and the built collector
// are mounted folders. `?wait=MS` on any file holds its answer back, for scripts that must come late.
import { createServer } from "node:https";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generate } from "selfsigned";

export const SITE_HOSTS = ["shop.test", "www.shop.test", "pay.test"];

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** @param {Record<string, string>} mounts URL prefix to folder, e.g. `{ "/pkg": "/repo/pkg" }` */
export const startSite = async (mounts) => {
  const pages = new Map();
  let count = 0;
  let coreDelay = 0;

  const answer = async (url) => {
    const page = pages.get(url.pathname);
    if (page?.headers.location) return { status: 302, headers: page.headers };
    if (page) return { status: 200, headers: { "content-type": TYPES[".html"], ...page.headers }, body: page.html };
    for (const [prefix, folder] of Object.entries(mounts)) {
      if (!url.pathname.startsWith(`${prefix}/`)) continue;
      const file = normalize(join(folder, decodeURIComponent(url.pathname.slice(prefix.length))));
      if (!file.startsWith(normalize(folder) + sep)) break;
      const body = await readFile(file).catch(() => null);
      // A sandboxed frame is of no origin, and loads modules from another one.
      const headers = { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "access-control-allow-origin": "*" };
      if (body) return { status: 200, headers, body };
    }
    return { status: 404, headers: { "content-type": "text/plain" }, body: "not found" };
  };

  // Made anew in each process, so that no key lies in the repository: the browser is told to accept any.
  const { private: key, cert } = await generate([{ name: "commonName", value: SITE_HOSTS[0] }], {
    keyType: "ec", algorithm: "sha256", extensions: [{ name: "subjectAltName", altNames: SITE_HOSTS.map((value) => ({ type: 2, value })) }],
  });
  const server = createServer({ key, cert }, async (request, response) => {
    const url = new URL(request.url, "https://shop.test");
    if (url.searchParams.has("wait")) await sleep(Number(url.searchParams.get("wait")));
    if (/\.wasm$|_js\.js$/.test(url.pathname)) await sleep(coreDelay);
    const { status, headers, body } = await answer(url);
    response.writeHead(status, { "cache-control": "no-store", ...headers }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    port: server.address().port,
    /**
     * Serves a page; with a header `location` it sends the browser on to there.
     * @param {string} html
     * @param {{ host?: string, path?: string, headers?: Record<string, string> }} [options]
     * @returns {string} its address
     */
    page: (html, { host = "shop.test", path = `/page-${(count += 1)}.html`, headers = {} } = {}) => {
      pages.set(path, { html, headers });
      return `https://${host}${path}`;
    },
    /** From now on the collector's core takes so many milliseconds more to come. */
    delayCore: (milliseconds) => { coreDelay = milliseconds; },
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
};
