// The table of a service's workers. It has elements only for the rows that can be seen.
import { age, bytes, element, number, put, stateClass } from './page.js';

const columns = ['Worker', 'State', 'Uptime', 'PID', 'Restarts', 'Memory', 'CPU', 'Open', 'Detail'];
const spare = 5;

export class WorkerTable {
  constructor(state, service) {
    this.state = state;
    this.service = service;
    this.rows = new Map();
    this.names = [];
    this.body = element('div', { class: 'rows', role: 'rowgroup' });
    this.header = element('div', { class: 'row header', role: 'row' }, columns.map(name =>
      element('span', { role: 'columnheader' }, [name])));
    this.window = element('div', { class: 'window', role: 'table', tabindex: '0', 'aria-label': `Workers of ${service}` }, [
      element('div', { role: 'rowgroup', class: 'header' }, [this.header]), this.body]);
    this.window.addEventListener('scroll', () => this.render(), { passive: true });
    this.only = element('input', { type: 'checkbox', id: `only-${service}` });
    this.only.addEventListener('change', () => this.render());
    this.panel = element('section', { class: 'worker', 'aria-label': 'Worker', hidden: '' });
    this.panel.id = `worker-${service}`;
    this.element = element('div', {}, [
      element('div', { class: 'tools' }, [
        element('span', {}, [this.only, ' ', element('label', { for: this.only.id }, ['Only workers that are not ready'])])]),
      this.window, this.panel]);
  }

  render() {
    const all = this.state.workersOf(this.service);
    this.names = this.only.checked ? all.filter(name => this.state.workers.get(name).state !== 'ready') : all;
    const height = this.header.offsetHeight || 32;
    this.body.style.height = `${this.names.length * height}px`;
    this.window.setAttribute('aria-rowcount', this.names.length + 1);
    const first = Math.max(0, Math.floor(this.window.scrollTop / height) - spare);
    const last = Math.min(this.names.length, first + Math.ceil((this.window.clientHeight || 384) / height) + 2 * spare);
    const shown = new Set();
    for (let index = first; index < last; index++) {
      shown.add(this.names[index]);
      this.row(this.names[index], index, height);
    }
    for (const [name, row] of this.rows) {
      // A row that has the focus stays, so that the keyboard is not lost.
      if (shown.has(name) || (row.contains(document.activeElement) && this.names.includes(name))) continue;
      row.remove();
      this.rows.delete(name);
    }
    this.details();
  }

  row(name, index, height) {
    const worker = this.state.workers.get(name);
    let row = this.rows.get(name);
    if (!row) {
      const button = element('button', { class: 'name', 'aria-controls': this.panel.id }, [name]);
      button.addEventListener('click', () => this.choose(name));
      row = element('div', { class: 'row', role: 'row' }, [
        element('span', { role: 'cell' }, [button]), ...columns.slice(1).map(() => element('span', { role: 'cell' }))]);
      this.rows.set(name, row);
      this.body.append(row);
    }
    row.style.top = `${index * height}px`;
    row.setAttribute('aria-rowindex', index + 2);
    row.firstChild.firstChild.setAttribute('aria-expanded', this.chosen === name);
    const cells = row.children;
    const texts = [worker.updating ? `${worker.state} (update)` : worker.state,
      age(this.state, worker), worker.pid ?? '', worker.restarts, bytes(worker.memory), percent(worker.cpu), number(worker.open),
      worker.detail ?? (worker.binds ?? '').split('\n').join('; ')];
    texts.forEach((text, at) => put(cells[at + 1], text));
    cells[1].className = stateClass(worker.state);
    if (cells[8].title !== texts[7]) cells[8].title = texts[7];
  }

  choose(name) {
    this.chosen = this.chosen === name ? null : name;
    this.render();
  }

  details() {
    const worker = this.state.workers.get(this.chosen);
    this.panel.hidden = !worker;
    if (!worker) return;
    const wait = worker.next_try && Math.max(0, Math.round(worker.next_try - this.state.time()));
    const facts = {
      State: worker.state, Why: worker.detail, Process: worker.pid, Generation: worker.generation, Restarts: worker.restarts,
      Uptime: age(this.state, worker), 'Next start in': wait === undefined ? null : `${wait} s`,
      'Last end': worker.last_exit, 'Connections a second': worker.given, 'Open connections': worker.open,
      'Open while it drains': worker.draining,
      'Accept queue': worker.queue === undefined ? null : `${worker.queue} of ${worker.queue_limit}`,
      Binds: worker.binds,
    };
    const lines = Object.entries(facts).filter(([, value]) => value || value === 0).map(([name, value]) => `${name}: ${value}`);
    if (!this.panel.firstChild) this.panel.append(element('h4', {}), element('pre', {}));
    put(this.panel.firstChild, this.chosen);
    put(this.panel.lastChild, lines.join('\n'));
  }
}

function percent(value) {
  return value === undefined ? '' : `${value} %`;
}
