'use strict';

const http = require('http');

const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  response.end(`worker ${process.env.REUSEPORT_WORKER} pid ${process.pid}\n`);
});

server.listen(Number(process.env.PORT), '127.0.0.1');

// Open requests are finished. Idle connections of clients are closed: they would keep the process until its grace period ends.
process.on('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
