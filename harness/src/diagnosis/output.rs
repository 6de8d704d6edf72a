//! What a program shows, when it is not what it should show.

use super::Diagnosis;
use super::case::Case;
use super::cause::Cause;
use super::fact::{Kind, unquote};
use super::text::{beginning_of, clothes, short};
use crate::check::{Action, Stimulus, Value};
use crate::event::{Packet, Protocol, Socket};

/// What is wrong with what was shown.
pub(super) fn find(case: &Case<'_>) -> Option<Diagnosis> {
    let shown = values(case, &case.followed);
    let wanted = values(case, &case.expected);
    let extra: Vec<_> = shown.iter().filter(|value| !wanted.contains(value)).collect();
    let missing: Vec<_> = wanted.iter().filter(|value| !shown.contains(value)).collect();
    if let Some(value) = extra.first().filter(|_| missing.is_empty() || !shown.is_empty()) {
        return Some(too_much(case, &extra, value));
    }
    if let Some(first) = missing.first() {
        return Some(too_little(case, &missing, first));
    }
    if case.misses(|kind| matches!(kind, Kind::Says)) {
        let output = String::from_utf8_lossy(&case.output()).into_owned();
        let line = output.lines().map(str::trim).max_by_key(|line| line.len()).filter(|line| !line.is_empty());
        let told = match line {
            None => "It printed nothing in this step.".to_owned(),
            Some(line) => format!("It printed {}: the same as before, perhaps with other values.", short(line)),
        };
        let told = match case.stimulus() {
            Stimulus::Peer { name, action: Action::Closes | Action::ShutsDownSending } => {
                format!("{name} has closed, so `recv` has returned 0 bytes. {told}")
            }
            _ => told,
        };
        return Some(Diagnosis::new(Cause::SaysNothing, told));
    }
    None
}

fn values(case: &Case<'_>, facts: &[super::fact::Fact]) -> Vec<String> {
    let of = |fact: &super::fact::Fact| match &fact.kind {
        Kind::Shows(values) if fact.program == case.program || case.check.programs().len() == 1 => values.clone(),
        _ => Vec::new(),
    };
    facts.iter().flat_map(of).collect()
}

fn too_much(case: &Case<'_>, extra: &[&String], value: &str) -> Diagnosis {
    if let Stimulus::Peer { name, .. } = case.stimulus()
        && let Some(first) = case.established_with(name)
        && extra.iter().any(|value| value.starts_with(&format!("{name}'s ")))
    {
        let told =
            format!("It shows who {name} is while {first}, who came before, is still connected: it has accepted both.");
        return Diagnosis::new(Cause::ServedAtOnce, told);
    }
    let text = unquote(value);
    if let Some(first) = case.unshown_texts().into_iter().find(|first| case.overtakes(text.as_deref(), first)) {
        let told = format!("{} came before {}, which is shown first.", short(&first), short(&text.unwrap_or_default()));
        return Diagnosis::new(Cause::WrongOrder, told);
    }
    let older = text.as_ref().is_some_and(|text| case.is_rest_of_an_older(text));
    if older {
        let told = format!("It shows {}, which belongs to an older message.", short(&text.unwrap_or_default()));
        return Diagnosis::new(Cause::StaleOutput, told);
    }
    let all: Vec<_> = extra.iter().take(4).map(|value| value.as_str()).collect();
    Diagnosis::new(Cause::ShownUnasked, format!("It shows {}.", all.join(", ")))
}

fn too_little(case: &Case<'_>, missing: &[&String], first: &str) -> Diagnosis {
    let output = case.output();
    let list = missing.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", ");
    let printed = String::from_utf8_lossy(&output);
    let nul = |text: &String| printed.contains(&format!("{text}\0"));
    if let Some(text) = missing.iter().filter_map(|value| case.text(value)).find(nul) {
        return Diagnosis::new(Cause::NulShown, format!("NUL bytes follow {} where it is shown.", short(&text)));
    }
    for text in missing.iter().filter_map(|value| case.text(value)) {
        if let Some(clothes) = clothes(&text, &output) {
            let told = format!("The text {} is {}.", short(&text), clothes.told());
            return Diagnosis::new(Cause::WrongEncoding, told);
        }
        if let Some(part) = beginning_of(&text, &output) {
            let told = format!("Of the {} bytes of the text, only the first {part} are shown", text.len());
            return if part == text.chars().count() {
                let told = format!("{told}; {part} is the number of its characters.");
                Diagnosis::new(Cause::CharactersCounted, told)
            } else {
                Diagnosis::new(Cause::BytesMissing, format!("{told}."))
            };
        }
    }
    if case.shows_several_at_once_later() {
        let told = "It shows nothing of what came now; later it shows several pieces at once.";
        return Diagnosis::new(Cause::WaitsForMore, told.to_owned());
    }
    if case.shows_later() {
        let told = "It has received what came, but shows it only later, after something else has happened.";
        return Diagnosis::new(Cause::OutputNotShown, told.to_owned());
    }
    if let Some(peer) = case.only_the_first_piece(&output) {
        let told = format!("It has read what {peer} sent now, and shows nothing of it; the piece before it was shown.");
        return Diagnosis::new(Cause::FirstPieceOnly, told);
    }
    if output.iter().all(u8::is_ascii_whitespace) {
        return Diagnosis::new(Cause::OutputNotShown, "It printed nothing in this step.".to_owned());
    }
    if let Some((bytes, characters)) = missing.iter().find_map(|value| case.counted_characters(value, &output)) {
        let told = format!("It shows {characters}, the number of characters. The number of bytes is {bytes}.");
        return Diagnosis::new(Cause::CharactersCounted, told);
    }
    let detail = case.detail(first, &output).unwrap_or_default();
    let are = if missing.len() > 1 { "are" } else { "is" };
    Diagnosis::new(Cause::ValueNotShown, format!("{list} should be shown, and {are} not.{detail}"))
}

impl Case<'_> {
    /// The text that a value of a `shows` line stands for, if it is one.
    fn text(&self, value: &str) -> Option<String> {
        unquote(value)
            .or_else(|| {
                let name = value.strip_prefix('{')?.strip_suffix('}')?;
                Some(self.params.get(name).ok()?.text())
            })
            .or_else(|| {
                let len = value.strip_suffix(" bytes")?.parse().ok()?;
                String::from_utf8(crate::check::pattern(len)).ok()
            })
    }

    /// Whether a text is the end of one that was to be shown in an earlier step.
    fn is_rest_of_an_older(&self, text: &str) -> bool {
        let values = self.check.look_for.iter().flat_map(|look_for| &look_for.values);
        values.into_iter().any(|value| matches!(value, Value::Text(other) if other != text && other.ends_with(text)))
            || self.reviewed.steps[..self.line]
                .iter()
                .flat_map(|step| &step.lines)
                .any(|line| line.starts_with("shows ") && line.contains(text))
    }

    /// Whether something that should be shown in this step is printed in a later one.
    pub(super) fn shows_later(&self) -> bool {
        let wanted = values(self, &self.expected);
        let later = self.printed(&self.seen.steps[self.step + 1..]);
        wanted.iter().filter_map(|value| self.text(value)).any(|text| !text.is_empty() && later.contains(&text))
    }

    /// Whether texts that should be shown in several steps, this one among them, are printed in one later step.
    fn shows_several_at_once_later(&self) -> bool {
        let of_line = |line: usize| -> Vec<String> {
            let Some(step) = self.reviewed.steps.get(line) else { return Vec::new() };
            let facts = super::fact::facts(&step.lines, &self.check.programs());
            values(self, &facts).iter().filter_map(|value| self.text(value)).filter(|text| text.len() > 4).collect()
        };
        let now = of_line(self.line);
        let next =
            (self.line + 1..self.check.stimuli.len()).map(of_line).find(|texts| !texts.is_empty()).unwrap_or_default();
        self.seen.steps[self.step + 1..].iter().any(|step| {
            let printed = self.printed([step]);
            let has = |texts: &[String]| texts.iter().any(|text| printed.contains(text));
            has(&now) && has(&next)
        })
    }

    /// Whether something that should be shown or said in this step is not.
    pub(super) fn shows_too_little(&self) -> bool {
        let shown = values(self, &self.followed);
        values(self, &self.expected).iter().any(|value| !shown.contains(value))
            || self.misses(|kind| matches!(kind, Kind::Says))
    }

    /// The peer of whose connection an earlier piece was shown, and of this one nothing, although it was read.
    pub(super) fn only_the_first_piece(&self, output: &[u8]) -> Option<&str> {
        let Stimulus::Peer { name, action: Action::Sends(_) } = self.stimulus() else { return None };
        let read = self.sockets(self.step).all(|socket| socket.receive_queue == 0);
        let stream =
            self.seen.endpoints.iter().any(|endpoint| endpoint.peer == *name && endpoint.protocol == Protocol::Tcp);
        let says = |stimulus: &&Stimulus| matches!(stimulus, Stimulus::Peer { name: other, action: Action::Sends(_) | Action::Connects { sends: Some(_), .. } } if other == name);
        let earlier = self.check.stimuli[..self.line].iter().filter(says).count() > 0;
        let was_shown = self.before().is_some_and(|step| step.output.iter().any(|piece| !piece.bytes.is_empty()));
        let silent = output.iter().all(u8::is_ascii_whitespace);
        (read && stream && silent && earlier && was_shown).then_some(name.as_str())
    }

    /// Whether nothing that should be shown in this step is printed in it, in whatever form.
    pub(super) fn output_is_poor(&self) -> bool {
        let texts = values(self, &self.expected);
        let texts = texts.iter().filter_map(|value| self.text(value)).filter(|text| !text.is_empty());
        values(self, &self.followed).is_empty() && self.unshown_texts().len() == texts.count()
    }

    /// The texts that should be shown in this step, and are not printed in it in whatever form.
    pub(super) fn unshown_texts(&self) -> Vec<String> {
        let output = self.output();
        let printed = String::from_utf8_lossy(&output);
        let mut texts: Vec<_> = values(self, &self.expected).iter().filter_map(|value| self.text(value)).collect();
        texts.retain(|text| {
            let in_part = || clothes(text, &output).is_some() || beginning_of(text, &output).is_some();
            !text.is_empty() && !printed.contains(text.as_str()) && !in_part()
        });
        texts
    }

    /// Whether `text` came after `first` and is shown before it, which is shown, too.
    fn overtakes(&self, text: Option<&str>, first: &str) -> bool {
        let came = |text: &str| {
            let mut steps = self.seen.steps[..=self.step].iter();
            steps.position(|step| step.packets.iter().any(|packet| packet.body.payload() == text.as_bytes()))
        };
        let (Some(text), Some(at)) = (text, came(first)) else { return false };
        self.printed(&self.seen.steps[self.step + 1..]).contains(first) && came(text).is_some_and(|later| later > at)
    }

    /// If a value that is not shown is the number of bytes of a text, and that of its characters is shown: both.
    fn counted_characters(&self, value: &str, output: &[u8]) -> Option<(u64, u64)> {
        let number: u64 = value.parse().ok()?;
        let texts = values(self, &self.expected).into_iter().filter_map(|value| self.text(&value));
        let mut counted = texts.filter(|text| text.len() as u64 == number).map(|text| text.chars().count() as u64);
        counted.find(|count| *count != number && numbers(output).contains(count)).map(|count| (number, count))
    }

    /// How many bytes the call had room for that was waiting when the step began, or waits now.
    pub(super) fn room(&self) -> Option<u64> {
        let steps = self.before().into_iter().chain([self.now()]);
        steps.flat_map(|step| self.waits_at(step)).find_map(|wait| wait.room)
    }

    /// How many bytes peers have sent to the program since it was started.
    fn received_so_far(&self) -> u64 {
        let from_peer = |step: usize, packet: &Packet| {
            [Protocol::Tcp, Protocol::Udp].into_iter().any(|protocol| self.is_peer(protocol, packet.src, step))
        };
        let steps = (self.started()..=self.step).map(|step| (step, &self.seen.steps[step].packets));
        steps
            .flat_map(|(step, packets)| packets.iter().filter(move |packet| from_peer(step, packet)))
            .map(|packet| packet.body.payload().len() as u64)
            .sum()
    }

    /// What can be said of a value that is not shown.
    fn detail(&self, value: &str, output: &[u8]) -> Option<String> {
        let printed = String::from_utf8_lossy(output);
        let numbers = numbers(output);
        if let Ok(number) = value.parse::<u64>() {
            let sum = self.received_so_far();
            if sum != number && numbers.contains(&sum) {
                return Some(format!(" It shows {sum}, the sum of all that has come so far."));
            }
            let room = self.room().filter(|room| numbers.contains(room))?;
            return Some(format!(" It shows {room}: that is the room in its buffer."));
        }
        let of_peer = |what: &str| {
            let peer = value.strip_suffix(what)?;
            self.seen.endpoints.iter().rev().find(|endpoint| endpoint.peer == peer).map(|endpoint| endpoint.local)
        };
        if let Some(addr) = of_peer("'s port") {
            let (port, swapped) = (addr.port(), addr.port().swap_bytes());
            if numbers.contains(&u64::from(swapped)) {
                let told =
                    format!(" It shows {swapped}: that is {port} with its two bytes swapped. `ntohs` is missing.");
                return Some(told);
            }
            let own = self.sockets(self.step).chain(self.before().into_iter().flat_map(|step| &step.sockets));
            let mut own = own.filter(|socket| !socket.peers && socket.inode != 0).map(|socket| socket.local.port());
            let own = own.find(|port| *port != 0 && numbers.contains(&u64::from(*port)))?;
            return Some(format!(" It shows {own}, which is its own port."));
        }
        let ip = of_peer("'s ip")?.ip();
        let own =
            |socket: &Socket| socket.local.ip().is_unspecified() && numbers.contains(&u64::from(socket.local.port()));
        let before = self.step.saturating_sub(1);
        if printed.contains("0.0.0.0") && (self.sockets(self.step).any(own) || self.sockets(before).any(own)) {
            return Some(" It shows 0.0.0.0, which is the address of its own socket.".to_owned());
        }
        if printed.contains("0.0.0.0") {
            return Some(" It shows 0.0.0.0: an address that nobody has filled in.".to_owned());
        }
        let backwards = ip.to_string().split('.').rev().collect::<Vec<_>>().join(".");
        printed.contains(&backwards).then(|| format!(" It shows {backwards}: the four numbers in reverse order."))
    }
}

/// The numbers that stand in an output.
fn numbers(output: &[u8]) -> Vec<u64> {
    let printed = String::from_utf8_lossy(output);
    printed.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}
