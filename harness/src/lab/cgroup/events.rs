//! What the kernel tells of a cgroup in which memory has ended.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The file `memory.events` of a lab's cgroup, which the lab does not see, opened outside.
#[derive(Debug)]
pub(crate) struct Events {
    file: File,
    memory: u64,
}

impl Events {
    pub(super) fn open(cgroup: &Path, memory: u64) -> io::Result<Self> {
        Ok(Self { file: File::open(cgroup.join("memory.events"))?, memory })
    }

    /// How much memory the lab may have, in bytes, if it wanted more.
    ///
    /// # Errors
    /// When it was not the lab that had too much: then nothing can be said about a program that the kernel has ended.
    pub(crate) fn out_of_memory(&self) -> io::Result<Option<u64>> {
        let mut text = [0; 512];
        let len = self.file.read_at(&mut text, 0)?;
        match Ending::of(&String::from_utf8_lossy(&text[..len])) {
            Ending::None => Ok(None),
            Ending::Own => Ok(Some(self.memory)),
            Ending::Foreign => Err(io::Error::other(
                "the kernel has ended a process of the lab, because the machine, or all labs together, had no more memory",
            )),
        }
    }
}

/// Whose memory has ended.
#[derive(Debug, PartialEq, Eq)]
enum Ending {
    None,
    /// The lab's.
    Own,
    /// The machine's, or that of a cgroup around the lab's. A lab's process was chosen.
    Foreign,
}

impl Ending {
    fn of(events: &str) -> Self {
        let count = |name| {
            let counts = events.lines().filter_map(|line| line.split_once(' '));
            counts.filter(|(event, _)| *event == name).find_map(|(_, count)| count.parse().ok()).unwrap_or(0_u64)
        };
        match (count("oom"), count("oom_kill")) {
            (0, 0) => Self::None,
            (0, _) => Self::Foreign,
            _ => Self::Own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::nothing("low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n", Ending::None)]
    // What can be given back, copies of files above all, comes to the limit every day.
    #[case::given_back("low 0\nhigh 0\nmax 61\noom 0\noom_kill 0\n", Ending::None)]
    #[case::of_the_lab("low 0\nhigh 0\nmax 61\noom 2\noom_kill 1\n", Ending::Own)]
    #[case::refused_and_nobody_ended("low 0\nhigh 0\nmax 61\noom 2\noom_kill 0\n", Ending::Own)]
    #[case::of_the_machine("low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n", Ending::Foreign)]
    fn it_is_known_whose_memory_has_ended(#[case] events: &str, #[case] ending: Ending) {
        assert_eq!(Ending::of(events), ending);
    }
}
