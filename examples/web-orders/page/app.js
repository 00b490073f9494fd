// Places an order, follows it by server-sent events, and shows everything in words.
// Texts from the server are set by textContent, so they are never markup.
'use strict';

const $ = (id) => document.getElementById(id);
const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });
const STAGES = ['placed', 'waiting_for_approval', 'charging', 'shipping', 'shipped'];
const WORDS = {
  placed: 'Your order has arrived.',
  waiting_for_approval: 'Your order waits for an approval.',
  charging: 'The payment is being made.',
  shipping: 'The parcel is being packed.',
  shipped: 'Your parcel is on its way.',
  cancelled: 'Your order was cancelled.',
};
const APPROVED_FROM = 100;

let next = newId();
let shown = null;
let source = null;

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function say(id, words) {
  $(id).textContent = words;
  $(id).hidden = !words;
}

// A problem (RFC 9457) in words. Some codes have better words here than the server can know.
function inWords(problem) {
  switch (problem && problem.code) {
    case 'unreachable':
    case 'overloaded':
    case 'too-many-streams':
      return 'The shop is busy. Please try again in a moment.';
    case 'not-found':
      return 'There is no such order, or it has ended.';
    case undefined:
      return 'The shop gave an answer that this page does not understand.';
    default:
      return sentence(problem.detail || problem.title);
  }
}

function sentence(text) {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : first + '.';
}

async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error('The shop can’t be reached. Your order is not lost: try again.');
  }
  const answer = await response.json().catch(() => null);
  // An order that is there already was sent before, and its answer was lost.
  if (response.ok || (answer && answer.code === 'already-started')) return answer;
  throw new Error(inWords(answer));
}

function total() {
  const price = Number($('item').selectedOptions[0].dataset.price);
  return price * Number($('quantity').value);
}

function hint() {
  const approval = total() >= APPROVED_FROM ? ' A person approves it first.' : '';
  $('hint').textContent = `${euros.format(total())} in total.${approval}`;
}

function invalid() {
  if (!$('customer').value.trim()) return ['customer', 'Please enter your name.'];
  const quantity = Number($('quantity').value);
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 99) {
    return ['quantity', 'Please enter a quantity from 1 to 99.'];
  }
  return null;
}

async function place(event) {
  event.preventDefault();
  const problem = invalid();
  for (const id of ['customer', 'quantity']) $(id).removeAttribute('aria-invalid');
  say('form-error', problem ? problem[1] : '');
  if (problem) {
    $(problem[0]).setAttribute('aria-invalid', 'true');
    $(problem[0]).focus();
    return;
  }
  await pressed($('place'), 'form-error', async () => {
    const order = {
      id: next,
      customer: $('customer').value.trim(),
      item: $('item').value,
      quantity: Number($('quantity').value),
    };
    await post('/orders', order);
    location.hash = next;
    next = newId();
  });
}

async function pressed(button, errors, action) {
  button.disabled = true;
  say(errors, '');
  try {
    await action();
  } catch (error) {
    say(errors, error.message);
  } finally {
    button.disabled = false;
  }
}

function follow() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (!id || id === shown) return;
  if (source) source.close();
  shown = id;
  $('order').hidden = false;
  $('order-id').textContent = `Order ${id}`;
  $('approved').textContent = '';
  say('order-error', '');
  stage({ stage: 'placed' });
  $('order-title').focus({ preventScroll: true });
  $('order').scrollIntoView();
  source = new EventSource(`/orders/${encodeURIComponent(id)}/events`);
  source.addEventListener('open', () => { $('connection').textContent = ''; });
  source.addEventListener('state', (event) => stage(JSON.parse(event.data)));
  source.addEventListener('problem', (event) => {
    say('order-error', `The state is not up to date. ${inWords(JSON.parse(event.data))}`);
  });
  source.addEventListener('result', (event) => ended(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) {
      $('buttons').hidden = true;
      $('now').textContent = '';
      say('order-error', 'This order can’t be followed. Check its number, or try again later.');
    } else {
      $('connection').textContent = 'The connection was lost. Connecting again …';
    }
  });
}

function stage(state) {
  say('order-error', '');
  $('now').textContent = WORDS[state.stage] || state.stage;
  $('buttons').hidden = state.stage !== 'waiting_for_approval';
  if (state.approved_by) $('approved').textContent = `Approved by ${state.approved_by}.`;
  const current = STAGES.indexOf(state.stage);
  for (const step of $('steps').children) {
    const place = STAGES.indexOf(step.dataset.stage);
    const isSkipped = state.stage === 'cancelled' && place > 0;
    const isDone = place < current || state.stage === 'shipped' || (current < 0 && place === 0);
    const isCurrent = place === current && state.stage !== 'shipped';
    step.className = isSkipped ? 'skipped' : isCurrent ? 'current' : isDone ? 'done' : '';
    if (isCurrent) step.setAttribute('aria-current', 'step');
    else step.removeAttribute('aria-current');
  }
}

function ended(result) {
  source.close();
  $('connection').textContent = '';
  $('buttons').hidden = true;
  if (result.problem) {
    $('now').textContent = 'The order did not succeed.';
    say('order-error', inWords(result.problem));
    return;
  }
  stage(result.output);
  const { total, tracking } = result.output;
  if (tracking) {
    $('now').textContent = `Your parcel is on its way: ${tracking}, ${euros.format(total)}.`;
  }
}

$('form').addEventListener('submit', place);
$('form').addEventListener('input', hint);
window.addEventListener('hashchange', follow);
$('approve').addEventListener('click', () => pressed($('approve'), 'order-error', async () => {
  await post(`/orders/${encodeURIComponent(shown)}/approve`, { by: $('customer').value.trim() || 'the page' });
}));
$('cancel').addEventListener('click', () => pressed($('cancel'), 'order-error', async () => {
  await post(`/orders/${encodeURIComponent(shown)}/cancel`, null);
}));
hint();
follow();
