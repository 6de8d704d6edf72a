//! What the attacks are after, laid out once more inside of a container: a process with a secret, services, shared memory, a way out.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixListener};
use std::process::{Child, Command, Stdio};
use std::thread;

/// `include/uapi/linux/sockios.h`
const SIOCADDRT: u64 = 0x890b;

/// They are there as long as this lives.
pub struct Baits {
    _process: Child,
    _tcp: TcpListener,
    _by_name: UnixListener,
}

/// Lays them out. The text has a line for each: a program that waits, with the secret that it shall have; the addresses of
/// two services, the name of a third; the key of the memory.
pub fn lay_out(baits: &str) -> Baits {
    let [program, secret, tcp, udp, name, key] = baits.lines().collect::<Vec<_>>().try_into().unwrap();
    let process = Command::new(program)
        .args(["wait_for_a_line", secret])
        .env("BAIT", secret)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(File::create("/dev/null").unwrap())
        .spawn()
        .unwrap();
    let udp = UdpSocket::bind(udp.parse::<SocketAddr>().unwrap()).unwrap();
    thread::spawn(move || {
        while let Ok((_, from)) = udp.recv_from(&mut [0; 8]) {
            let _ = udp.send_to(b"!", from);
        }
    });
    // SAFETY: makes a segment, which goes with the container; nothing is attached.
    let id = unsafe { libc::shmget(key.parse().unwrap(), 4096, libc::IPC_CREAT | 0o666) };
    assert!(id >= 0, "{}", io::Error::last_os_error());
    lead_out();
    Baits {
        _process: process,
        _tcp: TcpListener::bind(tcp.parse::<SocketAddr>().unwrap()).unwrap(),
        _by_name: UnixListener::bind_addr(&UnixAddr::from_abstract_name(name).unwrap()).unwrap(),
    }
}

/// A way to everywhere, as a container with a network has it. It leads back to the container itself.
fn lead_out() {
    // SAFETY: integers, addresses and a pointer, for which zero is a value; the kernel reads one `rtentry`, and the name in it.
    unsafe {
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0);
        let mut route: libc::rtentry = std::mem::zeroed();
        route.rt_dst.sa_family = libc::AF_INET as u16;
        route.rt_genmask.sa_family = libc::AF_INET as u16;
        route.rt_flags = 1; // RTF_UP
        route.rt_dev = c"lo".as_ptr().cast_mut();
        assert_eq!(libc::ioctl(socket, SIOCADDRT as _, &raw const route), 0, "{}", io::Error::last_os_error());
        libc::close(socket);
    }
}
