// The console's page: draws the state the server gives, and turns clicks and keys into requests.

import { Composer } from './composer.js';
import { open as openForm } from './dialog.js';
import { newId, openLinksBeside, post, Problem, show, state as fetchState } from './net.js';

const POLL_MS = 1500;
const HIDDEN_POLL_MS = 10000;
const byId = (id) => document.getElementById(id);
const app = byId('app');
const scroll = byId('scroll');
const known = JSON.parse(document.body.dataset.known);
const query = new URLSearchParams(location.search);
const first = JSON.parse(document.body.dataset.state);
const here = { as: first.user, in: first.place, thread: query.get('thread') || '', limit: 100 };
let turn = 0; // only the answer to the last request is drawn
let opener = null; // what opened the thread, to give the focus back
let lastRead = '';
let timer = 0;

const phone = matchMedia('(max-width: 47.99rem)');
const composer = new Composer(byId('composer'), known, () => ({ as: here.as, in: here.in }), say);
const threadComposer = new Composer(
  byId('thread-composer'), known, () => ({ as: here.as, in: here.in, thread: here.thread }), say,
);

// Drawing

/** Make the list's children those of `rows`, touching only what changed; returns the elements that are new. */
function draw(list, rows) {
  const old = new Map([...list.children].map((item) => [item.dataset.id, item]));
  const added = [];
  rows.forEach((row, index) => {
    let item = old.get(row.id);
    old.delete(row.id);
    if (!item) {
      item = document.createElement('div');
      item.className = 'row';
      item.dataset.id = row.id;
      added.push(item);
    }
    if (item.drawn !== row.html) {
      const focused = item.contains(document.activeElement);
      item.innerHTML = row.html;
      item.drawn = row.html;
      openLinksBeside(item);
      if (focused) refocus(item);
    }
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
  old.forEach((item) => item.remove());
  return added;
}

/** The button that had the focus is gone: stay at the message. */
function refocus(item) {
  item.tabIndex = -1;
  (item.querySelector('.said button, .said a') || item).focus();
}

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
const toEnd = (box) => { box.scrollTop = box.scrollHeight; };

function apply(state, { moved = false, own = false } = {}) {
  byId('clock').textContent = state.clock;
  byId('role').textContent = state.role;
  drawPlaces(state.sidebar);
  const isHome = state.place === 'home';
  byId('home').hidden = !isHome;
  byId('messages').hidden = byId('composer').hidden = isHome;
  byId('earlier').hidden = !state.more;
  if (moved) {
    byId('title').textContent = byId('name').textContent = state.title;
    byId('icon').setAttribute('href', `#i-${state.icon}`);
    document.title = `${state.title} · sipbot`;
    document.querySelector('label[for=text]').textContent = state.label;
    byId('text').placeholder = state.label;
    composer.moveTo(`${state.user} ${state.place}`);
    byId('messages').replaceChildren();
  }
  const stay = !moved && !own && !atEnd(scroll);
  const added = draw(byId('messages'), state.messages);
  if (!stay) toEnd(scroll);
  byId('jump').hidden = !(stay && added.length) && (byId('jump').hidden || atEnd(scroll));
  if (!moved) announce(added);
  drawThread(state.thread, own);
  markRead(state);
}

function drawPlaces(html) {
  const places = byId('places');
  if (places.drawn === html) return;
  const focused = places.contains(document.activeElement) ? document.activeElement.dataset.place : '';
  places.innerHTML = html;
  places.drawn = html;
  if (focused) places.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
  byId('open-side').classList.toggle('has-new', places.querySelector('.unread') !== null);
}

function drawThread(rows, own) {
  const panel = byId('thread');
  if (!rows) {
    if (!panel.hidden) closeThread();
    return;
  }
  const box = panel.querySelector('.scroll');
  const opened = panel.hidden || panel.dataset.parent !== here.thread;
  panel.hidden = false;
  panel.dataset.parent = here.thread;
  app.classList.add('has-thread');
  threadComposer.moveTo(here.thread);
  const stay = !opened && !own && !atEnd(box);
  const added = draw(byId('replies'), rows);
  if (!stay) toEnd(box);
  if (opened) byId('thread-text').focus();
  else announce(added);
}

/** Say new messages to screen readers: who, and the beginning of what. */
function announce(items) {
  const words = items
    .filter((item) => item.querySelector('.message:not(.own)'))
    .map((item) => `${item.querySelector('.who b').textContent}: ${item.querySelector('.said').innerText.slice(0, 300)}`);
  if (words.length) byId('announce').textContent = words.join('. ');
}

function markRead(state) {
  const last = `${here.as} ${state.place} ${state.messages.at(-1)?.id} ${state.thread?.at(-1)?.id}`;
  const unread = byId('places').querySelector('[aria-current] .unread');
  if (document.hidden || state.place === 'home' || (last === lastRead && !unread)) return;
  lastRead = last;
  post('read', { as: here.as, in: state.place }).catch(() => { lastRead = ''; });
}

// Talking to the server

async function refresh(how = {}) {
  const mine = ++turn;
  const state = await fetchState(here);
  if (mine !== turn && !how.moved) return;
  here.in = state.place;
  apply(state, how);
}

async function poll() {
  clearTimeout(timer);
  try {
    await refresh();
    show(byId('offline'), null);
  } catch {
    show(byId('offline'), { message: 'sipbot does not answer. Trying again …' });
  }
  clearTimeout(timer); // another look may have begun meanwhile
  timer = setTimeout(poll, document.hidden ? HIDDEN_POLL_MS : POLL_MS);
}

/** After something the person did: its form, its words, its place. */
async function answered(answer, where) {
  if (answer.form) openForm(answer.form, (form, values, id) => submit(form, values, id, where));
  if (where.in === 'home') {
    if (answer.answered) await go(`dm:${here.as}`);
    else await drawHome();
  } else await refresh({ own: true });
}

async function say(where, text, id) {
  await answered(await post('say', { ...where, text, delivery_id: id }), where);
}

async function submit(form, values, id, where) {
  const answer = await post('submit', { ...where, form, values, delivery_id: id });
  if (answer.form) return answer.form;
  await answered(answer, where);
  return null;
}

/** Run an action of a button, which is out of use meanwhile; what goes wrong is said at the composer. */
async function during(button, act) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  const line = byId(button.closest('#thread') ? 'thread-composer' : 'composer').querySelector('.problem');
  try {
    await act();
    show(line, null);
  } catch (problem) {
    show(line, problem);
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

function whereOf(element) {
  const message = element.closest('.row')?.dataset.id ?? '';
  return { as: here.as, in: here.in, thread: element.closest('#thread') ? here.thread : '', message };
}

function press(button) {
  const where = whereOf(button);
  const { verb, values } = button.dataset;
  return during(button, async () => {
    const body = { ...where, verb, values: JSON.parse(values), delivery_id: newId() };
    await answered(await post('press', body), where);
  });
}

function tellWin(button) {
  const where = whereOf(button);
  return during(button, async () => answered(await post('win', { ...where, delivery_id: newId() }), where));
}

async function travel(button) {
  const status = byId('travelled');
  const buttons = document.querySelectorAll('[data-travel]');
  status.textContent = 'Moving the clock …';
  buttons.forEach((one) => one.setAttribute('aria-disabled', 'true'));
  try {
    status.textContent = (await post('travel', { kind: button.dataset.travel })).status;
    await refresh();
    if (here.in === 'home') await drawHome();
  } catch (problem) {
    status.textContent = problem.message;
  } finally {
    buttons.forEach((one) => one.removeAttribute('aria-disabled'));
  }
}

async function drawHome() {
  byId('home').innerHTML = (await post('home', { as: here.as, delivery_id: newId() })).html;
  openLinksBeside(byId('home'));
}

// Going places

function remember(push) {
  const place = { as: here.as, in: here.in, ...(here.thread && { thread: here.thread }) };
  const address = `?${new URLSearchParams(place)}`;
  if (address !== location.search) history[push ? 'pushState' : 'replaceState']({}, '', address);
}

async function go(place, { as = here.as, thread = '', push = true } = {}) {
  Object.assign(here, { as, in: place, thread, limit: 100 });
  showSide(false);
  if (!thread) hideThread();
  await refresh({ moved: true });
  byId('you').value = here.as;
  remember(push);
  if (here.in === 'home') {
    await drawHome();
    scroll.focus();
  } else if (!phone.matches) byId('text').focus();
}

function openThread(button) {
  opener = button.closest('.row').dataset.id;
  here.thread = button.dataset.thread;
  remember(true);
  return refresh();
}

function hideThread() {
  byId('thread').hidden = true;
  app.classList.remove('has-thread');
}

function closeThread() {
  here.thread = '';
  hideThread();
  remember(false);
  const row = opener && byId('messages').querySelector(`[data-id="${CSS.escape(opener)}"]`);
  (row?.querySelector('.replies, [data-thread]') || byId('text')).focus();
}

function showSide(open) {
  const was = app.classList.contains('show-side');
  app.classList.toggle('show-side', open);
  byId('open-side').setAttribute('aria-expanded', String(open));
  if (open) byId('you').focus();
  else if (was) byId('open-side').focus();
}

// Events

document.addEventListener('click', (event) => {
  const target = event.target.closest('button, a');
  if (!target) return;
  const { verb, win, thread, place, travel: kind, try: words } = target.dataset;
  if (verb !== undefined) press(target);
  else if (win) tellWin(target);
  else if (thread) openThread(target);
  else if (kind) { if (target.getAttribute('aria-disabled') !== 'true') travel(target); }
  else if (words) { composer.fill(words); byId('text').focus(); }
  else if (place && !event.ctrlKey && !event.metaKey) { event.preventDefault(); go(place); }
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || byId('dialog').open) return;
  if (app.classList.contains('show-side')) showSide(false);
  else if (!byId('thread').hidden) closeThread();
});

byId('you').addEventListener('change', (event) => {
  const place = here.in.startsWith('dm:') ? `dm:${event.target.value}` : here.in;
  go(place, { as: event.target.value });
});
byId('close-thread').addEventListener('click', closeThread);
byId('open-side').addEventListener('click', () => showSide(true));
byId('close-side').addEventListener('click', () => showSide(false));
byId('jump').addEventListener('click', () => { toEnd(scroll); byId('jump').hidden = true; });
byId('earlier').addEventListener('click', () => { here.limit += 200; refresh(); });
scroll.addEventListener('scroll', () => { if (atEnd(scroll)) byId('jump').hidden = true; });
addEventListener('popstate', () => {
  const asked = new URLSearchParams(location.search);
  go(asked.get('in') || here.in, { as: asked.get('as') || here.as, thread: asked.get('thread') || '', push: false });
});
addEventListener('unhandledrejection', (event) => {
  if (event.reason instanceof Problem) { event.preventDefault(); show(byId('offline'), event.reason); }
});
document.addEventListener('visibilitychange', () => { if (!document.hidden) poll(); });

apply(first, { moved: true });
if (first.place === 'home') drawHome();
else if (!first.thread && !phone.matches) byId('text').focus();
timer = setTimeout(poll, POLL_MS);
