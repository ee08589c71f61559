// What is known, kept as the server tells it.

export const model = {
  rows: new Map(), // by key
  order: [], // the same, sorted
  apps: [],
  past: [], // moments, the newest last
  place: { context: '', namespace: '', flags: '' },
  state: { away: '', appsError: '' },
  total: 0,
  left: 0,
};

const maxPast = 1000;

// Text that a search looks through.
function searched(row) {
  return [row.name, row.id, row.owner, row.object, row.by].filter(Boolean).join('\n').toLowerCase();
}

function put(row, live) {
  const known = model.rows.get(row.key);
  row.text = searched(row);
  row.touched = live ? Date.now() : 0;
  if (known) {
    for (const key of Object.keys(known)) delete known[key];
    Object.assign(known, row);
    return;
  }
  model.rows.set(row.key, row);
  model.order.push(row);
}

function drop(keys) {
  for (const key of keys) model.rows.delete(key);
  model.order = model.order.filter((row) => model.rows.has(row.key));
}

let complete = false;

// take takes a message, and returns the moments that are new.
export function take(message) {
  if (message.reset) {
    Object.assign(model, { rows: new Map(), order: [], past: [], place: message.reset, total: message.reset.total });
    complete = false;
  }
  for (const row of message.groups ?? []) put(row, complete);
  if (message.gone) drop(message.gone);
  if (message.apps) Object.assign(model, { apps: message.apps, state: message.state });
  model.past = model.past.concat(message.past ?? []).slice(-maxPast);
  model.left = message.left;
  complete ||= message.left === 0;
  return { reset: Boolean(message.reset), news: message.past ?? [], complete };
}

// connect calls back with each message, and with whether there is a connection. The browser connects again by itself.
export function connect(onMessage, onConnection) {
  const source = new EventSource('stream');
  source.addEventListener('open', () => onConnection(true));
  source.addEventListener('message', (e) => onMessage(JSON.parse(e.data)));
  source.addEventListener('error', () => {
    onConnection(false);
    if (source.readyState === EventSource.CLOSED) {
      source.close();
      setTimeout(() => connect(onMessage, onConnection), 2000);
    }
  });
}
