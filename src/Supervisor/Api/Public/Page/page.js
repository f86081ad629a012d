// The page. It keeps the state that the daemon sends, and renders only changed and visible rows.
import { follow, merge } from './live.js';
import { ServiceCard } from './service.js';

const mostEvents = 50;
const samples = 120;

export function element(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** Sets a text, and leaves an element alone whose text is the same. */
export function put(at, text) {
  if (at.textContent !== `${text}`) at.textContent = text;
}

export function number(value) {
  return value === undefined ? '' : value.toLocaleString('en');
}

export function bytes(value) {
  if (value === undefined) return '';
  return value < 2 ** 30 ? `${(value / 2 ** 20).toFixed(1)} MiB` : `${(value / 2 ** 30).toFixed(2)} GiB`;
}

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)}h ${Math.floor(whole / 60) % 60}m`;
  return `${Math.floor(whole / 86400)}d ${Math.floor(whole / 3600) % 24}h`;
}

export function age(from, worker) {
  return worker.started === undefined ? '' : duration(from.time() - worker.started);
}

export function stateClass(word) {
  return { ready: 'good', failed: 'bad', backoff: 'bad', starting: 'warn', waiting: 'warn' }[word] ?? '';
}

const at = id => document.getElementById(id);

const state = {
  daemon: new Map(), services: new Map(), workers: new Map(), byService: new Map(), history: [], now: 0,
  time() { return this.now; },
  /** Names of the workers of a service, by number. */
  workersOf(service) {
    let names = this.byService.get(service);
    if (!names) {
      names = [...this.workers.keys()].filter(name => serviceOf(name) === service);
      names.sort((one, two) => one.slice(service.length + 1) - two.slice(service.length + 1));
      this.byService.set(service, names);
    }
    return names;
  },
  /** Shows facts as a list of terms, without those that are not known. */
  facts(list, facts) {
    const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined && value !== '');
    while (list.children.length > known.length) list.lastChild.remove();
    while (list.children.length < known.length) list.append(element('div', {}, [element('dt'), element('dd')]));
    known.forEach(([name, value], index) => {
      put(list.children[index].firstChild, name);
      put(list.children[index].lastChild, value);
    });
  },
};
const cards = new Map();
const visible = new Set();
const seen = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) visible.add(target.card);
    else visible.delete(target.card);
    if (isIntersecting) target.card.render();
  }
}, { rootMargin: '200px' });

function serviceOf(worker) {
  return worker.slice(0, worker.lastIndexOf('@'));
}

function begin(message) {
  for (const rows of [state.daemon, state.services, state.workers, state.byService]) rows.clear();
  state.history = [];
  at('events').replaceChildren();
  apply(message);
  for (const card of visible) card.render();
}

function apply(message) {
  state.now = message.now;
  merge(state.daemon, message.daemon, () => { });
  merge(state.services, message.services, () => { });
  const known = state.workers.size;
  let isOther = false;
  const before = new Set(message.workers ? state.workers.keys() : []);
  merge(state.workers, message.workers, name => { isOther ||= !before.has(name) || !state.workers.has(name); });
  if (isOther || known !== state.workers.size) state.byService.clear();
  state.history = [...state.history, ...message.history].slice(-samples);
  for (const happened of message.events) show(happened);
  connected();
  renderCards();
  renderDaemon();
}

function renderCards() {
  const names = [...state.services.keys()].sort();
  if (names.length === 0 || names.length !== cards.size || names.some(name => !cards.has(name))) {
    for (const [name, card] of cards) {
      if (state.services.has(name)) continue;
      seen.unobserve(card.element);
      visible.delete(card);
      cards.delete(name);
    }
    for (const name of names) {
      if (cards.has(name)) continue;
      cards.set(name, new ServiceCard(state, name));
      seen.observe(cards.get(name).element);
    }
    place(names.length ? names.map(name => cards.get(name).element)
      : [element('p', { class: 'quiet' }, ['No services are configured'])]);
  }
  // Uptimes change each second, so the cards that can be seen are rendered; texts that are the same are left alone.
  for (const card of visible) card.render();
}

/** Elements that have their place are not moved: one of them may have the focus. */
function place(elements) {
  let next = at('services').firstElementChild;
  for (const one of elements) {
    if (one === next) next = next.nextElementSibling;
    else at('services').insertBefore(one, next);
  }
  while (next) {
    const rest = next.nextElementSibling;
    next.remove();
    next = rest;
  }
}

function renderDaemon() {
  const daemon = state.daemon.get('daemon') ?? {};
  put(at('host'), daemon.why ? `Not ready for load balancers: ${daemon.why}` : 'Ready for load balancers');
  at('host').className = daemon.why ? 'host bad' : 'host good';
  state.facts(at('daemon'), {
    Version: daemon.version, Uptime: duration(state.now), Steering: daemon.steering,
    CPU: daemon.cpu === undefined ? null : `${daemon.cpu} %`,
    Memory: bytes(daemon.memory), Workers: number(state.workers.size),
    Configuration: daemon.pending ? 'files differ from the running services' : null,
  });
}

function show(happened) {
  const list = at('events');
  list.prepend(element('li', { 'data-event': happened.event }, [
    element('time', { datetime: happened.time }, [new Date(happened.time).toLocaleTimeString('en-GB')]),
    element('b', {}, [happened.event]), element('span', {}, [happened.worker ?? happened.service ?? '']),
    element('span', {}, [happened.message === happened.event ? '' : happened.message])]));
  while (list.children.length > mostEvents) list.lastChild.remove();
}

function connection(kind, text) {
  if (at('connection').className !== kind) at('connection').className = kind;
  put(at('connection'), text);
  document.body.classList.toggle('stale', kind === 'lost');
}

function connected() {
  connection('connected', 'Connected');
}

function lost(why) {
  connection('lost', `Connection to the daemon is lost${why ? `: ${why}` : ''}. This is its last known state. Trying again`);
}

/** Asks for the token. */
function refused() {
  connection('connecting', 'The daemon wants its token');
  const form = at('token');
  form.hidden = false;
  at('secret').focus();
  return new Promise(given => form.addEventListener('submit', submitted => {
    submitted.preventDefault();
    form.hidden = true;
    given(at('secret').value.trim());
    at('secret').value = '';
  }, { once: true }));
}

put(at('address'), `on ${location.host}`);
document.title = `${location.host} - reuseportd`;
follow({ state: begin, change: apply, lost, refused });
