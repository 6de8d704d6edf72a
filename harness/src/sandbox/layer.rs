//! The layers that keep a program in, by name: so that each can be left out, and what only it stops be seen.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One layer of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A process id namespace for programs, and a `/proc` that shows no other processes.
    Processes,
    /// A user namespace of the program's own, which owns nothing of the lab.
    User,
    /// Resource limits.
    Limits,
    /// No capability, neither the program's nor the supervisor's.
    Capabilities,
    /// Landlock.
    Files,
    /// The filter for system calls.
    Calls,
}

impl Layer {
    /// All of them, from the outside inwards.
    pub const ALL: [Self; 6] =
        [Self::Processes, Self::User, Self::Limits, Self::Capabilities, Self::Files, Self::Calls];
}

/// The layers that a lab has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Layers(BTreeSet<Layer>);

impl Layers {
    /// Every layer.
    #[must_use]
    pub fn all() -> Self {
        Self(Layer::ALL.into())
    }

    /// Only the lab itself.
    #[must_use]
    pub const fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// The same without one.
    #[must_use]
    pub fn without(mut self, layer: Layer) -> Self {
        self.0.remove(&layer);
        self
    }

    pub(super) fn has(&self, layer: Layer) -> bool {
        self.0.contains(&layer)
    }
}
