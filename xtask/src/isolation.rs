//! How much labs keep apart here: what was asked for, what there is, and what was found out about it.

use crate::trouble::Trouble;
use clap::{Args, ValueEnum};
use harness::lab::{Isolation, LabError, Launcher, Protection};
use serde::{Deserialize, Serialize};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

/// Options about isolation.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Choice {
    /// Where checks are run
    #[arg(long, value_enum, default_value_t, value_name = "WHERE")]
    isolation: Wanted,
    /// Exit with 3 instead of grading with less isolation than this
    #[arg(long, value_enum, value_name = "LEVEL")]
    require_isolation: Option<Level>,
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// In labs of their own: user namespaces are needed
    Full,
    /// In the network that is there, one at a time: for a container that is itself the sandbox
    Borrowed,
    /// In labs of their own where they can be made, else in the network that is there
    #[default]
    Auto,
}

/// What can be demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Labs of their own
    Full,
}

/// What holds here: a part of every report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// How much labs keep apart.
    pub level: Isolation,
    /// What keeps programs in, and what is needed to watch them.
    pub protections: Vec<Protection>,
    /// The kernel's release.
    pub kernel: String,
}

impl Held {
    /// What was found out just now.
    #[must_use]
    pub fn new(isolation: Isolation, protections: Vec<Protection>) -> Self {
        let kernel = rustix::system::uname().release().to_string_lossy().into_owned();
        Self { level: isolation, protections, kernel }
    }
}

/// What came of the choice.
pub struct Chosen {
    /// What starts labs as they were chosen.
    pub launcher: Launcher,
    /// How many there are at once.
    pub jobs: usize,
    /// What holds in them.
    pub held: Held,
    /// Why there are none of their own, if that is so and was not asked for.
    pub fell_back: Option<LabError>,
    /// As long as this lives, nobody else borrows the network.
    _borrowed: Option<UnixListener>,
}

impl Choice {
    /// Finds out what there is, and takes what was asked for, with `jobs` labs at once if there can be so many.
    ///
    /// # Errors
    /// When there is nothing of the kind, or less than is demanded.
    pub async fn make(self, launcher: &Launcher, jobs: usize) -> Result<Chosen, Trouble> {
        if self.require_isolation == Some(Level::Full) && self.isolation == Wanted::Borrowed {
            return Err(Trouble::Usage(
                "--isolation borrowed is less than --require-isolation full demands. Leave one of them out".to_owned(),
            ));
        }
        let full = launcher.clone().with(Isolation::Full);
        let refused = match self.isolation {
            Wanted::Borrowed => None,
            Wanted::Full | Wanted::Auto => match full.probe().await {
                Ok(protections) => {
                    let held = Held::new(Isolation::Full, protections);
                    return Ok(Chosen { launcher: full, jobs, held, fell_back: None, _borrowed: None });
                }
                Err(error) => Some(error),
            },
        };
        if let Some(error) = &refused
            && (self.isolation == Wanted::Full || self.require_isolation.is_some())
        {
            return Err(Trouble::Ours(error.to_string()));
        }
        let borrowed = borrow()?;
        let launcher = launcher.clone().with(Isolation::Borrowed);
        match launcher.probe().await {
            Ok(protections) => {
                let held = Held::new(Isolation::Borrowed, protections);
                Ok(Chosen { launcher, jobs: 1, held, fell_back: refused, _borrowed: Some(borrowed) })
            }
            // Why there can be no lab is more than why the network cannot be borrowed, which few want.
            Err(error) => Err(Trouble::Ours(refused.unwrap_or(error).to_string())),
        }
    }
}

/// Takes the network for this grader. Names of this kind belong to a network, and vanish with who holds them.
fn borrow() -> Result<UnixListener, Trouble> {
    let taken = |error: std::io::Error| {
        Trouble::Ours(format!(
            "the network is borrowed by another grader, and only one can have it at a time ({error})"
        ))
    };
    let name = SocketAddr::from_abstract_name("netlings: the borrowed lab").map_err(taken)?;
    UnixListener::bind_addr(&name).map_err(taken)
}
