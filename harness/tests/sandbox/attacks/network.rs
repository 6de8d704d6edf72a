//! Attacks over the network and its relatives: reaching the machine, its neighbours, the hypervisor; seeing or forging packets.

use super::{any, checked, told};
use std::io;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixStream};

pub fn attack(name: &str, bait: &str) -> Option<String> {
    Some(match name {
        // The baits are services of the machine.
        "reach_a_service_by_tcp" => told(service(bait).and_then(TcpStream::connect)),
        "reach_a_service_by_fast_open" => told(service(bait).and_then(fast_open)),
        "reach_a_service_by_udp" => told(service(bait).and_then(ask_by_udp)),
        "reach_a_service_by_its_path" => told(UnixStream::connect(bait)),
        "reach_a_service_by_its_abstract_name" => {
            told(UnixAddr::from_abstract_name(bait).and_then(|name| UnixStream::connect_addr(&name)))
        }
        "share_the_machines_memory" => {
            // SAFETY: asks for a segment by its key; nothing is attached.
            told(checked(i64::from(unsafe { libc::shmget(bait.parse().unwrap_or(0), 0, 0) })))
        }
        // No packet is sent: whether there is a way is enough.
        "reach_the_internet" => told(UdpSocket::bind("0.0.0.0:0").and_then(|socket| socket.connect("192.0.2.1:9"))),
        "talk_to_the_hypervisor" => told(socket(libc::AF_VSOCK, libc::SOCK_STREAM, 0)),
        "use_several_paths" => {
            any([libc::AF_INET, libc::AF_INET6].map(|family| socket(family, libc::SOCK_STREAM, libc::IPPROTO_MPTCP)))
        }
        "capture_packets" => told(socket(libc::AF_PACKET, libc::SOCK_RAW, 0x300)),
        "forge_packets" => any([libc::AF_INET, libc::AF_INET6].map(|family| socket(family, libc::SOCK_RAW, 255))),
        "change_the_network" => told(take_the_device_down()),
        _ => return None,
    })
}

fn service(bait: &str) -> io::Result<SocketAddr> {
    bait.parse().map_err(io::Error::other)
}

fn socket(family: i32, kind: i32, protocol: i32) -> io::Result<i64> {
    // SAFETY: no memory is touched.
    checked(i64::from(unsafe { libc::socket(family, kind, protocol) }))
}

/// Connects without `connect`, which Landlock can forbid.
fn fast_open(to: SocketAddr) -> io::Result<()> {
    let fd = socket(libc::AF_INET, libc::SOCK_STREAM, 0)?;
    let SocketAddr::V4(to) = to else { return Err(io::Error::other("a bait is an IPv4 address")) };
    let address = libc::sockaddr_in {
        sin_family: libc::AF_INET as u16,
        sin_port: to.port().to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from(*to.ip()).to_be() },
        sin_zero: [0; 8],
    };
    let len = size_of_val(&address) as u32;
    // SAFETY: buffer and address are of the lengths that are given.
    let sent = unsafe {
        libc::sendto(fd as i32, c"x".as_ptr().cast(), 1, libc::MSG_FASTOPEN, (&raw const address).cast(), len)
    };
    checked(sent as i64).map(drop)
}

/// The bait answers every datagram; where there is none, an ICMP error comes. Both are looked for again and again: the bait is outside of
/// the lab, so nobody there knows that an answer is to come, and who slept until then would be at rest.
fn ask_by_udp(to: SocketAddr) -> io::Result<()> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.connect(to)?;
    socket.send(b"?")?;
    socket.set_nonblocking(true)?;
    loop {
        match socket.recv(&mut [0; 1]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::yield_now(),
            answer => return answer.map(drop),
        }
    }
}

fn take_the_device_down() -> io::Result<()> {
    let fd = socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    // SAFETY: integers and a union of integers, for which zero is a value; the kernel reads one `ifreq`.
    let result = unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = b'l' as libc::c_char;
        request.ifr_name[1] = b'o' as libc::c_char;
        libc::ioctl(fd as i32, libc::SIOCSIFFLAGS as _, &raw const request)
    };
    checked(i64::from(result)).map(drop)
}
