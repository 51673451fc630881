#!/usr/bin/env python3
"""Opens handouts in headless Chromium and prints what it finds: requests, films, alternative texts, pages.

    pip install websocket-client pillow numpy      # and Debian's chromium and poppler-utils
    driftscope lesson handout from-noise-to-data --out lesson.html
    driftscope handout --scene ode-and-sde --out scene.html
    tests/handout/check.py lesson.html scene.html --out pictures

A copy of each page is opened as a file with the network switched off, at 1280 and at 420 points of width.
Requests are those that the browser's own log has (Network.requestWillBeSent), `data:` aside; the page itself is
one. A film plays if two screenshots, 0.7 s apart, differ within its box, and nothing else differs. The page is
printed to A4 and to Letter. `--out` keeps the screenshots and the pages. Exit status 1 if anything is amiss.
"""

import argparse
import base64
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import numpy as np
import websocket
from PIL import Image

WIDTHS = {"wide": (1280, 900, 1), "phone": (420, 800, 2)}
PAPERS = {"a4": (8.27, 11.69), "letter": (8.5, 11)}
APART = 0.7
TRIES = 5
# A film of one particle moves few pixels.
STILL = 0.0002


class Browser:
    """A Chromium of its own, spoken to over the DevTools protocol."""

    def __init__(self, chromium):
        self.folder = tempfile.mkdtemp(prefix="handout-check-")
        self.process = subprocess.Popen(
            [chromium, "--headless", "--disable-gpu", "--no-sandbox", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
             "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = pathlib.Path(self.folder, "DevToolsActivePort")
        for _ in range(300):
            if port_file.exists() and len(port_file.read_text().split()) > 1:
                break
            time.sleep(0.1)
        port = port_file.read_text().split()[0]
        pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
        page = next(page for page in pages if page["type"] == "page")
        self.socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], suppress_origin=True, max_size=None)
        self.number, self.events = 0, []

    def call(self, method, **params):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def wait(self, event, seconds=30):
        end = time.time() + seconds
        while not any(message["method"] == event for message in self.events):
            self.socket.settimeout(max(0.1, end - time.time()))
            self.events.append(json.loads(self.socket.recv()))
        self.socket.settimeout(None)

    def value(self, expression):
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    def shot(self, clip=None):
        extra = {"clip": dict(clip, scale=1), "captureBeyondViewport": True} if clip else {}
        data = self.call("Page.captureScreenshot", format="png", **extra)["data"]
        return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")

    def close(self):
        try:
            self.call("Browser.close")
        except (RuntimeError, OSError, websocket.WebSocketException):
            pass
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)


FILMS = """JSON.stringify([...document.querySelectorAll('img.film')]
    .filter(film => film.getClientRects().length)
    .map(film => { const r = film.getBoundingClientRect();
                   return [r.x + scrollX, r.y + scrollY, r.width, r.height]; }))"""
WHOLE = """JSON.stringify([document.documentElement.scrollWidth, innerWidth,
    document.documentElement.scrollHeight,
    [...document.images].filter(image => !image.alt.trim() || !image.naturalWidth).length,
    document.images.length])"""


def changes(browser, film):
    """The share of pixels of a film that differ some time later, and how many around it do."""
    x, y, width, height = film
    browser.call("Runtime.evaluate", expression=f"scrollTo(0, {max(0, y - 200)})")
    time.sleep(0.3)
    top = browser.value("scrollY")
    before = np.asarray(browser.shot()).astype(int)
    for _ in range(TRIES):
        time.sleep(APART)
        after = np.asarray(browser.shot()).astype(int)
        differs = np.abs(before - after).max(axis=2) > 8
        # The last frame stays for a while.
        if differs.any():
            break
        before = after
    scale = differs.shape[1] / browser.value("innerWidth")
    inside = np.zeros_like(differs)
    # Other films in sight move, too.
    for left, above, wide, high in json.loads(browser.value(FILMS)):
        box = [int(round(v * scale)) for v in (above - top - 1, above - top + high + 1, left - 1, left + wide + 1)]
        inside[max(0, box[0]):max(0, box[1]), max(0, box[2]):max(0, box[3])] = True
    box = [int(round(v * scale)) for v in (y - top, y - top + height, x, x + width)]
    own = differs[max(0, box[0]):box[1], max(0, box[2]):box[3]]
    return float(own.mean()), int((differs & ~inside).sum())


def check(browser, path, out):
    found = []
    name = path.stem
    for size, (width, height, scale) in WIDTHS.items():
        browser.events.clear()
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=scale, mobile=size == "phone")
        browser.call("Page.navigate", url=path.resolve().as_uri())
        browser.wait("Page.loadEventFired")
        time.sleep(0.8)
        browser.value("1")
        asked = [event["params"]["request"]["url"] for event in browser.events
                 if event["method"] == "Network.requestWillBeSent"]
        others = [url for url in asked if not url.startswith("data:")]
        refused = [event for event in browser.events if event["method"] == "Log.entryAdded"]
        page_width, inner, page_height, faulty, images = json.loads(browser.value(WHOLE))
        films = json.loads(browser.value(FILMS))
        moves = [changes(browser, film) for film in films]
        print(f"{name} {size}: {path.stat().st_size} bytes, {len(others)} requests (the page itself is one), "
              f"{len(asked) - len(others)} data URIs, {len(refused)} messages, {images} pictures, {faulty} without "
              f"alt or broken, {len(films)} films: "
              f"{', '.join(f'{share:.1%}' for share, _ in moves) or 'none'} of their pixels differ after {APART} s, "
              f"{sum(still for _, still in moves)} pixels elsewhere; {page_width} points wide")
        found += [] if others == [path.resolve().as_uri()] else [f"requests: {others}"]
        found += [f"message: {event['params']['entry']['text']}" for event in refused]
        found += [f"{faulty} pictures without alt or broken"] if faulty else []
        found += [] if films else ["no film"]
        found += [f"a film stands still ({share:.2%})" for share, _ in moves if share < STILL]
        found += [f"{still} pixels beside a film differ" for _, still in moves if still]
        found += [f"{page_width} points wide in {inner}"] if page_width > inner else []
        if out:
            browser.shot({"x": 0, "y": 0, "width": width, "height": min(page_height, 12000 // scale)}).save(
                out / f"{name}-{size}.png")
    for paper, (wide, high) in PAPERS.items():
        data = browser.call("Page.printToPDF", paperWidth=wide, paperHeight=high, printBackground=True,
                            preferCSSPageSize=False, marginTop=0.6, marginBottom=0.7,
                            marginLeft=0.65, marginRight=0.65)["data"]
        pdf = base64.b64decode(data)
        pages = pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page/") + pdf.count(b"/Type/Page/")
        target = (out or pathlib.Path(tempfile.gettempdir())) / f"{name}-{paper}.pdf"
        target.write_bytes(pdf)
        if shutil.which("pdfinfo"):
            info = subprocess.run(["pdfinfo", target], capture_output=True, text=True, check=True).stdout
            pages = int(next(line.split()[1] for line in info.splitlines() if line.startswith("Pages:")))
        print(f"{name} {paper}: {pages} pages, {len(pdf)} bytes")
        found += [] if pages else ["nothing was printed"]
        if out and paper == "a4" and shutil.which("pdftoppm"):
            subprocess.run(["pdftoppm", "-r", "60", "-png", target, out / f"{name}-{paper}"], check=True)
        if not out:
            target.unlink()
    return [f"{name}: {words}" for words in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    parser.add_argument("--out", type=pathlib.Path, help="keep screenshots and printed pages in this folder")
    given = parser.parse_args()
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
    browser = Browser(given.chromium)
    found = []
    try:
        for domain in ("Network", "Page", "Runtime", "Log"):
            browser.call(f"{domain}.enable")
        browser.call("Network.emulateNetworkConditions", offline=True, latency=0,
                     downloadThroughput=-1, uploadThroughput=-1)
        with tempfile.TemporaryDirectory() as folder:
            for page in given.pages:
                copy = pathlib.Path(folder, page.name)
                shutil.copy(page, copy)
                found += check(browser, copy, given.out)
    finally:
        browser.close()
    print("\n".join(found) if found else f"{len(given.pages)} pages, nothing amiss")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
