// A worker: an instance of the module of its own, which is told what to do by messages.
import init, { begin, hear, go_on } from "./driftscope.js";

const waiting = [];
let ready = false;
let busy = false;

// Between two turns messages are heard: a message to itself comes after those that are there.
const turns = new MessageChannel();
turns.port1.onmessage = () => {
  busy = go_on();
  if (busy) turns.port2.postMessage(null);
};

function take(parcel) {
  hear(new Uint8Array(parcel));
  if (!busy) {
    busy = true;
    turns.port2.postMessage(null);
  }
}

async function start([module, kind]) {
  await init({ module_or_path: module });
  begin(kind);
  ready = true;
  waiting.splice(0).forEach(take);
}

onmessage = ({ data }) => {
  if (ready) return take(data);
  if (!Array.isArray(data)) return waiting.push(data);
  // What goes wrong reaches the page as an error of the worker, not as a promise that nobody waits for.
  start(data).catch((error) => setTimeout(() => { throw error; }));
};
