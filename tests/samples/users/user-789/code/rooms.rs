/// The smallest room that seats everybody.
pub fn choose(seats: &[u32], people: u32) -> Option<u32> {
    seats.iter().copied().filter(|count| *count >= people).min()
}
