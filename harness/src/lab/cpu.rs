//! One processor for each lab.
//!
//! The loopback device keeps a queue of packets on each processor. With a program and its peer on two of them, packets
//! of one connection can overtake each other: an acknowledgement that the kernel's timer sends on one processor is
//! delivered after the FIN that the program sends later on the other, TIME_WAIT answers it, and the answer is answered
//! by a RST. That was seen in 6 of 27,360 runs under load. On one processor there is one queue, and packets arrive in
//! the order in which they were sent.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The processors that we may use, and how many labs each has.
#[derive(Clone, Debug)]
pub(super) struct Cpus(Arc<Mutex<Vec<(usize, usize)>>>);

/// A lab's place on a processor; given back when it is dropped.
pub(super) struct Place {
    cpus: Cpus,
    pub(super) cpu: usize,
}

impl Cpus {
    pub(super) fn ours() -> Self {
        // Where the system does not tell, all labs share the first processor.
        let set = sched_getaffinity(None).ok();
        let ours = (0..CpuSet::MAX_CPU).filter(|cpu| set.is_some_and(|set| set.is_set(*cpu)));
        Self(Arc::new(Mutex::new(ours.map(|cpu| (cpu, 0)).collect())))
    }

    /// A place on the processor that has the fewest labs.
    pub(super) fn take(&self) -> Option<Place> {
        let mut cpus = self.lock();
        let (cpu, labs) = cpus.iter_mut().min_by_key(|(_, labs)| *labs)?;
        *labs += 1;
        Some(Place { cpus: self.clone(), cpu: *cpu })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(usize, usize)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut cpus = self.cpus.lock();
        if let Some((_, labs)) = cpus.iter_mut().find(|(cpu, _)| *cpu == self.cpu) {
            *labs -= 1;
        }
    }
}

/// Confines the calling process and all that it starts to one processor.
pub(super) fn stay_on(cpu: usize) -> std::io::Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu);
    Ok(sched_setaffinity(None, &set)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labs_are_spread_over_the_processors_and_give_their_places_back() {
        let cpus = Cpus(Arc::new(Mutex::new(vec![(2, 0), (5, 0)])));
        let places = [cpus.take().unwrap(), cpus.take().unwrap(), cpus.take().unwrap()];
        assert_eq!(places.iter().map(|place| place.cpu).collect::<Vec<_>>(), [2, 5, 2]);
        drop(places);
        assert!(cpus.lock().iter().all(|(_, labs)| *labs == 0));
    }
}
