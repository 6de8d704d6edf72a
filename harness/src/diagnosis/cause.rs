//! Every cause that a diagnosis can name, with the texts that belong to it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Makes the enum, the list of all causes and their texts from one table, so that none can be forgotten.
macro_rules! causes {
    ($($(#[$doc:meta])* $cause:ident $name:literal: $title:literal, $next:literal;)*) => {
        /// What is at the root of a failure. [`Cause::name`] is its stable identifier.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Cause {
            $($(#[$doc])* #[serde(rename = $name)] $cause,)*
        }

        impl Cause {
            /// Every cause.
            pub const ALL: &[Self] = &[$(Self::$cause,)*];

            /// Its identifier, as the heads of wrong programs and reports write it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$cause => $name,)* }
            }

            /// The cause in a few words, a sentence about the program.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$cause => $title,)* }
            }

            /// What to do next, in a sentence or two.
            #[must_use]
            pub const fn next(self) -> &'static str {
                match self { $(Self::$cause => $next,)* }
            }
        }
    };
}

causes! {
    /// It waits for the network nowhere.
    NotListening "not_listening": "It waits nowhere for the network.",
        "Make a socket, `bind` it to the port of the argument; a TCP server then calls `listen`.";
    /// It waits at another port.
    WrongPort "wrong_port": "It waits at the wrong port.",
        "Take the port from the argument, turn it into a number, and in C into network byte order with `htons`.";
    /// It waits at one address of the machine only.
    OneAddressOnly "one_address_only": "It waits at one address only, and not at every address of its machine.",
        "Bind to every address: `0.0.0.0`, which is INADDR_ANY in C and the empty text in Python.";
    /// It waits on IPv6 only.
    Ipv6Only "ipv6_only": "It waits on IPv6 only.",
        "Bind to `0.0.0.0`, or switch the option IPV6_V6ONLY off before you bind to `[::]`.";
    /// A UDP socket that takes datagrams from one sender only.
    UdpConnected "udp_connected": "Its UDP socket is connected, so it hears one address only.",
        "Do not call `connect` on a socket that is to hear everybody: send with `sendto`, which takes the address with each datagram.";
    /// UDP instead of TCP or the other way round.
    WrongProtocol "wrong_protocol": "It uses the wrong protocol.",
        "The type of a socket is its protocol: SOCK_STREAM is TCP, SOCK_DGRAM is UDP.";
    /// SO_REUSEADDR is not set.
    ReuseaddrMissing "reuseaddr_missing": "SO_REUSEADDR is not set, so it cannot be started again at once.",
        "Call `setsockopt` with SOL_SOCKET, SO_REUSEADDR and 1 on the listening socket, before `bind`. (If your program sets it: by the right name, and on this socket?)";
    /// SO_REUSEADDR is set when it is too late.
    OptionAfterBind "option_after_bind": "SO_REUSEADDR is set too late: after `bind`.",
        "`bind` is the call that looks at the option. Move `setsockopt` before it.";
    /// It sends to another place.
    WrongDestination "wrong_destination": "It sends to the wrong place.",
        "Take the address and the port from where the task says, and in C use `inet_pton` and `htons` on them.";
    /// It sends nothing.
    NothingSent "nothing_sent": "It sends nothing.",
        "Look which way your program took instead of the one that sends, and what the call that sends returned. What sends later (a stream with a buffer, Node, asyncio) must be flushed or waited for.";
    /// The same is sent twice.
    SentTwice "sent_twice": "It sends the same more than once.",
        "Send once. UDP does not repeat by itself, and nobody has asked for it.";
    /// A newline too many.
    NewlineSent "newline_sent": "It sends a newline behind the text.",
        "Nothing stands behind the text: take the newline of a typed line off, and send without one (`print` and `println` add it).";
    /// A NUL too many, or many.
    NulSent "nul_sent": "It sends NUL bytes after the text.",
        "Send as many bytes as the text has (`strlen`), not the whole buffer and not the NUL that ends a string in C.";
    /// The rest of an older, longer text.
    StaleBytes "stale_bytes": "It sends the rest of an older, longer text, too.",
        "The buffer still holds the text before. Send as many bytes as this text has.";
    /// More bytes than asked for.
    ExtraBytes "extra_bytes": "It sends more bytes than it should.",
        "Send the text and nothing else.";
    /// Fewer bytes than asked for.
    BytesMissing "bytes_missing": "Only a part of the text gets through.",
        "Look at the size of your buffers, at the length that you give to a call, and at what it returns: how many bytes there really were.";
    /// Another encoding.
    WrongEncoding "wrong_encoding": "The text is in the wrong encoding.",
        "Encode the text as UTF-8 once, before you send it; decode what you have received as UTF-8 once, before you show it.";
    /// One datagram became several.
    DatagramSplit "datagram_split": "What belongs into one datagram is sent in several.",
        "Each call that sends (`sendto`, `send`, a write to the socket) makes a datagram of its own. Call it once, with the whole text.";
    /// Several datagrams became one.
    DatagramsJoined "datagrams_joined": "Several messages are joined to one.",
        "Call `sendto` once for each message, and begin each message anew.";
    /// It waits for what cannot come.
    Blocked "blocked": "It waits for something that cannot come.",
        "Find the call that waits, and ask what would have to happen for it to go on.";
    /// It sleeps, wakes, and sleeps again.
    Sleeps "sleeps": "It sleeps again and again instead of going on.",
        "Do what comes next at once. Where your program must wait for something, let it wait in the call that brings it (`recv`, `accept`, reading a line): that returns as soon as something is there, so no sleep is needed. Where a loop sleeps until a value changes, look who is to change it.";
    /// It ends too early.
    ExitedEarly "exited_early": "It ends too early.",
        "Look for what makes your program end here although its work is not done.";
    /// An empty line is taken for the end of the input.
    EmptyLineEnds "empty_line_ends": "It ends at an empty line.",
        "A line that is empty still has its newline when it is read, and the end of the input has nothing at all. Tell them apart before you take the newline off; then deal with the empty text as with any other.";
    /// A time-out of its own ends its wait.
    GaveUp "gave_up": "It gives up when nothing comes for a while.",
        "Others may take as long as they like, and silence says nothing. Wait without a time-out (`settimeout`, SO_RCVTIMEO, the time that `poll` and `select` take), or wait again when it has passed.";
    /// A signal, a panic, a traceback.
    Crashed "crashed": "It crashes.",
        "Find the place in your program: which call failed there, or which value was not thought of? Take the reason away, or handle the case.";
    /// A failure without a message on stderr.
    UncleanFailure "unclean_failure": "It fails without saying why on stderr.",
        "Write a message to standard error before you exit with a code other than 0.";
    /// An error is not noticed.
    ErrorIgnored "error_ignored": "It acts as if nothing had failed.",
        "Look at what each call returns, or which exception or event reports its failure. Then: a message on stderr, and an exit code other than 0.";
    /// A failure that is told in words and not by the exit code.
    ExitCodeZero "exit_code_zero": "It says that it has failed, and ends with exit code 0.",
        "Behind the message end with another code: `return 1` from `main` or `exit(1)` in C, `sys.exit(1)` in Python, `std::process::exit(1)` in Rust.";
    /// A stack trace in place of a message.
    TraceShown "trace_shown": "It prints a stack trace where a message belongs.",
        "Whoever uses your program does not read its source. Say in a sentence of your own what is wrong, and leave the trace out.";
    /// A RST because bytes were not read.
    ResetUnreadData "reset_unread_data": "It closes with bytes unread, which resets the connection.",
        "Give `recv` room for all that can come, and receive all that has come before you close. A RST can destroy what you have sent and the other side has not read yet.";
    /// A RST by SO_LINGER.
    ResetByLinger "reset_by_linger": "It closes with SO_LINGER set to zero, which resets the connection.",
        "Leave SO_LINGER alone. An ordinary `close` ends the connection in good order.";
    /// The connection is never closed.
    NeverClosed "never_closed": "It never closes its side of the connection.",
        "When the conversation is over, at the latest when `recv` has returned 0 bytes, call `close` on this connection, and on every copy of its descriptor.";
    /// A FIN before its time.
    ClosedTooEarly "closed_too_early": "It closes too early.",
        "Close only when the conversation is over; look in the task at who closes, and when.";
    /// The other side has to close first.
    ClosedTooLate "closed_too_late": "It waits for the other side to close first.",
        "Here your program closes first. When what you need has come, wait for nothing more (a second `recv`, a newline, a full buffer, the end), but call `close`.";
    /// It ends because a peer left.
    DiedWithPeer "died_with_peer": "It dies when the other side resets the connection.",
        "That a connection is reset is no failure of your program: receiving or sending reports an error. Catch it for this one connection, and go on as after an ordinary end.";
    /// It ends because a client closes in good order.
    EndsWithClient "ends_with_client": "It ends when a client leaves.",
        "Look which call fails then, and why; words on stderr may say it. After `recv` has returned 0 bytes, close the socket of this client alone, take it out of every list (that of `select` too), and go on to the next one.";
    /// It never rests.
    Spinning "spinning": "It goes round in a circle without a pause.",
        "`recv` returns 0 bytes for ever once the other side has closed, and `poll` reports a connection that has ended or was reset for ever: close it. Where nothing has come yet, wait in a call that blocks, and do not ask again and again.";
    /// It asks again and again.
    BusyWaiting "busy_waiting": "It asks again and again instead of waiting.",
        "Wait in a call that blocks, or in `poll` or `select`, until something comes.";
    /// What has come lies unread.
    NotReceived "not_received": "It does not receive what has come.",
        "Look what your program does when it is to receive: it must call `recvfrom`, and let that wait as long as nothing is there.";
    /// What came too early is thrown away.
    MessageLost "message_lost": "It loses a message that came before it was asked for.",
        "Leave what comes in the socket until somebody asks, or keep all of it in a queue, in the order in which it came.";
    /// The whole buffer is shown.
    NulShown "nul_shown": "It shows the whole buffer, with the NUL bytes behind the text.",
        "Only as many bytes of the buffer have come as the call returned. Show these, and no others.";
    /// Descriptors pile up.
    DescriptorsLeaked "descriptors_leaked": "It keeps a descriptor of every client that has left.",
        "`close` every connection when its client has gone; `shutdown` alone does not free the descriptor.";
    /// Further clients are not served.
    OneClientOnly "one_client_only": "It does not go on to the next client.",
        "Call `accept` in a loop: when a client has gone, accept the next one on the same listening socket.";
    /// Only the first piece is dealt with.
    FirstPieceOnly "first_piece_only": "It deals with the first piece only.",
        "Receive in a loop, or at every event, until `recv` returns 0 bytes: a short piece is no end. Show each piece.";
    /// The kernel accepts, the program does not.
    NothingAccepted "nothing_accepted": "It does not accept the connection.",
        "The system completes the handshake by itself; your program has the connection only when it calls `accept`.";
    /// It prints nothing, or not in time.
    OutputNotShown "output_not_shown": "What it should show does not appear, or not in time.",
        "Show each piece when the call returns it, before you wait for anything else. Output can also stay in a buffer: end the line, and flush; and wait for a thread that prints.";
    /// Something that should be shown is not.
    ValueNotShown "value_not_shown": "A value is missing or wrong in what it prints.",
        "Print every value that the task asks for. An address comes from `accept` or `recvfrom` (in C, `ntohs` makes its port a number), a length from what the call returned.";
    /// Messages come in another order.
    WrongOrder "wrong_order": "It shows messages in another order than they came.",
        "Take the oldest of the messages that wait: append new ones at one end of the queue, and take from the other.";
    /// Characters are counted instead of bytes.
    CharactersCounted "characters_counted": "It counts characters where bytes count.",
        "In UTF-8 a character takes one to four bytes. Take the length of the bytes: of those that came, before they are decoded, or of those that are sent, after the text is encoded.";
    /// It receives into a buffer without room.
    NoRoom "no_room": "It receives into a buffer of length 0.",
        "`recv` fills as many bytes as you give it room for. Give it the size of the array, not the length of what is in it yet (`strlen`, an empty vector).";
    /// Zero bytes received are taken for data.
    ZeroUnnoticed "zero_unnoticed": "It does not notice that zero bytes have come.",
        "`recv` that returns 0 bytes (in Java, `read` that returns -1) says that the other side has closed. Look at the count before you go on.";
    /// The remains of an older text are shown.
    StaleOutput "stale_output": "It shows the rest of an older, longer text, too.",
        "Only as many bytes of the buffer are new as the call has returned. Use these, and no others.";
    /// More is shown than what is asked for.
    ShownUnasked "shown_unasked": "It shows something that is not to be shown here.",
        "Show what the task asks for at this point, and no more.";
    /// It says nothing.
    SaysNothing "says_nothing": "It does not say what has happened.",
        "Print a line where the task asks for one, in words that your program uses for nothing else.";
    /// It wants to read more from its standard input.
    AsksForMoreInput "asks_for_more_input": "It waits for more input than the task says.",
        "Read only the lines that the task names; nobody presses Enter afterwards.";
    /// An event loop goes on because of the standard input.
    InputWatched "input_watched": "It still watches its standard input when its work is done.",
        "An event loop goes on as long as it has something to watch. When the line is there, close what reads it (`rl.close()`, `process.stdin.pause()`, `remove_reader`), or leave the loop.";
    /// The port it sends from is fixed.
    FixedSourcePort "fixed_source_port": "It sends from a fixed port.",
        "Do not `bind` the socket of a client: the system then chooses a port that is free.";
    /// A bad argument is taken.
    ArgumentNotChecked "argument_not_checked": "It takes a value that it should refuse.",
        "A port is a number from 1 to 65535; an address is four numbers from 0 to 255 with dots between them. Refuse all else before you use it.";
    /// An argument is missing, and it goes on.
    ArgumentMissing "argument_missing": "It goes on although an argument is missing.",
        "Count the arguments first: a message on stderr, and an exit code other than 0. Put nothing in the place of one that is missing.";
    /// The arguments are not used.
    ArgumentIgnored "argument_ignored": "It does not use its arguments.",
        "Take the address and the port from the command line; none of them belongs into the program.";
    /// The answer comes from another socket.
    WrongSource "wrong_source": "It sends from another socket than the one it is bound to.",
        "Use one socket for both: send with the one that you have bound.";
    /// It goes on instead of ending.
    DoesNotEnd "does_not_end": "It goes on when its work is done, instead of ending.",
        "The task asks for one time only. Close what is open, and exit with 0.";
    /// It sends what nobody asked for.
    UnaskedBytes "unasked_bytes": "It sends something that is not asked for.",
        "Send what the task names, when the task names it, and nothing else.";
    /// A second client is served beside the first.
    ServedAtOnce "served_at_once": "It serves a second client while the first is being served.",
        "Serve one client: accept once.";
    /// A message of zero bytes is taken for none.
    EmptyIgnored "empty_ignored": "It does not take an empty message for a message.",
        "An empty line is a text of no bytes, and a datagram of no bytes is a message like any other. Do not leave it out; where a library keeps empty data back, call the socket itself.";
    /// Another connection than the one asked for.
    ConnectedAgain "connected_again": "It connects more often than once.",
        "Connect once. When that fails, or when the server leaves, say so and end.";
    /// A process stays behind.
    ProcessLeft "process_left": "It leaves a process behind when it ends.",
        "Wait for every process that you have started, and close the ends of pipes that you do not use.";
    /// An end of a message that the other side need not send.
    WaitsForMore "waits_for_more": "It waits for more bytes than the other side sends.",
        "A stream has no messages: `recv` gives what has come. Do not wait for a newline, a fixed length or the end, where none is agreed on.";
    /// The end of the input is not the end of the program, or not a good one.
    EndMishandled "end_mishandled": "It does not take the end of its input for what it is.",
        "When reading a line says that there is none any more (EOF), nothing is left to be done: end with exit code 0, wherever your program asks.";
    /// A good text is refused.
    RefusesTooMuch "refuses_too_much": "It refuses what it should take.",
        "Look at the comparison that refuses it: `>` or `>=`, and what is counted: the bytes of the text, without its newline.";
    /// A thread does not let the program end.
    ThreadStays "thread_stays": "One of its threads does not let it end.",
        "A program ends when all its threads have ended, or when it says so: let the thread be a daemon, do not wait for it, or call `exit`.";
    /// It waits for a second message before it deals with the first.
    WaitsForAnother "waits_for_another": "It waits for another message when one has come.",
        "One call that receives brings one message whole, together with its sender. Deal with it, and do what comes next, before you receive again.";
    /// It fails although nothing is wrong.
    FailsNeedlessly "fails_needlessly": "It fails where it should not.",
        "Its words on stderr, if there are any, say which call failed. Does your program need that call, with these values? And is what happened a failure at all?";
    /// It stops working after a number of clients.
    RunsOut "runs_out": "It works for a number of clients only.",
        "Look what each client takes and does not give back: a place in a list, a descriptor, a thread.";
}

impl Cause {
    /// Whether this cause, proved by one check of a program, can be what lies behind `other` in another check: there,
    /// `Diagnosis::behind` says whether it fits what was seen.
    #[must_use]
    pub fn is_behind(self, other: Self) -> bool {
        match self {
            // Who ends at an ordinary close does not end because of a reset.
            Self::EndsWithClient => other == Self::DiedWithPeer,
            // Who ends after any wrong choice does not take an empty one for the end of the input.
            Self::ExitedEarly => other == Self::EmptyLineEnds,
            // Who waits for a newline or the end shows later what it should show now.
            Self::WaitsForMore => other == Self::OutputNotShown,
            Self::WaitsForAnother => matches!(other, Self::EmptyIgnored | Self::ShownUnasked),
            Self::NothingSent => {
                matches!(other, Self::EmptyIgnored | Self::EmptyLineEnds | Self::ErrorIgnored)
            }
            Self::Sleeps => other == Self::EmptyIgnored,
            Self::NotListening => other == Self::ErrorIgnored,
            Self::ClosedTooLate => other == Self::NothingAccepted,
            // The text that just fits does not with what is sent beside it.
            Self::NewlineSent | Self::NulSent | Self::ExtraBytes | Self::WrongEncoding => {
                matches!(other, Self::RefusesTooMuch | Self::EmptyIgnored | Self::Crashed)
            }
            Self::FailsNeedlessly => other == Self::RefusesTooMuch,
            Self::ArgumentIgnored => matches!(other, Self::ArgumentMissing | Self::ErrorIgnored),
            Self::WrongPort => other == Self::ErrorIgnored,
            // Who never receives anything takes that for an end, and does the rest without.
            Self::NoRoom => matches!(
                other,
                Self::NothingSent
                    | Self::ErrorIgnored
                    | Self::ExitedEarly
                    | Self::OutputNotShown
                    | Self::ResetUnreadData
            ),
            _ => false,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
