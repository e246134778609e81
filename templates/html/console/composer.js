// The message box: Enter sends, `/` lists commands, `@` lists people, and nothing typed is lost on the way.

import { newId, show } from './net.js';

export class Composer {
  /**
   * where() is the place as the server knows it; send(where, text, deliveryId) resolves when the server has it;
   * known: {commands: [{usage, summary}], people: [name]}.
   */
  constructor(form, known, where, send) {
    this.form = form;
    this.text = form.querySelector('textarea');
    this.list = form.querySelector('[role=listbox]');
    this.problem = form.querySelector('.problem');
    this.known = known;
    this.where = where;
    this.send = send;
    this.active = -1;
    this.drafts = new Map(); // place -> {text, id}
    this.sending = Promise.resolve(); // one after the other, in the order they were typed
    this.place = '';
    this.id = newId();
    form.addEventListener('submit', (event) => { event.preventDefault(); this.submit(); });
    this.text.addEventListener('input', () => { this.id = newId(); this.grow(); this.suggest(); });
    this.text.addEventListener('keydown', (event) => this.key(event));
    this.text.addEventListener('blur', () => this.close());
    this.list.addEventListener('mousedown', (event) => {
      event.preventDefault();
      const option = event.target.closest('[role=option]');
      if (option) this.take(Number(option.dataset.index));
    });
  }

  /** Another place is open: its own draft comes back. */
  moveTo(place) {
    if (place === this.place) return;
    this.drafts.set(this.place, { text: this.text.value, id: this.id });
    this.place = place;
    const { text, id } = this.drafts.get(place) ?? { text: '', id: newId() };
    this.fill(text, id);
    show(this.problem, null);
  }

  fill(text, id = newId()) {
    this.text.value = text;
    this.id = id; // the same words sent again are the same delivery
    this.grow();
    this.close();
  }

  submit() {
    const text = this.text.value;
    if (!text.trim()) return;
    const sent = { where: this.where(), place: this.place, id: this.id, text };
    this.fill('');
    this.sending = this.sending
      .then(() => this.send(sent.where, text, sent.id))
      .then(() => show(this.problem, null))
      .catch((problem) => this.giveBack(sent, problem));
  }

  /** It did not arrive: the words return to the box they came from, before what was typed since. */
  giveBack({ place, id, text }, problem) {
    if (place !== this.place) this.drafts.set(place, { text, id });
    else if (this.text.value.trim()) this.fill(`${text}\n${this.text.value}`);
    else this.fill(text, id);
    show(this.problem, problem);
  }

  grow() {
    this.text.rows = Math.min(8, Math.max(1, this.text.value.split('\n').length));
    this.form.classList.toggle('has-text', this.text.value.trim() !== '');
  }

  key(event) {
    const open = !this.list.hidden;
    if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      this.mark(event.key === 'ArrowDown' ? this.active + 1 : Math.max(this.active, 0) - 1);
    } else if (open && event.key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      this.take(Math.max(this.active, 0));
    } else if (open && event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (open && this.active >= 0) this.take(this.active);
      else this.submit();
    }
  }

  /** What the words before the caret could become: [{label, note, text, from}]. */
  matches() {
    const caret = this.text.selectionStart;
    const before = this.text.value.slice(0, caret);
    if (/^\/[a-z ]*$/i.test(before)) {
      const typed = before.toLowerCase();
      return this.known.commands
        .map(({ usage, summary }) => ({ label: usage, note: summary, text: `${usage.replace(/ \[.*$/, '')} `, from: 0 }))
        .filter(({ text }) => text.startsWith(typed) && text.trim() !== typed.trim());
    }
    const name = /(?:^|\s)@([\p{L}\-' ]{0,30})$/u.exec(before);
    if (!name) return [];
    const from = caret - name[1].length - 1;
    return ['sipbot', ...this.known.people]
      .filter((one) => one.toLowerCase().startsWith(name[1].toLowerCase()) && one !== name[1].trim())
      .map((one) => ({ label: `@${one}`, note: '', text: `@${one} `, from }));
  }

  suggest() {
    this.found = this.matches();
    if (!this.found.length) { this.close(); return; }
    this.list.replaceChildren(...this.found.map((match, index) => {
      const option = document.createElement('li');
      option.id = `${this.list.id}-${index}`;
      option.dataset.index = String(index);
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      const label = document.createElement('b');
      label.textContent = match.label;
      option.append(label);
      if (match.note) {
        const note = document.createElement('span');
        note.textContent = match.note;
        option.append(' ', note);
      }
      return option;
    }));
    this.list.hidden = false;
    this.active = -1;
    this.text.removeAttribute('aria-activedescendant');
  }

  mark(index) {
    const options = [...this.list.children];
    this.active = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute('aria-selected', String(at === this.active)));
    options[this.active].scrollIntoView({ block: 'nearest' });
    this.text.setAttribute('aria-activedescendant', options[this.active].id);
  }

  take(index) {
    const match = this.found[index];
    const after = this.text.value.slice(this.text.selectionStart).replace(/^ /, '');
    const before = this.text.value.slice(0, match.from) + match.text;
    this.fill(before + after);
    this.text.focus();
    this.text.setSelectionRange(before.length, before.length);
  }

  close() {
    this.list.hidden = true;
    this.active = -1;
    this.text.removeAttribute('aria-activedescendant');
  }
}
