// Drives the page in a headless Chromium, as a person would, and reads off what it shows:
//   node web/drive.mjs FOLDER webgpu|webgl2 [PICTURES]
// FOLDER is what web/build made. Needs playwright-core (npm install playwright-core; found from where this is started
// or by NODE_PATH) and Chromium (CHROMIUM names it, else /usr/bin/chromium). Ends with 1 at the first claim that
// does not hold.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFile, mkdir, writeFile } from "node:fs/promises";
import { join, normalize, extname } from "node:path";

const [folder, by, pictures] = process.argv.slice(2);
const { chromium } = createRequire(join(process.cwd(), "package.json"))("playwright-core");

// --- the files, below a path that is not the root ------------------------------------------------------

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml" };
const asked = new Set();
const server = createServer(async (request, answer) => {
  const path = new URL(request.url, "http://localhost").pathname;
  const name = normalize(path.replace(/^\/notes\/scope\//, "") || "index.html");
  if (!path.startsWith("/notes/scope/") || name.startsWith("..")) return answer.writeHead(404).end();
  try {
    const bytes = await readFile(join(folder, name));
    answer.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream" }).end(bytes);
  } catch {
    answer.writeHead(404).end();
  }
});
await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
const home = `http://127.0.0.1:${server.address().port}/notes/scope/`;

// --- the browser -----------------------------------------------------------------------------------------

const common = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader", "--use-angle=swiftshader"];
const webgpu = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--use-vulkan=swiftshader"];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: by === "webgpu" ? [...common, ...webgpu] : common,
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
const page = await context.newPage();
const faults = [];
page.on("pageerror", (error) => faults.push(String(error)));
page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
context.on("request", (request) => asked.add(new URL(request.url()).origin));

const shown = () => page.evaluate(() => window.driftscope?.shown() ?? null);
const act = (action) => page.evaluate((action) => window.driftscope.act(action), action);
let held = 0;
function claim(what, holds, found) {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(found)}`);
  held += 1;
  console.log(`  ok    ${what}${found === undefined ? "" : `: ${JSON.stringify(found)}`}`);
}
async function until(what, holds, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  let found;
  do {
    found = await shown();
    if (found && holds(found)) return found;
    await page.waitForTimeout(100);
  } while (Date.now() < end);
  throw new Error(`${what} did not come within ${seconds} s: ${JSON.stringify(found)}; faults: ${faults.join(" | ")}`);
}
async function picture(name) {
  const bytes = await page.screenshot();
  if (pictures) {
    await mkdir(pictures, { recursive: true });
    await writeFile(join(pictures, `${by}-${name}.png`), bytes);
  }
  return bytes;
}
const change = (key, value) => ({ set: { pane: 0, changes: [{ key, value }] } });

async function open(address = "") {
  await page.goto("about:blank");
  await page.goto(home + address);
  await page.waitForFunction(() => window.driftscope || document.getElementById("progress").hidden, null, { timeout: 120_000 });
  return until("a picture", (now) => now.complete || now.failure);
}

try {
  console.log(`== ${by}`);
  const began = Date.now();
  const first = await open();
  claim("opens, milliseconds to all particles", first.failure === null, Date.now() - began);
  claim("a tab begins with 1,000 particles", first.particles === 1000);
  const before = await picture("explore");
  await page.waitForTimeout(1500);
  claim("particles move", !before.equals(await picture("later")) && (await shown()).playing);

  const loose = (await shown()).nfe;
  await act(change("sampler.rtol", 1e-7));
  const tight = await until("a tighter solve", (now) => now.complete && now.nfe > loose * 1.2);
  claim("rtol changes the evaluations", true, [loose, tight.nfe]);
  const address = await page.waitForFunction(() => location.hash.startsWith("#driftscope:") && location.hash);
  const link = await address.jsonValue();
  const again = await open(link);
  claim("the address opens the same scene", Math.abs(again.nfe - tight.nfe) < 1e-9, again.nfe);

  await act({ mode: { mode: "compare" } });
  while ((await shown()).panes < 4) await act("add-pane");
  const four = await until("four panes", (now) => now.panes === 4 && now.settled && !now.working, 120);
  claim("Compare has four panes, all of them solved", four.failure === null, four.panes);
  await picture("compare");

  await open();
  await act({ mode: { mode: "errors" } });
  await until("measuring", (now) => now.mode === "Errors" && now.working);
  await until("the cards of Errors", (now) => now.settled && !now.working, 180);
  claim("the cards of Errors complete", true);
  await picture("errors");

  await open();
  await act({ mode: { mode: "train" } });
  await act({ train: { training: "start" } });
  const early = await until("a loss", (now) => now.training?.[1] != null);
  const late = await until("a lower loss", (now) => now.training[0] > 200 && now.training[1] < early.training[1]);
  claim("Train lowers the loss: steps and loss", true, [early.training, late.training]);
  await act({ train: { training: "pause" } });
  await page.waitForTimeout(1500);
  const paused = (await shown()).training[0];
  await page.waitForTimeout(1500);
  claim("and pauses", (await shown()).training[0] === paused, paused);
  await picture("train");

  const lesson = await open("#lesson=tour");
  await page.mouse.click(640, 300);
  for (let key = 0; key < 40 && (await shown()).lesson[0] < lesson.lesson[1]; key += 1) {
    await page.keyboard.press("PageDown");
    await page.waitForTimeout(250);
  }
  const end = await until("the last step", (now) => now.settled && !now.working, 120);
  claim("a lesson runs to its end", end.lesson[0] === end.lesson[1], end.lesson);
  await picture("lesson");

  await open();
  const drop = (name, content) => page.evaluate(([name, content]) => {
    const files = new DataTransfer();
    files.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name));
    const event = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
    document.querySelector("canvas").dispatchEvent(event);
  }, [name, Buffer.from(content).toString("base64")]);
  const ring = Array.from({ length: 300 }, (_, i) => `${2 * Math.cos(i)},${2 * Math.sin(i)}`);
  await drop("ring.csv", `x,y\n${ring.join("\n")}\n`);
  const own = await until("points of one's own", (now) => now.scene.includes("ring.csv") && now.settled && !now.working);
  claim("a CSV that is dropped is sampled, with other evaluations", own.failure === null && own.nfe !== first.nfe, own.nfe);
  await picture("own");

  await open("#" + link.slice(1));
  // A person sees the field before typing; SwiftShader draws a frame a second or less.
  await page.keyboard.press("Control+k");
  await page.waitForTimeout(4000);
  await page.keyboard.type("save picture", { delay: 50 });
  await page.waitForTimeout(4000);
  const coming = page.waitForEvent("download", { timeout: 120_000 });
  await page.keyboard.press("Enter");
  const download = await coming;
  const png = await readFile(await download.path());
  claim("a picture comes out", png.subarray(1, 4).toString() === "PNG", [download.suggestedFilename(), png.length]);
  await open();
  await drop("picture.png", png);
  const reopened = await until("the picture's scene", (now) => now.complete && Math.abs(now.nfe - tight.nfe) < 1e-9);
  claim("and opens again", true, reopened.nfe);

  await context.setOffline(true);
  const offline = await open();
  claim("without a network it opens as before", offline.complete);
  await context.setOffline(false);
  console.log(`  ${held} claims held`);
  claim("nothing but its own files was asked for", [...asked].every((origin) => home.startsWith(origin)), [...asked]);
  claim("no error was written to the console", faults.length === 0, faults);
} catch (error) {
  console.log(`  BAD   ${error.message}`);
  await picture("bad").catch(() => {});
  process.exitCode = 1;
} finally {
  await browser.close();
  server.close();
}
