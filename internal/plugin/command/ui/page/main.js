// The page: what the stream tells goes into the model, and from there to what is shown.
import { $, announce, say } from './dom.js';
import * as filters from './filters.js';
import { connect, model, take } from './model.js';
import * as panel from './panel.js';
import { withPictures } from './avatar.js';
import { problems } from './problems.js';
import * as table from './table.js';
import { lags, timeline } from './timeline.js';
import { number, preferred, speak, t, translate } from './words.js';

let language = new URLSearchParams(location.hash.slice(1)).get('lang') || preferred();

// refresh shows the model. It is called again after a while that grows with how long it takes.
let due = 0;
let planned = false;

function refresh() {
  const began = performance.now();
  planned = false;
  const rows = filters.sorted();
  filters.options();
  filters.count(rows.length, number);
  table.show(rows);
  problems();
  due = performance.now() + 3 * (performance.now() - began);
  return rows.length;
}

function plan() {
  if (planned) return;
  planned = true;
  setTimeout(() => requestAnimationFrame(refresh), Math.max(0, due - performance.now()));
}

function save() {
  filters.save({ lang: language });
}

function changed() {
  save();
  table.heads(filters.sort, filters.sortBy);
  announce(t('saidCount', { n: number(refresh()) }));
}

function open(key) {
  table.select(key);
  panel.open(key, true);
}

function close() {
  const key = panel.close();
  table.select('');
  table.focus(key);
}

function live(state) {
  $('live').dataset.state = state;
  say($('live'), t(state));
}

// where names the context and the namespace.
function where() {
  say($('place'), [model.place.context, model.place.namespace || t('allNamespaces')].filter(Boolean).join(' · '));
}

function onMessage(message) {
  const { reset, news, complete } = take(message);
  if (reset || news.length > 0) {
    timeline(news, reset, open);
    lags();
  }
  if (reset) where();
  live(!complete ? 'loading' : model.state.away ? 'away' : 'live');
  if (news.length > 0 && !reset) announce(t('saidChanges', { n: number(new Set(news.map((m) => m.key)).size) }));
  const touched = [...(message.groups ?? []).map((row) => row.key), ...(message.gone ?? [])];
  if (complete && touched.some((key) => panel.isOpen(key))) panel.open(touched.find((key) => panel.isOpen(key)), false);
  plan();
}

function speakAll() {
  speak(language);
  translate();
  $('language').value = document.documentElement.lang.slice(0, 2);
  $('pictures').setAttribute('aria-pressed', withPictures);
  table.heads(filters.sort, filters.sortBy);
  timeline([], true, open);
  lags();
  where();
  live($('live').dataset.state);
}

$('language').addEventListener('change', (e) => {
  language = e.target.value;
  speakAll();
  save();
  refresh();
});
$('pictures').addEventListener('click', () => location.assign(`${location.pathname}${withPictures ? '' : '?pictures'}${location.hash}`));
document.addEventListener('keydown', (e) => {
  if (e.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) {
    e.preventDefault();
    $('search').focus();
  }
  if (e.key === 'Escape' && panel.isOpen() && e.target !== $('search')) close();
});

speak(language);
table.start({ open });
panel.start(close);
filters.start(changed);
speakAll();
connect(onMessage, (connected) => live(connected ? 'loading' : 'lost'));
setInterval(() => document.hidden || table.draw(), 1000); // ages
