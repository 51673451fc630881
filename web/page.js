// Loads the program, showing how far that is, and opens its window on the page.
import init, { open, shown, act } from "./driftscope.js";

const loading = document.getElementById("loading");
const words = document.getElementById("words");
const progress = document.getElementById("progress");

function say(text) {
  words.textContent = text;
  progress.hidden = true;
  loading.hidden = false;
}

// The module, told about as it comes; the length is of what is unpacked.
async function fetched(address, length) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} cannot be had (${answer.status})`);
  const reader = answer.body.getReader();
  let come = 0;
  const counted = new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      come += value.length;
      progress.value = Math.min(1, come / length);
      controller.enqueue(value);
    },
  });
  return new Response(counted, { headers: { "Content-Type": "application/wasm" } });
}

// What stands behind the # of the address, as it was written, or as it is.
function behind() {
  try {
    return decodeURIComponent(location.hash);
  } catch {
    return location.hash;
  }
}

try {
  const { bytes } = await (await fetch("module.json")).json();
  await init({ module_or_path: fetched("driftscope_bg.wasm", bytes) });
  await open(document.getElementById("stage"), behind());
  // Another address in the same tab: what it says is opened anew.
  addEventListener("hashchange", () => location.reload());
  loading.hidden = true;
  // From now on it opens without a network, for which all of it is fetched, once what is seen first has come; where a
  // browser keeps nothing, it needs one.
  const keep = () => navigator.serviceWorker?.register("offline.js").catch((error) => console.warn(error));
  setTimeout(keep, 5000);
  // The keyboard is the window's at once, unless it is a part of another page.
  if (window === window.top) document.getElementById("stage").focus();
  // For the page around it: what is shown, and what is to be done.
  window.driftscope = { shown: () => JSON.parse(shown() ?? "null"), act: (action) => act(JSON.stringify(action)) };
} catch (error) {
  console.error(error);
  const drawn = "gpu" in navigator || document.createElement("canvas").getContext("webgl2");
  say(drawn
    ? `Driftscope could not be started: ${error?.message ?? error}`
    : "Driftscope draws by WebGPU or WebGL 2, and this browser has neither. A current Chrome, Edge, Firefox or Safari has.");
}
