// An opinion at the desk. Says who else has it open, and that this page has.
// Saves an answer while it is written, so that nothing is lost when a machine or
// a network stops. It is the form's own "save draft", sent after a pause; the
// form works without. Knows no words: they stand in the page.

/** How long nobody types before it is saved, in milliseconds. */
const PAUSE = 3000;

const form = document.querySelector('form[data-autosave]');
const says = form && document.getElementById(form.dataset.autosave);
let timer;
let saving;

const tell = (what) => (says.textContent = says.dataset[what]);

async function save() {
  const body = new URLSearchParams(new FormData(form));
  body.set('viec', 'nhap');
  body.set('tu-luu', '1');
  try {
    // What is taken has nothing to say; what is refused answers with a page, and a session that has ended leads to the sign-in.
    const answer = await fetch(form.action, { method: 'POST', body });
    if (answer.status !== 204) return tell('refused');
    form.elements.revision.value = Number(form.elements.revision.value) + 1;
    tell('saved');
  } catch {
    tell('offline');
    timer = setTimeout(begin, PAUSE);
  }
}

function begin() {
  clearTimeout(timer);
  // One after the other: each is for the revision that the one before made.
  saving = (saving ?? Promise.resolve()).then(save);
}

form?.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(begin, PAUSE);
});

form?.addEventListener('submit', async (event) => {
  clearTimeout(timer);
  if (!saving) return;
  event.preventDefault();
  const { submitter } = event;
  await saving;
  clearTimeout(timer);
  saving = undefined;
  // Not while this event is still on its way: a form is not sent from within its own sending.
  setTimeout(() => form.requestSubmit(submitter));
});

/** How often a page that is looked at says that it is open, in milliseconds. */
const PRESENT = 45000;

const also = document.getElementById('cung-mo');

async function present() {
  if (document.hidden) return;
  const body = new URLSearchParams({ form_token: also.dataset.token });
  try {
    const answer = await fetch(also.dataset.address, { method: 'POST', body });
    if (!answer.ok) return;
    const { names } = await answer.json();
    const line = names ? `${also.dataset.says} ${names}` : '';
    // A reader says only what changed.
    if (also.textContent !== line) also.textContent = line;
  } catch {
    // Without a connection nobody is seen; the next time tells.
  }
}

if (also) {
  present();
  setInterval(present, PRESENT);
  document.addEventListener('visibilitychange', present);
}
