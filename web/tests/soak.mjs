// Changes scenes again and again in one tab, withdraws solves and ends workers, and watches memory:
//   node web/tests/soak.mjs FOLDER webgpu|webgl2 [CHANGES] [WITHDRAWALS]
// FOLDER is what web/build made; 500 changes and 200 withdrawals where nothing is said. Ends with 1 at the first claim
// that does not hold.
import { readFile } from "node:fs/promises";
import { claim, drive } from "./browser.mjs";

const [folder, by, changes = "500", withdrawals = "200"] = process.argv.slice(2);
const [CHANGES, WITHDRAWALS] = [Number(changes), Number(withdrawals)];
// What a change is made of.
const KEYS = [
  ["sampler.method", ["dopri5", "rk4", "heun", "euler", "tsit5", "dop853"]],
  ["sampler.rtol", [1e-3, 1e-4, 1e-5, 1e-6]],
  ["data.name", ["two-moons", "eight-gaussians", "checkerboard", "rings"]],
  ["field.kind", ["learned", "exact"]],
  ["particles.count", [400, 1000, 700]],
  ["sampler.steps", [10, 20, 40]],
];
const change = (number) => {
  const [key, values] = KEYS[number % KEYS.length];
  const value = values[Math.floor(number / KEYS.length) % values.length];
  return { set: { pane: 0, changes: [{ key, value }] } };
};

await drive(folder, by, undefined, async ({ tab, browser }) => {
  const { context, page, act, until, open } = await tab();
  // What is started as a worker is known here, so that one can be ended.
  await context.addInitScript(() => {
    const Own = window.Worker;
    window.workers = [];
    window.ended = 0;
    window.Worker = class extends Own {
      constructor(...given) {
        super(...given);
        window.workers.push(this);
      }
      terminate() {
        window.workers = window.workers.filter((worker) => worker !== this);
        window.ended += 1;
        super.terminate();
      }
    };
  });
  await open();
  const session = await browser.newBrowserCDPSession();
  // Resident memory of the page's process with its workers, in MiB.
  const memory = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const sizes = await Promise.all(processInfo.filter((process) => process.type === "renderer").map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    }));
    return Math.max(...sizes);
  };
  const workers = () => page.evaluate(() => [window.workers.length, window.ended]);
  const settled = (now) => now.complete && now.settled && !now.working;

  const sizes = [];
  const [count] = await workers();
  for (let number = 0; number < CHANGES; number += 1) {
    await act(change(number));
    await until(`change ${number}`, settled, 120);
    if ((number + 1) % Math.max(1, Math.floor(CHANGES / 10)) === 0) sizes.push(Math.round(await memory()));
  }
  const third = Math.ceil(sizes.length / 3);
  const [early, late] = [Math.max(...sizes.slice(0, third)), sizes.at(-1)];
  claim(`${CHANGES} scenes, one after the other: memory is level, in MiB`, CHANGES < 100 || late <= 1.15 * early, sizes);
  claim("with as many workers", (await workers())[0] === count, await workers());

  const before = await workers();
  for (let number = 0; number < WITHDRAWALS; number += 1) {
    await act(change(number));
    await page.waitForTimeout(20 + 7 * (number % 13));
  }
  await until("the last of them", settled, 120);
  const after = await workers();
  claim(`${WITHDRAWALS} withdrawals: as many workers; of them were ended`, after[0] === count, after[1] - before[1]);
  claim("memory after them, in MiB", true, Math.round(await memory()));

  await act({ set: { pane: 0, changes: [{ key: "sampler.rtol", value: 1e-9 }, { key: "field.kind", value: "learned" }, { key: "sampler.method", value: "dopri5" }, { key: "particles.count", value: 4000 }] } });
  await page.waitForTimeout(300);
  // A parcel that is none: the workers break off.
  await page.evaluate(() => window.workers.forEach((worker) => worker.postMessage(new ArrayBuffer(3))));
  const broken = await until("a sentence", (now) => now.failure);
  claim("what a worker that broke off was at says so in a sentence", broken.failure.includes("ended unexpectedly"), broken.failure);
  await act({ set: { pane: 0, changes: [{ key: "sampler.rtol", value: 1e-3 }, { key: "particles.count", value: 1000 }] } });
  await until("others in their place", (now) => settled(now) && !now.failure, 120);
  claim("and others stand in their place", (await workers())[0] === count, await workers());
});
