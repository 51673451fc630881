//! What is known of a value of a network.

use rten_onnx::onnx::{DataType, TensorProto};

/// Lists longer than this are no shapes, and what they hold is not followed.
const LONGEST_LIST: usize = 64;
/// Beyond these rten's whole numbers, of 32 bits, do not go.
const WHOLE: std::ops::RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;

/// What is known of a value.
#[derive(Clone)]
pub struct Known {
    pub shape: Option<Vec<u64>>,
    /// At least as many numbers as it has.
    pub most: u64,
    /// The numbers themselves, where they are few and whole.
    pub list: Option<Vec<i64>>,
}

impl Known {
    pub fn shaped(shape: Vec<u64>) -> Self {
        let most = shape.iter().fold(1_u64, |product, size| product.saturating_mul(*size));
        Self { shape: Some(shape), most, list: None }
    }

    pub fn bounded(most: u64) -> Self {
        Self { shape: None, most, list: None }
    }

    pub fn listed(shape: Vec<u64>, list: Vec<i64>) -> Self {
        let list = Some(list).filter(|list| {
            list.len() <= LONGEST_LIST && list.iter().all(|number| WHOLE.contains(number))
        });
        Self { list, ..Self::shaped(shape) }
    }

    pub fn of(tensor: &TensorProto) -> Self {
        let shape = tensor.dims.iter().map(|&size| u64::try_from(size).unwrap_or(0)).collect();
        let known = Self::shaped(shape);
        if known.most > LONGEST_LIST as u64 {
            return known;
        }
        match integers(tensor) {
            Some(list) if list.len() as u64 == known.most => {
                Self::listed(known.shape.unwrap_or_default(), list)
            }
            _ => known,
        }
    }
}

/// A place counted from the front, or from the end if negative.
pub fn place(place: i64, count: usize) -> Option<usize> {
    let count = count as i64;
    let place = if place < 0 { place.checked_add(count)? } else { place };
    (0..count).contains(&place).then_some(place as usize)
}

/// Sizes, none of which is negative.
pub fn sizes(list: &[i64]) -> Option<Vec<u64>> {
    list.iter().map(|&size| u64::try_from(size).ok()).collect()
}

/// The shape of two that are broadcast against each other, each size the larger of the two.
pub fn broadcast(a: &[u64], b: &[u64]) -> Vec<u64> {
    let rank = a.len().max(b.len());
    let size = |shape: &[u64], axis: usize| match (axis + shape.len()).checked_sub(rank) {
        Some(place) => shape[place],
        None => 1,
    };
    (0..rank).map(|axis| size(a, axis).max(size(b, axis))).collect()
}

/// The whole numbers of a tensor, if it holds such of 64 bits.
pub fn integers(tensor: &TensorProto) -> Option<Vec<i64>> {
    if tensor.data_type != Some(DataType::INT64) {
        return None;
    }
    if !tensor.int64_data.is_empty() {
        return Some(tensor.int64_data.clone());
    }
    let raw = tensor.raw_data.as_ref()?.borrow();
    let (numbers, _) = raw.as_chunks::<8>();
    Some(numbers.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect())
}
