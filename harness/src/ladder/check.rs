//! The ladder of a check: everything is computed from the beginning on, so that any part can be drawn by itself.

use super::cast::Cast;
use super::story::Story;
use super::words::printable;
use super::{About, Entry, Ladder, Lane, Section, What};
use crate::check::{ADDRESS, Check, Parameters, Stimulus};
use crate::event::{Observation, Step};

/// Longest value that stands in a heading in place of its name, in characters.
const VALUE: usize = 24;

impl Ladder {
    /// Draws what was seen of a check. `program` is what the program under test is called.
    #[must_use]
    pub fn new(title: &str, program: &str, check: &Check, params: &Parameters, seen: &Observation) -> Self {
        let (cast, peers) = cast(program, check, seen);
        let mut story = Story::new(cast, seen.ephemeral);
        let mut sections: Vec<Section> = Vec::new();
        for (number, step) in seen.steps.iter().enumerate() {
            let (Some(stimulus), Some(line)) = (check.stimuli.get(step.stimulus), check.stimuli.get(step.line()))
            else {
                continue;
            };
            let made = seen.endpoints.iter().filter(|endpoint| endpoint.since == number);
            for endpoint in made {
                let known = peers.iter().find(|(name, _)| *name == endpoint.peer).map(|(_, lane)| *lane);
                let lane = known.unwrap_or_else(|| lane_of(&mut story.cast, &endpoint.peer));
                story.cast.peer_has(endpoint.clone(), lane);
            }
            let (standing, running) = (story.standing().few(), story.cast.running().to_vec());
            let mut entries = entries(&mut story, check, params, step, stimulus);
            let packets = step.packets.len();
            if let Some(repeated) = step.repeated {
                let first = seen.steps[..number].iter().all(|before| before.repeated != step.repeated);
                if first {
                    // Only the last repetition is drawn: each drops the one before it.
                    sections.retain(|section| section.line != step.line());
                    if repeated.time > 1 {
                        let remark = format!("time {}; those before it are left out", repeated.time);
                        entries.insert(0, Entry::plain(What::Remark(remark)));
                    }
                    entries.insert(0, heading(&mut story, params, step.line(), line, None));
                } else if let Some(section) = sections.iter_mut().find(|section| section.line == step.line()) {
                    section.entries.extend(entries);
                    section.packets += packets;
                    continue;
                }
            }
            sections.push(Section { line: step.line(), standing, running, entries, packets });
        }
        let lanes = story.cast.lanes;
        Self { title: title.to_owned(), lanes, sections }
    }
}

/// What happened in one step. A step knows the order of its packets; what was printed, and who ended, is told after them.
fn entries(story: &mut Story, check: &Check, params: &Parameters, step: &Step, stimulus: &Stimulus) -> Vec<Entry> {
    let starts = match stimulus {
        Stimulus::Start(start) if step.impossible.is_none() => Some(check.program(&start.name)),
        _ => None,
    };
    let mut out = vec![heading(story, params, step.stimulus, stimulus, starts)];
    if let Some(why) = &step.impossible {
        let text = format!("cannot be done: {}", printable(why));
        out.push(Entry::plain(What::Note { lane: 0, about: About::Trouble, text }));
    }
    // Owners of sockets are known from the end of a step, packets come before it.
    story.cast.learn(&step.sockets);
    let given_up_at = |packets: usize| step.given_up.iter().filter(move |given_up| given_up.packets == packets);
    for (number, packet) in step.packets.iter().enumerate() {
        out.extend(given_up_at(number).map(|given_up| story.given_up(&given_up.wait)));
        let told = story.packet(packet);
        // All lanes of a check stand there from the beginning.
        out.extend(told.into_iter().filter(|entry| !matches!(entry.what, What::Joins(_))));
    }
    out.extend(given_up_at(step.packets.len()).map(|given_up| story.given_up(&given_up.wait)));
    out.extend(step.output.iter().filter_map(|output| story.output(output)));
    out.extend(step.ended.iter().map(|ended| story.ended(ended)));
    out.extend(story.rest(&step.rest, &step.sockets));
    out
}

fn heading(story: &mut Story, params: &Parameters, line: usize, stimulus: &Stimulus, starts: Option<usize>) -> Entry {
    let mut text = stimulus.to_string();
    for (name, value) in &params.0 {
        let value = value.to_string();
        if value.chars().count() <= VALUE {
            text = text.replace(&format!("{{{name}}}"), &printable(&value));
        }
    }
    story.heading(format!("{}  {text}", line + 1), starts)
}

/// The lanes of the programs, then of the peers as the check mentions them; and the peers' names with their lanes.
fn cast(program: &str, check: &Check, seen: &Observation) -> (Cast, Vec<(String, usize)>) {
    let programs = check.programs().into_iter().enumerate().map(|(number, name)| Lane {
        name: if number == 0 { program.to_owned() } else { name.to_owned() },
        about: ADDRESS.to_string(),
        is_program: true,
    });
    let mut cast = Cast::new(programs.collect::<Vec<_>>());
    let mut peers = Vec::new();
    for (name, ip) in check.peers() {
        // A server listens where the check says, which can be another address than its own.
        let bound = seen.endpoints.iter().find(|endpoint| endpoint.peer == name).map(|endpoint| endpoint.local.ip());
        let ip = bound.filter(|ip| !ip.is_unspecified()).unwrap_or(ip);
        let lane = cast.add(Lane { name: name.clone(), about: ip.to_string(), is_program: false });
        peers.push((name, lane));
    }
    (cast, peers)
}

/// The lane of an end that the check does not name, the holder of a port for instance.
fn lane_of(cast: &mut Cast, name: &str) -> usize {
    match cast.lanes.iter().position(|lane| !lane.is_program && lane.name == name) {
        Some(lane) => lane,
        None => cast.add(Lane { name: name.to_owned(), about: String::new(), is_program: false }),
    }
}
