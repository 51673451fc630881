"""The installed package: `python -m unittest` in an environment where the wheel is installed."""

import math
import tempfile
import unittest
from pathlib import Path

import numpy as np

import driftscope

EXACT = {"field.kind": "exact", "particles.count": 40}


class Runs(unittest.TestCase):
    def test_a_run_is_arrays_of_the_shapes_that_are_said(self):
        run = driftscope.run(EXACT, {"sampler.rtol": 1e-3}, keyframes=9)
        self.assertEqual(run.status, "complete")
        self.assertEqual(run.samples.shape, (40, 2))
        self.assertEqual(run.trajectories.shape, (40, len(run.times), 2))
        self.assertTrue(np.all(np.diff(run.times) > 0))
        np.testing.assert_array_equal(run.trajectories[:, -1], run.samples)
        mean = sum(run.steps["nfe"][run.steps["particle"] == i].max() for i in range(40)) / 40
        self.assertAlmostEqual(run.nfe["mean"], mean)

    def test_euler_by_hand_gives_the_same(self):
        starts = np.array([[0.3, -1.2], [1.0, 0.4], [-0.7, 0.1]])
        scene = {"field.kind": "exact", "sampler": {"method": "euler", "steps": 8}}
        run = driftscope.run(scene, starts=starts)
        x = starts
        for step in range(8):
            x = x + driftscope.field(x, step / 8, scene).velocity / 8
        np.testing.assert_allclose(run.samples, x, rtol=0, atol=1e-12)

    def test_encoding_runs_from_data_to_noise(self):
        scene = {**EXACT, "direction": "encode", "data.name": "single-gaussian"}
        run = driftscope.run(scene)
        self.assertTrue(np.all(np.diff(run.times) < 0))
        np.testing.assert_array_equal(run.trajectories[:, -1], run.samples)

    def test_an_sde_takes_the_noise_it_is_given(self):
        rng = np.random.default_rng(0)
        scene = {"field.kind": "exact", "diffusion.form": "sigma", "sampler.steps": 4}
        starts, noise = rng.standard_normal((5, 2)), rng.standard_normal((4, 5, 2))
        first = driftscope.run(scene, starts=starts, noise=noise)
        again = driftscope.run(scene, starts=starts, noise=noise)
        other = driftscope.run(scene, starts=starts, noise=-noise)
        np.testing.assert_array_equal(first.samples, again.samples)
        self.assertTrue(np.any(first.samples != other.samples))

    def test_points_of_ones_own_are_sampled(self):
        angle = np.linspace(0, 2 * math.pi, 500, endpoint=False)
        ring = 2 * np.column_stack([np.cos(angle), np.sin(angle)])
        run = driftscope.run({**EXACT, "data.points": ring, "data.kernel": 0.05}, {"sampler.rtol": 1e-4})
        radius = np.hypot(*run.samples.T)
        self.assertTrue(np.all(np.abs(radius - 2) < 0.5), radius)

    def test_what_is_refused_says_so(self):
        for scene, words in [
            ({"sampler.rtoll": 1e-3}, "rtoll"),
            ({"sampler.method": "eul"}, "euler"),
            ("no-such-scene", "no-such-scene"),
        ]:
            with self.assertRaisesRegex(driftscope.Refused, words):
                driftscope.run(scene)
        with self.assertRaisesRegex(ValueError, "shape"):
            driftscope.field([[1.0, 2.0, 3.0]], 0.5)


class Pictures(unittest.TestCase):
    def test_a_picture_shows_itself_and_opens_again(self):
        picture = driftscope.render(EXACT, at=0.5, size=(320, 240))
        self.assertEqual(picture._repr_png_()[:8], b"\x89PNG\r\n\x1a\n")
        drawing = driftscope.render(EXACT, at=0.5, size=(320, 240), form="svg")
        self.assertIn("<svg", drawing._repr_svg_())
        with tempfile.TemporaryDirectory() as folder:
            path = drawing.save(Path(folder) / "picture.svg")
            run = driftscope.run(str(path))
            self.assertEqual(run.samples.shape, (40, 2))


if __name__ == "__main__":
    unittest.main()
