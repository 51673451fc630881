// Holds a tab's numbers against other programs' and the desktop's, in a worker of a headless Chromium:
//   node web/tests/numbers.mjs FOLDER DRIFTSCOPE
// FOLDER is what web/build --numbers FOLDER made, DRIFTSCOPE the program for the desktop. Ends with 1 at the first claim that
// does not hold.
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claim, drive } from "./browser.mjs";

const [folder, program] = process.argv.slice(2);
const repository = new URL("../../", import.meta.url).pathname;
const PEERS = ["ode_torchdiffeq", "ode_scipy", "ode_diffrax"];
// What is solved on both sides, in f64 and in f32.
const SCENES = [
  ["field.kind=exact", "sampler.method=dopri5", "sampler.precision=f64"],
  ["field.kind=learned", "sampler.method=dopri5", "sampler.precision=f64", "sampler.rtol=1e-5"],
  ["field.kind=learned", "sampler.method=rk4", "sampler.steps=20"],
  ["field.kind=learned", "sampler.method=heun", "sampler.steps=50"],
];

// The ends of the desktop's solve, x and y of each particle, and its least, mean and greatest evaluations.
async function solved(settings) {
  const out = await mkdtemp(join(tmpdir(), "driftscope-"));
  try {
    const set = settings.flatMap((setting) => ["--set", setting]);
    execFileSync(program, ["sample", ...set, "--no-log", "--keyframes", "2", "--out", out], { stdio: "ignore" });
    const [, ...rows] = (await readFile(join(out, "samples.csv"), "utf8")).trim().split("\n");
    const { nfe } = JSON.parse(await readFile(join(out, "summary.json"), "utf8"));
    return { ends: rows.flatMap((row) => row.split(",").slice(1).map(Number)), nfe: [nfe.min, nfe.mean, nfe.max] };
  } finally {
    await rm(out, { recursive: true });
  }
}

await drive(folder, "webgl2", undefined, async ({ tab, home }) => {
  const { page } = await tab();
  await page.goto(home);
  await page.evaluate(() => {
    const worker = new Worker("worker.js", { type: "module" });
    const waiting = new Map();
    worker.onmessage = ({ data: [id, answer, error] }) => {
      const [resolve, reject] = waiting.get(id);
      if (error) reject(new Error(error)); else resolve(typeof answer === "object" ? Array.from(answer) : answer);
    };
    window.ask = (what, ...given) => new Promise((...ends) => {
      waiting.set(waiting.size, ends);
      worker.postMessage([waiting.size - 1, what, ...given]);
    });
    window.model = fetch("two-moons.safetensors").then((answer) => answer.arrayBuffer()).then((buffer) => new Uint8Array(buffer));
  });

  for (const peer of PEERS) {
    const text = await readFile(join(repository, "tests/reference", `${peer}.json`), "utf8");
    const { runs, wanted, fixed, adaptive, wrong } = JSON.parse(await page.evaluate(([peer, text]) => window.ask("repeat", peer, text), [peer, text]));
    claim(`${peer}: every count, and the ends, of fixed and of adaptive steps within`, runs === wanted && wrong.length === 0, wrong.length ? wrong : [runs, fixed, adaptive]);
  }
  for (const settings of SCENES) {
    const all = ["particles.count=500", "data.name=two-moons", ...settings];
    const here = await page.evaluate(async (settings) => window.ask("solve", settings, await window.model), all.join("\n"));
    const there = await solved(all);
    const ends = here.filter((_, i) => i % 3 < 2);
    const counts = here.filter((_, i) => i % 3 === 2);
    const nfe = [Math.min(...counts), counts.reduce((sum, count) => sum + count, 0) / counts.length, Math.max(...counts)];
    const off = Math.max(...ends.map((value, i) => Math.abs(value - there.ends[i])));
    const same = ends.length === there.ends.length && nfe.every((value, i) => Math.abs(value - there.nfe[i]) < 1e-9);
    claim(`${settings.join(" ")}: the desktop's ends within, and counts`, same && off <= 1e-5, [off, ...nfe]);
  }
  const rates = await page.evaluate(async () => {
    const model = await window.model;
    return [await window.ask("rate", model, false), await window.ask("rate", model, true)];
  });
  // Two tiles, which the first picture of a solve waits for where two workers share it.
  const first = await page.evaluate(async () => {
    const took = [];
    for (const field of ["exact", "learned"]) {
      const settings = `particles.count=128\ndata.name=two-moons\nfield.kind=${field}`;
      await window.ask("solve", settings, await window.model);
      const began = performance.now();
      await window.ask("solve", settings, await window.model);
      took.push(Math.round(performance.now() - began));
    }
    return took;
  });
  claim("128 particles of the exact field and of a network, in milliseconds", true, first);
  claim("a network is passed, in f32 and f64, at GFLOP/s", rates.every((rate) => rate > 0.1), rates.map((rate) => Number(rate.toFixed(2))));
});
