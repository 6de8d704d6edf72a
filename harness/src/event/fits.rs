//! Whether what a lab has answered can have come of what it was asked to do. Everything after this takes programs and lines by
//! their numbers, so a number that belongs to nothing is refused here, once, and as trouble of ours.

use super::{Ended, Fact, Observation, Output, Repeated, Rest, Socket, Wait};
use crate::check::{Check, Stimulus};

/// The steps that a check comes to if nothing ends it early: the stimulus of each, and which repetition it is.
pub fn steps_of(check: &Check) -> impl Iterator<Item = (usize, Option<Repeated>)> + '_ {
    check.stimuli.iter().enumerate().flat_map(|(by, stimulus)| {
        let (lines, times) = match stimulus {
            Stimulus::Repeat { lines, times } => (by.saturating_sub(*lines)..by, *times),
            _ => (by..by + 1, 1),
        };
        let repeated = move |line, time| (line != by).then_some(Repeated { by, time });
        (1..=times).flat_map(move |time| lines.clone().map(move |line| (line, repeated(line, time))))
    })
}

impl Observation {
    /// Whether it can be one of this check.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn fits(&self, check: &Check) -> Result<(), String> {
        let mut planned = steps_of(check);
        let programs = check.programs().len();
        for (number, step) in self.steps.iter().enumerate() {
            if planned.next() != Some((step.stimulus, step.repeated)) {
                return Err(format!("step {} is none that the check has there", number + 1));
            }
            let waits = step.given_up.iter().map(|given_up| &given_up.wait).chain(waits_of(&step.rest));
            let of_output = step.output.iter().map(|Output { program, .. }| program);
            let of_sockets = step.sockets.iter().map(|Socket { program, .. }| program);
            let of_ends = step.ended.iter().map(|Ended { program, .. }| program);
            let mut named = of_output.chain(of_sockets).chain(of_ends).chain(waits.map(|wait| &wait.program));
            if let Some(stranger) = named.find(|program| **program >= programs) {
                return Err(format!("step {} has a program {stranger}; there are {programs}", number + 1));
            }
        }
        Ok(())
    }
}

impl Fact {
    /// Whether it can be one of a trace of so many programs.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn fits(&self, programs: usize) -> Result<(), String> {
        let highest = match self {
            Self::Started(program) | Self::Typed { program, .. } => Some(*program),
            Self::Output(Output { program, .. }) | Self::Ended(Ended { program, .. }) => Some(*program),
            Self::Sockets(sockets) => sockets.iter().map(|socket| socket.program).max(),
            Self::Rest { rest, sockets } => {
                let waits = waits_of(rest).iter().map(|wait| wait.program);
                waits.chain(sockets.iter().map(|socket| socket.program)).max()
            }
            Self::Ready { .. } | Self::EndOfInput | Self::Packet(_) | Self::NoRoute | Self::Lost(_) => None,
        };
        match highest.filter(|program| *program >= programs) {
            Some(stranger) => Err(format!("it is about a program {stranger}; there are {programs}")),
            None => Ok(()),
        }
    }
}

fn waits_of(rest: &Rest) -> &[Wait] {
    if let Rest::Idle(waits) = rest { waits } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::event::{Exit, Step};

    const CHECK: &str = "start a\ntype \"x\"\nrepeat the last 1 lines 2 times\nstart b as second";

    fn observation(places: &[(usize, Option<(usize, usize)>)], program: usize) -> Observation {
        let step = |&(stimulus, repeated): &(usize, Option<(usize, usize)>)| Step {
            stimulus,
            repeated: repeated.map(|(by, time)| Repeated { by, time }),
            ended: vec![Ended { program, exit: Exit::Status(0) }],
            ..Step::default()
        };
        let steps = places.iter().map(step).collect();
        Observation { steps, endpoints: Vec::new(), ephemeral: (1, 2), memory_kib: 0 }
    }

    #[test]
    fn the_steps_of_a_check_are_its_lines_and_their_repetitions_in_order() {
        let check = check::parse("t.check", CHECK).unwrap();
        let by_2 = |time| Some(Repeated { by: 2, time });
        let steps: Vec<_> = steps_of(&check).collect();
        assert_eq!(steps, [(0, None), (1, None), (1, by_2(1)), (1, by_2(2)), (3, None)]);
    }

    #[test]
    fn what_a_check_does_not_have_is_refused() {
        let check = check::parse("t.check", CHECK).unwrap();
        let fits = |places: &[_], program| observation(places, program).fits(&check);
        assert_eq!(fits(&[(0, None), (1, None), (1, Some((2, 1)))], 1), Ok(()));
        assert_eq!(fits(&[], 0), Ok(()));
        assert_eq!(fits(&[(0, None), (9, None)], 0), Err("step 2 is none that the check has there".to_owned()));
        assert_eq!(fits(&[(0, Some((2, 1)))], 0), Err("step 1 is none that the check has there".to_owned()));
        assert_eq!(fits(&[(0, None)], 2), Err("step 1 has a program 2; there are 2".to_owned()));
        assert_eq!(Fact::Started(1).fits(2), Ok(()));
        assert_eq!(Fact::Started(2).fits(2), Err("it is about a program 2; there are 2".to_owned()));
    }
}
