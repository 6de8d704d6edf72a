//! The lab's network: the loopback device, up, with the addresses of the program's machine and of the peers.
#![expect(unsafe_code, reason = "interface requests; a crate for these two ioctls brings seventeen others")]

use crate::watch::procfs;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use std::fs;
use std::io;
use std::mem;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, OwnedFd};

/// Entries of a lab's own table of TCP connections. The kernel goes through all of them for each question about sockets; the
/// machine's table, which is used otherwise, has some hundred thousand. Half as many sockets may be in TIME_WAIT.
const TCP_ENTRIES: &str = "4096";
/// The same of UDP; the fewest that are possible.
const UDP_ENTRIES: &str = "128";

/// Asks that network namespaces made by this one have small socket tables of their own, for TCP (Linux 6.1) and for UDP (6.2).
///
/// # Errors
/// When there can be none for TCP either: on older kernels, and in containers in which `/proc/sys` may not be written. Then
/// labs share the machine's tables, and only the time that a look takes is greater.
pub(super) fn ask_for_small_tables() -> io::Result<()> {
    fs::write("/proc/sys/net/ipv4/tcp_child_ehash_entries", TCP_ENTRIES)?;
    // Most of a look is TCP's table, so it is worth it without this one, too.
    let _ = fs::write("/proc/sys/net/ipv4/udp_child_hash_entries", UDP_ENTRIES);
    Ok(())
}

/// Whether this network namespace has them.
pub(super) fn has_small_tables() -> bool {
    let entries = procfs::read_text("/proc/sys/net/ipv4/tcp_ehash_entries");
    entries.is_ok_and(|entries| entries.trim() == TCP_ENTRIES)
}

/// Brings `lo` up (127.0.0.1 and ::1 come with it) and gives it further addresses.
pub(super) fn set_up(addresses: &[Ipv4Addr]) -> io::Result<()> {
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    let mut up = request("lo");
    up.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    ask(&socket, libc::SIOCSIFFLAGS as _, &up)?;
    for (index, address) in addresses.iter().enumerate() {
        let label = format!("lo:{index}");
        let mut set = request(&label);
        set.ifr_ifru.ifru_addr = socket_address(*address);
        ask(&socket, libc::SIOCSIFADDR as _, &set)?;
        // One address, not the network around it: an address that nobody has must stay unreachable.
        set.ifr_ifru.ifru_addr = socket_address(Ipv4Addr::BROADCAST);
        ask(&socket, libc::SIOCSIFNETMASK as _, &set)?;
    }
    Ok(())
}

fn request(name: &str) -> libc::ifreq {
    // SAFETY: integers and a union of integers, for which zero is a value.
    let mut out: libc::ifreq = unsafe { mem::zeroed() };
    for (to, from) in out.ifr_name.iter_mut().zip(name.bytes().take(libc::IFNAMSIZ - 1)) {
        *to = from.cast_signed() as libc::c_char;
    }
    out
}

fn socket_address(ip: Ipv4Addr) -> libc::sockaddr {
    let addr = libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: 0,
        sin_addr: libc::in_addr { s_addr: u32::from(ip).to_be() },
        sin_zero: [0; 8],
    };
    // SAFETY: both are plain data of 16 bytes; `sockaddr` is the general form of `sockaddr_in`.
    unsafe { mem::transmute(addr) }
}

fn ask(socket: &OwnedFd, what: libc::Ioctl, request: &libc::ifreq) -> io::Result<()> {
    // SAFETY: the three requests that are used read an `ifreq`.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), what, request) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
