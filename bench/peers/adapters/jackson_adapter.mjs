// Starts SAML Jackson's directory sync on express, on a SQLite file of its own.
import { rmSync } from "node:fs";
import express from "express";
import jackson from "@boxyhq/saml-jackson";

const file = `${process.argv[2]}/jackson.db`;
for (const one of [file, `${file}-wal`, `${file}-shm`]) rmSync(one, { force: true });
// The package logs to standard output, where the one line of this program is waited for.
const say = (line) => process.stdout.write(`${line}\n`);
console.log = console.info = () => {};
const open = jackson.default ?? jackson;
const { directorySyncController: sync } = await open({
  externalUrl: "http://127.0.0.1",
  samlPath: "/sso",
  scimPath: "/scim/v2.0",
  db: { engine: "sql", type: "sqlite", url: file, ttl: 300 },
  logger: { info() {}, warn() {}, error() {} },
});
const { data: directory } = await sync.directories.create({
  name: "bench",
  tenant: "bench",
  product: "bench",
  type: "generic-scim-v2",
});
const app = express();
app.use(express.json({ type: () => true, limit: "20mb" }));
app.all("/scim/:id/:type{/:resource}", async (request, response) => {
  const { status, data } = await sync.requests.handle({
    method: request.method,
    body: request.body,
    directoryId: request.params.id,
    resourceType: request.params.type.toLowerCase(),
    resourceId: request.params.resource,
    apiSecret: (request.headers.authorization ?? "").replace("Bearer ", ""),
    query: {
      count: request.query.count ? Number(request.query.count) : undefined,
      startIndex: request.query.startIndex ? Number(request.query.startIndex) : undefined,
      filter: request.query.filter,
    },
  });
  response.status(status).json(data);
});
const server = app.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const base_path = `/scim/${directory.id}`;
  say(JSON.stringify({ port, base_path, token: directory.scim.secret }));
});
