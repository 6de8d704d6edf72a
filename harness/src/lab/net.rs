//! The lab's network: the loopback device, up, with the addresses of the program's machine and of the peers.
#![expect(unsafe_code, reason = "interface requests; a crate for these two ioctls brings seventeen others")]

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use std::io;
use std::mem;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, OwnedFd};

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
