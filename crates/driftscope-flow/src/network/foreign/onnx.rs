//! ONNX networks, run by rten.

use std::fmt;

use rten::{Dimension, Model, ModelOptions, NodeId, RunOptions, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

use super::function::ForeignNetwork;
use super::onnx_check::Checked;
use super::onnx_inputs::{Roles, TimeShape};
use super::outline::OnnxOutline;
use super::refusal::Refusal;
use super::workers::Workers;

/// A network that rten runs, on threads of its own.
pub struct OnnxNetwork {
    workers: Workers<Batch, Vec<f32>>,
    about: String,
}

/// Points and times, feature-major.
struct Batch {
    times: Vec<f32>,
    points: Vec<f32>,
}

struct Runner {
    model: Model,
    roles: Roles,
    point: NodeId,
    time: Option<NodeId>,
    output: NodeId,
    /// The largest batch that is run at once.
    most_points: usize,
}

/// Makes the network of a checked file.
pub fn read(
    bytes: Vec<u8>,
    checked: Checked,
    origin: &str,
) -> Result<(OnnxNetwork, OnnxOutline), Refusal> {
    let refuse = |reason: String| Refusal::new(origin, reason);
    let mut options = ModelOptions::with_all_ops();
    if let Some((name, data)) = checked.data {
        options.external_data(&name, data);
    }
    let one_line = |error: String| error.lines().next().unwrap_or_default().to_owned();
    let load = std::panic::AssertUnwindSafe(|| options.load(bytes));
    let model = std::panic::catch_unwind(load)
        .map_err(|_| refuse("it is damaged: its operators do not fit each other".to_owned()))?
        .map_err(|error| refuse(format!("it cannot be run: {}", one_line(error.to_string()))))?;
    let node = |name: &str| {
        model.node_id(name).map_err(|_| refuse(format!("its input `{name}` is used by nothing")))
    };
    let point = node(&checked.roles.point.name)?;
    let time = checked.roles.time.as_ref().map(|(time, _)| node(&time.name)).transpose()?;
    // The first output that can be [n, 2].
    let fits = |id: NodeId| {
        let shape = model.node_info(id).and_then(|info| info.shape());
        shape.is_none_or(|shape| match shape.as_slice() {
            [_, Dimension::Fixed(last)] => *last == 2,
            [_, Dimension::Symbolic(_)] => true,
            _ => false,
        })
    };
    let (output, name) = checked
        .outputs
        .iter()
        .filter_map(|name| Some((model.node_id(name).ok()?, name)))
        .find(|&(id, _)| fits(id))
        .ok_or_else(|| refuse("none of its outputs is [n, 2]".to_owned()))?;
    let about = format!("ONNX, {} operators", checked.nodes);
    let outline = OnnxOutline { inputs: checked.roles.clone(), output: name.clone() };
    let most_points = checked.most_points;
    let runner = Runner { model, roles: checked.roles, point, time, output, most_points };
    runner.try_out().map_err(|error| refuse(format!("it cannot be run: {}", one_line(error))))?;
    let workers = Workers::new(move |batch: &Batch, options: &RunOptions| {
        let failed = |_| vec![f32::NAN; batch.points.len()];
        runner.run(batch, options).unwrap_or_else(failed)
    });
    Ok((OnnxNetwork { workers, about }, outline))
}

impl Runner {
    /// Runs a few points once, catching what rten does not refuse.
    fn try_out(&self) -> Result<(), String> {
        let batch = Batch { times: vec![0.5; 3], points: vec![0.25; 6] };
        let run = std::panic::AssertUnwindSafe(|| self.run(&batch, &RunOptions::default()));
        let out = std::panic::catch_unwind(run);
        out.map_err(|_| "its operators do not fit each other".to_owned())?.map(|_| ())
    }

    fn run(&self, batch: &Batch, options: &RunOptions) -> Result<Vec<f32>, String> {
        let count = batch.times.len();
        let mut out = vec![0.0; 2 * count];
        let shared_time =
            matches!(self.roles.time, Some((_, TimeShape::Scalar | TimeShape::Single)));
        let mut start = 0;
        while start < count {
            let mut end = count.min(start + self.roles.batch.unwrap_or(self.most_points));
            if shared_time {
                // One time serves the points that have it.
                let same = |time: &&f32| time.to_bits() == batch.times[start].to_bits();
                end = start + batch.times[start..end].iter().take_while(same).count();
            }
            let size = self.roles.batch.unwrap_or(end - start);
            let values = self.values(batch, start, end, size);
            let outputs = self
                .model
                .run(values, &[self.output], Some(options.clone()))
                .map_err(|error| error.to_string())?;
            let output: Tensor<f32> = outputs
                .into_iter()
                .next()
                .and_then(|value| value.try_into().ok())
                .ok_or("its output is not of floating-point numbers")?;
            if output.shape() != [size, 2] {
                return Err(format!(
                    "its output for {size} points has the shape {:?}; [{size}, 2] is needed",
                    output.shape()
                ));
            }
            for (i, pair) in output.to_vec().chunks_exact(2).take(end - start).enumerate() {
                out[start + i] = pair[0];
                out[count + start + i] = pair[1];
            }
            start = end;
        }
        Ok(out)
    }

    /// Points `start..end` as the network takes them, the last one repeated up to `size`.
    fn values(
        &self,
        batch: &Batch,
        start: usize,
        end: usize,
        size: usize,
    ) -> Vec<(NodeId, ValueOrView<'static>)> {
        let count = batch.times.len();
        let places = || (start..start + size).map(|i| i.min(end - 1));
        let Some(((time, shape), id)) = self.roles.time.as_ref().zip(self.time) else {
            let points: Vec<f32> = places()
                .flat_map(|i| [batch.points[i], batch.points[count + i], batch.times[i]])
                .collect();
            let points: Value = NdTensor::from_data([size, 3], points).into();
            return vec![(self.point, points.into())];
        };
        let points: Vec<f32> =
            places().flat_map(|i| [batch.points[i], batch.points[count + i]]).collect();
        let points: Value = NdTensor::<f32, 2>::from_data([size, 2], points).into();
        let times: Vec<f32> = match shape {
            TimeShape::Row | TimeShape::Column => places().map(|i| batch.times[i]).collect(),
            TimeShape::Scalar | TimeShape::Single => vec![batch.times[start]],
        };
        let dims: Vec<usize> = match shape {
            TimeShape::Scalar => Vec::new(),
            TimeShape::Row => vec![size],
            TimeShape::Single => vec![1],
            TimeShape::Column => vec![size, 1],
        };
        let times: Value = if time.element.is_whole() {
            let whole: Vec<i32> = times.iter().map(|time| time.round() as i32).collect();
            Tensor::from_data(&dims, whole).into()
        } else {
            Tensor::from_data(&dims, times).into()
        };
        vec![(self.point, points.into()), (id, times.into())]
    }
}

impl fmt::Debug for OnnxNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnnxNetwork").field("about", &self.about).finish_non_exhaustive()
    }
}

impl ForeignNetwork for OnnxNetwork {
    fn evaluate(&self, times: &[f32], points: &[f32], outputs: &mut [f32]) {
        if times.is_empty() {
            return;
        }
        let batch = Batch { times: times.to_vec(), points: points.to_vec() };
        match self.workers.ask(batch) {
            Some(out) => outputs.copy_from_slice(&out),
            None => outputs.fill(f32::NAN),
        }
    }

    fn about(&self) -> String {
        self.about.clone()
    }
}
