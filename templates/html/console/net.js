// Requests to the console's server, and the ids that make a repeated request harmless.

const tokenIn = (page) => page.querySelector('meta[name="csrf-token"]').content;
let token = tokenIn(document);

/** A sentence for the person; `retry` when the very same request may be sent again. */
export class Problem extends Error {
  constructor(text, retry = false) {
    super(text);
    this.retry = retry;
  }
}

const LOST = 'Not sent: sipbot does not answer. Your words are still here; please try again in a moment.';

const send = (path, body) => fetch(`/console/${path}`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token },
  body: JSON.stringify(body),
});

/** sipbot was started anew and has a new token: take it from a fresh page, so that nothing typed here is lost. */
async function renewToken() {
  const page = await (await fetch('/console')).text();
  token = tokenIn(new DOMParser().parseFromString(page, 'text/html'));
}

export async function post(path, body) {
  let response;
  try {
    response = await send(path, body);
    if (response.status === 403) {
      await renewToken();
      response = await send(path, body);
    }
  } catch {
    throw new Problem(LOST, true);
  }
  if (response.status === 422) throw new Problem((await response.json()).problem);
  if (!response.ok) throw new Problem(LOST, true);
  return response.json();
}

export async function state(query) {
  const response = await fetch(`/console/state?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Problem(LOST, true);
  return response.json();
}

export const newId = () => crypto.randomUUID();

export function show(element, problem) {
  element.textContent = problem ? problem.message : '';
  element.hidden = !problem;
}

/** Addresses open beside the console, so that nothing typed in it is lost. */
export function openLinksBeside(element) {
  for (const link of element.querySelectorAll('a[href]:not([href^="#"])')) link.target = '_blank';
}
