// Which groups are shown, and in which order. All of it is in the address behind #, so that it outlives a reload.
import { $, h, say } from './dom.js';
import { model } from './model.js';
import { stateName } from './table.js';
import { compare, t, visible } from './words.js';

const ranks = ['failing', 'partial', 'waiting', 'disbanded', 'synced']; // the worst first
const ways = {
  group: (a, b) => compare(a.name || a.id, b.name || b.id),
  type: (a, b) => compare(a.type ?? '', b.type ?? ''),
  owner: (a, b) => compare(a.owner ?? '', b.owner ?? ''),
  app: (a, b) => compare(a.app, b.app) || compare(a.namespace, b.namespace),
  synced: (a, b) => ranks.indexOf(a.state) - ranks.indexOf(b.state),
  changed: (a, b) => a.changed - b.changed,
  by: (a, b) => compare(a.by ?? '', b.by ?? ''),
};

export const filters = { app: '', namespace: '', type: '', state: '' };
export const sort = { by: 'changed', down: true };
let words = [];
let onChange;

const selects = {
  app: (row) => `${row.namespace}/${row.app}`,
  namespace: (row) => row.namespace,
  type: (row) => row.type ?? '',
  state: (row) => row.state,
};

// start takes what the address has, and calls back when anything changes.
export function start(changed) {
  onChange = changed;
  const saved = new URLSearchParams(location.hash.slice(1));
  $('search').value = saved.get('q') ?? '';
  for (const name of Object.keys(selects)) {
    filters[name] = saved.get(name) ?? '';
    $(name).addEventListener('change', (e) => set({ [name]: e.target.value }));
  }
  if (saved.get('sort') in ways) Object.assign(sort, { by: saved.get('sort'), down: saved.has('down') });
  $('search').addEventListener('input', () => set({}));
  read();
}

function read() {
  words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
}

// set changes some filters.
export function set(some) {
  Object.assign(filters, some);
  read();
  onChange();
}

export function clear() {
  $('search').value = '';
  set({ app: '', namespace: '', type: '', state: '' });
}

export function sortBy(column) {
  sort.down = sort.by === column ? !sort.down : column === 'changed';
  sort.by = column;
  onChange();
}

// save writes all into the address. More are the page's own.
export function save(more) {
  const all = new URLSearchParams(more);
  if (words.length > 0) all.set('q', $('search').value);
  for (const [name, value] of Object.entries(filters)) if (value) all.set(name, value);
  all.set('sort', sort.by);
  if (sort.down) all.set('down', '');
  history.replaceState(null, '', `${location.pathname}${location.search}#${all}`);
}

function matches(row) {
  for (const name in selects) if (filters[name] && selects[name](row) !== filters[name]) return false;
  return words.every((word) => row.text.includes(word));
}

// sorted is what is shown. All groups stay sorted, so that sorting a few that changed again is quick.
export function sorted() {
  const way = ways[sort.by];
  const sign = sort.down ? -1 : 1;
  model.order.sort((a, b) => sign * way(a, b) || compare(a.key, b.key));
  return model.order.filter(matches);
}

// options offers what there is.
export function options() {
  for (const [name, of] of Object.entries(selects)) {
    const found = new Set(model.order.map(of));
    found.delete('');
    if (filters[name]) found.add(filters[name]);
    const all = name === 'state' ? ranks.filter((s) => found.has(s)) : [...found].sort(compare);
    fillSelect($(name), name, all);
    if (name === 'namespace') $(name).hidden = all.length < 2 && !filters[name]; // most look at one
  }
}

function fillSelect(select, name, all) {
  const wanted = [['', t('all', { what: t(name) })], ...all.map((value) => [value, name === 'state' ? stateName(value) : visible(value)])];
  const look = JSON.stringify(wanted);
  if (select.look !== look) {
    select.look = look;
    select.replaceChildren(...wanted.map(([value, text]) => h('option', { value }, text)));
  }
  select.value = filters[name];
  select.classList.toggle('set', filters[name] !== '');
}

// count says how many are shown, and what to do if there is none.
export function count(shown, number) {
  say($('count'), t('count', { n: number(shown), total: number(model.order.length) }));
  const nothing = $('nothing');
  nothing.hidden = shown > 0 || model.left > 0;
  if (nothing.hidden) return;
  if (model.order.length === 0) nothing.replaceChildren(t('none'));
  else nothing.replaceChildren(t('nothing'), h('button', { type: 'button', class: 'quiet', onclick: clear }, t('clear')));
}
