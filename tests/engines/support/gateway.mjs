// The only way out of a browser under test: a proxy that knows two names and refuses every other. So the three
// engines need no rules for host names of their own, and nothing they do can leave the machine.
import { connect, createServer } from "node:net";

/** @param {{ test: RegExp, port: number }[]} routes which port on loopback stands for which hosts */
export const startGateway = async (routes) => {
  const sockets = new Set();
  const refused = new Set();
  const keep = (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };

  const server = createServer((client) => {
    keep(client);
    client.once("data", (head) => {
      const host = /^CONNECT ([^: ]+):443 HTTP/.exec(head.toString("latin1"))?.[1];
      const route = host && routes.find(({ test }) => test.test(host));
      if (!route) {
        refused.add(head.toString("latin1").split("\r\n", 1)[0]);
        return client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      }
      const upstream = connect(route.port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      keep(upstream);
      client.on("close", () => upstream.destroy());
      upstream.on("close", () => client.destroy());
      return undefined;
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${server.address().port}`,
    /** What a browser wanted from elsewhere. */
    refused: () => [...refused],
    stop: () => new Promise((resolve) => { server.close(resolve); for (const socket of sockets) socket.destroy(); }),
  };
};
