//! What was seen in a lab, as plain data. Everything after this is a pure function of an [`Observation`], or of the [`Fact`]s of
//! a trace.

mod fact;
mod fits;
mod rest;

pub use fact::Fact;
pub use fits::steps_of;
pub use rest::{Descriptor, Flood, GivenUp, Rest, Wait};

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// Everything that was seen while one check ran. Programs are given by their numbers in [`crate::check::Check::programs`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// A step for each stimulus that was carried out, in order; one for each repetition.
    pub steps: Vec<Step>,
    /// The sockets of the peers, in the order in which they were made.
    pub endpoints: Vec<Endpoint>,
    /// Ports that the kernel hands out when a program does not choose one: first and last.
    pub ephemeral: (u16, u16),
    /// The most memory that the lab itself had in use, without the program, in KiB. Evidence for benchmarks only.
    pub memory_kib: u64,
}

/// What followed one stimulus, until nothing more could happen. By default nothing did, and no program runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Index of the stimulus in the check.
    pub stimulus: usize,
    /// If a later line of the check has repeated it: which, and for which time.
    pub repeated: Option<Repeated>,
    /// Why the stimulus could not be carried out, if so.
    pub impossible: Option<String>,
    /// Every packet, once, in the order of capture.
    pub packets: Vec<Packet>,
    /// What the program wrote, in pieces as it came.
    pub output: Vec<Output>,
    /// The socket table at the end of the step.
    pub sockets: Vec<Socket>,
    /// The programs that ended in this step.
    pub ended: Vec<Ended>,
    /// The waits that a time-out of the program's own ended, and that it did not begin again.
    pub given_up: Vec<GivenUp>,
    /// What the lab was doing at the end of the step.
    pub rest: Rest,
    /// How many descriptors the programs have open at the end of the step; read only in checks that repeat something.
    pub descriptors: Option<u32>,
    /// Why connections were reset in this step, by the kernel's own count; read only in steps with a RST of a program.
    pub aborts: Option<Aborts>,
    /// Whether something that a program sent in this step had no way to go, and so never reached the wire.
    pub unroutable: bool,
    /// CPU time that the program used in this step, in milliseconds.
    pub cpu_ms: u64,
    /// Wall time from the stimulus until the lab had settled, in microseconds. Evidence for benchmarks only.
    pub wall_us: u64,
}

/// How many connections were reset for which reason (`/proc/net/netstat`). A reset by a peer counts among the lingering ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aborts {
    /// Closed with bytes unread (`TCPAbortOnClose`).
    pub unread: u64,
    /// Closed with SO_LINGER set to zero seconds (`TCPAbortOnData`).
    pub linger: u64,
}

/// Which repetition a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeated {
    /// Index of the line that repeats.
    pub by: usize,
    /// The number of the repetition, from 1.
    pub time: usize,
}

impl Step {
    /// Index of the line of the check that was carried out.
    #[must_use]
    pub fn line(&self) -> usize {
        self.repeated.map_or(self.stimulus, |repeated| repeated.by)
    }
}

/// A socket of a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The peer's name.
    pub peer: String,
    /// UDP or TCP.
    pub protocol: Protocol,
    /// The socket's own address; unspecified where it stands for every address.
    pub local: SocketAddr,
    /// The step in which it was made, by its place in [`Observation::steps`].
    pub since: usize,
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Protocol {
    /// RFC 768.
    Udp,
    /// RFC 9293.
    Tcp,
}

impl Protocol {
    /// As it is written in checks and transcripts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

/// One packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packet {
    /// When it was captured: nanoseconds since the epoch, by the kernel's clock.
    pub at_ns: u64,
    /// Sender; port 0 for ICMP.
    pub src: SocketAddr,
    /// Receiver; port 0 for ICMP.
    pub dst: SocketAddr,
    /// The bytes before the payload as they were captured, from the IP header on: with the payload they are the whole
    /// packet. Where [`Body`] keeps no payload, the whole packet. Evidence for captures only.
    #[serde(with = "hex")]
    pub headers: Vec<u8>,
    /// What it carries.
    pub body: Body,
}

impl Packet {
    /// How many bytes it has, with its headers.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        (self.headers.len() + self.body.payload().len()) as u64
    }
}

/// What a packet carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// A datagram.
    Udp {
        /// The datagram's bytes.
        #[serde(with = "hex")]
        payload: Vec<u8>,
    },
    /// A segment.
    Tcp(Segment),
    /// An error message about a packet that was sent earlier (ICMP and ICMPv6).
    Unreachable {
        /// `true` for "port unreachable", `false` for any other kind.
        port: bool,
        /// Protocol of the packet that could not be delivered.
        protocol: Protocol,
        /// Its sender.
        from: SocketAddr,
        /// Where it was to go.
        to: SocketAddr,
    },
    /// Anything else, by its IP protocol number.
    Other(u8),
}

impl Body {
    /// The bytes that it carries; none where they are not kept apart from the headers.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        match self {
            Self::Udp { payload } => payload,
            Self::Tcp(segment) => &segment.payload,
            Self::Unreachable { .. } | Self::Other(_) => &[],
        }
    }

    /// Whether it leaves an error at the socket that it is for.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        match self {
            Self::Tcp(segment) => segment.flags.rst,
            Self::Unreachable { .. } => true,
            Self::Udp { .. } | Self::Other(_) => false,
        }
    }
}

/// A TCP segment (RFC 9293 §3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number.
    pub ack: u32,
    /// Window as it stands in the header, not scaled.
    pub window: u16,
    /// The control bits.
    pub flags: Flags,
    /// The segment's bytes.
    #[serde(with = "hex")]
    pub payload: Vec<u8>,
}

/// The control bits of a TCP segment that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// Synchronise.
    pub syn: bool,
    /// The acknowledgement number counts.
    pub ack: bool,
    /// No more data from the sender.
    pub fin: bool,
    /// Reset.
    pub rst: bool,
    /// Push.
    pub psh: bool,
}

/// A piece of what a program wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Which program.
    pub program: usize,
    /// On which stream.
    pub stream: Stream,
    /// The bytes.
    #[serde(with = "hex")]
    pub bytes: Vec<u8>,
}

/// An output stream of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// Standard output, a terminal.
    Stdout,
    /// Standard error, a pipe.
    Stderr,
}

/// A socket as sock_diag shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Socket {
    /// UDP or TCP.
    pub protocol: Protocol,
    /// The socket's own address. IPv4-mapped addresses are given as IPv4.
    pub local: SocketAddr,
    /// The other end; unspecified where there is none.
    pub remote: SocketAddr,
    /// TCP's state; for UDP `Established` when connected, else `Close`.
    pub state: State,
    /// An IPv6 socket that does not take IPv4.
    pub v6_only: bool,
    /// Whether a peer, and not a program, owns it.
    pub peers: bool,
    /// Which program owns it, if several have been started and it is known; else 0.
    pub program: usize,
    /// Bytes that wait to be read. For a listener: connections that wait to be accepted.
    pub receive_queue: u32,
    /// Bytes that are not sent or not acknowledged.
    pub send_queue: u32,
    /// The timer that runs: 0 none, 1 retransmit, 2 keep-alive, 3 TIME_WAIT, 4 zero window probe.
    pub timer: u8,
    /// How often the timer has expired since the other end last acknowledged something.
    pub expired: u8,
    /// The socket's inode; 0 when no process holds it any more.
    pub inode: u32,
    /// Whether SO_REUSEADDR was set on it when its program first came to rest with it. Known only of a program's listeners.
    pub reuse_address: Option<bool>,
}

/// The states of RFC 9293 §3.3.2, with the kernel's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum State {
    /// Data can flow both ways.
    Established = 1,
    /// A SYN was sent.
    SynSent,
    /// A SYN was received and answered.
    SynReceived,
    /// A FIN was sent and not acknowledged yet.
    FinWait1,
    /// The FIN was acknowledged; the other side has not closed.
    FinWait2,
    /// Closed first; old segments die out.
    TimeWait,
    /// No connection.
    Close,
    /// The other side has closed; this side has not.
    CloseWait,
    /// This side closed second; its FIN is not acknowledged yet.
    LastAck,
    /// Waiting for connections.
    Listen,
    /// Both sides closed at once.
    Closing,
}

impl State {
    /// The kernel's number, as in `include/net/tcp_states.h`.
    #[must_use]
    pub const fn from_kernel(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Established,
            2 => Self::SynSent,
            3 | 12 => Self::SynReceived,
            4 => Self::FinWait1,
            5 => Self::FinWait2,
            6 => Self::TimeWait,
            7 => Self::Close,
            8 => Self::CloseWait,
            9 => Self::LastAck,
            10 => Self::Listen,
            11 => Self::Closing,
            _ => return None,
        })
    }

    /// The RFC's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN_SENT",
            Self::SynReceived => "SYN_RECEIVED",
            Self::FinWait1 => "FIN_WAIT_1",
            Self::FinWait2 => "FIN_WAIT_2",
            Self::TimeWait => "TIME_WAIT",
            Self::Close => "CLOSED",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
        }
    }
}

/// Memory of one process that is its own to write, in bytes: the limit of every lab.
pub const MEMORY_OF_A_PROCESS: u64 = 512 << 20;

/// The end of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Which program.
    pub program: usize,
    /// How it ended.
    pub exit: Exit,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// It ended by itself with this status.
    Status(i32),
    /// A signal ended it; the signal's number.
    Signal(i32),
    /// It could not be started at all.
    NotStarted(String),
}

impl Endpoint {
    /// Whether packets to and from `addr` are this endpoint's.
    #[must_use]
    pub fn owns(&self, protocol: Protocol, addr: SocketAddr) -> bool {
        let any = |ip: IpAddr| ip.is_unspecified();
        self.protocol == protocol
            && self.local.port() == addr.port()
            && (any(self.local.ip()) || self.local.ip().to_canonical() == addr.ip().to_canonical())
    }
}
