//! What a check can do to a program. `Display` gives the line of the `.check` file back.

use super::data::{Data, quote};
use super::params::Template;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing done to the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stimulus {
    /// `start udp_sender {ip} {port} given "hello"`
    Start(Start),
    /// `type "hello"`: a line on the program's standard input, newline added.
    Type(Data),
    /// `end of input`: the program's standard input is closed.
    EndOfInput,
    /// `kill the program`: SIGKILL to the program and all its descendants.
    Kill,
    /// `hold the program's source port`: the port from which the program last sent or connected is taken.
    HoldSourcePort,
    /// `A sends "hello"`: something that a peer does.
    Peer {
        /// The peer's name.
        name: String,
        /// What it does.
        action: Action,
    },
}

/// Running the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Which exercise's program: the one under test.
    pub program: String,
    /// Its arguments.
    pub args: Vec<Template>,
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
    /// `connects to PORT`: becomes a TCP client.
    Connects(Template),
    /// `sends DATA` on its connection, `sends DATA to PORT` as a datagram.
    Sends {
        /// What is sent.
        data: Data,
        /// Where to, for a datagram.
        to: Option<Template>,
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
            Self::Type(data) => write!(f, "type {data}"),
            Self::EndOfInput => f.write_str("end of input"),
            Self::Kill => f.write_str("kill the program"),
            Self::HoldSourcePort => f.write_str("hold the program's source port"),
            Self::Peer { name, action } => write!(f, "{name} {action}"),
        }
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "start {}", self.program)?;
        for arg in &self.args {
            write!(f, " {}", word(&arg.0))?;
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
            Self::Connects(to) => write!(f, "connects to {to}"),
            Self::Sends { data, to: None } => write!(f, "sends {data}"),
            Self::Sends { data, to: Some(to) } => write!(f, "sends {data} to {to}"),
            Self::ShutsDownSending => f.write_str("shuts down sending"),
            Self::Closes => f.write_str("closes"),
            Self::Resets => f.write_str("resets"),
            Self::StopsReading => f.write_str("stops reading"),
            Self::ReadsAgain => f.write_str("reads again"),
        }
    }
}

/// An argument as a `.check` file writes it: bare where that is unmistakable, else in quotes.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "{}_-./:+*=@%[]".contains(c);
    if !text.is_empty() && text != "given" && text.chars().all(plain) { text.to_owned() } else { quote(text) }
}
