//! The endpoints that a check plays: UDP, TCP client, TCP server.
//!
//! A peer has a name and an address of its own. It reads whatever arrives at all times unless it was told not to, and
//! it never sends what no line of the check says. What it receives is not recorded here: the wire is the evidence.

mod socket;

use crate::check::{ADDRESS, Action, Check, Data, Parameters, Template};
use crate::event::{Endpoint, Protocol};
use rustix::net::{AddressFamily, SocketType};
use socket::PeerSocket;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::BorrowedFd;

/// Most connections that a server of ours accepts; each takes a descriptor, and they must not come to an end. Who comes then
/// waits. No check needs more than a few.
const CONNECTIONS: usize = 256;

/// The peers of one check.
pub struct Peers {
    peers: Vec<Peer>,
    /// Every socket that a peer has had, for telling whose a packet is.
    pub endpoints: Vec<Endpoint>,
    params: Parameters,
    place: fn(IpAddr) -> IpAddr,
}

struct Peer {
    name: String,
    ip: IpAddr,
    reads: bool,
    /// The socket that waits for connections, of a TCP server.
    listener: Option<PeerSocket>,
    /// Its sockets, oldest first; it acts with the newest.
    sockets: Vec<PeerSocket>,
}

impl Peers {
    /// The peers of a check; none has a socket yet. `place` says which address stands for one of the lab.
    #[must_use]
    pub fn new(check: &Check, params: &Parameters, place: fn(IpAddr) -> IpAddr) -> Self {
        let peer = |(name, ip)| Peer { name, ip: place(ip), reads: true, listener: None, sockets: Vec::new() };
        let peers = check.peers().into_iter().map(peer).collect();
        Self { peers, endpoints: Vec::new(), params: params.clone(), place }
    }

    /// Lets a peer do something in step `step`. The inner error says in words why it cannot be done, which is a
    /// consequence of what the program did and no trouble of ours.
    ///
    /// # Errors
    /// Those of making sockets, and mistakes in the check.
    pub fn act(&mut self, step: usize, name: &str, action: &Action) -> io::Result<Result<(), String>> {
        let Some(index) = self.peers.iter().position(|peer| peer.name == name) else {
            return Err(io::Error::other(format!("there is no peer {name}")));
        };
        let peer_ip = self.peers[index].ip;
        match action {
            Action::BindsUdp(at) => {
                let addr = self.endpoint(at)?;
                let Some(socket) = free(PeerSocket::bound(SocketType::DGRAM, addr))? else {
                    return Ok(Err(taken(addr)));
                };
                self.add(step, index, Protocol::Udp, addr, socket);
            }
            Action::ListensTcp(at) => {
                let addr = self.endpoint(at)?;
                let Some(socket) = free(PeerSocket::listening(addr))? else { return Ok(Err(taken(addr))) };
                self.note(step, index, Protocol::Tcp, addr);
                self.peers[index].listener = Some(socket);
            }
            Action::Connects { to, sends } => {
                let to = self.endpoint(to)?;
                let bytes = sends.as_ref().map(|data| self.bytes(data)).transpose()?;
                let Some(mut socket) = free(PeerSocket::connecting(SocketAddr::new(peer_ip, 0), to))? else {
                    return Ok(Err(all_taken(peer_ip)));
                };
                let local = socket.local()?;
                bytes.iter().for_each(|bytes| socket.queue(bytes));
                self.add(step, index, Protocol::Tcp, local, socket);
            }
            Action::SendsTo { data, to } => {
                let to = self.endpoint(to)?;
                let datagrams: io::Result<Vec<_>> = data.iter().map(|data| self.bytes(data)).collect();
                if self.peers[index].sockets.is_empty() {
                    let addr = SocketAddr::new(peer_ip, 0);
                    let Some(socket) = free(PeerSocket::bound(SocketType::DGRAM, addr))? else {
                        return Ok(Err(all_taken(peer_ip)));
                    };
                    let local = socket.local()?;
                    self.add(step, index, Protocol::Udp, local, socket);
                }
                let Some(socket) = self.peers[index].sockets.last_mut() else { return Ok(Ok(())) };
                return Ok(datagrams?.iter().try_for_each(|bytes| socket.send_to(bytes, to)));
            }
            Action::Sends(data) => {
                let bytes = self.bytes(data)?;
                return Ok(self.connection(index).map(|socket| socket.queue(&bytes)));
            }
            Action::ShutsDownSending => {
                return Ok(self.connection(index).and_then(|socket| socket.shut_down_sending()));
            }
            Action::Closes => return Ok(self.close(index, PeerSocket::close)),
            Action::Resets => return Ok(self.close(index, PeerSocket::reset)),
            Action::StopsReading => self.peers[index].reads = false,
            Action::ReadsAgain => self.peers[index].reads = true,
        }
        Ok(Ok(()))
    }

    /// Takes a port on every address, so that nobody else can bind it. The inner error says that somebody has it.
    ///
    /// # Errors
    /// Those of making sockets.
    pub fn hold(&mut self, step: usize, protocol: Protocol, port: u16) -> io::Result<Result<(), String>> {
        let addr = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port);
        let made = match protocol {
            Protocol::Udp => PeerSocket::bound(SocketType::DGRAM, addr),
            Protocol::Tcp => PeerSocket::listening(addr),
        };
        let Some(socket) = free(made)? else { return Ok(Err("the program still has it".to_owned())) };
        let holder = Peer { name: "holder".into(), ip: addr.ip(), reads: true, listener: None, sockets: vec![socket] };
        self.peers.push(holder);
        self.note(step, self.peers.len() - 1, protocol, addr);
        Ok(Ok(()))
    }

    /// Accepts, reads and writes all that is possible now; returns how many bytes and connections moved.
    ///
    /// # Errors
    /// Those of `accept(2)`. The errors of connections (a reset for instance) are seen on the wire.
    pub fn drain(&mut self) -> io::Result<u64> {
        let mut moved = 0;
        for peer in &mut self.peers {
            if let Some(listener) = &mut peer.listener {
                while peer.sockets.len() < CONNECTIONS
                    && let Some(socket) = listener.accept()?
                {
                    peer.sockets.push(socket);
                    moved += 1;
                }
            }
            for socket in &mut peer.sockets {
                moved += socket.write();
                if peer.reads {
                    moved += socket.read();
                }
            }
        }
        Ok(moved)
    }

    /// Closes every socket.
    pub fn leave(&mut self) {
        self.peers.clear();
    }

    /// Whether data of ours could be sent if the kernel took it.
    #[must_use]
    pub fn unwritten(&self) -> bool {
        self.peers.iter().flat_map(|peer| &peer.sockets).any(PeerSocket::can_write_more)
    }

    /// The descriptors on which something can arrive.
    pub fn readable(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.peers.iter().flat_map(|peer| {
            let reading = peer.sockets.iter().filter(|_| peer.reads);
            let listener = peer.listener.iter().filter(|_| peer.sockets.len() < CONNECTIONS);
            listener.chain(reading).filter_map(PeerSocket::readable)
        })
    }

    /// The inodes of all sockets of the peers.
    #[must_use]
    pub fn inodes(&self) -> Vec<u32> {
        self.peers
            .iter()
            .flat_map(|peer| peer.listener.iter().chain(&peer.sockets))
            .filter_map(PeerSocket::inode)
            .collect()
    }

    /// Whether a packet's address is one of a peer's sockets.
    #[must_use]
    pub fn own(&self, protocol: Protocol, addr: SocketAddr) -> bool {
        self.endpoints.iter().any(|endpoint| endpoint.owns(protocol, addr))
    }

    fn add(&mut self, step: usize, index: usize, protocol: Protocol, local: SocketAddr, socket: PeerSocket) {
        self.note(step, index, protocol, local);
        self.peers[index].sockets.push(socket);
    }

    fn note(&mut self, since: usize, index: usize, protocol: Protocol, local: SocketAddr) {
        let peer = self.peers[index].name.clone();
        self.endpoints.push(Endpoint { peer, protocol, local, since });
    }

    /// The connection that a peer acts with.
    fn connection(&mut self, index: usize) -> Result<&mut PeerSocket, String> {
        let peer = &mut self.peers[index];
        let name = &peer.name;
        peer.sockets
            .last_mut()
            .filter(|socket| socket.is_open())
            .ok_or_else(|| format!("{name} has no open connection"))
    }

    fn close(&mut self, index: usize, how: impl Fn(&mut PeerSocket)) -> Result<(), String> {
        let peer = &mut self.peers[index];
        if let Some(socket) = peer.sockets.last_mut().filter(|socket| socket.is_open()) {
            how(socket);
        } else if let Some(mut listener) = peer.listener.take() {
            how(&mut listener);
        } else {
            return Err(format!("{} has nothing to close", peer.name));
        }
        Ok(())
    }

    fn endpoint(&self, at: &Template) -> io::Result<SocketAddr> {
        at.endpoint(&self.params, (self.place)(ADDRESS)).map_err(io::Error::other)
    }

    fn bytes(&self, data: &Data) -> io::Result<Vec<u8>> {
        data.bytes(&self.params).map_err(io::Error::other)
    }
}

/// `None` when somebody has the address already: that can only be the program, and so it is no trouble of ours.
fn free(made: io::Result<PeerSocket>) -> io::Result<Option<PeerSocket>> {
    match made {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
        made => made.map(Some),
    }
}

fn taken(addr: SocketAddr) -> String {
    format!("the program has port {}", addr.port())
}

fn all_taken(ip: IpAddr) -> String {
    format!("the program has every port that the kernel hands out at {ip}")
}

/// The family of sockets for an address.
fn family(addr: SocketAddr) -> AddressFamily {
    if addr.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 }
}
