// Answers one question after the other about the module's numbers.
import init, { repeat, solve, rate } from "./numbers.js";

const ready = init();
const asked = { repeat, solve, rate };

onmessage = async ({ data: [id, what, ...given] }) => {
  try {
    await ready;
    postMessage([id, asked[what](...given)]);
  } catch (error) {
    postMessage([id, null, String(error?.message ?? error)]);
  }
};
