// Proves that the metrics which the daemon posts are OTLP: the decoder of OpenTelemetry for JavaScript, which is generated from
// the files of the protocol, knows each field. Arguments: the directory with the binaries, and the one with node_modules.
'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');

const [out, modules] = process.argv.slice(2).map(folder => path.resolve(folder));
const generated = path.join(modules, 'node_modules/@opentelemetry/otlp-transformer/build/src/generated/root.js');
const { ExportMetricsServiceRequest: Request } = require(generated).opentelemetry.proto.collector.metrics.v1;
const CUMULATIVE = 2;
const PATIENCE = 60_000;

/** What is left of a request when it has gone through the binary form. A field that the protocol does not have is lost. */
function decoded(json) {
  const bytes = Request.encode(Request.fromObject(json)).finish();
  return Request.toObject(Request.decode(bytes), { longs: String });
}

/** Without empty lists, which the binary form does not have. */
function filled(value) {
  if (Array.isArray(value)) return value.map(filled);
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value).filter(([, field]) => !(Array.isArray(field) && field.length === 0));
  return Object.fromEntries(fields.map(([name, field]) => [name, filled(field)]));
}

function checkPoint(metric, point) {
  assert.ok(BigInt(point.timeUnixNano) > 0n, metric.name);
  if (!metric.gauge) assert.ok(BigInt(point.startTimeUnixNano) <= BigInt(point.timeUnixNano), metric.name);
  if (!metric.histogram) return;
  assert.strictEqual(point.bucketCounts.length, (point.explicitBounds ?? []).length + 1, metric.name);
  const sum = point.bucketCounts.reduce((all, count) => all + BigInt(count), 0n);
  assert.strictEqual(sum, BigInt(point.count), metric.name);
}

/** @returns the names of the metrics */
function check(json) {
  assert.deepStrictEqual(decoded(json), filled(json));
  const [{ resource, scopeMetrics: [{ metrics }] }] = json.resourceMetrics;
  assert.ok(resource.attributes.some(one => one.key === 'service.name' && one.value.stringValue === 'reuseportd'));
  const names = metrics.map(metric => metric.name);
  assert.strictEqual(new Set(names).size, names.length);
  for (const metric of metrics) {
    const data = metric.gauge ?? metric.sum ?? metric.histogram;
    if (!metric.gauge) assert.strictEqual(data.aggregationTemporality, CUMULATIVE, metric.name);
    if (metric.sum) assert.strictEqual(metric.sum.isMonotonic, true, metric.name);
    for (const point of data.dataPoints) checkPoint(metric, point);
  }

  return names;
}

/** A check that finds nothing wrong with a wrong request proves nothing. */
function checkTheCheck(json) {
  const wrong = [
    text => text.replace('"timeUnixNano"', '"timeUnixNanos"'),
    text => text.replace('"dataPoints"', '"points"'),
    text => text.replace('"aggregationTemporality":2', '"aggregationTemporality":1'),
    text => text.replace(/"bucketCounts":\["\d+",/, '"bucketCounts":["99999",'),
  ];
  const text = JSON.stringify(json);
  for (const change of wrong) {
    assert.notStrictEqual(change(text), text, `${change}`);
    assert.throws(() => check(JSON.parse(change(text))), assert.AssertionError, `${change}`);
  }
}

function configure(folder, port) {
  fs.mkdirSync(path.join(folder, 'etc/services.d'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'etc/reuseportd.yaml'), `otlp_endpoint: http://127.0.0.1:${port}\n`);
  fs.writeFileSync(path.join(folder, 'etc/services.d/web.yaml'), `services:
  web:
    command: [sleep, "1000"]
    workers: 2
    readiness: { type: delay, delay: 0s }
    reuseport: { ports: any }
`);
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'otlp-'));
  const requests = [];
  let wake = () => {};
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', part => parts.push(part));
    request.on('end', () => {
      requests.push({ url: request.url, type: request.headers['content-type'], json: JSON.parse(Buffer.concat(parts)) });
      response.setHeader('Content-Type', 'application/json');
      response.end('{}');
      wake();
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  configure(folder, server.address().port);
  const daemon = spawn(
    path.join(out, 'bin/reuseportd'),
    ['--config', path.join(folder, 'etc'), '--socket', path.join(folder, 'control.sock'), '--log', 'json'],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise(resolve => daemon.on('exit', resolve));
  const late = setTimeout(() => { console.error('no request with workers came'); process.exit(1); }, PATIENCE);
  try {
    const hasWorkers = () => requests.some(one => JSON.stringify(one.json).includes('reuseportd_worker_ready'));
    while (!hasWorkers()) await new Promise(resolve => { wake = resolve; });
    let names = [];
    for (const { url, type, json } of requests) {
      assert.deepStrictEqual([url, type], ['/v1/metrics', 'application/json']);
      names = check(json);
    }

    checkTheCheck(requests.at(-1).json);
    console.log(`${requests.length} requests are OTLP; the last has ${names.length} metrics`);
  } finally {
    clearTimeout(late);
    daemon.kill('SIGTERM');
    await ended;
    server.close();
    fs.rmSync(folder, { recursive: true });
  }
}

main();
