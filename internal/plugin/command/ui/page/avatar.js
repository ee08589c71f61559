// The picture of a group: a letter on a colour of its own, or what its faceURL has if the user asked for pictures.
import { h } from './dom.js';

// The server's policy lets pictures in for this address alone.
export const withPictures = new URLSearchParams(location.search).has('pictures');

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function letter(text) {
  for (const { segment } of letters.segment(text.slice(0, 64))) {
    if (/[\p{L}\p{N}\p{Emoji_Presentation}]/u.test(segment)) return segment.length > 8 ? segment[0] : segment;
  }
  return '#';
}

function hue(text) {
  let n = 0;
  for (let i = 0; i < text.length; i++) n = (n * 31 + text.charCodeAt(i)) % 360;
  return n;
}

export function avatar() {
  return h('span', { class: 'avatar', 'aria-hidden': 'true' });
}

export function paint(e, row) {
  const face = withPictures && row.face?.startsWith('https://') ? row.face : '';
  const look = `${row.id}\n${row.name ?? ''}\n${face}`;
  if (e.look === look) return;
  e.look = look;
  e.style.setProperty('--hue', hue(row.id));
  e.replaceChildren(letter(row.name || row.id));
  if (!face) return;
  const image = h('img', { alt: '', decoding: 'async', referrerpolicy: 'no-referrer' });
  image.addEventListener('load', () => e.look === look && e.replaceChildren(image));
  image.src = face;
}
