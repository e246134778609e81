// Forms of the bot in a dialog. A form with faults stays open with everything that was typed.

import { Problem, newId, openLinksBeside, show } from './net.js';

const dialog = document.getElementById('dialog');
const content = document.getElementById('dialog-content');
const problem = dialog.querySelector('.problem');
let page = null; // {title, html, form} as the server drew it
let typed = false; // something was changed since the form was opened
let submit = null; // (form, values, deliveryId) -> the next page, or nothing when the form is done

/** Open a form; `send` is called at every submit. Focus returns to where it was when the dialog closes. */
export function open(next, send) {
  submit = send;
  typed = false;
  draw(next);
  if (!dialog.open) dialog.showModal();
  focusFirst();
}

function draw(next) {
  page = next;
  document.getElementById('dialog-title').textContent = next.title;
  content.innerHTML = next.html;
  openLinksBeside(content);
  content.querySelector('form').noValidate = true; // the server's answer is one list of all faults
  show(problem, null);
}

function focusFirst() {
  const first = content.querySelector('.errors, input:not([type=hidden]), select, textarea, button');
  if (first) first.focus();
}

/** The chosen file as `name;base64,content`, or "". */
async function chosen(control) {
  const file = control.files[0];
  if (!file) return '';
  const most = Number(control.dataset.most);
  if (file.size > most) throw new Problem(`${file.name} has more than ${most / 1e6} MB. Choose a smaller file.`);
  const reader = new FileReader();
  return new Promise((done, failed) => {
    reader.onload = () => done(`${file.name};base64,${reader.result.split(',', 2)[1] ?? ''}`);
    reader.onerror = () => failed(new Problem(`${file.name} cannot be read. Choose it again.`));
    reader.readAsDataURL(file);
  });
}

/** A form drawn anew has the files that were chosen before, as it has the rest. */
function keepFiles(before) {
  for (const control of before) {
    const now = content.querySelector(`input[type=file][name="${CSS.escape(control.name)}"]`);
    if (now) now.files = control.files;
  }
}

/** Field name -> text; several ticked boxes of one name are joined by commas, none ticked is "". */
async function values(form) {
  const found = {};
  for (const control of form.elements) {
    if (!control.name || control.type === 'hidden') continue;
    if (control.type === 'file') found[control.name] = await chosen(control);
    else if (control.type !== 'checkbox') found[control.name] = control.value;
    else {
      const before = found[control.name] ?? '';
      found[control.name] = control.checked ? [before, control.value].filter(Boolean).join(',') : before;
    }
  }
  return found;
}

content.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = content.querySelector('[type=submit]');
  const form = event.target;
  button.disabled = true;
  form.dataset.delivery ||= newId(); // the same one if this very submit has to be repeated
  try {
    const next = await submit(page.form, await values(form), form.dataset.delivery);
    if (next) {
      const files = form.querySelectorAll('input[type=file]');
      draw(next);
      keepFiles(files);
      focusFirst();
    } else dialog.close();
  } catch (fault) {
    if (!fault.retry) delete form.dataset.delivery;
    show(problem, fault);
  } finally {
    button.disabled = false;
  }
});

content.addEventListener('input', (event) => {
  typed = true;
  delete event.target.form?.dataset.delivery;
});

content.addEventListener('click', (event) => {
  const link = event.target.closest('.errors a');
  if (!link) return;
  event.preventDefault();
  const field = document.getElementById(link.hash.slice(1));
  (field.querySelector('input') || field).focus();
});

/** Closing throws away what was typed, so ask first. */
const mayClose = () => !typed || confirm('Close the form? What you typed in it is not stored.');

dialog.addEventListener('cancel', (event) => { if (!mayClose()) event.preventDefault(); });
document.getElementById('close-dialog').addEventListener('click', () => { if (mayClose()) dialog.close(); });
