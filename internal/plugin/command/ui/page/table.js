// The table: of very many rows only those in sight are in the document.
import { $, h, say } from './dom.js';
import { avatar, paint } from './avatar.js';
import { ago, t, valueOf, visible, whole } from './words.js';

const rowHeight = 56; // as in style.css
const spare = 6; // rows above and below what is in sight

export const columns = ['group', 'type', 'owner', 'app', 'synced', 'changed', 'by'];

const shown = { rows: [], slots: [], key: '', selected: '', first: 0 };
let callbacks;

export function start(on) {
  callbacks = on;
  $('viewport').addEventListener('scroll', () => requestAnimationFrame(draw), { passive: true });
  new ResizeObserver(() => draw()).observe($('viewport'));
  $('rows').append(space(), space());
  $('table').addEventListener('keydown', onKey);
  $('rows').addEventListener('focusin', (e) => { shown.key = e.target.closest('tr')?.key ?? ''; });
  $('rows').addEventListener('click', (e) => {
    const key = e.target.closest('tr')?.key;
    if (key && !getSelection().toString()) callbacks.open(key);
  });
}

const space = () => h('tr', { class: 'space', 'aria-hidden': 'true' }, h('td', { colspan: columns.length }));

// heads shows what the table is sorted by.
export function heads(sort, onSort) {
  $('heads').replaceChildren(...columns.map((c) => h('th', { scope: 'col', class: c, 'aria-sort': c === sort.by ? (sort.down ? 'descending' : 'ascending') : null },
    h('button', { type: 'button', onclick: () => onSort(c) }, t(c), h('span', { class: 'arrow', 'aria-hidden': 'true' }, c === sort.by ? (sort.down ? '↓' : '↑') : '')))));
}

function slot() {
  const s = { avatar: avatar(), open: h('button', { type: 'button', class: 'open', tabindex: '-1' }), id: h('code', {}) };
  const name = h('bdi', { dir: 'auto' });
  s.open.append(name);
  s.name = name;
  s.cells = columns.slice(1).map((c) => h('td', { class: c }));
  s.badge = h('span', { class: 'badge' });
  s.cells[3].append(s.badge);
  s.time = h('time', {});
  s.cells[4].append(s.time);
  s.owner = h('bdi', { dir: 'auto' });
  s.cells[1].append(s.owner);
  s.row = h('tr', {}, h('th', { scope: 'row', class: 'group' }, h('div', { class: 'who' }, s.avatar, h('div', { class: 'names' }, s.open, s.id))), ...s.cells);
  return s;
}

const states = { synced: 'stateSynced', partial: 'statePartial', waiting: 'stateWaiting', disbanded: 'stateDisbanded', failing: 'stateFailing' };
export const stateName = (state) => t(states[state]);

// who made the newest change.
export function who(row) {
  if (row.resync) return t('resync');
  return row.by ? visible(row.by) : '–';
}

function fill(s, row, index) {
  const e = s.row;
  e.key = row.key;
  e.setAttribute('aria-rowindex', index + 2);
  e.classList.toggle('fresh', Date.now() - row.touched < 2500);
  e.classList.toggle('selected', row.key === shown.selected);
  e.dataset.state = row.state;
  paint(s.avatar, row);
  say(s.name, valueOf('name', row.name));
  s.name.classList.toggle('faint', !row.name);
  s.open.setAttribute('aria-expanded', row.key === shown.selected);
  say(s.id, visible(row.id));
  const [type, , app] = s.cells;
  say(type, row.type ? visible(row.type) : '–');
  say(s.owner, row.owner ? visible(row.owner) : '–');
  say(app, row.app);
  app.title = `${row.namespace}/${row.app}`;
  say(s.badge, row.reason || stateName(row.state));
  s.badge.dataset.state = row.state;
  say(s.time, row.changed ? ago(row.changed) : '–');
  s.time.title = row.changed ? whole(row.changed) : '';
  say(s.cells[5], who(row));
}

// show shows other rows, or the same in another order.
export function show(rows) {
  shown.rows = rows;
  $('table').setAttribute('aria-rowcount', rows.length + 1);
  draw();
}

export function select(key) {
  shown.selected = key;
  draw();
}

// draw puts the rows in sight into the document.
export function draw() {
  const view = $('viewport');
  const [above, below] = $('rows').querySelectorAll('.space');
  const inSight = Math.ceil(view.clientHeight / rowHeight) + 2 * spare;
  const first = Math.max(0, Math.min(Math.floor(view.scrollTop / rowHeight) - spare, shown.rows.length - inSight));
  const rows = shown.rows.slice(first, first + inSight);
  const focused = $('rows').contains(document.activeElement);
  shown.first = first;
  while (shown.slots.length < rows.length) {
    const s = slot();
    shown.slots.push(s);
    below.before(s.row);
  }
  shown.slots.forEach((s, i) => {
    s.row.hidden = i >= rows.length;
    if (i < rows.length) fill(s, rows[i], first + i);
  });
  above.firstChild.style.height = `${first * rowHeight}px`;
  below.firstChild.style.height = `${Math.max(0, shown.rows.length - first - rows.length) * rowHeight}px`;
  reach(focused);
}

// reach makes one row reachable by the tab key, and keeps the focus on its group wherever that is now.
function reach(focused) {
  const used = shown.slots.filter((s) => !s.row.hidden);
  const active = used.find((s) => s.row.key === shown.key);
  const reachable = active ?? used[Math.min(used.length - 1, shown.first === 0 ? 0 : spare)];
  for (const s of used) s.open.tabIndex = s === reachable ? 0 : -1;
  if (!focused) return;
  const target = active?.open ?? $('table'); // a group out of sight is found again by the arrow keys
  if (document.activeElement !== target) target.focus({ preventScroll: true });
}

const page = () => Math.max(1, Math.floor($('viewport').clientHeight / rowHeight) - 2);
const steps = { ArrowDown: () => 1, ArrowUp: () => -1, PageDown: page, PageUp: () => -page(), Home: () => -Infinity, End: () => Infinity };

function onKey(e) {
  const step = steps[e.key];
  if (!step || e.altKey || e.ctrlKey || e.metaKey || $('heads').contains(e.target)) return;
  e.preventDefault();
  const at = shown.rows.findIndex((row) => row.key === shown.key);
  focusOn(Math.max(0, Math.min(shown.rows.length - 1, at + step())));
}

// focusOn scrolls to a row and gives it the focus.
function focusOn(index) {
  const row = shown.rows[index];
  if (!row) return;
  const view = $('viewport');
  const top = index * rowHeight;
  const room = view.clientHeight - $('heads').offsetHeight - rowHeight;
  if (top < view.scrollTop) view.scrollTop = top;
  else if (top > view.scrollTop + room) view.scrollTop = top - room;
  shown.key = row.key;
  draw();
  shown.slots.find((s) => s.row.key === row.key && !s.row.hidden)?.open.focus({ preventScroll: true });
}

// focus gives the focus to a group, or if that is not there to the table.
export function focus(key) {
  const index = shown.rows.findIndex((row) => row.key === key);
  if (index >= 0) focusOn(index);
  else $('table').focus();
}
