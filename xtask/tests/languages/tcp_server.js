// tcp_server <port>: accepts one client, receives once, shows what came and from whom, answers, closes first.
"use strict";
const net = require("net");

function fail(message) {
  process.stderr.write(`tcp_server: ${message}\n`);
  process.exit(1);
}

const words = process.argv.slice(2);
if (words.length !== 1 || !/^[0-9]+$/.test(words[0]) || words[0] < 1 || words[0] > 65535) {
  fail("usage: tcp_server <port>");
}

let served = false;
// Whoever comes later is kept waiting: nothing of theirs is read.
const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
  client.on("error", () => served === client && process.exit(0)); // reset: no failure of ours
  if (served) {
    return;
  }
  served = client;
  console.log(`Client ${client.remoteAddress}, port ${client.remotePort}`);
  client.once("data", (data) => {
    console.log(`Received ${data.length} bytes: ${data}`);
    client.end("ok, 问题正在处理中...", () => process.exit(0));
  });
  client.once("end", () => {
    console.log("The client left without a word.");
    client.end(() => process.exit(0));
  });
  client.resume();
});
server.on("error", (error) => fail(error.message));
server.listen(Number(words[0]));
