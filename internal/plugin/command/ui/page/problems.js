// What is wrong, the worst first. Each opens what it is about.
import { $, h } from './dom.js';
import { set } from './filters.js';
import { model } from './model.js';
import { number, t } from './words.js';

function ofApp(app) {
  const name = `${app.namespace}/${app.name}`;
  const found = [];
  const add = (severity, key, reason, message) => found.push({ severity, text: t(key, { app: name, reason }), message, filter: { app: name } });
  for (const w of app.wrong ?? []) {
    if (w.type === 'Ready') add('bad', 'appNotReady', w.reason, w.message);
    else if (w.type === 'Resynced') add('bad', 'appResync', w.reason, w.message);
    else add('bad', 'appConflict', w.reason, w.message);
  }
  if (app.unsigned) add('warn', 'appUnsigned', '', '');
  if (app.suspended) add('note', 'appSuspended', '', '');
  return found;
}

function ofGroups() {
  const counts = {};
  for (const row of model.order) counts[row.state] = (counts[row.state] ?? 0) + 1;
  return [['bad', 'failing', 'groupsFailing'], ['warn', 'partial', 'groupsPartial'], ['note', 'waiting', 'groupsWaiting']]
    .filter(([, state]) => counts[state])
    .map(([severity, state, key]) => ({ severity, text: t(key, { n: number(counts[state]) }), filter: { state, app: '', namespace: '', type: '' } }));
}

function all() {
  const found = [...model.apps.flatMap(ofApp), ...ofGroups()];
  if (model.state.away) found.push({ severity: 'bad', text: t('awayProblem'), message: model.state.away });
  if (model.state.appsError) found.push({ severity: 'warn', text: t('appsHidden'), message: model.state.appsError });
  const rank = { bad: 0, warn: 1, note: 2 };
  return found.sort((a, b) => rank[a.severity] - rank[b.severity]);
}

function show(p) {
  const text = [h('span', { class: 'dot', 'aria-hidden': 'true' }), h('span', {}, p.text)];
  if (p.message) text.push(h('small', {}, p.message));
  const button = p.filter ? h('button', { type: 'button', onclick: () => set(p.filter) }, ...text) : h('div', {}, ...text);
  button.title = p.message ?? '';
  return h('li', { class: p.severity }, button);
}

let look = '';

export function problems() {
  if (model.left > 0) return;
  const found = all();
  const next = JSON.stringify([document.documentElement.lang, found]);
  if (next === look) return;
  look = next;
  const list = found.map(show);
  $('problems').replaceChildren(...(list.length > 0 ? list : [h('li', { class: 'well' }, h('div', {}, h('span', { class: 'dot', 'aria-hidden': 'true' }), t('allWell')))]));
}
