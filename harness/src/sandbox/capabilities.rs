//! Capabilities: none.

use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, remove_capability_from_bounding_set,
    set_capabilities,
};
use std::io;

/// Gives up every capability of the calling thread, and with the bounding set those that an executed file could bring.
pub(super) fn drop_all() -> io::Result<()> {
    clear_ambient_capability_set()?;
    // The bounding set can be emptied by who has CAP_SETPCAP only. Who has not may have none of it anyway.
    if capabilities(None)?.effective.contains(CapabilitySet::SETPCAP) {
        for number in 0..64 {
            let capability = CapabilitySet::from_bits_retain(1 << number);
            // The kernel knows fewer than 64, in one piece.
            if remove_capability_from_bounding_set(capability).is_err() {
                break;
            }
        }
    }
    let none = CapabilitySet::empty();
    Ok(set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?)
}
