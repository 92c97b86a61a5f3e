// Stands between the browser and the edge as the network would. On bare loopback a connection costs nothing, so
// an event that is sent a moment too late still gets out; with a connection that takes 300 ms it does not.
import { connect, createServer } from "node:net";

/** @param {number} upstream the port on loopback where the edge listens */
export const startProxy = async (upstream) => {
  const sockets = new Set();
  const state = { delay: 0, mode: "pass", connections: 0 };

  const server = createServer((client) => {
    state.connections += 1;
    sockets.add(client);
    client.on("error", () => client.destroy());
    client.on("close", () => sockets.delete(client));
    if (state.mode === "refuse") return client.resetAndDestroy();
    if (state.mode === "hang") return undefined;
    client.pause();
    setTimeout(() => {
      if (client.destroyed) return;
      const edge = connect(upstream, "127.0.0.1");
      edge.on("error", () => client.destroy());
      client.on("close", () => edge.end());
      edge.on("close", () => client.destroy());
      client.pipe(edge).pipe(client);
      client.resume();
    }, state.delay);
    return undefined;
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  const cut = () => { for (const socket of sockets) socket.resetAndDestroy(); };
  return {
    port: server.address().port,
    /** New connections take this many milliseconds before the first byte passes. */
    delay: (milliseconds) => { state.delay = milliseconds; },
    /** `pass`; `refuse` resets new connections; `hang` accepts them and never answers. */
    mode: (mode) => { state.mode = mode; },
    /** Resets every open connection. */
    cut,
    connections: () => state.connections,
    reset: () => { Object.assign(state, { delay: 0, mode: "pass", connections: 0 }); },
    stop: () => new Promise((resolve) => { server.close(resolve); cut(); }),
  };
};
