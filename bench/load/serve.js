// A server without signal handlers: answers with its pid.
require("http").createServer((_, answer) => answer.end(String(process.pid))).listen(Number(process.argv[2]), "127.0.0.1");
