// Starts scimmy-routers on express, with resources in a Map: the least that its API asks for.
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const kept = (name) => {
  const all = new Map();
  return {
    async egress(resource) {
      if (resource.id) {
        const found = all.get(resource.id);
        if (!found) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
        return found;
      }
      const every = [...all.values()];
      return resource.filter ? resource.filter.match(every) : every;
    },
    async ingress(resource, data) {
      const now = new Date().toISOString();
      const key = name === "User" ? data.userName.toLowerCase() : undefined;
      if (!resource.id && key && names.has(key)) {
        throw new SCIMMY.Types.Error(409, "uniqueness", `${data.userName} exists`);
      }
      const id = resource.id ?? randomUUID();
      const before = all.get(id);
      const stored = {
        ...JSON.parse(JSON.stringify(data)),
        id,
        meta: { created: before?.meta.created ?? now, lastModified: now },
      };
      all.set(id, stored);
      if (key) names.add(key);
      return stored;
    },
    async degress(resource) {
      all.delete(resource.id);
    },
  };
};
const names = new Set();

SCIMMY.Resources.declare(SCIMMY.Resources.User, kept("User"))
  .declare(SCIMMY.Resources.Group, kept("Group"));
SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
const app = express();
app.use("/scim", new SCIMMYRouters({ type: "bearer", handler: () => "bench" }));
const server = app.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  console.log(JSON.stringify({ port, base_path: "/scim", token: "none" }));
});
