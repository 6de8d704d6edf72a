//! Whether a lab is a world of its own.

use super::cgroup::Events;
use crate::sandbox::{Layer, Layers};
use serde::{Deserialize, Serialize};
use std::io;
use std::sync::Arc;

/// How much a lab keeps apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Namespaces of its own: network, processes, files, users.
    Full,
    /// The network and the processes that are there; for a container that is itself the sandbox. One check at a time.
    Borrowed,
}

/// What a lab is told about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Setting {
    pub(super) isolation: Isolation,
    /// What keeps programs in.
    pub(super) layers: Layers,
    /// What its memory cgroup tells, where it was born into one.
    #[serde(skip)]
    pub(super) events: Option<Arc<Events>>,
}

impl Setting {
    /// The layers that there can be.
    pub(super) fn layers(&self) -> Layers {
        match self.isolation {
            Isolation::Full => self.layers.clone(),
            Isolation::Borrowed => self.layers.clone().without(Layer::Processes).without(Layer::User),
        }
    }

    /// How much memory the lab may have, in bytes, if it wanted more.
    pub(super) fn out_of_memory(&self) -> io::Result<Option<u64>> {
        self.events.as_ref().map_or(Ok(None), |events| events.out_of_memory())
    }

    pub(super) fn is_borrowed(&self) -> bool {
        self.isolation == Isolation::Borrowed
    }
}
