"""What a scene is on the command line."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

#: Longer lists of points than this go into a file.
MOST_INLINE = 200


def arguments(scene, settings, folder: Path) -> list:
    """``--scene`` and ``--set`` for a scene and settings over it; files that are needed go into ``folder``."""
    given = []
    if isinstance(scene, Mapping):
        settings = {**flat(scene), **(settings or {})}
    elif isinstance(scene, (str, os.PathLike)):
        text = os.fspath(scene)
        if "\n" in text and not text.startswith("driftscope:"):
            path = folder / "scene.toml"
            path.write_text(text, encoding="utf-8")
            text = str(path)
        given += ["--scene", text]
    elif scene is not None:
        raise TypeError(f"a scene is a name, a path, a text or a mapping, not {type(scene).__name__}")
    for key, value in flat(settings or {}).items():
        given += ["--set", f"{key}={written(key, value, folder)}"]
    return given


def flat(table: Mapping, prefix: str = "") -> dict:
    """Nested mappings as one, by dotted keys."""
    found = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found.update(flat(value, f"{prefix}{key}."))
        else:
            found[f"{prefix}{key}"] = value
    return found


def written(key: str, value, folder: Path) -> str:
    """A value as ``--set`` takes it: many points as a file, the rest as TOML."""
    if key == "data.points" and not isinstance(value, (str, os.PathLike)):
        points = np.asarray(value, dtype=float)
        if points.ndim != 2 or points.shape[1] not in (2, 3):
            raise ValueError(f"data.points has the shape {points.shape}: (n, 2), or (n, 3) with labels, is needed")
        if len(points) > MOST_INLINE:
            path = folder / "points.csv"
            header = "x,y" if points.shape[1] == 2 else "x,y,label"
            form = ["%.17g", "%.17g", "%d"][: points.shape[1]]
            np.savetxt(path, points, fmt=form, delimiter=",", header=header, comments="")
            return toml(str(path))
    return toml(value)


def toml(value) -> str:
    """A value as TOML."""
    if isinstance(value, np.ndarray):
        return toml(value.tolist())
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        value = float(value)
        if math.isnan(value):
            return "nan"
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return repr(value)
    if isinstance(value, (str, os.PathLike)):
        return json.dumps(os.fspath(value), ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(key))} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    raise TypeError(f"{value!r} is nothing that a scene can say")
