//! The ids of keys in messages.

/// Returns the id of a key for messages. It comes from a payload, so anybody may have chosen it.
pub(super) fn shown(id: &str) -> String {
    const LONGEST: usize = 100;
    let mut shown: String = id.chars().filter(|char| !char.is_control()).take(LONGEST).collect();
    if shown.len() < id.len() {
        shown.push_str("...");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn shows_a_limited_part_without_control_characters() {
        assert_eq!(shown("k1"), "k1");
        assert_eq!(shown("k\n1"), "k1...");
        assert_eq!(shown(&"x".repeat(200)).len(), 103);
    }
}
