//! How many processes and threads have been started in a lab, however short they lived: ids are given one after the other.

use super::{procfs, tasks};

/// Where ids begin again when they have come to their end; the lower ones are left to those of a system's start.
const FIRST_AGAIN: u64 = 300;

/// See the module.
#[derive(Debug, Default)]
pub struct Started {
    /// The id that was given last.
    last: u64,
    count: u64,
}

impl Started {
    /// How many have been started so far. In a borrowed lab others are started, too, and nobody knows.
    pub fn look(&mut self) -> u64 {
        if tasks::is_first()
            && let Some(last) = procfs::read_text("/proc/loadavg").ok().and_then(|text| last_id(&text))
        {
            self.note(last, || procfs::read_text("/proc/sys/kernel/pid_max").ok()?.trim().parse().ok());
        }
        self.count
    }

    fn note(&mut self, last: u64, end: impl FnOnce() -> Option<u64>) {
        self.count += match last.checked_sub(self.last) {
            Some(more) => more,
            None => {
                let to_the_end = end().unwrap_or_default().saturating_sub(self.last);
                to_the_end + last.saturating_sub(FIRST_AGAIN)
            }
        };
        self.last = last;
    }
}

/// The last number of `/proc/loadavg`: the id that was given last in the reader's process id namespace.
fn last_id(loadavg: &str) -> Option<u64> {
    loadavg.split_whitespace().next_back()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_id_is_read() {
        assert_eq!(last_id("10.58 11.57 12.40 13/287 21860\n"), Some(21860));
        assert_eq!(last_id("10.58 11.57"), None);
        assert_eq!(last_id(""), None);
    }

    #[test]
    fn ids_are_counted_and_come_round() {
        let mut started = Started::default();
        let counts = [3, 10, 10, 32_700, 310, 400].map(|last| {
            started.note(last, || Some(32_768));
            started.count
        });
        assert_eq!(counts, [3, 10, 10, 32_700, 32_700 + 68 + 10, 32_700 + 68 + 100]);
    }
}
