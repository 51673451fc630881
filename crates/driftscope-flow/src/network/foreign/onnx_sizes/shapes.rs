//! The shapes that single operators give, as far as they are known.

use super::known::{Known, broadcast, place, sizes};
use super::operator::Operator;

impl Operator<'_> {
    pub fn constant(&self) -> Known {
        let Some(attribute) = self.node.attribute.first() else { return Known::bounded(0) };
        match (attribute.name.as_deref(), &attribute.t, attribute.i) {
            (Some("value"), Some(tensor), _) => Known::of(tensor),
            (Some("value_int"), _, Some(number)) => Known::listed(vec![], vec![number]),
            (Some("value_ints"), ..) => {
                Known::listed(vec![attribute.ints.len() as u64], attribute.ints.clone())
            }
            (Some("value_floats"), ..) => Known::shaped(vec![attribute.floats.len() as u64]),
            (Some("value_float"), ..) => Known::shaped(vec![]),
            _ => Known::bounded(1),
        }
    }

    pub fn sizes(&self) -> Option<Known> {
        let shape = self.shape(0)?;
        let rank = shape.len() as i64;
        let from =
            |place: i64| if place < 0 { place + rank } else { place }.clamp(0, rank) as usize;
        let (start, end) = (from(self.whole("start", 0)), from(self.whole("end", rank)));
        let list: Option<Vec<i64>> = shape
            .get(start..end.max(start))?
            .iter()
            .map(|&size| i64::try_from(size).ok())
            .collect();
        let list = list?;
        Some(Known::listed(vec![list.len() as u64], list))
    }

    /// Sums and the like of lists of whole numbers.
    pub fn arithmetic(&self) -> Option<Known> {
        let (a, b) = (self.list(0)?, self.list(1)?);
        let same = a.len() == b.len();
        let work = |(&a, &b): (&i64, &i64)| match self.name {
            "Add" => a.checked_add(b),
            "Sub" => a.checked_sub(b),
            "Mul" => a.checked_mul(b),
            _ => a.checked_div(b),
        };
        let list: Vec<i64> = match (a, b) {
            _ if same => a.iter().zip(b).map(work).collect::<Option<_>>()?,
            (_, [one]) => a.iter().map(|a| work((a, one))).collect::<Option<_>>()?,
            ([one], _) => b.iter().map(|b| work((one, b))).collect::<Option<_>>()?,
            _ => return None,
        };
        let shape = broadcast(self.shape(0)?, self.shape(1)?);
        Some(Known::listed(shape, list))
    }

    pub fn broadcast(&self) -> Option<Known> {
        let mut shape: Vec<u64> = Vec::new();
        for place in 0..self.inputs.len() {
            shape = broadcast(&shape, self.shape(place)?);
        }
        Some(Known::shaped(shape))
    }

    pub fn matrix_product(&self) -> Option<Known> {
        let (a, b) = (self.shape(0)?, self.shape(1)?);
        let (rows, before_a) = match a {
            [] => return None,
            [_] => (None, &[][..]),
            [before @ .., rows, _] => (Some(*rows), before),
        };
        let (columns, before_b) = match b {
            [] => return None,
            [_] => (None, &[][..]),
            [before @ .., _, columns] => (Some(*columns), before),
        };
        let mut shape = broadcast(before_a, before_b);
        shape.extend(rows);
        shape.extend(columns);
        Some(Known::shaped(shape))
    }

    pub fn gemm(&self) -> Option<Known> {
        let (&[a, b], &[c, d]) = (self.shape(0)?, self.shape(1)?) else { return None };
        let rows = if self.whole("transA", 0) == 0 { a } else { b };
        let columns = if self.whole("transB", 0) == 0 { d } else { c };
        Some(Known::shaped(vec![rows, columns]))
    }

    pub fn concat(&self) -> Option<Known> {
        let mut shape = self.shape(0)?.to_vec();
        let axis = place(self.whole("axis", 0), shape.len())?;
        let mut list = self.list(0).map(<[i64]>::to_vec);
        for input in 1..self.inputs.len() {
            let next = self.shape(input)?;
            shape[axis] = shape[axis].saturating_add(*next.get(axis)?);
            list = list.zip(self.list(input)).map(|(list, more)| [&list, more].concat());
        }
        Some(match list {
            Some(list) if shape.len() == 1 => Known::listed(shape, list),
            _ => Known::shaped(shape),
        })
    }

    pub fn gather(&self) -> Option<Known> {
        let (data, indices) = (self.shape(0)?, self.shape(1)?);
        let axis = place(self.whole("axis", 0), data.len())?;
        let shape = [&data[..axis], indices, &data[axis + 1..]].concat();
        let picked = self.list(0).zip(self.list(1)).and_then(|(list, indices)| {
            let one = |&index: &i64| list.get(place(index, list.len())?).copied();
            indices.iter().map(one).collect::<Option<Vec<_>>>()
        });
        Some(match picked {
            Some(list) if data.len() == 1 => Known::listed(shape, list),
            _ => Known::shaped(shape),
        })
    }

    /// Slices with steps of one.
    pub fn slice(&self) -> Option<Known> {
        let mut shape = self.shape(0)?.to_vec();
        let given = |name: &str, place: usize| match self.attribute(name) {
            Some(attribute) => Some(attribute.ints.clone()),
            None => self.list(place).map(<[i64]>::to_vec),
        };
        let (starts, ends) = (given("starts", 1)?, given("ends", 2)?);
        let axes = match (self.attribute("axes"), self.node.input.get(3)) {
            (None, None) => (0..starts.len() as i64).collect(),
            _ => given("axes", 3)?,
        };
        if self.node.input.len() > 4 && self.list(4)?.iter().any(|&step| step != 1) {
            return None;
        }
        let mut list = self.list(0).filter(|_| shape.len() == 1).map(<[i64]>::to_vec);
        for ((&start, &end), &axis) in starts.iter().zip(&ends).zip(&axes) {
            let axis = place(axis, shape.len())?;
            let size = i64::try_from(shape[axis]).ok()?;
            let from = |place: i64| {
                if place < 0 { place.saturating_add(size) } else { place }.clamp(0, size)
            };
            let (start, end) = (from(start), from(end).max(from(start)));
            shape[axis] = (end - start) as u64;
            list = list.and_then(|list| Some(list.get(start as usize..end as usize)?.to_vec()));
        }
        Some(match list {
            Some(list) => Known::listed(shape, list),
            None => Known::shaped(shape),
        })
    }

    pub fn reshape(&self) -> Option<Known> {
        let (value, wanted) = (self.input(0)?, self.list(1)?);
        let before = value.shape.as_deref()?;
        let mut shape = Vec::new();
        for (i, &size) in wanted.iter().enumerate() {
            shape.push(match size {
                0 if self.whole("allowzero", 0) == 0 => *before.get(i)?,
                -1 => 1,
                size => u64::try_from(size).ok()?,
            });
        }
        if let Some(free) = wanted.iter().position(|&size| size == -1) {
            let others = Known::shaped(shape.clone()).most;
            shape[free] = value.most.checked_div(others)?;
        }
        // Another number of numbers is refused when it runs.
        let shaped = Known::shaped(shape);
        (shaped.most == value.most).then_some(Known { list: value.list.clone(), ..shaped })
    }

    pub fn squeeze(&self) -> Option<Known> {
        let value = self.input(0)?;
        let shape = value.shape.as_deref()?;
        let axes = match self.axes(1) {
            Some(axes) => {
                axes.iter().map(|&axis| place(axis, shape.len())).collect::<Option<Vec<_>>>()?
            }
            None if self.node.input.len() > 1 => return None,
            None => (0..shape.len()).filter(|&axis| shape[axis] == 1).collect(),
        };
        let kept = shape.iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
        let shape = kept.map(|(_, &size)| size).collect();
        Some(Known { shape: Some(shape), ..value.clone() })
    }

    pub fn unsqueeze(&self) -> Option<Known> {
        let value = self.input(0)?;
        let before = value.shape.as_deref()?;
        let axes = self.axes(1)?;
        let rank = before.len() + axes.len();
        let axes = axes.iter().map(|&axis| place(axis, rank)).collect::<Option<Vec<_>>>()?;
        let mut left = before.iter();
        let shape =
            (0..rank).map(|axis| if axes.contains(&axis) { Some(1) } else { left.next().copied() });
        Some(Known { shape: Some(shape.collect::<Option<_>>()?), ..value.clone() })
    }

    pub fn transpose(&self) -> Option<Known> {
        let shape = self.shape(0)?;
        let Some(order) = self.attribute("perm") else {
            return Some(Known::shaped(shape.iter().rev().copied().collect()));
        };
        let shape: Option<Vec<u64>> =
            order.ints.iter().map(|&axis| shape.get(place(axis, shape.len())?).copied()).collect();
        Some(Known::shaped(shape?))
            .filter(|value| Some(value.most) == self.input(0).map(|input| input.most))
    }

    pub fn reduce(&self) -> Option<Known> {
        let shape = self.shape(0)?;
        let axes = match self.axes(1) {
            Some(axes) => {
                axes.iter().map(|&axis| place(axis, shape.len())).collect::<Option<Vec<_>>>()?
            }
            None if self.node.input.len() > 1 => return None,
            None => (0..shape.len()).collect(),
        };
        let keep = self.whole("keepdims", 1) != 0;
        let reduced = shape.iter().enumerate().filter_map(|(axis, &size)| {
            if axes.contains(&axis) { keep.then_some(1) } else { Some(size) }
        });
        Some(Known::shaped(reduced.collect()))
    }

    pub fn range(&self) -> Option<Known> {
        let number = |place| match self.list(place)? {
            &[number] => Some(number),
            _ => None,
        };
        let (start, end, step) = (number(0)?, number(1)?, number(2)?);
        let count = (end - start).checked_div(step)?.max(0) as u64 + 1;
        Some(Known::shaped(vec![count]))
    }

    pub fn pad(&self) -> Option<Known> {
        let mut shape = self.shape(0)?.to_vec();
        let pads = self.list(1).filter(|pads| pads.len() == 2 * shape.len())?;
        let (before, after) = pads.split_at(shape.len());
        for ((size, before), after) in shape.iter_mut().zip(before).zip(after) {
            let more = before.max(&0).saturating_add(*after.max(&0));
            *size = size.saturating_add(more.unsigned_abs());
        }
        Some(Known::shaped(shape))
    }

    pub fn flatten(&self) -> Option<Known> {
        let value = self.input(0)?;
        let shape = value.shape.as_deref()?;
        let axis = match self.whole("axis", 1) {
            axis if axis == shape.len() as i64 => shape.len(),
            axis => place(axis, shape.len())?,
        };
        let [rows, columns] =
            [&shape[..axis], &shape[axis..]].map(|part| Known::shaped(part.to_vec()).most);
        Some(Known::shaped(vec![rows, columns]))
    }

    pub fn split(&self, count: usize) -> Vec<Known> {
        let Some(value) = self.input(0) else { return vec![Known::bounded(0); count] };
        let followed = || {
            let shape = value.shape.as_deref()?;
            let axis = place(self.whole("axis", 0), shape.len())?;
            let given = match self.attribute("split") {
                Some(attribute) => Some(sizes(&attribute.ints)?),
                None if self.node.input.len() > 1 => Some(sizes(self.list(1)?)?),
                None => None,
            };
            let each = shape[axis].div_ceil(count.max(1) as u64);
            let parts = given.unwrap_or_else(|| vec![each; count]);
            let fits = parts.len() == count && parts.iter().all(|&part| part <= shape[axis]);
            fits.then(|| {
                let part = |&size: &u64| {
                    let mut shape = shape.to_vec();
                    shape[axis] = size;
                    Known::shaped(shape)
                };
                parts.iter().map(part).collect()
            })
        };
        followed().unwrap_or_else(|| vec![Known::bounded(value.most); count])
    }
}
