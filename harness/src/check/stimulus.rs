//! What a check can do to a program. `Display` gives the line of the `.check` file back.

use super::data::{Data, quote};
use super::params::Template;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of the program that is not started `as` another.
pub const THE_PROGRAM: &str = "program";

/// Which of the programs in a lab; `None` is the one without a name of its own, which most checks have alone.
pub type ProgramName = Option<String>;

/// One thing done to the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stimulus {
    /// `start udp_sender {ip} {port} given "hello"`
    Start(Start),
    /// `type "hello"`, `type "1", "2" into second`: lines on the program's standard input, newlines added. Each is typed
    /// when what the one before it caused is over; all are one step.
    Type {
        /// What is typed; at least one line.
        data: Vec<Data>,
        /// Into which program.
        into: ProgramName,
    },
    /// `end of input`, `end of input for second`: the program's standard input is closed.
    EndOfInput(ProgramName),
    /// `kill the program`, `kill second`: SIGKILL to the program and all its descendants.
    Kill(ProgramName),
    /// `hold the program's source port`: the port from which the program last sent or connected is taken.
    HoldSourcePort,
    /// `A sends "hello"`: something that a peer does.
    Peer {
        /// The peer's name.
        name: String,
        /// What it does.
        action: Action,
    },
    /// `repeat the last 3 lines 49 times`: the stimuli just before, again.
    Repeat {
        /// How many stimuli.
        lines: usize,
        /// How often.
        times: usize,
    },
}

/// Running the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Which exercise's program: the one under test.
    pub program: String,
    /// Its arguments.
    pub args: Vec<Template>,
    /// `as second`: its name, if another one runs beside it.
    pub name: ProgramName,
    /// A line that waits on its standard input already, newline added.
    pub given: Option<Data>,
}

/// What a peer can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// `binds udp IP:PORT`: becomes a UDP endpoint.
    BindsUdp(Template),
    /// `listens on tcp IP:PORT`: becomes a TCP server that accepts whoever comes.
    ListensTcp(Template),
    /// `connects to PORT`, `connects to PORT and sends DATA`: becomes a TCP client.
    Connects {
        /// Where to.
        to: Template,
        /// What follows the handshake at once.
        sends: Option<Data>,
    },
    /// `sends DATA`: bytes on its connection.
    Sends(Data),
    /// `sends DATA, DATA to PORT`: datagrams, one right after the other.
    SendsTo {
        /// What each of them carries; at least one.
        data: Vec<Data>,
        /// Where to.
        to: Template,
    },
    /// `shuts down sending`: a FIN, and goes on reading.
    ShutsDownSending,
    /// `closes`: an orderly close.
    Closes,
    /// `resets`: a RST.
    Resets,
    /// `stops reading`: its receive window fills and closes.
    StopsReading,
    /// `reads again`
    ReadsAgain,
}

impl fmt::Display for Stimulus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(start) => start.fmt(f),
            Self::Type { data, into: None } => write!(f, "type {}", list(data)),
            Self::Type { data, into: Some(name) } => write!(f, "type {} into {name}", list(data)),
            Self::EndOfInput(None) => f.write_str("end of input"),
            Self::EndOfInput(Some(name)) => write!(f, "end of input for {name}"),
            Self::Kill(None) => f.write_str("kill the program"),
            Self::Kill(Some(name)) => write!(f, "kill {name}"),
            Self::HoldSourcePort => f.write_str("hold the program's source port"),
            Self::Peer { name, action } => write!(f, "{name} {action}"),
            Self::Repeat { lines, times } => write!(f, "repeat the last {lines} lines {times} times"),
        }
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "start {}", self.program)?;
        for arg in &self.args {
            write!(f, " {}", word(&arg.0))?;
        }
        if let Some(name) = &self.name {
            write!(f, " as {name}")?;
        }
        if let Some(data) = &self.given {
            write!(f, " given {data}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BindsUdp(at) => write!(f, "binds udp {at}"),
            Self::ListensTcp(at) => write!(f, "listens on tcp {at}"),
            Self::Connects { to, sends: None } => write!(f, "connects to {to}"),
            Self::Connects { to, sends: Some(data) } => write!(f, "connects to {to} and sends {data}"),
            Self::Sends(data) => write!(f, "sends {data}"),
            Self::SendsTo { data, to } => write!(f, "sends {} to {to}", list(data)),
            Self::ShutsDownSending => f.write_str("shuts down sending"),
            Self::Closes => f.write_str("closes"),
            Self::Resets => f.write_str("resets"),
            Self::StopsReading => f.write_str("stops reading"),
            Self::ReadsAgain => f.write_str("reads again"),
        }
    }
}

fn list(data: &[Data]) -> String {
    data.iter().map(Data::to_string).collect::<Vec<_>>().join(", ")
}

/// An argument as a `.check` file writes it: bare where that is unmistakable, else in quotes.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "{}_-./:+*=@%[]".contains(c);
    if !text.is_empty() && text != "given" && text != "as" && text.chars().all(plain) {
        text.to_owned()
    } else {
        quote(text)
    }
}
