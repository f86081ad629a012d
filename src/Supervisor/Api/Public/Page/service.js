// The card of a service. It is filled when it can be seen, and only then follows the state.
import { bytes, element, number, put } from './page.js';
import { WorkerTable } from './workers.js';

const samples = 120;
const mostOpened = 32;
const mostTroubles = 5;
const inOrder = new Set(['ready', 'draining', 'stopping', 'stopped']);
const charts = [
  ['ready', 'Ready workers', point => point[0], ''],
  ['given', 'Connections a second', point => point[1], ''],
  ['cpu', 'CPU', point => point[2], ' %'],
];

export class ServiceCard {
  constructor(state, name) {
    this.state = state;
    this.name = name;
    this.element = element('article', { class: 'card', 'aria-label': `Service ${name}` });
    this.element.card = this;
  }

  fill() {
    this.summary = element('p');
    this.facts = element('dl', { class: 'facts' });
    this.update = element('p', { class: 'update', hidden: '' });
    this.bar = element('progress', { 'aria-label': `Update of ${this.name}` });
    this.updateText = element('span');
    this.update.append(this.bar, ' ', this.updateText);
    this.troubles = element('ul', { class: 'troubles bad' });
    this.charts = charts.map(([kind, title]) => this.chart(kind, title));
    this.table = new WorkerTable(this.state, this.name);
    this.label = element('summary');
    this.workers = element('details', {}, [this.label, this.table.element]);
    this.workers.open = this.state.workers.size <= mostOpened;
    this.workers.addEventListener('toggle', () => this.render());
    this.element.append(
      element('div', { class: 'head' }, [element('h3', {}, [this.name]), this.summary]), this.update, this.troubles, this.facts,
      element('div', { class: 'charts' }, this.charts.map(chart => chart.figure)), this.workers);
  }

  chart(kind, title) {
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const attributes = { class: 'chart', viewBox: `0 0 ${samples - 1} 20`, preserveAspectRatio: 'none', role: 'img' };
    for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
    svg.setAttribute('aria-label', title);
    svg.append(line);
    const caption = element('figcaption', {}, [title]);
    return { line, svg, caption, figure: element('figure', { 'data-chart': kind }, [caption, svg]) };
  }

  render() {
    const service = this.state.services.get(this.name);
    if (!service) return;
    if (!this.summary) this.fill();
    put(this.summary, `${service.ready} of ${service.wanted} ready`);
    this.summary.className = service.ready >= service.wanted ? 'good' : service.ready > 0 ? 'warn' : 'bad';
    this.renderFacts(service);
    this.renderUpdate(service);
    this.renderTroubles(service);
    this.renderCharts(service);
    put(this.label, `Workers (${service.workers})`);
    if (this.workers.open) this.table.render();
  }

  renderFacts(service) {
    this.state.facts(this.facts, {
      Restarts: service.restarts, CPU: service.cpu === undefined ? null : `${service.cpu} %`, Memory: bytes(service.memory),
      'Open connections': number(service.open), 'Connections a second': number(service.given),
      'Accept queue': service.queue === undefined ? null : `${service.queue} of ${service.queue_limit}`,
    });
  }

  renderUpdate(service) {
    this.update.hidden = service.update_of === undefined;
    if (this.update.hidden) return;
    this.bar.max = service.update_of || 1;
    this.bar.value = service.update_done;
    const kind = service.rollback ? 'Rollback' : 'Update';
    put(this.updateText, `${kind}: ${service.update_done} of ${service.update_of} workers replaced`
      + (service.update_paused ? ', paused' : '') + (service.update_failure ? `: ${service.update_failure}` : ''));
  }

  /** The reasons of all workers that may need help, each once. */
  renderTroubles() {
    const reasons = new Map();
    for (const name of this.state.workersOf(this.name)) {
      const { state, trouble, last_exit: end } = this.state.workers.get(name);
      if (!trouble && inOrder.has(state)) continue;
      const reason = `${state}${trouble ? `: ${trouble}` : end && state !== 'starting' ? `: ${end}` : ''}`;
      const names = reasons.get(reason) ?? [];
      names.push(name);
      reasons.set(reason, names);
    }
    const lines = [...reasons].slice(0, mostTroubles).map(([reason, names]) =>
      `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}: ${reason}`);
    if (reasons.size > mostTroubles) lines.push(`and ${reasons.size - mostTroubles} more reasons: see the workers`);
    while (this.troubles.children.length > lines.length) this.troubles.lastChild.remove();
    while (this.troubles.children.length < lines.length) this.troubles.append(element('li'));
    lines.forEach((line, at) => put(this.troubles.children[at], line));
    this.troubles.hidden = lines.length === 0;
  }

  renderCharts() {
    const history = this.state.history.map(sample => sample[this.name]);
    charts.forEach(([, title, of, unit], at) => {
      const values = history.map(point => (point ? of(point) : null));
      const known = values.filter(value => value !== null);
      const top = Math.max(1, ...known);
      const { line, svg, caption } = this.charts[at];
      const start = samples - values.length;
      const points = values.map((value, index) =>
        (value === null ? '' : `${index + start},${(19 - 18 * value / top).toFixed(1)}`)).filter(Boolean).join(' ');
      if (line.getAttribute('points') === points) return;
      line.setAttribute('points', points);
      const shown = value => `${Math.round(value * 10) / 10}${unit}`;
      const now = shown(known.at(-1));
      const highest = shown(Math.max(...known));
      put(caption, known.length === 0 ? `${title}: not known` : `${title}: ${now}, highest ${highest}`);
      svg.setAttribute('aria-label', known.length === 0 ? `${title}: not known`
        : `${title} in the last ten minutes: now ${now}, lowest ${shown(Math.min(...known))}, highest ${highest}`);
    });
  }
}
