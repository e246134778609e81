// Node's @slack/bolt and better-sqlite3, a commit each. Arguments: port, database.
const { App, HTTPReceiver } = require("@slack/bolt");
const Database = require("better-sqlite3");

const [port, path] = [Number(process.argv[2]), process.argv[3]];
const database = new Database(path);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE IF NOT EXISTS told (id INTEGER PRIMARY KEY, person TEXT, step TEXT, status TEXT, note TEXT)");
const insert = database.prepare("INSERT INTO told (person, step, status, note) VALUES (?, ?, ?, ?)");

const receiver = new HTTPReceiver({ signingSecret: "bench-signing-secret", endpoints: ["/slack/events"], processBeforeResponse: true });
const app = new App({ receiver, authorize: async () => ({ botToken: "xoxb-bench", botUserId: "UBOT", teamId: "T1" }) });
app.command("/sip", async ({ ack, command }) => {
  const found = /^update\s+(\d+\.\d+\.\d+)\s+(done|blocked|in progress)\s*(.*)/s.exec(command.text);
  insert.run(command.user_id, found[1], found[2], found[3]);
  await ack(`Saved: ${found[1]} is ${found[2]}.`);
});
app.start({ port, host: "127.0.0.1" });
