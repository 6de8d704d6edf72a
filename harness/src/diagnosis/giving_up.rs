//! Time-outs of the program's own: it waited, nothing came for a while, and it did something else.

use super::Diagnosis;
use super::case::Case;
use super::cause::Cause;
use super::ending::on;
use super::fact::{End, Kind, What};
use crate::event::{Exit, GivenUp, Socket};

/// It gave up what it should have gone on waiting for.
pub(super) fn find(case: &Case<'_>) -> Option<Diagnosis> {
    let own = |given_up: &&GivenUp| given_up.wait.program == case.program;
    let (given_up, then) = match case.now().given_up.iter().rev().find(own) {
        Some(given_up) => (given_up, acted(case)?),
        None => {
            // What came of it shows only now, when what it had waited for is there.
            let before = &case.seen.steps[case.started()..case.step];
            let given_up = before.iter().rev().flat_map(|step| &step.given_up).find(own)?;
            (given_up, unheard(case, given_up)?)
        }
    };
    let wait = &given_up.wait;
    let told =
        format!("It waited in `{}`{} for {}, nothing came, and {then}.", wait.call, on(case, wait), wait.span()?);
    Some(Diagnosis::new(Cause::GaveUp, told))
}

/// What it did instead in the step that differs, if nobody had asked for it.
fn acted(case: &Case<'_>) -> Option<String> {
    let wire = |wanted: What| {
        case.has(|kind| matches!(kind, Kind::Wire(from, _, what) if case.is_program(from) && *what == wanted))
    };
    if case.has(|kind| matches!(kind, Kind::Ends(_))) && case.expected_end() != Some(&End::Cleanly) {
        return Some(match case.exit()? {
            Exit::Status(status) => format!("it ended with status {status}"),
            Exit::Signal(_) | Exit::NotStarted(_) => "it died".to_owned(),
        });
    }
    (wire(What::Fin) || wire(What::Rst)).then(|| "it closed the connection".to_owned())
}

/// What lies unread at the socket, because nobody waits there any more.
fn unheard(case: &Case<'_>, given_up: &GivenUp) -> Option<String> {
    if case.missing.is_empty() {
        return None;
    }
    let there =
        |socket: &Socket| given_up.wait.on.iter().any(|on| on.what.contains(&format!(":{}", socket.local.port())));
    let unread = |socket: &Socket| socket.program == case.program && socket.receive_queue > 0 && there(socket);
    let now = case.wait().map(|wait| format!(" Now it waits in `{}`{}.", wait.call, on(case, wait)));
    let told = format!("it went on.{} What has come in the meantime lies unread", now.unwrap_or_default());
    case.sockets(case.step).any(unread).then_some(told)
}
