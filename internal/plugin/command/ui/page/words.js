// Words, numbers and times in the language of the reader.
import { strings } from './strings.js';

const tags = { en: 'en', zh: 'zh-Hans', ja: 'ja' };
let language = 'en';
let formats;

// preferred is the first of the browser's languages that there is.
export function preferred() {
  const known = navigator.languages.map((l) => l.slice(0, 2)).find((l) => l in strings);
  return known ?? 'en';
}

export function speak(next) {
  language = next in strings ? next : 'en';
  document.documentElement.lang = tags[language];
  formats = {
    number: new Intl.NumberFormat(language),
    short: new Intl.NumberFormat(language, { maximumSignificantDigits: 2 }),
    ago: new Intl.RelativeTimeFormat(language, { style: 'narrow', numeric: 'always' }),
    clock: new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }),
    whole: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', hour12: false }),
    collator: new Intl.Collator(language, { numeric: true }),
  };
}

export function t(key, values = {}) {
  return (strings[language][key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// translate fills in the texts of the document itself.
export function translate() {
  for (const [attribute, set] of [
    ['data-t', (e, text) => { e.textContent = text; }],
    ['data-t-label', (e, text) => e.setAttribute('aria-label', text)],
    ['data-t-title', (e, text) => { e.title = text; }],
    ['data-t-placeholder', (e, text) => { e.placeholder = text; }],
  ]) {
    for (const e of document.querySelectorAll(`[${attribute}]`)) set(e, t(e.getAttribute(attribute)));
  }
}

export const number = (n) => formats.number.format(n);
export const clock = (ms) => formats.clock.format(ms);
export const whole = (ms) => formats.whole.format(ms);
export const compare = (a, b) => formats.collator.compare(a, b);

const units = [['second', 60], ['minute', 60], ['hour', 24], ['day', 365], ['year', Infinity]];

// ago is an age in words; a clock that is ahead says now.
export function ago(ms) {
  let n = Math.max(0, Math.floor((Date.now() - ms) / 1000));
  for (const [unit, size] of units) {
    if (n < size) return formats.ago.format(-n, unit);
    n = Math.floor(n / size);
  }
  return '';
}

const lengths = [['ms', 1000], ['s', 60], ['min', 60], ['h', 24], ['d', Infinity]];

// length is a time span.
export function length(ms) {
  let n = ms;
  for (const [unit, size] of lengths) {
    if (Math.abs(n) < size) return `${formats.short.format(n)} ${unit}`;
    n /= size;
  }
  return '';
}

const fields = { imgroup: 'imgroup', group: 'groupState' };

// fieldName is a field as people call it.
export function fieldName(field) {
  if (field.startsWith('custom/')) return visible(field.slice('custom/'.length));
  return t(fields[field] ?? field);
}

// valueOf is a value: one that is not known is told from one that is empty.
export function valueOf(field, value) {
  if (value === null || value === undefined) return t('unknown');
  if (value === '') return t('empty');
  return field === 'imgroup' || field === 'group' ? t(value) : value;
}

// visible shows characters that hide or reorder others, for what people compare: IDs and the like.
export function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{fe00}-\u{fe0f}]/gu, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
}
