// A remote agent for tocsin in Node.js, with nothing but what comes with it: log analysis over A2A, binding JSON-RPC.
//
//   node agent.mjs            listens on 127.0.0.1:9180 (PORT); asks for AGENT_TOKEN as a bearer token where that is set
//
// It shows its card, takes a task, works on it, and tells how it stands when it is asked. It holds no state that matters: a task
// that is sent twice under one message id is one task, and a task it forgot is done by somebody else.

import { createServer } from "node:http";
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";

const PORT = Number(process.env.PORT ?? 9180);
const TOKEN = process.env.AGENT_TOKEN ?? "";
const MOST_BODY = 1_000_000; // bytes
const MOST_TASKS = 500; // remembered
const ROLE = "log-analyst";

const card = {
  name: "Log analysis in Node.js",
  description: "Says which messages began with the trouble, and quotes them.",
  version: "1.0.0",
  supportedInterfaces: [{ url: `http://127.0.0.1:${PORT}/`, protocolBinding: "JSONRPC", protocolVersion: "1.0" }],
  capabilities: {
    extensions: [
      {
        uri: "urn:tocsin:agent:v1", // the schemas of what each role takes and answers
        params: {
          roles: {
            [ROLE]: {
              input: { type: "object", required: ["logs", "onset"] },
              output: { type: "object", properties: { findings: { type: "array" } }, required: ["findings"] },
            },
          },
        },
      },
    ],
  },
  defaultInputModes: ["application/json"],
  defaultOutputModes: ["application/json"],
  skills: [{ id: ROLE, name: "Log analysis", description: "Reads logs of an incident.", tags: ["logs"] }],
};

// --- what it is good for ---------------------------------------------------------------------------------------------------

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;
const GRAVE = /\b(?:ERROR|FATAL|CRITICAL|PANIC|Exception|refused|exhausted|timed? ?out)\b/;
const WHAT_DIFFERS = /[\w:.+-]*\d[\w:.+-]*/g;

/** Messages of trouble since the onset, the newest kinds first; each with a line that stands word for word in the input. */
export function analyse({ logs = "", onset = "" }) {
  const kinds = new Map();
  for (const line of logs.split("\n")) {
    if (line.startsWith("<<<") || !GRAVE.test(line)) continue; // the marks around what strangers wrote are no log lines
    const at = line.match(TIME)?.[0] ?? "";
    const shape = line.replace(WHAT_DIFFERS, "#").trim();
    const kind = kinds.get(shape) ?? { before: 0, after: 0, line: "" };
    if (at && onset && at < onset) kind.before += 1;
    else {
      kind.after += 1;
      kind.line ||= line;
    }
    kinds.set(shape, kind);
  }
  const told = [...kinds.values()].filter((kind) => kind.after > kind.before);
  told.sort((a, b) => a.before - b.before || b.after - a.after);
  return { findings: told.slice(0, 5).map(finding) };
}

function finding({ before, after, line }) {
  const since = before === 0 ? "never before the onset" : `${before} times before it`;
  const said = line.replace(TIME, "").trim().slice(0, 160);
  return { kind: before === 0 ? "log_new" : "log_exploding", text: `${said}: ${after} times since, ${since}`, quotes: [line.slice(0, 500)] };
}

// --- A2A over JSON-RPC -----------------------------------------------------------------------------------------------------

const tasks = new Map(); // by id
const byMessage = new Map(); // message id -> task id

const methods = {
  SendMessage({ message }) {
    const known = tasks.get(byMessage.get(message.messageId));
    if (known) return { task: known };
    const given = message.parts.find((part) => part.data)?.data;
    if (given?.role !== ROLE) throw problem(-32602, `I play ${ROLE} only.`);
    const task = { id: randomUUID(), contextId: message.contextId || randomUUID(), status: status("WORKING"), artifacts: [] };
    tasks.set(task.id, task);
    byMessage.set(message.messageId, task.id);
    forgetOldest();
    setImmediate(() => work(task, given.inputs));
    return { task };
  },
  GetTask: ({ id }) => found(id),
  CancelTask({ id }) {
    const task = found(id);
    if (task.status.state !== "TASK_STATE_WORKING") throw problem(-32002, "The task is over.");
    task.status = status("CANCELED");
    return task;
  },
};

function work(task, inputs) {
  if (task.status.state !== "TASK_STATE_WORKING") return; // cancelled meanwhile
  try {
    task.artifacts.push({ artifactId: randomUUID(), name: "result", parts: [{ data: analyse(inputs ?? {}) }] });
    task.status = status("COMPLETED");
  } catch (failure) {
    task.status = status("FAILED", String(failure));
  }
}

function status(state, words = "") {
  const message = words && { messageId: randomUUID(), role: "ROLE_AGENT", parts: [{ text: words }] };
  return { state: `TASK_STATE_${state}`, timestamp: new Date().toISOString(), ...(message ? { message } : {}) };
}

function found(id) {
  const task = tasks.get(id);
  if (!task) throw problem(-32001, "Task not found");
  return task;
}

function forgetOldest() {
  for (const known of [tasks, byMessage]) while (known.size > MOST_TASKS) known.delete(known.keys().next().value);
}

const problem = (code, message) => Object.assign(new Error(message), { code });

// --- HTTP ------------------------------------------------------------------------------------------------------------------

const digest = (text) => createHash("sha256").update(text).digest();
const mayAsk = (request) => !TOKEN || timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${TOKEN}`));

function answer(response, code, body) {
  response.writeHead(code, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

async function read(request) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > MOST_BODY) throw problem(-32600, "The request is too large.");
    pieces.push(piece);
  }
  return JSON.parse(Buffer.concat(pieces).toString("utf8"));
}

const server = createServer(async (request, response) => {
  if (!mayAsk(request)) return answer(response, 401, { error: "a bearer token is asked for" });
  if (request.method === "GET" && request.url === "/.well-known/agent-card.json") return answer(response, 200, card);
  if (request.method !== "POST") return answer(response, 404, { error: "there is only the card, and POST /" });
  let id = null;
  try {
    const call = await read(request);
    id = call.id ?? null;
    const method = Object.hasOwn(methods, call.method) && methods[call.method];
    if (!method) throw problem(-32601, "Method not found");
    answer(response, 200, { jsonrpc: "2.0", id, result: method(call.params ?? {}) });
  } catch (failure) {
    const code = failure.code && Number.isInteger(failure.code) ? failure.code : failure instanceof SyntaxError ? -32700 : -32603;
    answer(response, 200, { jsonrpc: "2.0", id, error: { code, message: failure.message } });
  }
});

server.listen(PORT, "127.0.0.1", () => console.log(`ready on http://127.0.0.1:${PORT}`));
