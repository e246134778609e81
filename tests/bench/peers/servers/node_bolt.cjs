// Node's Bolt over HTTP and better-sqlite3, one commit a request: node node_bolt.cjs PORT FILE MODULES
const { createRequire } = require("node:module");
const [port, file, modules] = process.argv.slice(2);
const from = createRequire(`${modules}/`);
const { App, LogLevel } = from("@slack/bolt");
const Database = from("better-sqlite3");

const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE IF NOT EXISTS updates (id INTEGER PRIMARY KEY, step TEXT, status TEXT, note TEXT)");
const insert = database.prepare("INSERT INTO updates (step, status, note) VALUES (?, ?, ?)");

const app = new App({
  signingSecret: "bench-signing-secret",
  authorize: async () => ({ botToken: "xoxb-bench", botId: "B1", botUserId: "UBOT" }),
  logLevel: LogLevel.ERROR,
});
app.command("/sip", async ({ ack, command }) => {
  const [, step, status, note] = /^update (\d+(?:\.\d+)*) (\w+) (.+)$/.exec(command.text.trim());
  insert.run(step, status, note);
  await ack(`Step ${step} is ${status}. Thank you.`);
});
app.start({ port: Number(port), host: "127.0.0.1" });
