// Each change as it came, and how far it lagged behind the event at Tencent.
import { $, h, svg, user } from './dom.js';
import { model } from './model.js';
import { clock, fieldName, length, number, t, valueOf, visible, whole } from './words.js';

const maxShown = 200;
const maxLags = 60;

function value(field, text, kind) {
  return user(valueOf(field, text), { class: text ? kind : `${kind} faint` });
}

function entry(m, open) {
  const name = h('button', { type: 'button', class: 'open', onclick: () => open(m.key) }, user(m.name || visible(m.id)));
  const by = m.resync ? t('resync') : m.by ? visible(m.by) : '';
  return h('li', {},
    h('p', { class: 'line' }, h('time', { title: whole(m.seen) }, clock(m.seen)), name, h('span', { class: 'by' }, by)),
    ...m.changes.map((c) => h('p', { class: 'change' }, h('span', { class: 'field' }, fieldName(c.field)), ' ', value(c.field, c.old, 'old'), ' → ', value(c.field, c.new, 'new'))));
}

// timeline shows what is new above the rest; or with all everything anew.
export function timeline(news, all, open) {
  const list = $('timeline');
  const from = all ? model.past : news;
  if (model.past.length === 0) {
    list.replaceChildren(h('li', { class: 'faint' }, t('timelineNone')));
    return;
  }
  if (all || list.firstChild?.classList.contains('faint')) list.replaceChildren();
  list.prepend(...from.slice(-maxShown).reverse().map((m) => entry(m, open)));
  while (list.childElementCount > maxShown) list.lastChild.remove();
}

const width = 120;
const height = 28;

// curve draws lags on a scale of powers of ten, from 1 ms to the longest.
function curve(lags) {
  const top = Math.log10(Math.max(1000, ...lags));
  const x = (i) => lags.length === 1 ? width - 3 : 3 + i * (width - 6) / (lags.length - 1);
  const y = (lag) => height - 3 - (height - 6) * Math.log10(Math.max(1, lag)) / top;
  const points = lags.map((lag, i) => `${x(i).toFixed(1)},${y(lag).toFixed(1)}`);
  const last = points.at(-1).split(',');
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'curve', 'aria-hidden': 'true' },
    svg('polyline', { points: points.join(' ') }), svg('circle', { cx: last[0], cy: last[1], r: 2.5 }));
}

export function lags() {
  const byApp = new Map();
  for (const m of model.past) {
    if (m.lag !== undefined) byApp.set(m.app, [...(byApp.get(m.app) ?? []), m.lag].slice(-maxLags));
  }
  if (byApp.size === 0) {
    $('lags').replaceChildren(h('li', { class: 'faint' }, t('lagNone')));
    return;
  }
  $('lags').replaceChildren(...[...byApp].sort().map(([app, all]) => {
    const inOrder = [...all].sort((a, b) => a - b);
    const values = { median: length(inOrder[Math.floor(inOrder.length / 2)]), longest: length(inOrder.at(-1)), n: number(all.length) };
    return h('li', {}, h('div', {}, h('strong', {}, app), h('small', {}, t('lagOf', values))), curve(all));
  }));
}
