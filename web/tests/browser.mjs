// A folder of files on a server, and a headless Chromium at them. Needs playwright-core (npm install playwright-core;
// found from where this is started or by NODE_PATH) and Chromium (CHROMIUM names it, else /usr/bin/chromium).
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFile, mkdir, writeFile } from "node:fs/promises";
import { join, normalize, extname } from "node:path";

const { chromium } = createRequire(join(process.cwd(), "package.json"))("playwright-core");

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml" };
// Not the root, so that nothing can take it for that.
const PATH = "/notes/scope/";

// Serves the files of a folder on loopback.
export async function serve(folder) {
  const server = createServer(async (request, answer) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const name = normalize(path.slice(PATH.length) || "index.html");
    if (!path.startsWith(PATH) || name.startsWith("..")) return answer.writeHead(404).end();
    try {
      const bytes = await readFile(join(folder, name));
      answer.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
  return { home: `http://127.0.0.1:${server.address().port}${PATH}`, close: () => server.close() };
}

const COMMON = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader", "--use-angle=swiftshader"];
const WEBGPU = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--use-vulkan=swiftshader"];

// Starts a browser that draws by webgpu or webgl2, without a graphics card.
export function launch(by) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: by === "webgpu" ? [...COMMON, ...WEBGPU] : COMMON });
}

let held = 0;

// Says that something holds, with what was found, or ends the run.
export function claim(what, holds, found) {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(found)}`);
  held += 1;
  console.log(`  ok    ${what}${found === undefined ? "" : `: ${JSON.stringify(found)}`}`);
}

// Runs what is claimed of the page in a folder, with a tab of it, and says how many claims held. The process ends
// with 1 at the first claim that does not.
export async function drive(folder, by, pictures, claims) {
  const server = await serve(folder);
  const browser = await launch(by);
  const asked = new Set();
  const faults = [];
  let shot = async () => {};
  const tab = async (options) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
    context.on("request", (request) => asked.add(new URL(request.url()).origin));
    const page = await context.newPage();
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
    const shown = () => page.evaluate(() => window.driftscope?.shown() ?? null);
    const act = (action) => page.evaluate((action) => window.driftscope.act(action), action);
    // Waits until what is shown is so.
    const until = async (what, holds, seconds = 60) => {
      const end = Date.now() + seconds * 1000;
      let found;
      do {
        found = await shown();
        if (found && holds(found)) return found;
        await page.waitForTimeout(50);
      } while (Date.now() < end);
      throw new Error(`${what} did not come within ${seconds} s: ${JSON.stringify(found)}; faults: ${faults.join(" | ")}`);
    };
    const open = async (address = "") => {
      await page.goto("about:blank");
      await page.goto(server.home + address);
      await page.waitForFunction(() => window.driftscope || document.getElementById("progress").hidden, null, { timeout: 120_000 });
      return until("a picture", (now) => now.complete || now.failure);
    };
    const picture = async (name, clip) => {
      const bytes = await page.screenshot({ clip });
      if (pictures) {
        await mkdir(pictures, { recursive: true });
        await writeFile(join(pictures, `${by}-${name}.png`), bytes);
      }
      return bytes;
    };
    shot = picture;
    // A picture of a part of the page that stands still, and whether that becomes another one: a frame takes long where
    // the processor draws.
    const standing = async (name, clip) => {
      let [before, now] = [null, await picture(name, clip)];
      for (let tries = 0; tries < 60 && !(before && before.equals(now)); tries += 1) {
        await page.waitForTimeout(1000);
        [before, now] = [now, await picture(name, clip)];
      }
      return now;
    };
    const changes = async (before, name, clip) => {
      for (let tries = 0; tries < 60; tries += 1) {
        if (!before.equals(await picture(name, clip))) return true;
        await page.waitForTimeout(500);
      }
      return false;
    };
    return { context, page, shown, act, until, open, picture, standing, changes };
  };
  try {
    console.log(`== ${by}`);
    await claims({ tab, browser, home: server.home });
    claim("nothing but its own files was asked for", [...asked].every((origin) => server.home.startsWith(origin)), [...asked]);
    claim("no error was written to the console", faults.length === 0, faults);
    console.log(`  ${held} claims held`);
  } catch (error) {
    console.log(`  BAD   ${error.message}`);
    await shot("bad").catch(() => {});
    process.exitCode = 1;
  } finally {
    await browser.close();
    server.close();
  }
}
