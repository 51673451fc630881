"""Pictures, films and the window."""

import subprocess
import tempfile
from pathlib import Path

from . import _program, _scene

#: Media types by what a file ends in.
MEDIA = {"png": "image/png", "svg": "image/svg+xml", "gif": "image/gif", "webp": "image/webp", "apng": "image/apng"}


class Picture:
    """A picture or a film; a notebook shows it."""

    def __init__(self, data: bytes, ending: str):
        #: The file's bytes.
        self.data = data
        #: What a file with them ends in, such as ``png``.
        self.ending = ending

    def save(self, path) -> Path:
        """Writes the file."""
        path = Path(path)
        path.write_bytes(self.data)
        return path

    def _repr_png_(self):
        return self.data if self.ending in ("png", "apng") else None

    def _repr_svg_(self):
        return self.data.decode("utf-8") if self.ending == "svg" else None

    def _repr_mimebundle_(self, include=None, exclude=None):
        # The kinds above have methods of their own, which notebooks prefer.
        if self.ending in ("gif", "webp"):
            import base64

            encoded = base64.b64encode(self.data).decode("ascii")
            return {"text/html": f'<img src="data:{MEDIA[self.ending]};base64,{encoded}">'}
        return None

    def __repr__(self):
        return f"<driftscope {self.ending} picture, {len(self.data)} bytes>"


def render(
    scene=None,
    settings=None,
    *,
    form: str = "png",
    at: float | None = None,
    start: float | None = None,
    end: float | None = None,
    fps: float | None = None,
    seconds: float | None = None,
    size: tuple[int, int] | None = None,
    scale: float | None = None,
    theme: str | None = None,
    view: str | None = None,
    caption: bool = False,
) -> Picture:
    """Draws a scene, without a display.

    Args:
        scene, settings: as for :func:`driftscope.run`.
        form: ``png``, ``svg``, ``gif``, ``apng``, ``webp`` or ``mp4`` (which needs ffmpeg).
        at: the moment of a picture, as a share of the run from 0 to 1.
        start, end, fps, seconds: of a film: the shares of the run where it begins and ends, frames a second,
            and how long it takes.
        size: in points, such as ``(1280, 720)``.
        scale: pixels a point.
        theme: ``dark``, ``light`` or ``projector``.
        view: ``stage``, ``window``, ``pane N``, ``plot NAME`` or ``card NAME``.
        caption: whether a line with the settings stands below it.

    Raises:
        Refused: if the scene or one of these is refused.
    """
    options = []
    for name, value in (("at", at), ("from", start), ("to", end), ("fps", fps), ("seconds", seconds)):
        if value is not None:
            options += [f"--{name}", value]
    if size is not None:
        options += ["--size", f"{size[0]}x{size[1]}"]
    for name, value in (("scale", scale), ("theme", theme)):
        if value is not None:
            options += [f"--{name}", value]
    if view is not None:
        options += ["--view", *view.split(maxsplit=1)]
    if caption:
        options.append("--caption")
    with tempfile.TemporaryDirectory(prefix="driftscope-") as name:
        folder = Path(name)
        out = folder / f"picture.{form}"
        _program.call(["render", *_scene.arguments(scene, settings, folder), *options, "--out", out])
        return Picture(out.read_bytes(), form)


def show(scene=None, settings=None) -> subprocess.Popen:
    """Opens the window on a scene and does not wait for it to be closed.

    Args:
        scene, settings: as for :func:`driftscope.run`.
    """
    # The window reads what lies there while it is open.
    folder = Path(tempfile.mkdtemp(prefix="driftscope-"))
    return subprocess.Popen([str(_program.program()), *map(str, _scene.arguments(scene, settings, folder))])
