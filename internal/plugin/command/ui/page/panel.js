// All that is known of one group.
import { $, announce, h, user } from './dom.js';
import { avatar, paint } from './avatar.js';
import { model } from './model.js';
import { stateName, who } from './table.js';
import { ago, fieldName, t, valueOf, visible, whole } from './words.js';

let onClose;
let shown = ''; // the key
let asked = 0;

export function start(close) {
  onClose = close;
}

// open asks for a group and shows it.
export async function open(key, withFocus) {
  shown = key;
  const number = ++asked;
  const [namespace, name] = key.split('/');
  const answer = await fetch(`group?${new URLSearchParams({ namespace, name })}`).catch(() => null);
  if (number !== asked) return; // another one was opened meanwhile
  const known = answer?.ok ? await answer.json() : null;
  if (number !== asked) return;
  render(known);
  if (withFocus) $('panel').focus();
}

export const isOpen = (key) => shown !== '' && (key === undefined || key === shown);

export function close() {
  asked++;
  const key = shown;
  shown = '';
  $('panel').hidden = true;
  $('panel').replaceChildren();
  return key;
}

const kubectl = (words, d) => `kubectl${model.place.flags} -n ${d.namespace} ${words}`;

// copier shows a command and copies it.
function copier(command) {
  const label = h('span', {}, t('copy'));
  const copy = async () => {
    await navigator.clipboard.writeText(command);
    label.textContent = t('copied');
    announce(t('copied'));
    setTimeout(() => { label.textContent = t('copy'); }, 2000);
  };
  return h('div', { class: 'command' }, h('code', {}, command), h('button', { type: 'button', class: 'quiet', onclick: copy, 'aria-label': t('copyWhat', { command }), 'data-command': command }, label));
}

const since = (ms) => h('time', { title: whole(ms) }, ago(ms));

function head(d) {
  const face = avatar();
  paint(face, d);
  const badge = h('span', { class: 'badge', 'data-state': d.state }, d.reason || stateName(d.state));
  return h('header', {}, face,
    h('div', { class: 'names' }, h('h2', { id: 'panel-title' }, user(valueOf('name', d.name))), h('code', {}, visible(d.id))), badge,
    h('button', { type: 'button', class: 'quiet close', 'aria-label': t('close'), title: t('close'), onclick: () => onClose() }, '×'));
}

function facts(d) {
  const rows = [['type', d.type && visible(d.type)], ['owner', d.owner && visible(d.owner)], ['app', d.app], ['imgroup', `${d.namespace}/${d.object}`],
    ['faceURL', d.face && visible(d.face)]];
  const list = rows.map(([key, text]) => h('div', {}, h('dt', {}, t(key)), h('dd', { class: text ? null : 'faint' }, text || valueOf(key, text))));
  if (d.changed) {
    const what = (d.fields ?? []).map(fieldName).join(', ');
    const more = [what, who(d), d.platform, d.command && visible(d.command)].filter((s) => s && s !== '–').join(' · ');
    list.push(h('div', {}, h('dt', {}, t('lastChange')), h('dd', {}, since(d.changed), h('small', {}, more))));
  }
  return h('dl', {}, ...list);
}

function text(d, field) {
  const value = d.values[field];
  return h('div', { class: 'text' }, h('h4', {}, fieldName(field), field in d.clocks ? since(d.clocks[field]) : null),
    value ? user(value, { class: 'bubble' }) : h('p', { class: 'bubble faint' }, valueOf(field, value)));
}

function texts(d) {
  const path = (field) => `get imgroup ${d.object} -o jsonpath='{.status.${field}}'`;
  return section('texts', text(d, 'introduction'), copier(kubectl(path('introduction'), d)), text(d, 'notification'), copier(kubectl(path('notification'), d)));
}

function section(key, ...children) {
  return h('section', { class: key }, h('h3', {}, t(key)), ...children);
}

function grid(heads, rows) {
  return h('table', { class: 'grid' }, h('thead', {}, h('tr', {}, ...heads.map((key) => h('th', { scope: 'col' }, t(key))))),
    h('tbody', {}, ...rows.map((cells) => h('tr', {}, ...cells.map((cell) => h('td', {}, cell))))));
}

function custom(d) {
  const fields = Object.keys(d.values).filter((f) => f.startsWith('custom/')).sort();
  if (fields.length === 0) return null;
  return section('custom', h('dl', {}, ...fields.map((f) => h('div', {}, h('dt', {}, fieldName(f)), h('dd', {}, user(valueOf(f, d.values[f])))))));
}

function clocks(d) {
  const rows = Object.entries(d.clocks).sort((a, b) => b[1] - a[1]);
  return section('clocks', grid(['field', 'time'], rows.map(([field, ms]) => [fieldName(field), h('time', { title: ago(ms) }, whole(ms))])),
    copier(kubectl(`imgroup history ${d.object}`, d)));
}

function conditions(d) {
  const rows = d.conditions.map((c) => [h('strong', {}, c.type), c.status, h('span', { title: c.message }, c.reason), since(Date.parse(c.lastTransitionTime))]);
  const messages = d.conditions.filter((c) => c.message && c.status !== 'True').map((c) => h('p', { class: 'hint' }, user(`${c.type}: ${c.message}`)));
  return section('conditions', grid(['type', 'status', 'reason', 'time'], rows), ...messages, copier(kubectl(`describe imgroup ${d.object}`, d)));
}

function events(d) {
  const list = (d.events ?? []).toReversed().map((e) => h('li', { class: e.type === 'Warning' ? 'warning' : null },
    h('p', { class: 'line' }, since(Date.parse(e.time)), h('strong', {}, e.reason)), h('p', {}, user(e.note))));
  const empty = h('p', { class: 'hint' }, d.eventsError ? `${t('eventsError')}: ${d.eventsError}` : t('eventsNone'));
  return section('events', list.length > 0 ? h('ul', {}, ...list) : empty, copier(kubectl(`get events --field-selector involvedObject.name=${d.object}`, d)));
}

function render(d) {
  const panel = $('panel');
  const scrolled = panel.hidden ? 0 : panel.scrollTop;
  const focused = panel.contains(document.activeElement) ? document.activeElement.dataset.command ?? '' : null;
  panel.hidden = false;
  if (!d) {
    panel.replaceChildren(h('header', {}, h('h2', { id: 'panel-title' }, t('gone')), h('button', { type: 'button', class: 'quiet close', 'aria-label': t('close'), onclick: () => onClose() }, '×')));
    return;
  }
  panel.replaceChildren(...[head(d), facts(d), texts(d), custom(d), clocks(d), conditions(d), events(d)].filter(Boolean));
  panel.scrollTop = scrolled;
  if (focused !== null) ([...panel.querySelectorAll('button')].find((b) => b.dataset.command === focused) ?? panel).focus({ preventScroll: true });
}
