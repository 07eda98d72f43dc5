//! Times as the API writes them.

/// ISO 8601 in UTC with milliseconds, as the hosted API writes it.
pub fn iso(milliseconds: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_always_has_its_milliseconds() {
        assert_eq!(iso(1_755_684_000_000), "2025-08-20T10:00:00.000Z");
        assert_eq!(iso(1_755_684_000_007), "2025-08-20T10:00:00.007Z");
    }
}
