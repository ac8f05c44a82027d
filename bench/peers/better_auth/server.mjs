// Better Auth as its documentation sets it up: Node's HTTP server, PostgreSQL, e-mail and password, bearer tokens.
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { bearer } from "better-auth/plugins";
import pg from "pg";

const port = Number(process.env.PORT);
const options = {
  secret: "of no use outside a benchmark, but long enough",
  baseURL: `http://127.0.0.1:${port}`,
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL }),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  plugins: [bearer()],
  telemetry: { enabled: false },
};

await (await getMigrations(options)).runMigrations();
createServer(toNodeHandler(betterAuth(options))).listen(port, "127.0.0.1");
