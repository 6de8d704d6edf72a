//! What is told of a trace while it happens.

use super::{Ended, Output, Packet, Rest, Socket};
use serde::{Deserialize, Serialize};

/// Something that was seen in a trace. Programs are given by their places in the list of the programs that were started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// The lab stands; what is typed is taken from now on.
    Ready {
        /// Ports that the kernel hands out: first and last.
        ephemeral: (u16, u16),
    },
    /// A program is started.
    Started(usize),
    /// A line of the user's input goes to a program.
    Typed {
        /// Which.
        program: usize,
        /// With its newline.
        #[serde(with = "hex")]
        bytes: Vec<u8>,
    },
    /// The user's input is at its end, and a program was waiting for more.
    EndOfInput,
    /// Whose sockets are whose, where a packet that follows asks for it.
    Sockets(Vec<Socket>),
    /// A packet went over the wire.
    Packet(Packet),
    /// What a program has written, told when all tasks sleep.
    Output(Output),
    /// A program has ended, and all that it wrote has been told.
    Ended(Ended),
    /// A program tried to reach an address that is none of the lab's.
    NoRoute,
    /// So many packets came too fast to be seen.
    Lost(u64),
    /// Nothing more happens by itself.
    Rest {
        /// What the programs do now.
        rest: Rest,
        /// The socket table.
        sockets: Vec<Socket>,
    },
}
