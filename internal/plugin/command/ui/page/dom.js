// The only way in which this page makes elements: what comes from elsewhere becomes text, never markup.

export const $ = (id) => document.getElementById(id);

// h makes an element. Children are elements or texts; nothing comes of null.
export function h(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
    else e.setAttribute(key, value === true ? '' : value);
  }
  e.append(...children.filter((c) => c !== null));
  return e;
}

// say sets a text if it is another.
export function say(e, text) {
  if (e.textContent !== text) e.textContent = text;
}

// user is a text of chat users, which cannot reorder what is around it.
export const user = (text, attributes = {}) => h('bdi', { dir: 'auto', ...attributes }, text);

const svgNamespace = 'http://www.w3.org/2000/svg';

export function svg(name, attributes, ...children) {
  const e = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

let pending;

// announce tells people who listen rather than look.
export function announce(text) {
  clearTimeout(pending);
  pending = setTimeout(() => say($('announcer'), text), 400);
}
