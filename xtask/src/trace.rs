//! `cargo xtask trace`: any program, and a second one, in a lab; their conversation is drawn while it happens.

use crate::report::{Out, ladder, write_on};
use crate::run::launcher;
use crate::submission;
use crate::trouble::Trouble;
use clap::Args;
use harness::event::Fact;
use harness::event::Rest;
use harness::lab::{self, LabError, Tracing};
use harness::ladder::text::Drawer;
use harness::ladder::{Performer, Telling, svg};
use harness::pcapng::Capture;
use harness::program::Program;
use harness::transcript;
use std::fs;
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use tokio::sync::mpsc::{self, Receiver};

/// Run any program, and a second one, in a lab, and draw their conversation while it happens
///
/// Nothing is graded. What you type goes, line by line, to the program that waits for it. The second program is started when
/// the first has come to rest, so that a client finds its server. The programs find 127.0.0.1, ::1, 192.168.1.103 and what
/// --address adds; they see the folders of the files that are named, and run in an empty one. Ctrl-C ends it.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  cargo xtask trace --with \"python3 client.py\" -- python3 server.py
  cargo xtask trace --svg chat.svg --address 192.168.1.11 -- ./udp_chat 7890

Exit codes:
  0  traced, however the programs ended
  2  the command is not what it should be
  3  trouble of ours")]
pub struct Trace {
    /// Another program, with its arguments as one text
    #[arg(long, value_name = "COMMAND")]
    with: Option<String>,
    /// Also write the drawing to this file, as a picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Also write all packets to this file (pcapng), for Wireshark
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// An address that the lab shall have too. Can be given several times
    #[arg(long = "address", value_name = "IP")]
    addresses: Vec<IpAddr>,
    /// The program, with its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "PROGRAM")]
    command: Vec<String>,
}

impl Trace {
    /// Traces until nothing more can happen, or until Ctrl-C.
    ///
    /// # Errors
    /// When a program cannot be found, or the lab could not be made.
    pub async fn run(self) -> Result<ExitCode, Trouble> {
        let mut commands = vec![self.command];
        if let Some(with) = &self.with {
            let words = shlex::split(with).filter(|words| !words.is_empty());
            commands.push(words.ok_or_else(|| Trouble::Usage(format!("--with {with}: this is no command")))?);
        }
        let launcher = launcher()?;
        let mut programs = Vec::new();
        for words in &commands {
            programs.push(submission::command(words, &launcher).await?);
        }
        // Before anything runs: who has traced for an hour wants to have the picture.
        let unwritable = |path: &Path| {
            let shown = path.display().to_string();
            move |error| Trouble::Usage(format!("{shown} cannot be written: {error}"))
        };
        for path in [&self.svg, &self.pcap].into_iter().flatten() {
            fs::write(path, "").map_err(unwritable(path))?;
        }
        let mut show = Show::new(performers(&commands, &programs), self.pcap.is_some())?;
        let order = lab::Trace { programs, addresses: self.addresses };
        let result = match launcher.trace(&order).await {
            Ok(tracing) => show.follow(tracing).await,
            Err(error) => Err(ours(error)),
        };
        // Also of a trace that went wrong, and of one that nobody reads any more, what was seen is kept.
        if let Some(path) = &self.svg {
            fs::write(path, svg::draw(&show.telling.ladder())).map_err(unwritable(path))?;
        }
        if let (Some(path), Some(capture)) = (&self.pcap, &show.capture) {
            fs::write(path, capture.file()).map_err(unwritable(path))?;
        }
        show.close(result?, self.svg.as_deref(), self.pcap.as_deref())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// How a trace ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nothing more can happen.
    ByItself,
    /// The user has ended it.
    Asked,
}

/// The drawing on standard output.
struct Show {
    telling: Telling,
    drawer: Drawer,
    /// The packets, if they are to be kept.
    capture: Option<Capture>,
    /// How the programs were when the lab last settled.
    rest: Rest,
}

impl Show {
    fn new(performers: Vec<Performer>, keeps_packets: bool) -> Result<Self, Trouble> {
        let about: Vec<_> = performers.iter().map(|performer| format!("traced: {}", performer.command)).collect();
        let capture = keeps_packets.then(|| Capture::new(about.join("\n")));
        let telling = Telling::new(performers);
        let drawer = Drawer::new(telling.lanes().to_vec(), ladder::look(Out::Stdout));
        print(&drawer.head())?;
        Ok(Self { telling, drawer, capture, rest: Rest::Gone })
    }

    /// Draws what the lab tells, until it has ended.
    async fn follow(&mut self, mut tracing: Tracing) -> Result<End, Trouble> {
        let mut stop = Stop::new()?;
        let mut typed = None;
        let mut end = End::ByItself;
        loop {
            tokio::select! {
                fact = tracing.next() => match fact.map_err(ours)? {
                    None => return Ok(end),
                    Some(fact) => {
                        if let Fact::Ready { .. } = fact {
                            typed = Some(standard_input());
                        }
                        // Nobody reads any more.
                        if !self.take(&fact)? {
                            return Ok(End::Asked);
                        }
                    }
                },
                Some(bytes) = next(&mut typed) => tracing.type_bytes(&bytes).await,
                () = stop.asked() => {
                    // Who asks twice does not want to wait for the last words.
                    if end == End::Asked {
                        return Ok(end);
                    }
                    end = End::Asked;
                    tracing.end();
                }
            }
        }
    }

    /// Draws a fact; says whether anybody still reads.
    fn take(&mut self, fact: &Fact) -> Result<bool, Trouble> {
        if let Fact::Rest { rest, .. } = fact {
            self.rest = rest.clone();
        }
        if let Some(capture) = &mut self.capture {
            let name = |program: &usize| self.telling.lanes().get(*program).map_or("a program", |lane| &lane.name);
            match fact {
                Fact::Packet(packet) => capture.packet(packet),
                Fact::Started(program) => capture.note(format!("start {}", name(program))),
                Fact::Typed { program, bytes } => {
                    capture.note(format!("type {} into {}", transcript::describe(bytes), name(program)));
                }
                Fact::EndOfInput => capture.note("end of input"),
                _ => {}
            }
        }
        let entries = self.telling.take(fact);
        let lines: Vec<_> = entries.iter().flat_map(|entry| self.drawer.push(entry)).collect();
        print(&lines)
    }

    /// What is said at the end.
    fn close(&self, end: End, svg: Option<&Path>, pcap: Option<&Path>) -> Result<bool, Trouble> {
        let mut lines = vec![String::new()];
        lines.extend(self.telling.left_behind());
        let sentence = match (end, &self.rest) {
            (End::Asked, _) => "The trace was ended.",
            (End::ByItself, Rest::Gone) => "All programs have ended.",
            (End::ByItself, Rest::Idle(_)) => "The input is at its end, and nothing more can happen without it.",
            (End::ByItself, Rest::Hidden) => "The trace ends here, because a program hides what it does.",
            (End::ByItself, Rest::Spinning { .. } | Rest::Flooding { .. }) => {
                "The trace ends here, because this would never come to rest."
            }
        };
        lines.push(sentence.to_owned());
        lines.extend(svg.map(|path| format!("The picture is in {}.", path.display())));
        lines.extend(pcap.map(|path| format!("The packets are in {}.", path.display())));
        print(&lines)
    }
}

fn print(lines: &[String]) -> Result<bool, Trouble> {
    if lines.is_empty() {
        return Ok(true);
    }
    write_on(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}

fn ours(error: LabError) -> Trouble {
    Trouble::Ours(error.to_string())
}

/// The signals by which a person ends a command.
struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    fn new() -> Result<Self, Trouble> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(Trouble::ours("waiting for signals"));
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What is typed, piece by piece; an empty piece is its end. A thread of its own reads it: it can sleep in the read when this
/// program ends, which a thread of the runtime would keep from ending.
fn standard_input() -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(16);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            let count = std::io::stdin().lock().read(&mut buffer).unwrap_or(0);
            if sender.blocking_send(buffer[..count].to_vec()).is_err() || count == 0 {
                return;
            }
        }
    });
    receiver
}

/// The next piece of what is typed; waits for ever before there can be one, and `None` after the last one.
async fn next(typed: &mut Option<Receiver<Vec<u8>>>) -> Option<Vec<u8>> {
    match typed {
        Some(receiver) => receiver.recv().await,
        None => std::future::pending().await,
    }
}

/// The names of the programs: that of the first file that a command names, else of the program itself.
fn performers(commands: &[Vec<String>], programs: &[Program]) -> Vec<Performer> {
    let mut out: Vec<Performer> = Vec::new();
    for (words, program) in commands.iter().zip(programs) {
        let given = words.iter().zip(&program.command).skip(1);
        // An argument that is a file was replaced by its path.
        let file = given.map(|(_, path)| Path::new(path)).find(|path| path.is_absolute() && path.is_file());
        let file = file.unwrap_or_else(|| Path::new(&words[0])).file_name().unwrap_or_default();
        let name = file.to_string_lossy().into_owned();
        let same = out.iter().filter(|other| other.name == name || other.name.starts_with(&format!("{name} "))).count();
        let name = if same == 0 { name } else { format!("{name} {}", same + 1) };
        let command = words.iter().map(|word| if word.contains(' ') { format!("\"{word}\"") } else { word.clone() });
        out.push(Performer { name, command: command.collect::<Vec<_>>().join(" ") });
    }
    out
}
