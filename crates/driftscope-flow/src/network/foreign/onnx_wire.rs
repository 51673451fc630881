//! Whether an ONNX file is what it is written in: Protocol Buffers whose parts lie inside each other.
//!
//! What reads them takes lengths at their word: it makes room for a text before it is read, goes back in the file
//! where a length is negative, and follows messages inside messages by recursion. So they are looked at first.
//! <https://protobuf.dev/programming-guides/encoding/>, and the numbers of `onnx.proto`.

/// How deep messages may lie in each other; those of a network without loops and branches lie 7 deep.
const DEEPEST: usize = 16;

/// The messages that are read.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    ValueInfo,
    Type,
    TensorType,
    SequenceType,
    Shape,
    /// One without messages inside.
    Flat,
}

impl Message {
    /// The message in a field; none where it is a text, bytes or a list of numbers.
    fn inside(self, field: u64) -> Option<Self> {
        Some(match (self, field) {
            (Self::Model, 7) | (Self::Attribute, 6) => Self::Graph,
            (Self::Model, 8 | 14) | (Self::Tensor, 13) | (Self::Shape, 1) => Self::Flat,
            (Self::Graph, 1) => Self::Node,
            (Self::Graph | Self::Attribute, 5) => Self::Tensor,
            (Self::Graph, 11..=13) => Self::ValueInfo,
            (Self::Node, 5) => Self::Attribute,
            (Self::ValueInfo, 2) | (Self::SequenceType, 1) => Self::Type,
            (Self::Type, 1) => Self::TensorType,
            (Self::Type, 4) => Self::SequenceType,
            (Self::TensorType, 2) => Self::Shape,
            _ => return None,
        })
    }
}

/// Whether everything in a file lies inside what holds it.
pub fn is_sound(bytes: &[u8]) -> bool {
    walk(bytes, Message::Model, DEEPEST).is_some()
}

fn walk(mut bytes: &[u8], message: Message, depth: usize) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    while !bytes.is_empty() {
        let tag = number(&mut bytes)?;
        match tag & 7 {
            0 => {
                number(&mut bytes)?;
            }
            1 => bytes = bytes.get(8..)?,
            2 => {
                let length = usize::try_from(number(&mut bytes)?).ok()?;
                let (inside, rest) = bytes.split_at_checked(length)?;
                if let Some(message) = message.inside(tag >> 3) {
                    walk(inside, message, depth)?;
                }
                bytes = rest;
            }
            5 => bytes = bytes.get(4..)?,
            // Groups, which ONNX does not have.
            _ => return None,
        }
    }
    Some(())
}

/// Takes a number of seven bits a byte from the front.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(7 * place)?;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, inside: &[u8]) -> Vec<u8> {
        let mut bytes = vec![number << 3 | 2];
        let mut length = inside.len();
        while length >= 0x80 {
            bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend(inside);
        bytes
    }

    #[test]
    fn parts_lie_inside_what_holds_them() {
        let node = field(1, &field(4, b"Identity"));
        let model = [vec![0x08, 8], field(7, &node)].concat();
        assert!(is_sound(&model) && is_sound(&[]));
        for length in 1..model.len() {
            assert!(!is_sound(&model[..length]) || length == 2, "cut at {length}");
        }
        // A text, and what nobody reads, that would be longer than the file, by far or backwards.
        for field in [0x1a, 0x0a_u8, 0x7a] {
            let far = [field, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, b'x'];
            let back = [&[field][..], &[0xff; 9], &[1]].concat();
            let endless = [&[field][..], &[0xff; 12], &[1]].concat();
            assert!(!is_sound(&far) && !is_sound(&back) && !is_sound(&endless), "{field}");
            assert!(!is_sound(&[&model[..], &[0x3a, 9], &far].concat()));
        }
        // A length that reaches out of its message into the next.
        assert!(!is_sound(&[field(7, &[0x0a, 5, 1]), vec![0x08, 8, 0x08, 8]].concat()));
        assert!(!is_sound(&[0x0b]) && !is_sound(&[0x0e]), "groups and unknown types");
    }

    #[test]
    fn what_lies_too_deep_is_refused() {
        let types = (0..20_000)
            .fold(Vec::new(), |inside, i| field(if i % 2 == 0 { 1 } else { 4 }, &inside));
        assert!(!is_sound(&field(7, &field(11, &field(2, &types)))));
        let graphs = (0..30).fold(Vec::new(), |graph, _| field(1, &field(5, &field(6, &graph))));
        assert!(!is_sound(&field(7, &graphs)));
    }
}
