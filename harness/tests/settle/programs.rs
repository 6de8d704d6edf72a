//! Small programs, one for each way to wait or not to. The first argument says which; each binds UDP port 8989, and
//! "tells" by sending a datagram to whoever is at 192.168.1.103:8080.
#![expect(unsafe_code, reason = "fork, epoll and timerfd as a C program would use them")]

use std::env;
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::process::ExitCode;
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// Long against the time that settling takes, short against the limits of patience.
const A_WHILE: Duration = Duration::from_millis(700);

fn main() -> ExitCode {
    let which = env::args().nth(1).unwrap_or_default();
    match which.as_str() {
        "endless_recv" => answer(&bound()),
        "sleeps" => after(|_| thread::sleep(Duration::from_secs(1))),
        "rcvtimeo" => after(|socket| {
            socket.set_read_timeout(Some(A_WHILE)).unwrap();
            assert!(socket.recv(&mut [0; 9]).is_err());
        }),
        "guarded" => {
            let socket = UdpSocket::bind("0.0.0.0:9000").unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut buffer = [0; 9];
            let length = socket.recv(&mut buffer).unwrap();
            println!("{length} bytes");
        }
        "pours" => {
            let listener = TcpListener::bind("0.0.0.0:8989").unwrap();
            let (mut client, _) = listener.accept().unwrap();
            client.write_all(&vec![b'x'; 4 << 20]).unwrap();
        }
        "poll" => after(|socket| c::poll(socket, A_WHILE)),
        "select" => after(|socket| c::select(socket, A_WHILE)),
        "epoll" => after(|socket| c::epoll(socket, A_WHILE)),
        "timerfd" => after(|_| c::timerfd(A_WHILE)),
        "timerfd_of_nobody" => {
            c::armed_timerfd(A_WHILE, Duration::ZERO);
            answer(&bound());
        }
        "periodic_timerfd_of_nobody" => {
            c::armed_timerfd(A_WHILE, A_WHILE);
            answer(&bound());
        }
        "condvar" => after(|_| {
            let (mutex, condvar) = (Mutex::new(()), Condvar::new());
            let guard = mutex.lock().unwrap();
            assert!(condvar.wait_timeout(guard, A_WHILE).unwrap().1.timed_out());
        }),
        "looks_every_100_ms" => looks_every_100_ms(),
        "answers_when_its_time_is_out" => answers_when_its_time_is_out(),
        "tells_the_time" => {
            thread::spawn(|| {
                for seconds in 0.. {
                    println!("running for {seconds} s");
                    thread::sleep(Duration::from_secs(1));
                }
            });
            let socket = bound();
            loop {
                answer(&socket);
            }
        }
        "fork" => c::fork_and_wait(|| answer(&bound())),
        "leaves_a_child" => c::fork_and_go(|| answer(&bound())),
        "threads" => {
            let housekeeping = thread::spawn(|| thread::sleep(Duration::from_secs(3600)));
            thread::spawn(|| answer(&bound())).join().unwrap();
            drop(housekeeping);
        }
        "tokio" => in_tokio(),
        "busy" => loop {
            std::hint::spin_loop();
        },
        "busy_and_prints" => loop {
            println!("still here");
        },
        "busy_and_sends" => {
            let socket = bound();
            loop {
                socket.send_to(b"again", "192.168.1.103:8080").unwrap();
            }
        }
        "sends_large_datagrams" => {
            let (socket, datagram) = (bound(), vec![b'x'; 65_507]);
            loop {
                socket.send_to(&datagram, "192.168.1.103:8080").unwrap();
            }
        }
        "prints_a_mebibyte_for_each_line" => {
            for _ in std::io::stdin().lines() {
                std::io::stdout().write_all(&[b'x'; 1 << 20]).unwrap();
            }
        }
        "never_reads" => answer(&bound()),
        "reads_all" => {
            let mut all = Vec::new();
            std::io::stdin().read_to_end(&mut all).unwrap();
            println!("{} bytes of input", all.len());
        }
        "prints_a_lot" => {
            let line = [b'x'; 1023];
            let mut out = std::io::stdout().lock();
            for _ in 0..1024 {
                out.write_all(&line).unwrap();
                out.write_all(b"\n").unwrap();
            }
            println!("the last line");
        }
        "stops" => c::stop_myself(),
        "starts_children_that_nobody_waits_for" => c::start_children(Duration::from_millis(20)),
        "starts_children_without_end" => c::start_children(Duration::ZERO),
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}

fn bound() -> UdpSocket {
    UdpSocket::bind("0.0.0.0:8989").unwrap()
}

/// Receives one datagram and tells it.
fn answer(socket: &UdpSocket) {
    let mut buffer = [0; 100];
    let length = socket.recv(&mut buffer).unwrap();
    socket.send_to(&buffer[..length], "192.168.1.103:8080").unwrap();
}

/// Waits in some way, then tells that it has waited.
fn after(wait: impl Fn(&UdpSocket)) {
    let socket = bound();
    wait(&socket);
    socket.send_to(b"waited", "192.168.1.103:8080").unwrap();
}

/// A loop that looks whether something has come, as beginners write it.
fn looks_every_100_ms() {
    let socket = bound();
    socket.set_nonblocking(true).unwrap();
    let mut buffer = [0; 100];
    loop {
        if let Ok(length) = socket.recv(&mut buffer) {
            socket.send_to(&buffer[..length], "192.168.1.103:8080").unwrap();
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Collects what comes, and answers it when nothing has come for a while.
fn answers_when_its_time_is_out() {
    let socket = bound();
    socket.set_read_timeout(Some(Duration::from_millis(350))).unwrap();
    let (mut buffer, mut received) = ([0; 100], Vec::new());
    loop {
        match socket.recv(&mut buffer) {
            Ok(length) => received = buffer[..length].to_vec(),
            Err(_) if received.is_empty() => {}
            Err(_) => {
                socket.send_to(&received, "192.168.1.103:8080").unwrap();
                received.clear();
            }
        }
    }
}

fn in_tokio() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let socket = tokio::net::UdpSocket::bind("0.0.0.0:8989").await.unwrap();
        let mut buffer = [0; 100];
        let length = socket.recv(&mut buffer).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        socket.send_to(&buffer[..length], "192.168.1.103:8080").await.unwrap();
    });
}

/// What the standard library does not offer.
mod c {
    use std::net::UdpSocket;
    use std::os::fd::AsRawFd;
    use std::time::Duration;

    fn ms(time: Duration) -> i32 {
        i32::try_from(time.as_millis()).unwrap()
    }

    pub fn poll(socket: &UdpSocket, time: Duration) {
        let mut entry = libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one entry, of this size.
        assert_eq!(unsafe { libc::poll(&raw mut entry, 1, ms(time)) }, 0);
    }

    pub fn select(socket: &UdpSocket, time: Duration) {
        let mut limit = libc::timeval { tv_sec: 0, tv_usec: i64::from(ms(time)) * 1000 };
        let fd = socket.as_raw_fd();
        // SAFETY: a set of all zeros is an empty one, and the descriptor is small.
        let ready = unsafe {
            let mut set: libc::fd_set = std::mem::zeroed();
            libc::FD_SET(fd, &raw mut set);
            let null = std::ptr::null_mut();
            libc::select(fd + 1, &raw mut set, null, null, &raw mut limit)
        };
        assert_eq!(ready, 0);
    }

    pub fn epoll(socket: &UdpSocket, time: Duration) {
        // SAFETY: the event outlives the calls.
        unsafe {
            let epoll = libc::epoll_create1(0);
            let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: 0 };
            assert_eq!(libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, socket.as_raw_fd(), &raw mut event), 0);
            assert_eq!(libc::epoll_wait(epoll, &raw mut event, 1, ms(time)), 0);
        }
    }

    pub fn timerfd(time: Duration) {
        let timer = armed_timerfd(time, Duration::ZERO);
        let mut count = 0_u64;
        // SAFETY: eight bytes are read into eight bytes.
        assert_eq!(unsafe { libc::read(timer, (&raw mut count).cast(), 8) }, 8);
    }

    pub fn armed_timerfd(time: Duration, interval: Duration) -> i32 {
        let spec = |time| libc::timespec { tv_sec: 0, tv_nsec: i64::from(ms(time)) * 1_000_000 };
        let spec = libc::itimerspec { it_interval: spec(interval), it_value: spec(time) };
        // SAFETY: the specification outlives the call.
        unsafe {
            let timer = libc::timerfd_create(libc::CLOCK_MONOTONIC, 0);
            assert_eq!(libc::timerfd_settime(timer, 0, &raw const spec, std::ptr::null_mut()), 0);
            timer
        }
    }

    pub fn fork_and_wait(child: impl FnOnce()) {
        // SAFETY: there is one thread.
        match unsafe { libc::fork() } {
            0 => child(),
            // SAFETY: waits for the child; its status is not wanted.
            pid => assert_eq!(unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) }, pid),
        }
    }

    pub fn fork_and_go(child: impl FnOnce()) {
        // SAFETY: there is one thread.
        if unsafe { libc::fork() } == 0 {
            child();
        }
    }

    /// Starts children one after the other that are busy for a while, and whose time nobody gets: SIGCHLD is ignored.
    pub fn start_children(busy: Duration) {
        // SAFETY: there is one thread.
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
        loop {
            fork_and_lose(|| {
                let since = std::time::Instant::now();
                while since.elapsed() < busy {}
                std::process::exit(0);
            });
        }
    }

    fn fork_and_lose(child: impl FnOnce()) {
        // SAFETY: there is one thread.
        match unsafe { libc::fork() } {
            0 => child(),
            // SAFETY: it waits until there is no child any more, and is told of none.
            _ => assert_eq!(unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) }, -1),
        }
    }

    pub fn stop_myself() {
        // SAFETY: sends a signal to ourselves.
        unsafe { libc::raise(libc::SIGSTOP) };
    }
}
