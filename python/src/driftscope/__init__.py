"""An oscilloscope for diffusion samplers, from Python.

``run`` solves a scene and gives NumPy arrays, ``field`` evaluates its velocity and score, ``render`` draws
it, ``show`` opens the window and ``export`` writes a PyTorch module as a model that it opens. All of them
call the program ``driftscope``, which comes with this package; nothing is computed here.

A scene is the name of a bundled one, the path of a scene file, a line that begins with ``driftscope:``, the
text of a scene file, a mapping such as ``{"sampler": {"method": "euler"}}`` or ``{"sampler.method": "euler"}``,
or ``None`` for the default one. The keys are those that ``driftscope keys`` prints.
"""

from ._export import export
from ._program import Refused, program
from ._render import Picture, render, show
from ._run import Field, Run, field, run

__all__ = [
    "Field",
    "Picture",
    "Refused",
    "Run",
    "export",
    "field",
    "program",
    "render",
    "run",
    "show",
]
