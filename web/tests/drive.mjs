// Drives the page in a headless Chromium, as a person would, and reads off what it shows:
//   node web/tests/drive.mjs FOLDER webgpu|webgl2 [PICTURES]
// FOLDER is what web/build made; pictures are laid into PICTURES. Ends with 1 at the first claim that does not hold.
import { readFile } from "node:fs/promises";
import { claim, drive } from "./browser.mjs";

const [folder, by, pictures] = process.argv.slice(2);
const change = (key, value) => ({ set: { pane: 0, changes: [{ key, value }] } });
// Milliseconds from a change of the tolerance to its first particles, and to all of them.
const toFirst = (page, rtol) => page.evaluate(async (act) => {
  const { shown, act: does } = window.driftscope;
  const { run } = shown();
  const began = performance.now();
  does(act);
  let first = null;
  for (;;) {
    await new Promise((goes) => setTimeout(goes, 1));
    const now = shown();
    if (now.run !== run && now.solved > 0) first ??= [now.solved, Math.round(performance.now() - began)];
    if (first && now.complete) return { first, all: Math.round(performance.now() - began) };
  }
}, change("sampler.rtol", rtol));
// A part of the stage, away from what is written on it.
const STAGE = { x: 400, y: 200, width: 400, height: 300 };

await drive(folder, by, pictures, async ({ tab }) => {
  const { context, page, shown, act, until, open, picture, standing, changes } = await tab();
  const began = Date.now();
  const first = await open();
  claim("opens, milliseconds to all particles", first.failure === null, Date.now() - began);
  claim("a tab begins with 1,000 particles", first.particles === 1000);
  await picture("explore");
  const before = await picture("stage", STAGE);
  claim("particles move on the stage", (await changes(before, "stage-later", STAGE)) && (await shown()).playing);

  const loose = (await shown()).nfe;
  await act(change("sampler.rtol", 1e-7));
  const tight = await until("a tighter solve", (now) => now.complete && now.nfe > loose * 1.2);
  claim("rtol changes the evaluations", true, [loose, tight.nfe]);
  console.log(`        ${JSON.stringify(await toFirst(page, 2e-7))}: particles and milliseconds to the first of another rtol, and to all`);
  await act(change("sampler.rtol", 1e-7));
  await until("the tighter solve", (now) => now.complete && now.nfe === tight.nfe);
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
  // A person sees the field before typing, and what was typed before going on.
  const find = async (words) => {
    await act({ play: { playing: false } });
    const calm = await standing("calm");
    await page.keyboard.press("Control+k");
    claim("Ctrl+K shows the field that finds", await changes(calm, "finder"), words);
    await page.keyboard.type(words, { delay: 50 });
    await page.waitForTimeout(6000);
  };
  await find("save picture");
  const coming = page.waitForEvent("download", { timeout: 120_000 });
  await page.keyboard.press("Enter");
  const download = await coming;
  const png = await readFile(await download.path());
  claim("a picture comes out", png.subarray(1, 4).toString() === "PNG", [download.suggestedFilename(), png.length]);
  await open("#" + link.slice(1));
  await find("save film");
  const filmed = page.waitForEvent("download", { timeout: 300_000 });
  await act({ play: { playing: true } });
  await page.keyboard.press("Enter");
  let made = false;
  filmed.then(() => { made = true; }, () => {});
  const seen = new Set();
  while (!made) {
    await page.waitForTimeout(200);
    seen.add((await shown()).progress);
  }
  const film = await readFile(await (await filmed).path());
  claim("a film comes out", film.subarray(0, 3).toString() === "GIF", [(await filmed).suggestedFilename(), film.length]);
  claim("and particles move while it is made: moments that were shown", seen.size > 5, seen.size);

  await open();
  await drop("picture.png", png);
  const reopened = await until("the picture's scene", (now) => now.complete && Math.abs(now.nfe - tight.nfe) < 1e-9);
  claim("and opens again", true, reopened.nfe);

  const phone = await tab({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await phone.open();
  await phone.picture("phone");
  await phone.act({ play: { playing: false } });
  await phone.act({ seek: { progress: 0.6 } });
  const touch = await phone.context.newCDPSession(phone.page);
  const fingers = async (type, ...at) => {
    await touch.send("Input.dispatchTouchEvent", { type, touchPoints: at.map(([x, y], id) => ({ x, y, id })) });
    await phone.page.waitForTimeout(250);
  };
  const middle = { x: 60, y: 150, width: 270, height: 300 };
  const still = await phone.standing("phone-stage", middle);
  await fingers("touchStart", [175, 300], [215, 300]);
  for (const by of [10, 25, 40]) await fingers("touchMove", [175 - by, 300], [215 + by, 300]);
  await fingers("touchEnd");
  claim("on a phone two fingers enlarge the stage", await phone.changes(still, "phone-pinched", middle));
  const pinched = await phone.standing("phone-pinched", middle);
  await fingers("touchStart", [195, 300]);
  for (const by of [20, 40, 60]) await fingers("touchMove", [195, 300 + by]);
  await fingers("touchEnd");
  claim("and one moves it", await phone.changes(pinched, "phone-moved", middle));
  let lit = null;
  for (let y = 200; y < 420 && lit === null; y += 15) {
    await fingers("touchStart", [195, y]);
    for (let tries = 0; tries < 8 && lit === null; tries += 1) {
      await phone.page.waitForTimeout(300);
      lit = (await phone.shown()).hovered;
    }
    if (lit !== null) await phone.picture("phone-held");
    await fingers("touchEnd");
  }
  claim("a finger that stays on a particle lights it", lit !== null, lit);
  await phone.context.close();

  await context.setOffline(true);
  const offline = await open();
  claim("without a network it opens as before", offline.complete);
  await context.setOffline(false);
});
