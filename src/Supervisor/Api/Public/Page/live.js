// The stream of the daemon's state: /v1/live. EventSource cannot send a token, so this reads the stream by fetch.

const silence = 5000; // The daemon sends a change each second.
const pause = 1000;
const tokenKey = 'reuseportd-token';

/** Calls on.state and on.change with each message, on.lost without a connection, and on.refused without the right token. */
export async function follow(on) {
  for (;;) {
    try {
      const status = await readAll(on);
      if (status === 401) {
        sessionStorage.removeItem(tokenKey);
        sessionStorage.setItem(tokenKey, await on.refused());
        continue;
      }
      on.lost(status === 503 ? 'the daemon has too many clients or stops' : null);
    } catch {
      on.lost(null);
    }
    await new Promise(done => setTimeout(done, pause));
  }
}

/** Reads one connection until its end. */
async function readAll(on) {
  const stop = new AbortController();
  let watch = setTimeout(() => stop.abort(), silence);
  try {
    const headers = headersWith(sessionStorage.getItem(tokenKey));
    if (!headers) return 401;
    const answer = await fetch('/v1/live', { headers, cache: 'no-store', signal: stop.signal });
    if (!answer.ok) return answer.status;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return answer.status;
      clearTimeout(watch);
      watch = setTimeout(() => stop.abort(), silence);
      text = take(text + value, on);
    }
  } finally {
    clearTimeout(watch);
    stop.abort();
  }
}

/** The headers of a request; null if the token has characters that no header can have. */
function headersWith(token) {
  try {
    return new Headers(token ? { Authorization: `Bearer ${token}` } : {});
  } catch {
    return null;
  }
}

/** Passes on each complete message, and returns the rest of the text. */
function take(text, on) {
  const messages = text.split('\n\n');
  const rest = messages.pop();
  for (const message of messages) {
    const parts = /^event: (state|change)\ndata: (.*)$/.exec(message);
    if (parts) on[parts[1]](JSON.parse(parts[2]));
  }
  return rest;
}

/** Puts a change into rows by name. A null is a row or a value that is gone. Calls changed with each name. */
export function merge(rows, change, changed) {
  for (const [name, values] of Object.entries(change ?? {})) {
    if (values === null) {
      rows.delete(name);
    } else {
      const row = rows.get(name) ?? {};
      for (const [field, value] of Object.entries(values)) {
        if (value === null) delete row[field];
        else row[field] = value;
      }
      rows.set(name, row);
    }
    changed(name);
  }
}
